"""How a sheet is printed: its area, and the page by the names that Excel has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlwings import base_classes

from addin.calc import areas, cells
from addin.calc.bridge import UnoObject, border
from addin.calc.page_styles import copy_page_style, page_style

if TYPE_CHECKING:
    from addin.calc.sheets import Sheet

PORTRAIT, LANDSCAPE = 1, 2
"""Excel's numbers for the way a page lies."""
A4 = 9
"""Excel's number for the paper of schools and offices; no other one is set."""
_A4_SHORT, _A4_LONG = 21_000, 29_700
"""Hundredths of a millimetre."""
_MILLIMETRE = 100


@border
class PageSetup(base_classes.PageSetup):
    """How a sheet is printed."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def api(self) -> Page:
        """Return the page by the names of Excel."""
        return Page(self._sheet)

    @property
    def print_area(self) -> str | None:
        """Return or set the address that is printed, None for everything."""
        return ",".join(areas.of_range(at).address() for at in self._sheet.api.PrintAreas) or None

    @print_area.setter
    def print_area(self, value: str | None) -> None:
        wanted = [areas.parsed(part) for part in value.split(",")] if value else []
        index = self._sheet.api.RangeAddress.Sheet
        self._sheet.api.PrintAreas = tuple(cells.range_address(index, area) for area in wanted if area is not None)


@border
class Page:
    """Excel's members of a page that people print, for a sheet of LibreOffice."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def Orientation(self) -> int:  # noqa: N802 - Excel's name
        """Return or set whether the page is upright (1) or lies (2)."""
        return LANDSCAPE if self._style.IsLandscape else PORTRAIT

    @Orientation.setter
    def Orientation(self, value: int) -> None:  # noqa: N802
        style = self._own_style()
        style.IsLandscape = value == LANDSCAPE
        sides = sorted((style.Width, style.Height), reverse=value == LANDSCAPE)
        style.Width, style.Height = sides

    @property
    def PaperSize(self) -> int:  # noqa: N802
        """Return or set the paper: A4 (9); 0 is any other."""
        sides = sorted((self._style.Width, self._style.Height))
        is_a4 = all(abs(side - wanted) < _MILLIMETRE for side, wanted in zip(sides, (_A4_SHORT, _A4_LONG), strict=True))
        return A4 if is_a4 else 0

    @PaperSize.setter
    def PaperSize(self, value: int) -> None:  # noqa: N802
        if value != A4:
            raise NotImplementedError
        style = self._own_style()
        style.Width, style.Height = sorted((_A4_SHORT, _A4_LONG), reverse=bool(style.IsLandscape))

    @property
    def FitToPagesWide(self) -> int:  # noqa: N802
        """Return or set the number of pages beside each other, 0 where nothing is fitted."""
        return int(self._style.ScaleToPagesX)

    @FitToPagesWide.setter
    def FitToPagesWide(self, value: int) -> None:  # noqa: N802
        self._own_style().ScaleToPagesX = value

    @property
    def PrintTitleRows(self) -> str:  # noqa: N802
        """Return or set the rows that every page repeats (``$4:$4``), an empty text for none."""
        at = self._sheet.api.getTitleRows()
        return f"${at.StartRow + 1}:${at.EndRow + 1}" if self._sheet.api.getPrintTitleRows() else ""

    @PrintTitleRows.setter
    def PrintTitleRows(self, value: str) -> None:  # noqa: N802
        wanted = areas.parsed(value) if value else None
        if wanted is not None:
            self._sheet.api.setTitleRows(cells.range_address(self._sheet.api.RangeAddress.Sheet, wanted))
        self._sheet.api.setPrintTitleRows(wanted is not None)

    @property
    def _style(self) -> UnoObject:
        return page_style(self._sheet.book.api, self._sheet.api)

    def _own_style(self) -> UnoObject:
        """Return the sheet's page style; one that other sheets have as well is copied first."""
        document, name = self._sheet.book.api, self._sheet.api.PageStyle
        users = sum(document.Sheets.getByIndex(place).PageStyle == name for place in range(document.Sheets.Count))
        return self._style if users == 1 else copy_page_style(self._style, document, self._sheet.api)
