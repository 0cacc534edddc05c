"""How the cells of a range look: fill, font, number format, alignment, widths and heights."""

from __future__ import annotations

from collections.abc import Sequence

from addin.calc import areas, bridge, cells, formats, looks
from addin.calc.bridge import UnoObject, border
from addin.calc.range_base import RangeBase

_HORIZONTAL = {
    "general": "STANDARD",
    "left": "LEFT",
    "center": "CENTER",
    "right": "RIGHT",
    "justify": "BLOCK",
    "fill": "REPEAT",
}
_VERTICAL = {"bottom": 3, "top": 1, "center": 2, "justify": 4}  # com.sun.star.table.CellVertJustify2


@border
class Looks(RangeBase):
    """The looks of a range."""

    @property
    def color(self) -> looks.Rgb | None:
        """Return or set the fill, None for none; cells that differ among themselves give None."""
        number = looks.only(self.api, "CellBackColor")
        return None if number is None else looks.colour_of(int(number))

    @color.setter
    def color(self, color_or_rgb: looks.Rgb | int | str | None) -> None:
        self.changeable.CellBackColor = looks.colour_number(color_or_rgb)

    def set_colors(self, colors: Sequence[Sequence[looks.Rgb | object | None]]) -> None:
        """Set the fill of many cells, one call for each colour; ``...`` leaves a cell as it is."""
        _ = self.changeable
        places: dict[int, list[tuple[int, int]]] = {}
        for row, line in enumerate(colors, self.row):
            for column, colour in enumerate(line, self.column):
                if colour is not ...:
                    places.setdefault(looks.colour_number(colour), []).append((row, column))  # type: ignore[arg-type]
        for number, where in places.items():
            target = cells.ranges(self._sheet.book.api, self._sheet.api, areas.gathered(where))
            target.CellBackColor = number

    @property
    def font(self) -> looks.Font:
        """Return its font."""
        return looks.Font(self.api, lambda: self.changeable)

    @property
    def number_format(self) -> str | None:
        """Return or set the number format as Excel writes it in English, None where the cells differ."""
        key = looks.only(self.api, "NumberFormat")
        return None if key is None else formats.code_of(self._sheet.book.api, key)

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.changeable.NumberFormat = formats.key_of(self._sheet.book.api, value)

    @property
    def wrap_text(self) -> bool | None:
        """Return or set whether long text wraps, None where the cells differ."""
        wraps = looks.only(self.api, "IsTextWrapped")
        return None if wraps is None else bool(wraps)

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.changeable.IsTextWrapped = value

    @property
    def horizontal_alignment(self) -> str | None:
        """Return or set ``left``, ``center`` …, None where the cells differ."""
        found = looks.only(self.api, "HoriJustify")
        return None if found is None else next(ours for ours, theirs in _HORIZONTAL.items() if theirs == found.value)

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        if value not in _HORIZONTAL:
            raise NotImplementedError(value)
        self.changeable.HoriJustify = bridge.enum("table.CellHoriJustify", _HORIZONTAL[value])

    @property
    def vertical_alignment(self) -> str | None:
        """Return or set ``top``, ``center`` …, None where the cells differ; Excel's own is the bottom."""
        found = looks.only(self.api, "VertJustify")
        return (
            None if found is None else next((ours for ours, theirs in _VERTICAL.items() if theirs == found), "bottom")
        )

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        if value not in _VERTICAL:
            raise NotImplementedError(value)
        self.changeable.VertJustify = _VERTICAL[value]

    # Measures

    @property
    def column_width(self) -> float | None:
        """Return or set the width of its columns in characters, None where they differ."""
        widths = {each.Width for each in self._columns()}
        return looks.column_characters(widths.pop()) if len(widths) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.changeable.Columns.Width = looks.column_hundredths(value)

    @property
    def row_height(self) -> float | None:
        """Return or set the height of its rows in points, None where they differ."""
        heights = {each.Height for each in self._rows()}
        return round(heights.pop() / looks.POINT, 2) if len(heights) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.changeable.Rows.Height = round(value * looks.POINT)

    @property
    def width(self) -> float:
        """Return its width in points."""
        return float(self.api.Size.Width / looks.POINT)

    @property
    def height(self) -> float:
        """Return its height in points."""
        return float(self.api.Size.Height / looks.POINT)

    @property
    def left(self) -> float:
        """Return its distance from the left edge of the sheet in points."""
        return float(self.api.Position.X / looks.POINT)

    @property
    def top(self) -> float:
        """Return its distance from the top of the sheet in points."""
        return float(self.api.Position.Y / looks.POINT)

    @property
    def row_hidden(self) -> bool | None:
        """Return or set whether its rows are hidden, None where some are."""
        return _agreed({not each.IsVisible for each in self._rows()})

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self.changeable.Rows.IsVisible = not value

    @property
    def column_hidden(self) -> bool | None:
        """Return or set whether its columns are hidden, None where some are."""
        return _agreed({not each.IsVisible for each in self._columns()})

    @column_hidden.setter
    def column_hidden(self, value: bool) -> None:
        self.changeable.Columns.IsVisible = not value

    def autofit(self, axis: str | None = None) -> None:
        """Make columns (``c``), rows (``r``) or both as large as what stands in them."""
        if axis in {None, "c", "columns"}:
            self.api.Columns.OptimalWidth = True
        if axis in {None, "r", "rows"}:
            self.api.Rows.OptimalHeight = True

    def _columns(self) -> list[UnoObject]:
        return formats.indexed(self.api.Columns)

    def _rows(self) -> list[UnoObject]:
        return formats.indexed(self.api.Rows)


def _agreed(states: set[bool]) -> bool | None:
    return states.pop() if len(states) == 1 else None
