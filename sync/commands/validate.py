"""``houqin validate``: every finding of some workbooks, at its cell."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from schemas.findings import Finding, Severity, in_reading_order
from sync.commands.common import (
    DONE,
    FINDINGS,
    UNREADABLE,
    Output,
    console,
    finding_rows,
    open_share,
    output_options,
    print_json,
    reader_pool,
    share_option,
    show_table,
    worst,
)
from sync.plan import Plan
from workbooks.taking import TakenFile

MOST_SHOWN = 200
"""Findings of one workbook shown on the terminal, errors before all others; --json and --marked have all."""


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--marked", type=Output(is_workbook=True), help="Write a marked copy: a file, or a folder for several.")
@share_option
@output_options
def command(
    *, files: tuple[Path, ...], marked: Path | None, share_path: Path | None, as_json: bool, language: str
) -> int:
    """Check workbooks and show every finding at its cell, all at once.

    With a share the rows are checked against its ledger, as the next run would take them; without
    one, only what needs no ledger is checked, and the rules that were left out are named.

    Example: houqin validate 食堂台账.xlsx --marked 食堂台账.校验.xlsx
    """
    files = _each_once(files)
    targets = [] if marked is None else marked_targets(files, marked)
    plan, taken = _looked_at(files, share_path)
    findings = {outcome.name: outcome.findings for outcome in plan.outcomes}
    by_file = [(path, file, findings[file.name]) for path, file in zip(files, taken, strict=True)]
    for (path, file, found), target in zip(by_file, targets, strict=False):
        _mark(path, file, found, target, language)
    if as_json:
        print_json(document(by_file, plan, language))
    else:
        _show(by_file, plan, language)
    return worst(_code(found) for _, _, found in by_file)


def _each_once(files: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files without those named twice, in their order."""
    first: dict[Path, Path] = {}
    for path in files:
        first.setdefault(path.resolve(), path)
    return tuple(first.values())


def marked_targets(files: Sequence[Path], marked: Path) -> list[Path]:
    """Return where the marked copy of each file goes: never over one of them, and no two in one place.

    Raises:
        click.UsageError: a copy would replace a file that is checked, or nothing can be written there.
    """
    targets = [marked]
    if len(files) > 1 or marked.is_dir():
        times: Counter[str] = Counter()
        targets = []
        for path in files:
            times[path.stem.casefold()] += 1
            number = times[path.stem.casefold()]
            targets.append(marked / f"{path.stem}{f' ({number})' if number > 1 else ''}.校验.xlsx")
    own = {path.resolve() for path in files}
    for target in targets:
        if target.resolve() in own:
            message = f"“{target}”是被校验的文件本身，标注副本请另取名。 The marked copy would replace the file itself."
            raise click.UsageError(message)
        _refuse_unusable(target)
    return targets


def _refuse_unusable(target: Path) -> None:
    """Refuse a place for a marked copy where no workbook can be written, before anything is checked."""
    if not target.parent.is_dir():
        raise click.UsageError(
            f"文件夹“{target.parent}”不存在，请先建立，或用 --marked 指定别处。"
            f" There is no folder “{target.parent}”: make it, or name another place with --marked."
        )
    if target.suffix.casefold() != ".xlsx":
        raise click.UsageError(
            f"标注副本“{target}”须以 .xlsx 结尾。 The marked copy “{target}” needs a name that ends in .xlsx."
        )
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise click.UsageError(f"不能写入“{target}”，请检查权限。 “{target}” may not be written: check the rights.")


def _looked_at(files: Sequence[Path], share_path: Path | None) -> tuple[Plan, list[TakenFile]]:
    from sync.preview import name_of, preview_alone, preview_in_share  # noqa: PLC0415 - loads readers and rules

    with reader_pool() as pool:
        if share_path is None:
            return preview_alone([(path, name_of(path)) for path in files], _today(), pool)
        share = open_share(share_path)
        with share.open_ledger() as ledger:
            return preview_in_share(share, ledger, files, pool)


def _today() -> date:
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from sync.day import today_in  # noqa: PLC0415

    try:
        return today_in(ZoneInfo("Asia/Shanghai"))
    except ValueError as exc:
        message = f"HOUQIN_TODAY “{exc.args[0]}”不是日期，如 2026-11-22。 Not a date."
        raise click.UsageError(message) from exc


def _code(findings: Sequence[Finding]) -> int:
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if any(finding.code.startswith("FILE-") for finding in errors):
        return UNREADABLE
    return FINDINGS if errors else DONE


def _mark(path: Path, file: TakenFile, findings: Sequence[Finding], target: Path, language: str) -> None:
    from workbooks.mark import write_marked  # noqa: PLC0415 - openpyxl costs start-up time

    if path.is_file():
        write_marked(path, target, findings, language=language, origin_path=path.as_posix(), origin_sha256=file.sha256)


def document(by_file: Sequence[tuple[Path, TakenFile, Sequence[Finding]]], plan: Plan, language: str) -> dict[str, Any]:
    """Return the promised JSON document of ``houqin validate`` (DESIGN 13)."""
    return {
        "ok": all(_code(found) == DONE for _, _, found in by_file),
        "workbooks": [
            {
                "path": str(path),
                "registers": [
                    {"id": table.register.id, "sheet": table.sheet, "rows": table.frame.height} for table in file.tables
                ],
                "findings": [finding.as_json(language) for finding in found],
            }
            for path, file, found in by_file
        ],
        "rules_left_out": [
            {"code": code, "register": register, "needs": needs} for code, register, needs in _left_out(plan, by_file)
        ],
    }


def _left_out(plan: Plan, by_file: Sequence[tuple[Path, TakenFile, Sequence[Finding]]]) -> list[tuple[str, str, str]]:
    """Return the rules that could not be judged, of the registers in these files."""
    seen = {table.register.id for _, file, _ in by_file for table in file.tables}
    return [rule for rule in plan.checked.rules_off if rule[1] in seen]


def _show(by_file: Sequence[tuple[Path, TakenFile, Sequence[Finding]]], plan: Plan, language: str) -> None:
    chinese = language == "zh"
    headers = ("级别", "位置", "问题", "怎么办") if chinese else ("severity", "where", "what", "what to do")
    for path, file, found in by_file:
        rows = "、".join(f"{table.sheet} {table.frame.height}" for table in file.tables) or "-"
        if found:
            first = sorted(found, key=lambda finding: finding.severity is not Severity.ERROR)[:MOST_SHOWN]
            show_table(f"{path}  ({rows})", headers, finding_rows(in_reading_order(first), language))
            if len(found) > MOST_SHOWN:
                more = len(found) - MOST_SHOWN
                hint = "，用 --marked 写标注副本可看全部" if chinese else ", --marked shows all of them"
                said = f"……另有 {more} 条{hint}" if chinese else f"... and {more} more{hint}"
                console().print(said, markup=False)
        else:
            console().print(f"{path}  ({rows}): " + ("没有发现错误" if chinese else "no mistakes found"), markup=False)
    left_out = sorted({f"{code} ({needs})" for code, _, needs in _left_out(plan, by_file)})
    if left_out:
        said = "未检查的规则（缺少登记表）：" if chinese else "rules left out (register missing): "
        console().print(said + ", ".join(left_out), markup=False)
