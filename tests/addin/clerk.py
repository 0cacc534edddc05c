"""A clerk at LibreOffice: a school whose books are published, workbooks to open, and what is seen in a saved file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl

from sync.preview import preview_in_share
from sync.share import Share
from tests.sync.school import POOL

if TYPE_CHECKING:
    import xlwings as xw

    from schemas.findings import Finding

STORE = "ZW/库房.xlsx"
RECEIPTS, ISSUES, RESULTS = "入库单", "出库单(领用登记)", "校验结果"
FIRST_ROW = 4


@dataclass(frozen=True)
class Desk:
    """A share of one's own, and the office that workbooks are opened in."""

    folder: Path
    app: xw.App

    def open(self, path: str | Path) -> xw.Book:
        """Open a workbook: one of the share by department and name, or a path."""
        place = path if isinstance(path, Path) else self.path(path)
        return self.app.books.open(str(place))

    def path(self, name: str) -> Path:
        """Return where a workbook of the share lies."""
        return self.folder / "departments" / name

    def validated(self, path: Path) -> list[Finding]:
        """Return what ``houqin validate --share`` finds in a file, once it lies in its department's folder."""
        share, place = Share.open(self.folder), self.path(STORE)
        before, content = place.read_bytes(), path.read_bytes()
        place.write_bytes(content)
        with share.open_ledger() as ledger:
            plan, _ = preview_in_share(share, ledger, [place], POOL)
        place.write_bytes(before)
        return list(plan.outcomes[0].findings)

    def saved(self, book: xw.Book, name: str) -> Path:
        """Return a copy of the open workbook as it is now, outside the share."""
        path = self.folder.with_name(f"{name}.xlsx")
        book.impl.save_copy(path)
        return path


def marks(path: Path) -> dict[str, dict[str, tuple[str, str]]]:
    """Return note and fill of every cell that has one, by sheet and cell, of the sheets that people wrote."""
    book = openpyxl.load_workbook(path)
    ours = {name for name, told in book.defined_names.items() if name.startswith("hq_")}
    own = {title for name in ours for title, _ in book.defined_names[name].destinations}
    return {sheet.title: _marks(sheet) for sheet in book.worksheets if sheet.title not in own}


def _marks(sheet: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - openpyxl has no types
    return {
        cell.coordinate: (cell.comment.text if cell.comment else "", _fill(cell))
        for row in sheet.iter_rows()
        for cell in row
        if cell.comment or cell.fill.fill_type
    }


def _fill(cell: Any) -> str:  # noqa: ANN401 - as above
    return cell.fill.fgColor.rgb[-6:] if cell.fill.fill_type == "solid" else cell.fill.fill_type or "-"


def listed(path: Path, title: str = RESULTS) -> list[tuple[str, ...]]:
    """Return the lines of a sheet of ours as people see them, without their numbers."""
    sheet = openpyxl.load_workbook(path, data_only=True)[title]
    rows = sheet.iter_rows(min_row=5, max_col=9, values_only=True)
    return [tuple("" if value is None else str(value) for value in row[1:]) for row in rows if row[0] is not None]


def changed(before: Path, after: Path) -> dict[tuple[str, str], tuple[object, object]]:
    """Return the cells (sheet, cell) whose note or fill differ between two files, with both."""
    old, new = marks(before), marks(after)
    places = {(sheet, cell) for told in (old, new) for sheet, cells in told.items() for cell in cells}
    looks = {(sheet, cell): (old.get(sheet, {}).get(cell), new.get(sheet, {}).get(cell)) for sheet, cell in places}
    return {place: (was, now) for place, (was, now) in looks.items() if was != now}
