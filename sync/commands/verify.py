"""``houqin verify``: prove that nothing in the ledger was altered behind its back."""

from __future__ import annotations

from pathlib import Path

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


@click.command("verify")
@click.option("--head", help="A digest printed on a published cover or in a backup, to compare with.")
@share_option
@output_options
def command(*, head: str | None, share_path: Path | None, as_json: bool, language: str) -> int:
    """Recompute the chain of digests over the whole ledger and name everything that does not fit.

    Example: houqin verify --share school
    """
    share = open_share(share_path)
    with share.open_ledger() as ledger:
        newest = ledger.head()
        problems = ledger.verify(head)
    if as_json:
        print_json(
            {
                "ok": not problems,
                "revision": newest.number,
                "digest": newest.digest,
                "problems": [
                    {
                        "revision": problem.revision,
                        "table": problem.table,
                        "version": problem.version,
                        "message": problem.what(language),
                    }
                    for problem in problems
                ],
            }
        )
    elif problems:
        title = f"账被改动过：{len(problems)} 处" if language == "zh" else f"the ledger was altered: {len(problems)}"
        headers = ("版次 revision", "表 table", "行 version", "问题 what")
        show_table(title, headers, ((p.revision, p.table, p.version, p.what(language)) for p in problems))
    else:
        said = "账完好，未被改动" if language == "zh" else "the ledger is whole, nothing was altered"
        colon = "：" if language == "zh" else ": "
        console().print(f"{said}{colon}{newest.number} · {newest.digest}", markup=False, soft_wrap=True)
    return FINDINGS if problems else DONE
