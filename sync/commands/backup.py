"""``houqin backup``: keep one file that holds everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sync.commands.common import DONE, FINDINGS, Output, console, open_share, output_options, print_json, share_option
from sync.commands.verify import problem_rows, problems_as_json


@click.command("backup")
@click.option("-o", "--output", type=Output(), help="A file or folder.  [default: backups in the state folder]")
@share_option
@output_options
def command(*, output: Path | None, share_path: Path | None, as_json: bool, language: str) -> int:
    """Write ledger, accepted files and settings into one file, while everybody goes on working.

    The chain of digests is recomputed on the way: what is wrong with the ledger is told, and copied as it is.

    Example: houqin backup --share school -o /mnt/backup
    """
    from sync.backup import backup  # noqa: PLC0415 - loads the ledger

    made = backup(open_share(share_path), output, datetime.now(UTC))
    head, rows = made.manifest.head, sum(made.manifest.rows.values())
    files = len(made.manifest.archived)
    if as_json:
        told = {"file": str(made.path), "bytes": made.size, "revision": head.number, "digest": head.digest}
        told |= {"made_at": made.manifest.made_at, "tables": dict(made.manifest.rows), "files": files}
        print_json({**told, "ok": not made.problems, "problems": problems_as_json(made.problems, language)})
    else:
        words = (
            f"已备份到 {made.path}：第 {head.number} 版 · {head.digest} · {rows} 行 · {files} 个文件 · {made.size} 字节"
            if language == "zh"
            else f"backed up to {made.path}: revision {head.number} · {head.digest} · {rows} rows"
            f" · {files} files · {made.size} bytes"
        )
        console().print(words, markup=False, soft_wrap=True)
        problem_rows(made.problems, language)
    return FINDINGS if made.problems else DONE
