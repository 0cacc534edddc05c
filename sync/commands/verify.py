"""``houqin verify``: prove that nothing in the ledger was altered behind its back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sync.commands.common import (
    DONE,
    FINDINGS,
    console,
    open_share,
    output_options,
    print_json,
    share_option,
    show_table,
)

if TYPE_CHECKING:
    from sync.ledger import Problem
    from sync.proof import Proof


@click.command("verify")
@click.option("--head", help="A digest noted elsewhere, to compare with; the first 16 letters are enough.")
@click.option(
    "--backup",
    "backup_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A backup whose revision the ledger must still hold.",
)
@share_option
@output_options
def command(
    *, head: str | None, backup_path: Path | None, share_path: Path | None, as_json: bool, language: str
) -> int:
    """Recompute the chain of digests over the whole ledger and the archive; name everything that does not fit.

    The digest that the published 总账.xlsx carries must be in the ledger: a newest revision that was removed
    is found by it.

    Example: houqin verify --share school
    """
    from sync.proof import prove  # noqa: PLC0415 - loads the ledger

    printed = {} if head is None else {"given": head}
    if backup_path is not None:
        printed["backup"] = _digest_of(backup_path)
    proof = prove(open_share(share_path), printed)
    if as_json:
        print_json(
            {
                "ok": not proof.problems,
                "revision": proof.revision,
                "digest": proof.digest,
                "heads": dict(proof.heads),
                "files": proof.files,
                "problems": problems_as_json(proof.problems, language),
            }
        )
    elif proof.problems:
        problem_rows(proof.problems, language)
    else:
        _say_whole(proof, language)
    return FINDINGS if proof.problems else DONE


def _digest_of(path: Path) -> str:
    from sync.backup_file import Package  # noqa: PLC0415 - loads the ledger

    with Package.open(path) as package:
        return package.manifest.head.digest


def _say_whole(proof: Proof, language: str) -> None:
    said = "账完好，未被改动" if language == "zh" else "the ledger is whole, nothing was altered"
    colon = "：" if language == "zh" else ": "
    console().print(f"{said}{colon}{proof.revision} · {proof.digest}", markup=False, soft_wrap=True)
    places = {"published": "总账.xlsx", "given": "--head", "backup": "--backup"}
    compared = ", ".join(places[where] for where in proof.heads) or "-"
    looked_at = (
        f"已核对：外部摘要 {compared}；归档文件 {proof.files} 个"
        if language == "zh"
        else f"compared: digests from {compared}; {proof.files} archived files"
    )
    console().print(looked_at, markup=False, soft_wrap=True)


def problems_as_json(problems: Sequence[Problem], language: str) -> list[dict[str, object]]:
    """Return problems for a JSON document."""
    return [
        {
            "code": problem.code,
            "revision": problem.revision,
            "table": problem.table,
            "version": problem.version,
            "message": problem.what(language),
        }
        for problem in problems
    ]


def problem_rows(problems: Sequence[Problem], language: str) -> None:
    """Print problems as a table, nothing where there are none."""
    if not problems:
        return
    title = f"账被改动过：{len(problems)} 处" if language == "zh" else f"the ledger was altered: {len(problems)}"
    headers = ("版次 revision", "表 table", "行 version", "问题 what")
    show_table(title, headers, ((p.revision, p.table, p.version, p.what(language)) for p in problems))
