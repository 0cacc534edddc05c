"""Tell what became of one row of a workbook in the published books: taken, held and why, in conflict, or not seen."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import polars as pl

from addin.sentences import paragraph
from addin.where import department_by_folder
from schemas.books import key_parts
from schemas.findings import Severity, Text
from schemas.register import all_registers
from sync.held import finding_of_json
from sync.memory import CONFLICT, WITHDRAWN

if TYPE_CHECKING:
    from addin.published import Published

_NO_FOLDER = Text("工作簿不在部门的文件夹里，账上没有它的行", "the workbook lies in no department's folder")
_NOT_SEEN = Text("账簿发布时还没有收到这个工作簿", "the books had not received this workbook when they were published")
_TAKEN = Text("已入账：{key}（修订 {revision}）", "in the books: {key} (revision {revision})")
_MISSING = Text("疑似删除，仍在账上：{key}", "missing in its workbook, still in the books: {key}")
_HELD = Text("搁置，未入账", "held, not in the books")
_DISPUTED = Text("与别的工作簿冲突，未入账", "in conflict with another workbook, not in the books")
_NOTHING = Text("账上没有这一行：还没有提交，或没有内容", "the books know nothing of this row: not handed in, or empty")

_STATES = {"accepted": _TAKEN, "missing": _MISSING}


def why(published: Published, path: Path, sheet: str, row: int, language: str) -> str:
    """Return what became of a row (1-based) of a sheet when the books were published."""
    department = department_by_folder(published.school, published.share, path)
    if department is None:
        return _NO_FOLDER.message(language, {})
    identity = _identity(published, department, path)
    if identity is None:
        return _NOT_SEEN.message(language, {})
    held = published.table("held", workbook=identity, sheet=sheet, row_number=row)
    if held.height:
        return _why_held(held.row(0, named=True), language)
    for register in all_registers().values():
        at = (pl.col("_workbook") == identity) & (pl.col("_sheet") == sheet) & (pl.col("_row") == row)
        rows = published.load(register).filter(at & (pl.col("_status") != WITHDRAWN))
        for key, status, revision in rows.select("_key", "_status", "_from").iter_rows():
            places = {"key": " / ".join(key_parts(key)), "revision": revision}
            return _STATES[status].message(language, places)
    return _NOTHING.message(language, {})


def _identity(published: Published, department: str, path: Path) -> str | None:
    """Return what the ledger calls a workbook, None where it has never seen it."""
    folder = published.share / "departments" / published.school.departments[department].folder
    title = str(PurePosixPath(department, *path.resolve().relative_to(folder.resolve()).parts)).casefold()
    known = published.table("workbook").select("path", "title").iter_rows()
    return next((identity for identity, name in known if str(name).casefold() == title), None)


def _why_held(row: dict[str, str], language: str) -> str:
    stored = [*json.loads(row["payload"])["reading"], *json.loads(row["findings"])]
    findings = [finding_of_json(each) for each in stored]
    told = [found.message(language) for found in findings if found.severity is Severity.ERROR]
    state = _DISPUTED if row["reason"] == CONFLICT else _HELD
    return paragraph((state.message(language, {}), *dict.fromkeys(told)), language)
