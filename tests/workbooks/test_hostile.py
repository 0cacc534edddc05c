"""Files that would make a reader slow, blind or see double: linear time, honest limits, true second opinions."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.values import ErrorCell
from tests.workbooks.makers import (
    MAIN,
    OFFICE,
    cell,
    cells,
    codes,
    good,
    only,
    package,
    packed,
    raw,
    relations,
    saved,
    sheet,
    strings,
    styles,
    unpacked,
)
from workbooks import xml_parts
from workbooks.pool import Job, ReaderPool
from workbooks.read import FileContent
from workbooks.xlsx_scan import farthest

MANY = 700_000
ONE = cell("A1")


def _in_sheet(rows: str = ONE, after: str = "", head: str = "") -> Callable[[], bytes]:
    part = sheet(rows, after=after).replace("<sheetData>", f"{head}<sheetData>", 1)
    return lambda: package(part, changes={"xl/styles.xml": styles(formats=[(0, 9)])})


def _in_cell(inner: str) -> Callable[[], bytes]:
    return _in_sheet(f'<row r="1"><c r="A1">{inner}</c></row>')


FLOODS: dict[str, tuple[Callable[[], bytes], str]] = {
    "cells that never end": (_in_sheet("<c " * MANY), ".xlsx"),
    "cells that never end, with references": (_in_sheet('<c r="A1" ' * MANY), ".xlsx"),
    "formulas that never end": (_in_cell("<f" * MANY), ".xlsx"),
    "formulas with attributes": (_in_cell("<f " * MANY), ".xlsx"),
    "formulas that open": (_in_cell("<f>" * MANY), ".xlsx"),
    "values that never end": (_in_cell("<f/>" + "<v " * MANY), ".xlsx"),
    "errors in a cell": (_in_cell(' t="e"' * MANY), ".xlsx"),
    "errors in a tag": (_in_sheet('<row r="1"><c r="A1"' + ' t="e"' * MANY), ".xlsx"),
    "styles in a cell": (_in_cell(' s="1"' * MANY), ".xlsx"),
    "styles in a tag": (_in_sheet('<row r="1"><c r="A1"' + ' s="1"' * MANY), ".xlsx"),
    "hidden rows that never end": (_in_sheet(ONE + '<row hidden="1" ' * MANY), ".xlsx"),
    "one row hidden often": (_in_sheet(ONE + "<row " + ' hidden="1"' * MANY), ".xlsx"),
    "merged ranges that never end": (_in_sheet(after="<mergeCell " * MANY), ".xlsx"),
    "a merged range with many places": (_in_sheet(after="<mergeCell " + ' ref="' * MANY), ".xlsx"),
    "tags before the cells": (_in_sheet(head="<" * MANY), ".xlsx"),
    "dimensions before the cells": (_in_sheet(head="<dimension " * MANY), ".xlsx"),
    "pictures in a formula": (_in_cell("<f>" + "DISPIMG( " * 100_000 + "</f><v>1</v>"), ".xlsx"),
    "links in a formula": (_in_cell("<f>" + "[" * MANY + "</f><v>1</v>"), ".xlsx"),
    "a name of quotes": (lambda: package(sheet(ONE), changes={"xl/workbook.xml": _named("'" * MANY)}), ".xlsx"),
    "a format of quotes": (
        lambda: package(sheet(ONE), changes={"xl/styles.xml": styles(codes=["&quot;" * MANY], formats=[(0, 164)])}),
        ".xlsx",
    ),
    "names of streams": (lambda: _OLE + "EncryptedPackage".encode("utf-16-le") * 100_000, ".xls"),
    "spans down a page": (lambda: b"<table>" + b"<td rowspan=1000>x" * 100_000, ".xls"),
    "spans across a page": (lambda: b"<table>" + b"<tr><td colspan=1000>x" * 500, ".xls"),
    "rows of a page": (lambda: b"<table>" + b"<tr>" * 200_000, ".xls"),
    "tables in tables": (lambda: b"<table><td>x" * 20_000, ".xls"),
    "a line of commas": (lambda: b"," * 5_000_000, ".csv"),
    "a line without end": (lambda: b"x" * 5_000_000, ".csv"),
    "a text of quotes": (lambda: b'"a""' * 1_000_000, ".csv"),
}
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _named(place: str) -> str:
    listed = '<sheets><sheet name="表1" sheetId="1" r:id="rId1"/></sheets>'
    names = f"<definedNames><definedName>{place}</definedName></definedNames>"
    return f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{listed}{names}</workbook>'


def test_floods_cost_linear_time(tmp_path: Path) -> None:
    """A tag, a trigger or a span repeated without end is read or refused in seconds, by every pattern."""
    jobs = []
    for number, (name, (maker, extension)) in enumerate(FLOODS.items()):
        path = tmp_path / f"{number}{extension}"
        path.write_bytes(maker())
        jobs.append(Job(name, "workbooks.read:read_file", (path, path.name)))
    with ReaderPool(workers=2, seconds=12) as pool:
        outcomes = pool.run(jobs)
    assert {outcome.job.key: outcome.failure for outcome in outcomes if outcome.failure} == {}
    assert all(isinstance(outcome.value, FileContent) for outcome in outcomes)


class TestLimits:
    """What is too much is said to be too much, and by name."""

    def test_a_stray_cell_far_below(self, tmp_path: Path) -> None:
        """A cell far below the table is read where it stands; the rows between are blank."""
        grid = raw(tmp_path, cell("A1") + cell("C250000", "<v>7</v>"))
        assert len(grid.cells) == 250_000
        assert (list(grid.cells[0]), list(grid.cells[-1])) == ([1, None, None], [None, None, 7])

    @pytest.mark.parametrize("formatted", ['<c r="XFD1048576" s="0"/>', '<c r="ZZ1048576" s="0"/>'])
    def test_a_blank_cell_far_away(self, tmp_path: Path, formatted: str) -> None:
        """A formatted cell without content is no content, however far it lies."""
        assert cells(raw(tmp_path, f'{ONE}<row r="1048576">{formatted}</row>')) == [[1]]

    @pytest.mark.parametrize(
        "rows",
        [
            cell("ZZ1048576"),
            cell("A1048576") + cell("XFD1"),
            '<row r="1"><c r="ZZ1048576"><v>1</v></c></row>',
            f'<row r="1048576">{"<c><v>1</v></c>" * 5_000}</row>',
            '<row r="1048576"><c s="0" r="XFD1048576"><v>1</v></c></row>',
            "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        ],
    )
    @pytest.mark.parametrize("dimension", ["", "A1:B2", "A1:C1048576"])
    def test_a_cell_far_away(self, tmp_path: Path, rows: str, dimension: str) -> None:
        """A rectangle over the limit is refused by the sheet's name, whatever the sheet says of its size."""
        read = saved(tmp_path, package(sheet(ONE + rows, dimension=dimension)))
        assert [(found.code, found.sheet) for found in read.findings] == [("FILE-TOO-LARGE", "表1")]

    def test_the_farthest_cell(self) -> None:
        """Row and column of the rectangle may come from different cells; cells without content do not count."""
        part = sheet(cell("B9") + '<row r="12"><c r="C12"/><c r="AB3" t="s"><v>0</v></c><c r="XFD99" s="1"/></row>')
        content = part.encode()
        for size in (7, 50, 1_000):
            assert farthest(content[at : at + size] for at in range(0, len(content), size)) == (9, 28)

    def test_too_many_elements(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A part that is held as a tree has a limit of elements."""
        monkeypatch.setattr(xml_parts, "MAX_NODES", 1_000)
        notes = "".join(f'<comment ref="A{n}"><text><t>x</t></text></comment>' for n in range(1, 400))
        changes: dict[str, str | bytes] = {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("a", "comments", "../comments1.xml")),
            "xl/comments1.xml": f"<comments><commentList>{notes}</commentList></comments>",
        }
        assert codes(saved(tmp_path, package(sheet(ONE), changes=changes))) == ["FILE-TOO-LARGE"]

    def test_a_part_that_is_led_to_a_thousand_times(self, tmp_path: Path) -> None:
        """A part of notes is read once, however many relations lead there."""
        notes = "".join(f'<comment ref="A{n}"><text><t>x</t></text></comment>' for n in range(1, 2_000))
        leads = ((f"r{number}", "comments", "../comments1.xml") for number in range(1_000))
        changes: dict[str, str | bytes] = {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(*leads),
            "xl/comments1.xml": f"<comments><commentList>{notes}</commentList></comments>",
        }
        assert len(only(saved(tmp_path, package(sheet(ONE), changes=changes))).details.comments) == 1_999

    def test_a_directory_of_millions(self, tmp_path: Path) -> None:
        """A zip file whose directory is larger than any workbook's is refused before it is read."""
        entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 0, 20, 0, 0, 0, 0, 33, 0, 0, 0, 1, *[0] * 6) + b"a"
        listed = entry * 150_000
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_535, 65_535, len(listed), 30, 0)
        read = saved(tmp_path, b"PK\3\4" + bytes(26) + listed + end)
        assert codes(read) == ["FILE-TOO-LARGE"]

    def test_a_large_text(self, tmp_path: Path) -> None:
        """A text of more columns than a sheet has is refused."""
        assert codes(saved(tmp_path, b"a," * 16_384 + b"\n", "a.csv")) == ["FILE-TOO-LARGE"]
        assert codes(saved(tmp_path, b"a," * 16_383 + b"\n", "a.csv")) == []


class TestSecondOpinion:
    """What one look sees and another does not is refused, and nothing honest is."""

    @pytest.mark.parametrize(
        "rows",
        [
            ONE + ONE,
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A1"><v>2</v></c></row>',
            '<row r="1"><c r="A1"><v>1</v></c><c r="a1"><v>2</v></c></row>',
        ],
    )
    def test_cells_that_are_there_twice(self, tmp_path: Path, rows: str) -> None:
        """Two contents for one cell are a contradiction."""
        assert codes(saved(tmp_path, package(sheet(rows)))) == ["FILE-STRUCTURE"]

    @pytest.mark.parametrize("place", ["A1048577", "XFE1", "A0", "AAAA1", "1", "A", "一1"])
    def test_cells_that_no_sheet_has(self, tmp_path: Path, place: str) -> None:
        """A cell beyond the last row or column is refused."""
        found = codes(saved(tmp_path, package(sheet(ONE + f'<row r="2"><c r="{place}"><v>1</v></c></row>'))))
        assert found in (["FILE-STRUCTURE"], ["FILE-CORRUPT"])

    def test_texts_that_are_lost(self, tmp_path: Path) -> None:
        """A shared string with text that comes back blank is a loss."""
        texts = strings("<t>甲</t>", "<other>乙</other><t/>", "<t><![CDATA[丙]]></t>")
        rows = "".join(cell(f"A{n}", f"<v>{n - 1}</v>", ' t="s"') for n in (1, 2, 3))
        read = saved(tmp_path, package(sheet(rows), changes={"xl/sharedStrings.xml": texts}))
        assert codes(read) in (["FILE-STRUCTURE"], [])
        if not read.findings:
            assert cells(only(read)) == [["甲"], [None], ["丙"]]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"),
            ("xl/_rels/workbook.xml.rels", "xl/_rels/workbook.rels"),
            ("xl/workbook.xml", "xl/book.xml"),
        ],
    )
    def test_parts_that_are_not_where_they_are_said_to_be(self, tmp_path: Path, before: str, after: str) -> None:
        """A sheet that is listed and not there is refused, not left out."""
        parts = unpacked(good())
        content = packed((name if name != before else after, part) for name, part in parts.items())
        assert codes(saved(tmp_path, content)) == ["FILE-STRUCTURE"]

    @pytest.mark.parametrize(
        "cut",
        [
            "</worksheet>",
            "</sheetData></worksheet>",
            "</row></sheetData></worksheet>",
            "</c></row></sheetData></worksheet>",
        ],
    )
    def test_a_sheet_that_stops_in_the_middle(self, tmp_path: Path, cut: str) -> None:
        """A part that ends too early inside a whole zip file never passes for a shorter sheet."""
        part = sheet(ONE + cell("A2"))
        assert part.endswith(cut)
        read = saved(tmp_path, package(part.removesuffix(cut)))
        if read.findings:
            assert codes(read) == ["FILE-CORRUPT"]
        else:
            assert cells(read.grids[0]) == [[1], [1]]

    def test_a_part_that_lies_about_its_size(self, tmp_path: Path) -> None:
        """A part that unpacks to more than the directory says is not read beyond it."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
            for name, part in unpacked(good()).items():
                target.writestr(name, part)
            target.getinfo("xl/worksheets/sheet1.xml").file_size -= 40
        assert codes(saved(tmp_path, stream.getvalue())) == ["FILE-CORRUPT"]

    def test_what_lies_beside_the_parts(self, tmp_path: Path) -> None:
        """Parts that nothing leads to, or that only other readers would take, are no input."""
        parts = unpacked(good())
        more: dict[str, str | bytes] = {
            "xl/worksheets/sheet9.xml": sheet(cell("A1", "<v>9</v>")),
            "word/../x.bin": b"\0" * 100,
            "xl/vbaProject.bin": b"macro",
        }
        assert cells(only(saved(tmp_path, packed([*parts.items(), *more.items()])))) == [["食堂", 1]]

    def test_a_sheet_in_another_encoding(self, tmp_path: Path) -> None:
        """A sheet in UTF-16 is read like one in UTF-8."""
        part = '<?xml version="1.0" encoding="UTF-16"?>' + sheet(
            cell("A1", "<v>#N/A</v>", ' t="e"') + cell("A2", "<is><t>食堂</t></is>", ' t="inlineStr"')
        )
        content = package(sheet(ONE), changes={"xl/worksheets/sheet1.xml": part.encode("utf-16")})
        assert cells(only(saved(tmp_path, content))) == [[ErrorCell("#N/A")], ["食堂"]]
