"""``houqin nightly``: everything that is done every night, now."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from sync.commands.common import (
    FINDINGS,
    UNREADABLE,
    console,
    exit_code_of,
    open_share,
    output_options,
    print_json,
    progress,
    reader_pool,
    share_option,
    show_table,
    worst,
)
from sync.commands.sync import exit_code as exit_code_of_run
from sync.log import log_to
from sync.nightly import Night, nightly
from sync.nights import PROOFS
from sync.publish.words import word
from sync.share import Share
from sync.summary import lines_of


@click.command("nightly")
@share_option
@output_options
def command(*, share_path: Path | None, as_json: bool, language: str) -> int:
    """Read every workbook again, prove the ledger, compare, back up, restore for proof, report, notify.

    A step that fails is told, here, in 日报.html and by the channels of houqin.toml; the others are done.

    Example: houqin nightly --share school
    """
    share = open_share(share_path)
    with log_to(share.state, "nightly"), reader_pool() as pool, progress() as told:
        night = nightly(share, pool, told)
    if as_json:
        print_json(document(night, language))
    else:
        _show(share, night, language)
    return exit_code(share, night)


def exit_code(share: Share, night: Night) -> int:
    """Return the exit code for what a night left behind: of its run, and of every step that failed.

    An altered ledger and a backup that failed are no ordinary day: 5, as for a file that cannot be read.
    """
    codes = [exit_code_of(error) for error in night.errors]
    codes += [UNREADABLE if step.name in PROOFS else FINDINGS for step in night.record.failed]
    if night.result is not None:
        codes.append(exit_code_of_run(lines_of(share, night.result)))
    return worst(codes)


def document(night: Night, language: str) -> dict[str, Any]:
    """Return the promised JSON document of a night (DESIGN 13)."""
    record = night.record
    return {
        "ok": night.ok,
        "revision": record.revision,
        "started": record.started,
        "ended": record.ended,
        "steps": [
            {"name": step.name, "ok": step.ok, "message": step.message(language), "seconds": step.seconds}
            for step in record.steps
        ],
        "backup": None if record.backup is None else asdict(record.backup),
        "report": record.report or None,
        "notified": [
            {"channel": sent.channel, "ok": sent.ok, "message": sent.message(language)} for sent in record.notified
        ],
    }


def _show(share: Share, night: Night, language: str) -> None:
    chinese = language == "zh"
    marks = {True: "✓", False: "✗"}
    headers = ("", "步骤", "结果", "秒") if chinese else ("", "step", "what", "seconds")
    rows = [
        (marks[step.ok], word(f"step {step.name}", language), step.message(language), step.seconds)
        for step in night.record.steps
    ]
    title = f"第 {night.record.revision} 版总账" if chinese else f"ledger revision {night.record.revision}"
    show_table(title, headers, rows, numbers=1)
    for sent in night.record.notified:
        console().print(f"{marks[sent.ok]} {sent.channel}  {sent.message(language)}", markup=False, soft_wrap=True)
    if night.record.report:
        console().print(str(share.path / night.record.report), markup=False, soft_wrap=True)
