"""Charts as lists of rectangles and labels: plain geometry, which a template draws as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 360
"""Units across, about the pixels of a phone; the page scales them."""
_ROW, _BAR = 26, 16
_LABEL_WIDTH, _NUMBER_WIDTH = 76, 66
_COLUMNS_HEIGHT, _FOOT, _HEAD = 120, 18, 14
_NAME_WIDTH = 34
"""What a date takes under a column: where there is no room for all of them, every second one stands there."""

Row = tuple[str, Sequence[int]]
"""A label, and one number per series, none below zero."""


@dataclass(frozen=True)
class Rect:
    """A filled rectangle; origin is the upper left corner."""

    x: int
    y: int
    width: int
    height: int
    tone: str


@dataclass(frozen=True)
class Label:
    """A text; ``y`` is its base line, ``anchor`` that of SVG."""

    x: int
    y: int
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Chart:
    """A picture with its title and legend (tone and name of each series)."""

    title: str
    height: int
    rects: tuple[Rect, ...]
    labels: tuple[Label, ...]
    legend: tuple[tuple[str, str], ...]
    width: int = WIDTH


def bars(title: str, rows: Sequence[Row], legend: Sequence[tuple[str, str]]) -> Chart | None:
    """Return a horizontal bar per row with its series end to end, None where there is nothing to show."""
    most = max((sum(numbers) for _, numbers in rows), default=0)
    if most == 0:
        return None
    room = WIDTH - _LABEL_WIDTH - _NUMBER_WIDTH
    rects: list[Rect] = []
    labels: list[Label] = []
    for place, (name, numbers) in enumerate(rows):
        top, x = place * _ROW + 5, _LABEL_WIDTH
        for (tone, _), number in zip(legend, numbers, strict=True):
            width = _share(number, most, room)
            if width:
                rects.append(Rect(x, top, width, _BAR, tone))
            x += width
        labels += [
            Label(_LABEL_WIDTH - 6, top + 13, name, "end"),
            Label(x + 4, top + 13, " + ".join(str(number) for number in numbers if number) or "0"),
        ]
    return Chart(title, len(rows) * _ROW + 8, tuple(rects), tuple(labels), tuple(legend))


def columns(title: str, rows: Sequence[Row], legend: Sequence[tuple[str, str]]) -> Chart | None:
    """Return a group of columns per row, named as far as there is room, None where there is nothing to show."""
    most = max((number for _, numbers in rows for number in numbers), default=0)
    if most == 0:
        return None
    pitch = WIDTH // len(rows)
    width = max(3, min(18, (pitch - 4) // len(legend)))
    every = -(-len(rows) * _NAME_WIDTH // WIDTH)
    base = _HEAD + _COLUMNS_HEIGHT
    rects: list[Rect] = []
    labels: list[Label] = []
    for place, (name, numbers) in enumerate(rows):
        left = place * pitch + (pitch - width * len(legend)) // 2
        for series, ((tone, _), number) in enumerate(zip(legend, numbers, strict=True)):
            x, height = left + series * width, _share(number, most, _COLUMNS_HEIGHT)
            if height:
                rects.append(Rect(x, base - height, width - 1, height, tone))
                labels.append(Label(x + width // 2, base - height - 3, str(number), "middle"))
        if (len(rows) - 1 - place) % every == 0:
            labels.append(Label(place * pitch + pitch // 2, base + 14, name, "middle"))
    return Chart(title, base + _FOOT, tuple(rects), tuple(labels), tuple(legend))


def _share(number: int, most: int, room: int) -> int:
    """Return the length of a number, at least 1 for anything above zero."""
    return max(1, number * room // most) if number > 0 else 0
