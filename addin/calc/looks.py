"""How cells look: colours, fonts, alignment, and the measures of rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from xlwings import base_classes

from addin.calc import bridge
from addin.calc.bridge import UnoObject, border

Rgb: TypeAlias = tuple[int, int, int]

_BOLD, _REGULAR = 150.0, 100.0
# A column width in Excel counts digits of 7 pixels beside a margin of 5, at 96 pixels to the inch of 2,540.
_DIGIT_PIXELS, _MARGIN_PIXELS, _PIXEL = 7, 5, 2540 / 96
POINT = 2540 / 72
# Chinese text has a font of its own in LibreOffice: both are set, the Western one is read.
_SCRIPTS = ("", "Asian")


def colour_number(value: Rgb | int | str | None) -> int:
    """Return a colour as LibreOffice counts it, red first; -1 is no colour.

    Args:
        value: Red, green and blue; ``#RRGGBB``; Excel's number (blue first); None.
    """
    if value is None:
        return -1
    if isinstance(value, str):
        return int(value.removeprefix("#"), 16)
    if isinstance(value, int):
        return ((value & 255) << 16) + (value & 0xFF00) + (value >> 16)
    red, green, blue = value
    return (red << 16) + (green << 8) + blue


def colour_of(number: int) -> Rgb | None:
    """Return red, green and blue, None for no colour."""
    return None if number < 0 else (number >> 16 & 255, number >> 8 & 255, number & 255)


def only(cells: UnoObject, name: str) -> UnoObject:
    """Return a property of cells, None where they differ among themselves."""
    mixed = bridge.enum("beans.PropertyState", "AMBIGUOUS_VALUE")
    return None if cells.getPropertyState(name) == mixed else cells.getPropertyValue(name)


def column_characters(width: int) -> float:
    """Return a column width in Excel's characters from hundredths of a millimetre."""
    return round(max(width / _PIXEL - _MARGIN_PIXELS, 0) / _DIGIT_PIXELS, 2)


def column_hundredths(characters: float) -> int:
    """Return a column width in hundredths of a millimetre from Excel's characters."""
    return round((characters * _DIGIT_PIXELS + _MARGIN_PIXELS) * _PIXEL)


@border
class Font(base_classes.Font):
    """The font of cells.

    Args:
        cells: LibreOffice's cells.
        changeable: Gives them where they may be changed, and says why not.
    """

    def __init__(self, cells: UnoObject, changeable: Callable[[], UnoObject]) -> None:
        self._cells = cells
        self._changeable = changeable

    @property
    def api(self) -> UnoObject:
        """Return the cells that it is the font of."""
        return self._cells

    def _set(self, name: str, value: object) -> None:
        cells = self._changeable()
        for script in _SCRIPTS:
            cells.setPropertyValue(f"{name}{script}", value)

    @property
    def bold(self) -> bool | None:
        """Return or set whether it is bold, None where the cells differ."""
        weight = only(self._cells, "CharWeight")
        return None if weight is None else bool(weight > _REGULAR)

    @bold.setter
    def bold(self, value: bool) -> None:
        self._set("CharWeight", _BOLD if value else _REGULAR)

    @property
    def italic(self) -> bool | None:
        """Return or set whether it is italic, None where the cells differ."""
        slant = only(self._cells, "CharPosture")
        return None if slant is None else bool(slant.value != "NONE")

    @italic.setter
    def italic(self, value: bool) -> None:
        self._set("CharPosture", bridge.enum("awt.FontSlant", "ITALIC" if value else "NONE"))

    @property
    def size(self) -> float | None:
        """Return or set the size in points, None where the cells differ."""
        size = only(self._cells, "CharHeight")
        return None if size is None else float(size)

    @size.setter
    def size(self, value: float) -> None:
        self._set("CharHeight", float(value))

    @property
    def name(self) -> str | None:
        """Return or set the name of the font, None where the cells differ."""
        name = only(self._cells, "CharFontName")
        return None if name is None else str(name)

    @name.setter
    def name(self, value: str) -> None:
        self._set("CharFontName", value)

    @property
    def color(self) -> Rgb | None:
        """Return or set the colour; automatic is black, None where the cells differ."""
        number = only(self._cells, "CharColor")
        return None if number is None else colour_of(max(int(number), 0))

    @color.setter
    def color(self, value: Rgb | int | str) -> None:
        self._changeable().CharColor = colour_number(value)
