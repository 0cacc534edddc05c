"""``houqin sync``: merge what departments have saved, publish, and say what became of every row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from schemas.findings import Severity
from sync.commands.common import (
    FINDINGS,
    HELD,
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
from sync.run import SyncResult, sync
from sync.share import Share
from sync.summary import Line, lines_of


@click.command("sync")
@click.option("--full", is_flag=True, help="Read every workbook again, not only those that changed.")
@share_option
@output_options
def command(*, full: bool, share_path: Path | None, as_json: bool, language: str) -> int:
    """Merge what departments have saved into the ledger and publish it.

    Every row read is accounted for: accepted, unchanged, held, conflicting, duplicate or skipped.

    Example: houqin sync --share school
    """
    share = open_share(share_path)
    with reader_pool() as pool, progress() as told:
        result = sync(share, pool, told, full=full)
    lines = lines_of(share, result)
    if as_json:
        print_json(document(result, lines, language))
    else:
        show(share, result, lines, language)
    return worst([exit_code(lines), *map(exit_code_of, result.problems)])


def exit_code(lines: list[Line]) -> int:
    """Return the exit code for what a run left behind."""
    codes = []
    for line in lines:
        errors = [finding for finding in line.findings if finding.severity is Severity.ERROR]
        if any(finding.code.startswith("FILE-") and finding.code != "FILE-NO-REGISTER" for finding in errors):
            codes.append(UNREADABLE)
        if line.counts["held"] + line.counts["conflicting"] or line.status == "waiting":
            codes.append(HELD)
        if errors:
            codes.append(FINDINGS)
    return worst(codes)


def document(result: SyncResult, lines: list[Line], language: str) -> dict[str, Any]:
    """Return the promised JSON document of a run (DESIGN 13)."""
    return {
        "revision": result.revision,
        "workbooks": [
            {
                "path": line.path,
                "department": line.department,
                "status": line.status,
                **line.counts,
                "findings": [finding.as_json(language) for finding in line.findings],
            }
            for line in lines
        ],
        "published": list(result.published),
        "postponed": list(result.postponed),
        "problems": [{"code": each.code, "message": each.message(language)} for each in result.problems],
    }


_COUNTS = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
_COUNT_TITLES = ("读取", "入账", "未变", "搁置", "冲突", "重复", "跳过")


def show(share: Share, result: SyncResult, lines: list[Line], language: str) -> None:
    """Print what became of every workbook."""
    chinese = language == "zh"
    titles = _COUNT_TITLES if chinese else _COUNTS
    headers = ("工作簿", "部门", "结果", *titles) if chinese else ("workbook", "department", "result", *titles)
    rows = [
        (line.path, line.department, line.state_word(language), *(line.counts[name] for name in _COUNTS))
        for line in lines
    ]
    show_table(
        f"第 {result.revision} 版总账" if chinese else f"ledger revision {result.revision}",
        headers,
        rows,
        numbers=len(_COUNTS),
    )
    out = console()
    for path in result.published[:5]:
        out.print(("已发布 " if chinese else "published ") + str(share.path / path), markup=False, soft_wrap=True)
    if len(result.published) > 5:
        more = len(result.published) - 5
        out.print(f"……另有 {more} 个文件" if chinese else f"... and {more} more files", markup=False)
    for path in result.postponed:
        said = "文件正被打开，稍后再发布：" if chinese else "open elsewhere, published later: "
        out.print(said + path, markup=False)
    for problem in result.problems:
        out.print(f"{problem.message(language)} [{problem.code}]", markup=False)
