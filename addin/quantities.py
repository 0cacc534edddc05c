"""账面数: write what the books have of the goods in the selected rows beside them, and say as of when."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from addin.beside import write_beside, write_own
from addin.lookups import ITEMS, ROOMS, Lookups
from addin.opened import Opened
from addin.told_quantities import Quantities
from addin.words import plain, rows_named, said
from schemas.findings import Text
from schemas.values import column_letters
from sync.books.count_forms import SHEET

if TYPE_CHECKING:
    import xlwings as xw

    from schemas.register import Register
    from schemas.values import Table

QUANTITY, WHERE = "账面数量", "在何处"
"""Headers of our columns, the first as on a count sheet."""
_SPAN = re.compile(r"[A-Z]*(\d*)(?::[A-Z]*(\d*))?")
_LAST_ROW = 1_048_576
_NAMED = 5
"""At most so many rows are named in the dialog."""

_NO_REGISTER = Text(
    "工作表“{sheet}”不是登记表，看不出物品和仓库",
    "“{sheet}” is no register: there is no item and no warehouse to look up",
    "请在入库单、出库单、申领单或盘点表上选中要看的行",
    "select rows of a receipt, an issue, a requisition or a count sheet",
)
_NO_ITEMS = Text(
    "{title}没有“物品编码”一栏",
    "{title_en} has no column for the item",
    "请到入库单、出库单、申领单或盘点表上选行",
    "select rows of a receipt, an issue, a requisition or a count sheet",
)
_NO_ROWS = Text(
    "选中的地方没有数据行", "there are no rows of data in the selection",
    "请选中要看账面数的一行或几行，再按一次", "select the rows that you want to look up and press again",
)  # fmt: skip
_DONE = Text(
    "{n} 行的账面数写在 {column} 列，截至 {as_of}", "book quantities of {n} rows in column {column}, as of {as_of}"
)
_ONE = Text("第 {row} 行：{said}", "row {row}: {said}")
_UNKNOWN = Text("编码或仓库不明，没有写：第 {rows} 行", "no known item or warehouse in rows {rows}")
_BLIND = Text(
    "盲盘，还没有盘或须复盘的不显示账面数：第 {rows} 行",
    "blind count: rows {rows} are to be counted and show nothing",
)


def book_quantities(book: xw.Book) -> str:
    """Write the book quantities of the selected rows and return what to say about them.

    A count sheet shows what the books had at the cut-off, and nothing of a blind line that is still to be
    counted; other registers show what is there now.
    """
    opened = Opened.of(book)
    language, table, sheet = opened.language, opened.table(), book.sheets.active
    if table is None:
        return said(_NO_REGISTER, language, sheet=sheet.name)
    register = table.register
    if item_column(register) not in table.columns:
        return said(_NO_ITEMS, language, title=register.title, title_en=register.title_en)
    rows = selected_rows(table.frame["_row"].to_list(), book.selection.address if book.selection else "")
    if not rows:
        return said(_NO_ROWS, language)
    if register.id == SHEET:
        from addin.cutoff_quantities import quantities_at_cutoff  # noqa: PLC0415 - counts load what checks rows

        found = quantities_at_cutoff(opened.taken.tables, opened.department, opened.bookkeeping, table.sheet, rows)
    else:
        found = quantities_now(table, rows, Lookups(opened.published))
    column = _write(sheet, table, found, f"截至 {opened.as_of()}") if found.told else ""
    return _sentence(found, opened, column)


def item_column(register: type[Register]) -> str:
    """Return the column of a register that names an item, empty where there is none."""
    return _referring(register, "item_catalogue.item_code")


def place_column(register: type[Register]) -> str:
    """Return the column of a register that says where the item lies, empty where there is none."""
    return _referring(register, "location.room_code")


def _referring(register: type[Register], target: str) -> str:
    return next((column.name for column in register.columns if target in column.refs), "")


def quantities_now(table: Table, rows: Sequence[int], lookups: Lookups) -> Quantities:
    """Return what the books have now for rows of a table; of all warehouses together where a row names none."""
    goods, place, wanted = item_column(table.register), place_column(table.register), set(rows)
    told: dict[int, Decimal] = {}
    where: dict[int, str] = {}
    unknown = []
    for cells in table.frame.iter_rows(named=True):
        row, room = cells["_row"], cells[place] if place else None
        if row not in wanted:
            continue
        item, store = lookups.code(ITEMS, cells[goods]).code, lookups.code(ROOMS, room).code
        if item is None or (room and store is None):
            unknown.append(row)
        elif store is not None and lookups.rooms[store]["is_warehouse"]:
            told[row] = lookups.quantity(store, item)
        else:
            holders = lookups.rooms_with(item)
            told[row] = sum((lookups.quantity(each, item) for each in holders), Decimal(0))
            where[row] = "、".join(
                f"{lookups.room_name(each)} {plain(lookups.quantity(each, item))}" for each in holders
            )
    return Quantities(told, where, unknown)


def selected_rows(rows: Sequence[int], address: str) -> list[int]:
    """Return those of some rows that an address covers: ``$B$4:$D$9,$B$12``, whole rows, whole columns."""
    areas = [area.rpartition("!")[2].replace("$", "") for area in address.split(",") if area]
    spans = [_SPAN.fullmatch(area) for area in areas]
    covered = [(int(found[1] or 1), int(found[2] or found[1] or _LAST_ROW)) for found in spans if found is not None]
    return [row for row in rows if any(first <= row <= last for first, last in covered)]


def _write(sheet: xw.Sheet, table: Table, found: Quantities, note: str) -> str:
    """Write the figures and return the letters of their column."""
    own = table.columns.get("book_qty")
    if own is not None:
        write_own(sheet, own, found.told)
        return column_letters(own)
    columns: dict[str, Mapping[int, Decimal | str]] = {QUANTITY: found.told}
    if found.where:
        columns[WHERE] = found.where
    return column_letters(write_beside(sheet, table, columns, note)[QUANTITY])


def _sentence(found: Quantities, opened: Opened, column: str) -> str:
    language = opened.language
    parts = [said(_DONE, language, n=len(found.told), column=column, as_of=opened.as_of())] if found.told else []
    if len(found.told) <= _NAMED:
        parts += [
            said(_ONE, language, row=row, said=" ".join(filter(None, (plain(qty), found.where.get(row)))))
            for row, qty in found.told.items()
        ]
    if found.unknown:
        parts.append(said(_UNKNOWN, language, rows=rows_named(found.unknown)))
    if found.still_blind:
        parts.append(said(_BLIND, language, rows=rows_named(found.still_blind)))
    return opened.told(*parts)
