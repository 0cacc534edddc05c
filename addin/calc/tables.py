"""Tables of Excel, which LibreOffice keeps as database ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from addin.calc import cells, edges
from addin.calc.areas import Area
from addin.calc.bridge import UnoObject, border

if TYPE_CHECKING:
    from addin.calc.ranges import Range
    from addin.calc.sheets import Sheet


@border
class Table(base_classes.Table):
    """One table."""

    def __init__(self, sheet: Sheet, api: UnoObject) -> None:
        self._sheet = sheet
        self._api = api

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's database range."""
        return self._api

    @property
    def parent(self) -> Sheet:
        """Return its sheet."""
        return self._sheet

    @property
    def name(self) -> str:
        """Return or set its name."""
        return str(self._api.Name)

    @name.setter
    def name(self, value: str) -> None:
        self._api.Name = value

    @property
    def display_name(self) -> str:
        """Return or set its name."""
        return self.name

    @display_name.setter
    def display_name(self, value: str) -> None:
        self._api.Name = value

    @property
    def area(self) -> Area:
        """Return where it is, headers and totals included."""
        return edges.area_of(self._api.getReferredCells())

    @property
    def range(self) -> Range:
        """Return all its cells."""
        return self._sheet.area(self.area)

    @property
    def header_row_range(self) -> Range | None:
        """Return its headers, None if it shows none."""
        whole = self.area
        return self._sheet.area(Area(whole.row, whole.column, 1, whole.columns)) if self.show_headers else None

    @property
    def totals_row_range(self) -> Range | None:
        """Return its totals, None if it shows none."""
        whole = self.area
        return self._sheet.area(Area(whole.last_row, whole.column, 1, whole.columns)) if self.show_totals else None

    @property
    def data_body_range(self) -> Range | None:
        """Return its cells without headers and totals, None if there are none."""
        whole = self.area
        rows = whole.rows - self.show_headers - self.show_totals
        return (
            self._sheet.area(Area(whole.row + self.show_headers, whole.column, rows, whole.columns)) if rows else None
        )

    @property
    def insert_row_range(self) -> None:
        """Return nothing: LibreOffice shows no row for new entries."""
        return

    @property
    def show_headers(self) -> bool:
        """Return or set whether its first row are headers."""
        return bool(self._api.ContainsHeader)

    @show_headers.setter
    def show_headers(self, value: bool) -> None:
        self._api.ContainsHeader = value

    @property
    def show_totals(self) -> bool:
        """Return or set whether its last row are totals."""
        return bool(self._api.TotalsRow)

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        self._api.TotalsRow = value

    @property
    def show_autofilter(self) -> bool:
        """Return or set whether the headers have drop-down filters."""
        return bool(self._api.AutoFilter)

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self._api.AutoFilter = value

    def resize(self, range: Any) -> None:  # noqa: A002, ANN401 - xlwings' own name and range
        """Give it other cells."""
        self._api.setDataArea(cells.range_address(self._sheet.api.RangeAddress.Sheet, range.impl.area))


@border
class Tables(base_classes.Tables):
    """The tables of a sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's database ranges, those of the whole workbook."""
        return self._sheet.book.api.DatabaseRanges

    def _all(self) -> list[Table]:
        ranges, index = self.api, self._sheet.api.RangeAddress.Sheet
        found = (ranges.getByName(name) for name in ranges.ElementNames)
        return [Table(self._sheet, each) for each in found if each.DataArea.Sheet == index]

    def __call__(self, key: int | str) -> Table:
        """Return a table by its name, whatever its case, or its place counted from 1."""
        if isinstance(key, str):
            found = next((table for table in self._all() if table.name.casefold() == key.casefold()), None)
        else:
            found = next(iter(self._all()[key - 1 : key]), None)
        if found is None:
            raise KeyError(key)
        return found

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Table]:
        return iter(self._all())

    def __contains__(self, key: str) -> bool:
        return any(table.name.casefold() == key.casefold() for table in self._all())

    def add(  # type: ignore[override]  # xlwings passes every argument by name
        self,
        *,
        source: Any,  # noqa: ANN401 - xlwings' own range
        name: str | None = None,
        has_headers: bool = True,
        **_: object,
    ) -> Table:
        """Make a range a table.

        Args:
            source: Its cells.
            name: Its name, by default ``Table1`` and so on.
            has_headers: Whether the first row are headers.
        """
        ranges = self.api
        taken = set(ranges.ElementNames)
        chosen = name or next(each for each in map("Table{}".format, range(1, len(taken) + 2)) if each not in taken)
        ranges.addNewByName(chosen, cells.range_address(self._sheet.api.RangeAddress.Sheet, source.impl.area))
        made = ranges.getByName(chosen)
        made.ContainsHeader = has_headers
        made.AutoFilter = has_headers
        return Table(self._sheet, made)


def table_at(sheet: Sheet, area: Area) -> Table | None:
    """Return the table that the first cell of an area is in."""
    return next((table for table in sheet.tables if table.area.contains(area.row, area.column)), None)
