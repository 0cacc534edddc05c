"""``houqin restore``: put a backup in the place of the ledger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sync.commands.common import DONE, FINDINGS, console, named_share, output_options, print_json, share_option
from sync.commands.verify import problem_rows, problems_as_json

if TYPE_CHECKING:
    from sync.restore import Restored


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Take the place of a ledger that is there; it is kept beside.")
@share_option
@output_options
def command(*, file: Path, replace: bool, share_path: Path | None, as_json: bool, language: str) -> int:
    """Restore ledger, accepted files and settings from a backup, and prove that they are what was backed up.

    Without --replace only where there is no ledger. A houqin.toml that is there stays as it is.

    Example: houqin restore houqin-20261122T120000Z-r12.zip --share school
    """
    from sync.restore import restore  # noqa: PLC0415 - loads the ledger

    done = restore(named_share(share_path).resolve(), file, datetime.now(UTC), replace=replace)
    if as_json:
        head = done.manifest.head
        told = {"file": str(file), "revision": head.number, "digest": head.digest, "at": head.at}
        told |= {"tables": dict(done.manifest.rows), "files": done.files, "settings": done.settings}
        told |= {"replaced": None if done.replaced is None else asdict(done.replaced)}
        print_json({**told, "ok": not done.problems, "problems": problems_as_json(done.problems, language)})
    else:
        _say(done, language)
        problem_rows(done.problems, language)
    return FINDINGS if done.problems else DONE


def _say(done: Restored, language: str) -> None:
    chinese = language == "zh"
    head, rows, kept = done.manifest.head, sum(done.manifest.rows.values()), done.replaced
    lines = [
        f"已恢复并核对：第 {head.number} 版 · {head.digest} · {rows} 行 · 归档文件 {done.files} 个"
        if chinese
        else f"restored and proven: revision {head.number} · {head.digest} · {rows} rows · {done.files} archived files"
    ]
    if done.settings == "kept":
        english = "houqin.toml differs from the one in the backup and was kept"
        lines.append("houqin.toml 与备份里的不同，保留现有的" if chinese else english)
    if kept is not None:
        number = "?" if kept.revision is None else kept.revision
        english = f"the former ledger (revision {number}) is kept in {kept.where}"
        lines.append(f"原来的账（第 {number} 版）移到了 {kept.where}" if chinese else english)
    english = "now run houqin sync --full: it reads the workbooks again and publishes"
    lines.append("请执行 houqin sync --full：重新读取工作簿，并更新发布的文件" if chinese else english)
    for line in lines:
        console().print(line, markup=False, soft_wrap=True)
