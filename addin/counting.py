"""盘点表 and 对账: make the count sheet of a room in the open workbook, and compare a counted one with the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from addin.beside import write_beside, write_own
from addin.count_plans import chosen, sheet_of
from addin.inserting import insert_sheet
from addin.lookups import Lookups
from addin.opened import Opened
from addin.reconciling import CountedLine, Totals, reconciled, totals_of
from addin.words import said
from schemas.findings import Text
from sync.books.count_forms import SHEET, SPARE_LINES

if TYPE_CHECKING:
    import xlwings as xw

    from schemas.values import Table
    from sync.books.count_forms import CountSheet

AMOUNT, STATE = "盈亏金额", "状态"
_OWN = ("book_qty", "final_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty")
"""Columns of a count sheet that the program computes; an open one comes with its book quantities, which stay."""
_BESIDE = ("book_qty", "qty_at_cutoff", "diff_qty")
"""Those of them that are told beside a sheet that does not have them."""

_NO_COUNT = Text(
    "工作表“{sheet}”不是盘点表",
    "“{sheet}” is no count sheet",
    "请先翻到填好的盘点表，再按一次",
    "go to the count sheet that was filled in and press again",
)
_NO_LINES = Text("盘点表“{sheet}”还没有数据行", "the count sheet “{sheet}” has no rows yet")
_RECONCILED = Text(
    "对账完成，共 {n} 行：{states}；盘盈 {over} 元，盘亏 {short} 元，合计 {net} 元。账簿截至 {as_of}",
    "{n} lines compared: {states}; over {over}, short {short}, together {net} yuan. Books as of {as_of}",
)
_MADE = Text(
    "已新建工作表“{sheet}”：{plan} 的 {number} 号表，{room}，{n} 行，基准 {cutoff}",
    "new sheet “{sheet}”: no. {number} of {plan}, {room}, {n} lines, as of {cutoff}",
    "没有实物填 0，账外物品写在末尾空行",
    "write 0 where there is nothing; what is not in the books goes into the blank lines at the end",
)
_THERE = Text(
    "{number} 号盘点表已经在本工作簿的“{sheet}”里",
    "the count sheet no. {number} is in this workbook already: “{sheet}”",
    "没有再建一张",
    "none was added",
)


def count_sheet(book: xw.Book) -> str:
    """Make the count sheet of the room in the active cell and return what to say about it."""
    opened = Opened.of(book)
    language = opened.language
    choice = chosen(_words_at_cursor(book), opened.bookkeeping, Lookups(opened.published))
    form = sheet_of(choice, opened.bookkeeping.books)
    number = {"number": form.sheet_no}
    there = _there_already(opened.taken.tables, form.sheet_no)
    if there is not None:
        book.sheets[there].activate()
        return said(_THERE, language, **number, sheet=there)
    with TemporaryDirectory(prefix="houqin-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "sheet.xlsx"
        _write_form(form, path, opened)
        name = insert_sheet(book, path)
    room = f"{form.room} {form.room_name}".strip()
    about = {"plan": choice.plan_no, "room": room, "n": len(form.lines), "cutoff": f"{choice.cutoff:%Y-%m-%d %H:%M}"}
    return opened.told(said(_MADE, language, sheet=name, **number, **about))


def _words_at_cursor(book: xw.Book) -> Sequence[object]:
    """Return what may name the room: the active cell, then the texts of its row, then the name of the sheet."""
    cell, sheet = book.selection, book.sheets.active
    if cell is None:
        return [sheet.name]
    last = min(sheet.used_range.last_cell.column, _LOOKED_AT)
    row = sheet.range((cell.row, 1), (cell.row, max(last, 2))).value
    texts = [text for text in row if isinstance(text, str)]
    return [sheet.range((cell.row, cell.column)).value, *texts, sheet.name]


_LOOKED_AT = 60
"""Columns of the active row in which the room may stand."""


def _there_already(tables: Sequence[Table], sheet_no: str) -> str | None:
    """Return the sheet on which lines of a count sheet stand."""
    counts = (table for table in tables if table.register.id == SHEET)
    return next((table.sheet for table in counts if sheet_no in table.frame["sheet_no"]), None)


def _write_form(form: CountSheet, path: Path, opened: Opened) -> None:
    """Write the form as ``houqin count sheet`` does, without lists that would lead back into a file of their own."""
    from workbooks.template import write_template  # noqa: PLC0415 - costs start-up time

    write_template(
        [form.form],
        path,
        school=opened.published.school.name,
        language=opened.language,
        rows={SHEET: form.lines},
        blank_rows=len(form.lines) + SPARE_LINES,
        meta=form.meta,
    )


def reconcile(book: xw.Book) -> str:
    """Compare the count sheet in front with the books, write what comes out beside its lines, and return the sums."""
    opened = Opened.of(book)
    language, table, sheet = opened.language, opened.table(), book.sheets.active
    if table is None or table.register.id != SHEET:
        return said(_NO_COUNT, language, sheet=sheet.name)
    if table.frame.is_empty():
        return said(_NO_LINES, language, sheet=sheet.name)
    told = reconciled(opened.taken.tables, opened.department, opened.bookkeeping)
    lines = [line for line in told if line.sheet == table.sheet]
    totals = totals_of(lines)
    _write(sheet, table, lines, totals, f"截至 {opened.as_of()}")
    states = "、".join(f"{state} {n}" for state, n in totals.states.items())
    sums = {"over": totals.surplus, "short": totals.shortage, "net": totals.net}
    return opened.told(said(_RECONCILED, language, n=totals.lines, states=states, **sums, as_of=opened.as_of()))


def _write(sheet: xw.Sheet, table: Table, lines: Sequence[CountedLine], totals: Totals, note: str) -> None:
    for name in _OWN:
        if name in table.columns:
            known = _told(lines, name)
            cleared = {} if name == "book_qty" else dict.fromkeys(line.row for line in lines)
            write_own(sheet, table.columns[name], cleared | known)
    below = max(line.row for line in lines) + 1
    columns: dict[str, Mapping[int, Decimal | str]] = {
        table.register.column(name).title: _told(lines, name) for name in _BESIDE if name not in table.columns
    }
    columns[AMOUNT] = {**_told(lines, "diff_amount"), below: totals.net}
    columns[STATE] = {**{line.row: line.state for line in lines}, below: "合计"}
    write_beside(sheet, table, columns, note)


def _told(lines: Sequence[CountedLine], name: str) -> dict[int, Decimal]:
    return {line.row: line.figures[name] for line in lines if name in line.figures}
