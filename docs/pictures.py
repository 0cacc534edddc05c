#!/usr/bin/env python3
"""Draw docs/pictures/*.png from the sample school with LibreOffice and poppler: ``python docs/pictures.py``."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from addin import buttons
from addin.calc import connect
from addin.calc.office import Office

HERE = Path(__file__).resolve().parent
RESOLUTION = 105
"""Dots per inch: an A4 page in landscape is 1,228 wide."""
LEVELS = 15
"""Steps of each colour channel; what people see stays, the file is a third."""
COLOURS = 256
MARGIN = 12
"""Dots of white around what is printed."""
DAY = "2026-11-22"
"""The day of the sample school."""
CHECKED, RECONCILED = "addin-check.xlsx", "addin-reconcile.xlsx"
"""Workbooks as they are after a button was pressed, below the shared folder."""


@dataclass(frozen=True)
class Picture:
    """One page of one file of the sample school, and the part of it that is shown."""

    name: str
    path: str
    """Below the shared folder."""
    words: tuple[str, ...]
    """The first page with all of these is shown."""
    rows: int
    """At most this many dots from the first line of print down."""


PICTURES = (
    Picture("master", "published/总账.xlsx", ("后勤总账",), 690),
    Picture("guide", "templates/总务处台账.xlsx", ("填写说明",), 470),
    Picture("template", "departments/ZW/总务库房台账9-10月.xlsx", ("填报部门", "入库单号"), 430),
    Picture("marked", "feedback/ZW/总务库房台账11月.校验.xlsx", ("填报部门", "RK-202611-0007"), 620),
    Picture("findings", "feedback/ZW/总务库房台账11月.校验.xlsx", ("校验结果",), 430),
    Picture("addin-check", CHECKED, ("填报部门", "RK-202611-0007"), 620),
    Picture("addin-reconcile", RECONCILED, ("hq_状态",), 330),
)


def main() -> None:
    """Make the sample school and draw every picture from it."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        os.environ["HOUQIN_STATE"] = str(work / "state")
        output_of(sys.executable, "-m", "sync.cli", "demo", work / "school")
        press_buttons(work / "school")
        for picture in PICTURES:
            draw(picture, work)


def press_buttons(share: Path) -> None:
    """Check one workbook of the store, reconcile its count sheet, and save both below the shared folder."""
    os.environ |= {"HOUQIN_SHARE": str(share), "HOUQIN_TODAY": DAY}
    departments = share / "departments" / "ZW"
    with Office() as office:
        app = connect(pipe=office.pipe)
        book = app.books.open(str(departments / "总务库房台账11月.xlsx"))
        buttons.check(book)
        book.sheets["校验结果"].delete()
        book.save(str(share / CHECKED))
        book.close()
        book = app.books.open(str(next(departments.glob("*盘点*.xlsx"))))
        book.sheets[next(sheet.name for sheet in book.sheets if "盘点表" in sheet.name)].activate()
        buttons.reconcile(book)
        book.save(str(share / RECONCILED))
        book.close()


def draw(picture: Picture, work: Path) -> None:
    """Draw one picture.

    Raises:
        LookupError: no page of the file holds the words.
    """
    source = work / "school" / picture.path
    pdf = work / f"{source.stem}.pdf"
    if not pdf.exists():
        profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
        output_of("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", work, source)
    page = page_with(picture, pdf)
    drawn = output_of("pdftoppm", "-r", RESOLUTION, "-f", page, "-l", page, pdf)
    (HERE / "pictures" / f"{picture.name}.png").write_bytes(png_of(drawn, picture.rows))


def output_of(*command: object) -> bytes:
    """Return what a program writes to standard output.

    Raises:
        CalledProcessError: it failed.
    """
    words = [str(word) for word in command]
    return subprocess.run(words, check=True, capture_output=True).stdout  # noqa: S603 - our own words


def page_with(picture: Picture, pdf: Path) -> int:
    """Return the number of the first page, from 1, that holds the words of a picture.

    Raises:
        LookupError: there is none.
    """
    text = output_of("pdftotext", "-layout", pdf, "-").decode()
    for number, page in enumerate(text.split("\f"), start=1):
        if all(word in page for word in picture.words):
            return number
    raise LookupError(picture.words)


def png_of(drawn: bytes, most_rows: int) -> bytes:
    """Return a binary PPM picture, cut to what is printed, as a PNG with at most 256 colours."""
    width, _, pixels = _ppm(drawn)
    steps = bytes(round(round(value * LEVELS / 255) * 255 / LEVELS) for value in range(256))
    coarse = pixels.translate(steps)
    lines = [coarse[start : start + width * 3] for start in range(0, len(coarse), width * 3)]
    shown = _printed(lines)[:most_rows]
    columns = [bytes(line[at] for line in shown) for at in range(0, width * 3, 3)]
    inked = [place for place, column in enumerate(columns) if column.strip(b"\xff")]
    left, right = max(0, inked[0] - MARGIN), min(width, inked[-1] + 1 + MARGIN)
    return _packed([[line[at * 3 : at * 3 + 3] for at in range(left, right)] for line in shown])


def _printed(lines: list[bytes]) -> list[bytes]:
    """Return the lines from the first to the last with print, with a margin."""
    inked = [number for number, line in enumerate(lines) if line.strip(b"\xff")]
    return lines[max(0, inked[0] - MARGIN) : inked[-1] + 1 + MARGIN]


def _packed(lines: list[list[bytes]]) -> bytes:
    """Return an indexed PNG of lines of points."""
    counted = Counter(point for line in lines for point in line)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    places = {colour: place for place, colour in enumerate(palette)}
    for colour in counted.keys() - places.keys():
        places[colour] = min(range(len(palette)), key=lambda place: _distance(palette[place], colour))
    packed = zlib.compress(b"".join(b"\0" + bytes(places[point] for point in line) for line in lines), 9)
    header = struct.pack(">IIBBBBB", len(lines[0]), len(lines), 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(palette)), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _ppm(drawn: bytes) -> tuple[int, int, bytes]:
    """Return width, height and points of a binary PPM picture."""
    _, size, _, pixels = drawn.split(b"\n", 3)
    width, height = size.split()
    return int(width), int(height), pixels


def _distance(one: bytes, other: bytes) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    main()
