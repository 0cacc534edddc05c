"""``houqin why``: why the row of one cell was or was not taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import polars as pl

from schemas.books import key_parts
from schemas.check import UNCHANGED
from schemas.findings import Finding, in_reading_order
from schemas.register import all_registers
from sync.commands.common import (
    DONE,
    UNREADABLE,
    console,
    finding_rows,
    open_share,
    output_options,
    print_json,
    reader_pool,
    share_option,
    show_table,
)
from sync.memory import STOPPED
from sync.plan import Plan
from sync.preview import preview_in_share
from sync.share import Share
from workbooks.taking import TakenFile

_CELL = re.compile(r"(?:'?(?P<sheet>[^!']+)'?!)?\$?(?P<column>[A-Z]{1,3})?\$?(?P<row>\d+)", re.IGNORECASE)

_SAID: dict[str, tuple[str, str]] = {
    "proposed": ("将在下次合并时入账", "it will be taken in the next run"),
    "unchanged": ("已入账", "it is in the ledger"),
    "as base": (
        "本行没有新的改动，账上是另一来源的内容",
        "nothing new in this row, the ledger has what another source says",
    ),
    "held": ("已搁置，未入账", "it is held, not in the ledger"),
    "conflict": ("与另一工作簿冲突，未入账", "it conflicts with another workbook, not in the ledger"),
    "stopped": (
        "整个工作簿等待管理员确认，本行已搁置",
        "the whole workbook waits for an admin to confirm, the row is held",
    ),
    "superseded": ("已入账，随后另有工作簿改动", "it is in the ledger, another workbook changed it since"),
    "duplicate": ("与同一工作簿的另一行重复，只计一次", "it repeats another row of the workbook, it counts once"),
    "skipped": ("已跳过", "it was skipped"),
    "no row": ("该行没有数据", "there is no row of data there"),
    "unreadable": ("文件或工作表未能读取", "the file or sheet could not be read"),
    "refused": ("该部门无权填报此表", "the department may not write this register"),
}


@click.command("why")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("cell")
@share_option
@output_options
def command(*, file: Path, cell: str, share_path: Path | None, as_json: bool, language: str) -> int:
    """Tell why the row of a cell was or was not taken: G17, or 出库单!G17 in a book of several sheets.

    Example: houqin why school/departments/ZW/总务台账.xlsx 入库单!G5 --share school
    """
    match = _CELL.fullmatch(cell.strip())
    if match is None:
        message = f"“{cell}”不是单元格，如 G17 或 出库单!G17。 Not a cell."
        raise click.UsageError(message)
    share = open_share(share_path)
    path = _found(share, file)
    with share.open_ledger() as ledger, reader_pool() as pool:
        plan, taken = preview_in_share(share, ledger, [path], pool)
        answers = answers_for(plan, taken[0], match["sheet"], int(match["row"]))
        for answer in answers:
            answer["accepted_in"] = _accepted_in(ledger, answer)
    if as_json:
        print_json([{**a, "findings": [f.as_json(language) for f in a["findings"]]} for a in answers])
    else:
        for answer in answers:
            _show(answer, language)
    return UNREADABLE if any(answer["outcome"] == "unreadable" for answer in answers) else DONE


def _found(share: Share, file: Path) -> Path:
    """Return the file that is meant: as given, below the share, or as workbooks are named in ``houqin rows``."""
    if file.exists() or file.is_absolute():
        return file
    department, _, within = file.as_posix().partition("/")
    folder = share.config.folders.get(department)
    named = share.path / file
    return named if folder is None or named.exists() else folder / within


def answers_for(plan: Plan, file: TakenFile, sheet: str | None, row_number: int) -> list[dict[str, Any]]:
    """Return one answer per sheet that has this row: outcome, register, key and findings.

    Raises:
        click.UsageError: the workbook was read and has no such sheet.
    """
    findings = plan.outcomes[0].findings if plan.outcomes else file.findings
    sheets = [table.sheet for table in file.tables if sheet in (None, table.sheet)]
    if not sheets:
        _refuse_unknown(sheet, file, findings)
        told = [f for f in findings if sheet in (None, f.sheet, "") or not f.sheet]
        return [_answer("unreadable", sheet or "", row_number, "", (), told)]
    return [_in_sheet(plan, file, findings, each, row_number) for each in dict.fromkeys(sheets)]


def _refuse_unknown(sheet: str | None, file: TakenFile, findings: Sequence[Finding]) -> None:
    """Refuse a sheet of which nothing is known: it is not there, or nothing is in it; others are named."""
    if sheet is None or not file.readable or any(found.sheet == sheet for found in findings):
        return
    named = "、".join(dict.fromkeys(table.sheet for table in file.tables))
    message = (
        f"工作簿里没有工作表“{sheet}”，或表是空的；读到的有：{named or '无'}。"
        f" No sheet “{sheet}” with anything in it; those that were read: {named or 'none'}."
    )
    raise click.UsageError(message)


def _in_sheet(
    plan: Plan, file: TakenFile, findings: tuple[Finding, ...], sheet: str, row_number: int
) -> dict[str, Any]:
    table = next(table for table in file.tables if table.sheet == sheet)
    register_id = table.register.id
    told = [f for f in findings if f.sheet == sheet and f.row == row_number]
    frame = plan.checked.frames[register_id]
    places = (pl.col("_workbook") == file.name) & (pl.col("_sheet") == sheet) & (pl.col("_row") == row_number)
    rows = frame.filter(places).to_dicts()
    if rows:
        overruled = rows[0]["_outcome"] == UNCHANGED and rows[0]["_hash"] != rows[0]["_now"]
        outcome = "as base" if overruled else rows[0]["_outcome"]
        stops = [f for f in findings if f.code == "IMP-06"] if outcome == STOPPED else []
        return _answer(outcome, sheet, row_number, register_id, key_parts(rows[0]["_key"]), [*told, *stops])
    if any(skip.row_number == row_number for skip in table.skipped):
        return _answer("skipped", sheet, row_number, register_id, (), told)
    if row_number in table.frame["_row"].to_list():
        denied = [f for f in findings if f.code == "RIGHT-DENIED" and f.sheet == sheet]
        return _answer("refused", sheet, row_number, register_id, (), [*told, *denied])
    return _answer("no row", sheet, row_number, register_id, (), told)


def _answer(
    outcome: str, sheet: str, row_number: int, register_id: str, key: tuple[str, ...], findings: list[Finding]
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "sheet": sheet,
        "row": row_number,
        "register": register_id,
        "key": list(key),
        "findings": in_reading_order(findings),
    }


def _accepted_in(ledger: Any, answer: dict[str, Any]) -> int | None:  # noqa: ANN401 - loaded late
    """Return the revision whose version of this row is in the books, None where there is none."""
    if not answer["key"] or answer["register"] not in all_registers():
        return None
    register = all_registers()[answer["register"]]
    found = ledger.rows(register, keys=["\x1f".join(answer["key"])])
    return int(found["_from"][0]) if found.height else None


def _show(answer: dict[str, Any], language: str) -> None:
    chinese = language == "zh"
    said = _SAID[answer["outcome"]][0 if chinese else 1]
    key = " / ".join(answer["key"])
    line = f"{answer['sheet']}!{answer['row']} {key}: {said}"
    if answer["accepted_in"]:
        line += f"（账上为第 {answer['accepted_in']} 版）" if chinese else f" (ledger revision {answer['accepted_in']})"
    console().print(line, markup=False, soft_wrap=True)
    if answer["findings"]:
        headers = ("级别", "位置", "问题", "怎么办") if chinese else ("severity", "where", "what", "what to do")
        show_table("", headers, finding_rows(answer["findings"], language))
