"""Makers of files for tests of the readers: packages written part by part, compound files, and what reads them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from schemas.values import Grid
from workbooks.read import FileContent, read_file

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

Parts = dict[str, str | bytes]


def saved(tmp_path: Path, content: bytes, name: str = "入库.xlsx") -> FileContent:
    """Read these bytes from a file of that name."""
    path = tmp_path / name
    path.write_bytes(content)
    return read_file(path, name)


def codes(content: FileContent) -> list[str]:
    """Return the codes found, in order."""
    return [finding.code for finding in content.findings]


def only(content: FileContent) -> Grid:
    """Return the one sheet of a file that is read without any finding."""
    assert [finding.line() for finding in content.findings] == []
    (grid,) = content.grids
    return grid


def cells(grid: Grid) -> list[list[object]]:
    """Return the cells as lists."""
    return [list(row) for row in grid.cells]


def raw(tmp_path: Path, rows: str, **changes: str) -> Grid:
    """Return the sheet of a workbook with these rows in its XML; ``strings`` and ``styles`` replace parts."""
    parts = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    return only(saved(tmp_path, package(sheet(rows), changes={parts[name]: text for name, text in changes.items()})))


def relations(*leads: tuple[str, str, str], mode: str = "") -> str:
    """Return a relations part of (id, last word of the type, target)."""
    listed = "".join(
        f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"{mode}/>' for name, kind, target in leads
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def sheet(rows: str, *, dimension: str = "", after: str = "", before: str = "") -> str:
    """Return a worksheet part."""
    stated = f'<dimension ref="{dimension}"/>' if dimension else ""
    return f'{before}<worksheet xmlns="{MAIN}">{stated}<sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(reference: str, inner: str = "<v>1</v>", attributes: str = "") -> str:
    """Return a row with one cell."""
    number = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{number}"><c r="{reference}"{attributes}>{inner}</c></row>'


def package(*sheets: str, changes: dict[str, str | bytes] | None = None) -> bytes:
    """Return a workbook of these worksheet parts, with some parts changed or added."""
    listed = "".join(f'<sheet name="表{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1))
    leads = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    leads += [("rIdS", "styles", "styles.xml"), ("rIdT", "sharedStrings", "sharedStrings.xml")]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(*leads),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>食堂</t></si></sst>',
        **{f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets, 1)},
        **(changes or {}),
    }
    return packed(parts.items())


def packed(parts: Iterable[tuple[str, str | bytes]]) -> bytes:
    """Return a zip file of these parts in this order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(name, content)
    return stream.getvalue()


def good() -> bytes:
    """Return an honest workbook: 食堂 in A1, 1 in B1."""
    return package(sheet('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row>'))


def strings(*items: str) -> str:
    """Return a part of shared strings; each item is the inside of its ``si``."""
    return f'<sst xmlns="{MAIN}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def styles(fonts: Iterable[str] = (), formats: Iterable[tuple[int, int]] = (), codes: Iterable[str] = ()) -> str:
    """Return a styles part: insides of fonts, cell formats as (font, number format), custom formats from 164 on.

    Font 0 and cell format 0 are the plain ones, the given ones follow.
    """
    font_nodes = "".join(f"<font>{inner}</font>" for inner in ("", *fonts))
    code_nodes = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in enumerate(codes, 164))
    xfs = "".join(f'<xf numFmtId="{number}" fontId="{font}"/>' for font, number in ((0, 0), *formats))
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{code_nodes}</numFmts><fonts>{font_nodes}</fonts>'
        f"<cellXfs>{xfs}</cellXfs></styleSheet>"
    )


def unpacked(content: bytes) -> Parts:
    """Return the parts of a zip file."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        return {info.filename: source.read(info) for info in source.infolist()}


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file (MS-CFB version 3) with these streams of at least 4096 bytes, zero-padded to that."""
    sector, end, free = 512, 0xFFFFFFFE, 0xFFFFFFFF
    bodies = {name: body.ljust(4096, b"\0") for name, body in streams.items()}
    chains, data = [], b""
    entries = [_entry("Root Entry", 5, end, 0, child=1)]
    next_sector = 2
    for number, (name, body) in enumerate(bodies.items(), 1):
        sectors = -(-len(body) // sector)
        right = number + 1 if number < len(bodies) else free
        entries.append(_entry(name, 2, next_sector, len(body), right=right))
        chains += [*range(next_sector + 1, next_sector + sectors), end]
        data += body.ljust(sectors * sector, b"\0")
        next_sector += sectors
    table = [0xFFFFFFFD, end, *chains]
    assert len(table) <= sector // 4
    assert len(entries) <= sector // 128
    directory = b"".join(entries).ljust(sector, b"\0")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    return head + struct.pack("<128I", *table, *[free] * (128 - len(table))) + directory + data


def _entry(name: str, kind: int, start: int, size: int, child: int = 0xFFFFFFFF, right: int = 0xFFFFFFFF) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, right, child)
    named = encoded.ljust(64, b"\0") + struct.pack("<H", len(encoded))
    return named + links + bytes(36) + struct.pack("<IQ", start, size)
