"""Draw the icons of the ribbon as PNG from strokes, the same bytes each time."""

from __future__ import annotations

import itertools
import math
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SIZE = 64
"""Pixels of a side: Office shows 32 of them, more on finer screens."""
_UNIT = 32 / SIZE
_INK, _GREEN, _RED, _BLUE = (64, 72, 84), (30, 142, 84), (204, 66, 52), (38, 110, 188)

Point = tuple[float, float]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Stroke:
    """A line through points of a grid of 32, from the left upper corner."""

    points: tuple[Point, ...]
    colour: Colour = _INK
    width: float = 2.4

    def coverage(self) -> dict[tuple[int, int], float]:
        """Return (row, column) of the pixels that the line touches to how much of them it covers, up to 1."""
        covered: dict[tuple[int, int], float] = {}
        for start, end in zip(self.points, self.points[1:] or self.points, strict=False):
            for row, column in _pixels_near(start, end, self.width):
                away = _to_segment((column + 0.5) * _UNIT, (row + 0.5) * _UNIT, start, end)
                inked = min(max((self.width / 2 - away) / _UNIT + 0.5, 0.0), 1.0)
                covered[row, column] = max(covered.get((row, column), 0.0), inked)
        return covered


def _pixels_near(start: Point, end: Point, reach: float) -> Iterator[tuple[int, int]]:
    """Yield the rows and columns of the pixels around a segment."""
    left, right = (int((edge) / _UNIT) for edge in (min(start[0], end[0]) - reach, max(start[0], end[0]) + reach))
    top, bottom = (int((edge) / _UNIT) for edge in (min(start[1], end[1]) - reach, max(start[1], end[1]) + reach))
    for row in range(max(top, 0), min(bottom, SIZE - 1) + 1):
        for column in range(max(left, 0), min(right, SIZE - 1) + 1):
            yield row, column


def _to_segment(x: float, y: float, start: Point, end: Point) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    along = ((x - start[0]) * across + (y - start[1]) * down) / length if length else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.sqrt((x - start[0] - along * across) ** 2 + (y - start[1] - along * down) ** 2)


def _box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def _arc(centre: Point, radius: float, start: int = 0, end: int = 360) -> tuple[Point, ...]:
    """Return a part of a circle; degrees run clockwise from the right."""
    angles = (math.radians(degree) for degree in range(start, end + 1, 15))
    return tuple((centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles)


_PAGE = Stroke(((20, 3), (5, 3), (5, 29), (14, 29)))
_ICONS: dict[str, tuple[Stroke, ...]] = {
    "check": (
        Stroke(_box(5, 4, 25, 28)),
        Stroke(((10, 10), (20, 10)), width=1.8),
        Stroke(((13, 20), (18, 25), (29, 12)), _GREEN, 4),
    ),
    "next_finding": (
        Stroke(_box(4, 4, 20, 12)),
        Stroke(((8, 8), (16, 8)), _RED, 3),
        Stroke(_box(4, 20, 20, 28)),
        Stroke(((26, 6), (26, 25)), _BLUE, 3),
        Stroke(((21, 20), (26, 26), (31, 20)), _BLUE, 3),
    ),
    "book_quantities": (
        Stroke(((4, 10), (16, 4), (28, 10), (28, 23), (16, 29), (4, 23), (4, 10))),
        Stroke(((4, 10), (16, 16), (28, 10))),
        Stroke(((16, 16), (16, 29))),
        Stroke(((10, 7), (22, 13)), _BLUE),
    ),
    "count_sheet": (
        _PAGE,
        Stroke(((20, 3), (25, 8), (25, 14))),
        Stroke(((9, 11), (20, 11)), width=1.8),
        Stroke(((9, 17), (16, 17)), width=1.8),
        Stroke(((9, 23), (13, 23)), width=1.8),
        Stroke(((23, 18), (23, 30)), _GREEN, 3),
        Stroke(((17, 24), (29, 24)), _GREEN, 3),
    ),
    "reconcile": (
        Stroke(((16, 4), (16, 28))),
        Stroke(((10, 28), (22, 28))),
        Stroke(((5, 8), (27, 8))),
        Stroke(_arc((6, 17), 5, 0, 180), _BLUE),
        Stroke(((1, 17), (6, 8), (11, 17), (1, 17)), _BLUE, 1.8),
        Stroke(_arc((26, 17), 5, 0, 180), _GREEN),
        Stroke(((21, 17), (26, 8), (31, 17), (21, 17)), _GREEN, 1.8),
    ),
    "submit": (
        Stroke(((4, 20), (4, 28), (28, 28), (28, 20))),
        Stroke(((16, 22), (16, 5)), _BLUE, 3.2),
        Stroke(((9, 11), (16, 4), (23, 11)), _BLUE, 3.2),
    ),
    "status": (
        Stroke(((13, 7), (29, 7))),
        Stroke(((13, 16), (29, 16))),
        Stroke(((13, 25), (29, 25))),
        Stroke(((3, 7), (5, 9), (9, 5)), _GREEN),
        Stroke(((3, 16), (5, 18), (9, 14)), _GREEN),
        Stroke(((4, 23), (8, 27)), _RED),
        Stroke(((8, 23), (4, 27)), _RED),
    ),
    "help_page": (
        Stroke(_arc((16, 16), 13), _BLUE),
        Stroke((*_arc((16, 12.5), 4.5, 180, 420), (16, 18.5)), _BLUE, 2.8),
        Stroke(((16, 23.5),), _BLUE, 3.2),
    ),
}


def icons() -> dict[str, bytes]:
    """Return the name of each button to its picture as PNG."""
    return {name: _png(_painted(strokes)) for name, strokes in _ICONS.items()}


def _painted(strokes: Iterable[Stroke]) -> list[bytes]:
    """Return the rows of a picture, 4 bytes for a pixel: red, green, blue and how opaque; later strokes lie above."""
    pixels = {place: bytes(4) for place in itertools.product(range(SIZE), repeat=2)}
    for stroke in strokes:
        for place, covered in stroke.coverage().items():
            if covered > 0:
                pixels[place] = bytes([*stroke.colour, round(255 * covered)])
    return [b"".join(pixels[row, column] for column in range(SIZE)) for row in range(SIZE)]


def _png(rows: list[bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    content = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    parts = ((b"IHDR", head), (b"IDAT", content), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
