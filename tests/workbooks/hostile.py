"""Files that are built to break readers; each is small on disk and quick to make."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

from tests.workbooks.makers import MAIN, OFFICE, cell, good, package, packed, relations, sheet

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"哈" * 50_000}">]>'


def lying_about_size() -> bytes:
    """Return a workbook whose directory says that a part of 60 MB has 100 bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        with zipfile.ZipFile(io.BytesIO(good())) as honest:
            for info in honest.infolist():
                if info.filename != "xl/sharedStrings.xml":
                    target.writestr(info.filename, honest.read(info))
        target.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>{"长" * 20_000_000}</t></si></sst>')
        target.getinfo("xl/sharedStrings.xml").file_size = 100
    return stream.getvalue()


def doubled_part() -> bytes:
    """Return a workbook with two first sheets, of which every reader may take another."""
    with zipfile.ZipFile(io.BytesIO(good())) as honest:
        parts: list[tuple[str, str | bytes]] = [(info.filename, honest.read(info)) for info in honest.infolist()]
    return packed([*parts, ("XL/worksheets/sheet1.xml", sheet(cell("A1", "<v>2</v>")))])


def _with_part(name: str, content: str) -> Callable[[], bytes]:
    return lambda: package(sheet(cell("A1", "<v>0</v>", ' t="s"')), changes={name: content})


def _of_sheet(content: Callable[[], str]) -> Callable[[], bytes]:
    return lambda: package(content())


def _scattered(*references: str, dimension: str = "") -> Callable[[], bytes]:
    return lambda: package(sheet("".join(cell(reference) for reference in references), dimension=dimension))


def _book(inner: str) -> str:
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{inner}</sheets></workbook>'


def _merged(count: int) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, count + 1)) + "</mergeCells>"


_ONE = cell("A1")
_LISTED_TWICE = '<sheet name="甲" sheetId="1" r:id="rId1"/><sheet name="乙" sheetId="2" r:id="rId1"/>'
_SELF = relations(("rId1", "worksheet", "workbook.xml"))
_UPWARDS = relations(("rId1", "worksheet", "../../../../etc/passwd"))
_OUTSIDE = relations(("rId1", "worksheet", "http://example.invalid/sheet.xml"), mode=' TargetMode="External"')

HOSTILE: dict[str, tuple[Callable[[], bytes], str, set[str]]] = {
    # name: maker, extension, codes of which one must be found
    "zip bomb": (_of_sheet(lambda: sheet(" " * 60_000_000 + _ONE)), ".xlsx", {"FILE-HOSTILE"}),
    "bomb in the strings": (_with_part("xl/sharedStrings.xml", " " * 60_000_000), ".xlsx", {"FILE-HOSTILE"}),
    "size that lies": (lying_about_size, ".xlsx", {"FILE-CORRUPT"}),
    "part that is there twice": (doubled_part, ".xlsx", {"FILE-HOSTILE"}),
    "too many parts": (
        lambda: package(sheet(_ONE), changes={f"xl/media/{n}.png": b"" for n in range(5_001)}),
        ".xlsx",
        {"FILE-TOO-LARGE"},
    ),
    "laughs in the workbook": (_with_part("xl/workbook.xml", LAUGHS + _book("&j;")), ".xlsx", {"FILE-HOSTILE"}),
    "laughs in the sheet": (_of_sheet(lambda: sheet(_ONE, before=LAUGHS)), ".xlsx", {"FILE-HOSTILE"}),
    "laughs in the strings": (
        _with_part("xl/sharedStrings.xml", f'{LAUGHS}<sst xmlns="{MAIN}"><si><t>&j;</t></si></sst>'),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "laughs in the styles": (
        _with_part("xl/styles.xml", f"{LAUGHS}<styleSheet>&j;</styleSheet>"),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "laughs in the properties": (_with_part("docProps/core.xml", f"{LAUGHS}<p>&j;</p>"), ".xlsx", {"FILE-HOSTILE"}),
    "quadratic blow-up": (
        _of_sheet(lambda: sheet(cell("A1", f"<is><t>{'&a;' * 50_000}</t></is>", ' t="inlineStr"'), before=QUADRATIC)),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "outside entity": (
        _of_sheet(lambda: sheet(_ONE, before='<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "deep workbook part": (
        _with_part("xl/workbook.xml", "<a>" * 100_000 + "</a>" * 100_000),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "deep sheet": (_of_sheet(lambda: sheet("<x:a>" * 100_000 + "</x:a>" * 100_000 + _ONE)), ".xlsx", {"OK"}),
    "corner to corner": (_scattered("A1", "XFD1048576", dimension="A1:XFD1048576"), ".xlsx", {"FILE-TOO-LARGE"}),
    "corner to corner, unsaid": (_scattered("A1", "XFD1048576"), ".xlsx", {"FILE-TOO-LARGE"}),
    "corner to corner, denied": (_scattered("A1", "XFD1048576", dimension="A1:B2"), ".xlsx", {"FILE-TOO-LARGE"}),
    "far column in the middle": (_scattered("A1", "XFD5000", "B1048570"), ".xlsx", {"FILE-TOO-LARGE"}),
    "formula far out": (
        _of_sheet(lambda: sheet(_ONE + cell("XFD1048576", "<f>1+1</f>"))),
        ".xlsx",
        {"FILE-TOO-LARGE"},
    ),
    "column beyond the last": (_scattered("A1", "AAAAAAA1"), ".xlsx", {"FILE-STRUCTURE"}),
    "row beyond the last": (_scattered("A1", "A99999999"), ".xlsx", {"FILE-STRUCTURE"}),
    "a million merged ranges": (_of_sheet(lambda: sheet(_ONE, after=_merged(1_000_000))), ".xlsx", {"FILE-TOO-LARGE"}),
    "wrong merged range": (
        _of_sheet(lambda: sheet(_ONE, after='<mergeCell ref="ZZZZ0:A1"/>')),
        ".xlsx",
        {"FILE-STRUCTURE"},
    ),
    "sheet that is the workbook": (_with_part("xl/_rels/workbook.xml.rels", _SELF), ".xlsx", {"FILE-EMPTY"}),
    "sheet above the package": (_with_part("xl/_rels/workbook.xml.rels", _UPWARDS), ".xlsx", {"FILE-STRUCTURE"}),
    "sheet on the network": (_with_part("xl/_rels/workbook.xml.rels", _OUTSIDE), ".xlsx", {"FILE-STRUCTURE"}),
    "sheets that share a part": (_with_part("xl/workbook.xml", _book(_LISTED_TWICE)), ".xlsx", {"FILE-HOSTILE"}),
    "ten thousand sheets": (
        _with_part("xl/workbook.xml", _book('<sheet name="a" sheetId="1" r:id="rId1"/>' * 10_000)),
        ".xlsx",
        {"FILE-HOSTILE"},
    ),
    "no sheet": (_with_part("xl/workbook.xml", _book("")), ".xlsx", {"FILE-STRUCTURE"}),
    "relations of relations": (
        _with_part("xl/worksheets/_rels/sheet1.xml.rels", relations(("a", "comments", "sheet1.xml"))),
        ".xlsx",
        {"OK"},
    ),
    "string that is not there": (
        _of_sheet(lambda: sheet(cell("A1", "<v>99</v>", ' t="s"'))),
        ".xlsx",
        {"FILE-CORRUPT"},
    ),
    "value in a section": (
        _of_sheet(lambda: sheet(cell("A1", "<v><![CDATA[38]]></v>", ' t="str"') + cell("A2"))),
        ".xlsx",
        {"OK"},
    ),
    "value before the formula": (
        _of_sheet(lambda: sheet(_ONE + cell("A2", "<v>5</v><f>2+3</f>"))),
        ".xlsx",
        {"FILE-STRUCTURE"},
    ),
    "cell that is there twice": (_of_sheet(lambda: sheet(_ONE + _ONE)), ".xlsx", {"FILE-STRUCTURE"}),
    "cells that never end": (
        _of_sheet(lambda: sheet('<row r="1">' + '<c r="A1" t="e"><f>' * 100_000)),
        ".xlsx",
        {"FILE-CORRUPT"},
    ),
    "random bytes": (lambda: random.Random(1).randbytes(50_000), ".xlsx", {"FILE-TYPE"}),  # noqa: S311
    "random zip": (lambda: b"PK\x03\x04" + random.Random(2).randbytes(50_000), ".xlsx", {"FILE-CORRUPT"}),  # noqa: S311
    "random compound file": (
        lambda: bytes.fromhex("d0cf11e0a1b11ae1") + random.Random(3).randbytes(50_000),  # noqa: S311
        ".xls",
        {"FILE-CORRUPT"},
    ),
    "zeros": (lambda: bytes(100_000), ".xlsx", {"FILE-EMPTY"}),
    "spans of a page": (
        lambda: b"<table>" + b"<tr><td rowspan=1000 colspan=1000>x</td></tr>" * 500 + b"</table>",
        ".xls",
        {"FILE-HOSTILE"},
    ),
    "wide rows of a text": (lambda: b"a," * 20_000 + b"\n" + b"a\n" * 20_000, ".csv", {"FILE-TOO-LARGE"}),
    "quote that never ends": (lambda: b'a,"' + b"x" * 3_000_000, ".csv", {"FILE-CORRUPT"}),
}
"""Hostile files by name; ``OK`` stands for a file that is read as if nothing were."""
