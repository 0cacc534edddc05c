"""What a file is and what became of it: kinds, disguises, passwords, damage (DOMAIN.md 6.6 S13–S23)."""

from __future__ import annotations

import hashlib
import io
import os
import random
import zipfile
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from schemas.values import ErrorCell, Percent
from tests.workbooks.makers import cell, cells, codes, compound_file, good, only, package, saved, sheet
from workbooks.read import read_file


class TestFile:
    """What is known of the file itself."""

    def test_content_hash_and_time_of_saving(self, tmp_path: Path) -> None:
        """Hash and size are those of the bytes; the time of saving is aware UTC."""
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(path)
        book.set_properties({"created": datetime(2026, 11, 20, 9, 30, tzinfo=UTC)})
        book.add_worksheet().write(0, 0, "x")
        book.close()
        content = read_file(path, "食堂/a.xlsx")
        assert content.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (content.name, content.size) == ("食堂/a.xlsx", path.stat().st_size)
        assert content.saved_at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        assert content.grids[0].workbook == "食堂/a.xlsx"

    def test_a_time_with_a_zone(self, tmp_path: Path) -> None:
        """A time of saving in China is given in UTC; nonsense, and what no clock of some zone can show, is no time."""
        for stated, expected in (
            ("2026-11-22T08:00:00+08:00", datetime(2026, 11, 22, tzinfo=UTC)),
            ("昨天", None),
            ("9999-12-31T23:59:59Z", None),
            ("0001-01-01T00:00:00Z", None),
        ):
            inner = f"<dcterms:modified>{stated}</dcterms:modified>"
            core = f'<cp:coreProperties xmlns:cp="c" xmlns:dcterms="d">{inner}</cp:coreProperties>'
            assert saved(tmp_path, package(sheet(cell("A1")), changes={"docProps/core.xml": core})).saved_at == expected

    def test_the_origin_of_a_marked_copy(self, tmp_path: Path) -> None:
        """A marked copy says which version of which workbook it was made from; other files have no origin."""
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(path)
        book.set_custom_property("hq_origin_path", "departments/ST/食堂台账.xlsx")
        book.set_custom_property("hq_origin_sha256", "AB" * 32)
        book.add_worksheet().write(0, 0, "x")
        book.close()
        origin = read_file(path, "a.xlsx").origin
        assert origin is not None
        assert (origin.path, origin.sha256) == ("departments/ST/食堂台账.xlsx", "ab" * 32)
        assert saved(tmp_path, good()).origin is None

    def test_files_that_are_not_there(self, tmp_path: Path) -> None:
        """A missing file and one that cannot be opened are findings too."""
        assert codes(read_file(tmp_path / "no.xlsx", "no.xlsx")) == ["FILE-MISSING"]
        assert codes(read_file(tmp_path, "folder.xlsx")) == ["FILE-LOCKED"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are pipes with names on Unix only")
    def test_what_is_no_file(self, tmp_path: Path) -> None:
        """A pipe with the name of a workbook is not waited for."""
        os.mkfifo(tmp_path / "a.xlsx")
        assert codes(read_file(tmp_path / "a.xlsx", "a.xlsx")) == ["FILE-LOCKED"]


HTML = (
    '<html><head><meta charset="gb2312"><style>td{x:1}</style></head><body><table border=1>'
    "<tr><td colspan=3>十一月&nbsp;入库</td></tr><tr><th>品名<th>数\n   量<th>备注</tr>"
    "<tr><td rowspan=2>大米&amp;面</td><td>00123</td><td></td></tr><tr><td>2<br>袋</td><td>&nbsp;</td></tr>"
    "</table></body></html>"
)
HTML_CELLS = [
    ["十一月\xa0入库", None, None],
    ["品名", "数 量", "备注"],
    ["大米&面", "00123", None],
    [None, "2\n袋", None],
]


class TestKinds:
    """What a file is decides, not what it is called (S16–S19)."""

    @pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("name", ["a.xls", "a.xlsx"])
    def test_html(self, tmp_path: Path, encoding: str, name: str) -> None:
        """A web page under the name of a workbook is read as texts with merged ranges, and said to be one."""
        content = saved(tmp_path, HTML.encode(encoding), name)
        assert codes(content) == ["FILE-DISGUISED"]
        (grid,) = content.grids
        assert cells(grid) == HTML_CELLS
        assert grid.details.merged == ((1, 1, 1, 3), (3, 1, 4, 1))

    def test_tables_in_tables(self, tmp_path: Path) -> None:
        """A table inside a cell is a sheet of its own, and the cell keeps what stands around it."""
        inner = "<table><tr><td>1</td><td>2</td></tr></table>"
        page = f"<table><tr><td>页眉{inner}页脚</td><td>右</td></tr><tr><td>末行</table>"
        read = saved(tmp_path, page.encode("gbk"), "a.xls")
        assert [cells(grid) for grid in read.grids] == [[["页眉页脚", "右"], ["末行", None]], [["1", "2"]]]
        assert [grid.sheet for grid in read.grids] == ["Sheet1", "Sheet2"]

    def test_careless_pages(self, tmp_path: Path) -> None:
        """A caption is the first row; cells without rows, empty rows and paragraphs in cells keep their place."""
        page = "<TABLE><caption>2026年11月</caption><TR></TR><td><p>甲</p><p>乙</p><td>2<script>x</script></TABLE>"
        (grid,) = saved(tmp_path, page.encode(), "a.xls").grids
        assert cells(grid) == [["2026年11月", None], ["甲\n乙", "2"]]
        bare = saved(tmp_path, "<table><td>甲<td>乙</table>".encode(), "a.xls")
        assert cells(bare.grids[0]) == [["甲", "乙"]]

    @pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
    @pytest.mark.parametrize("mark", [",", "\t", ";"])
    def test_delimited_text(self, tmp_path: Path, encoding: str, mark: str) -> None:
        """CSV and TSV read as text under their own name and, with a warning, under that of a workbook."""
        lines = [["品名", "数量", "单价"], ["大米，面", "00123", ""], ['"引, 号"', "2", "3.5"]]
        content = "\r\n".join(mark.join(line) for line in lines).encode(encoding)
        expected = [["品名", "数量", "单价"], ["大米，面", "00123", None], ["引, 号", "2", "3.5"]]
        for name, wanted in (
            ("a.csv", []),
            ("a.tsv", []),
            ("a.xls", ["FILE-DISGUISED"]),
            ("a.xlsx", ["FILE-DISGUISED"]),
        ):
            read = saved(tmp_path, content, name)
            assert codes(read) == wanted
            assert cells(read.grids[0]) == expected

    def test_thousands_in_tabbed_text(self, tmp_path: Path) -> None:
        """Commas inside the cells of tabbed text separate nothing, and ="00123" is the text 00123."""
        read = saved(tmp_path, '编码\t金额\n="00123"\t1,234,567.00\n'.encode("gbk"), "a.xls")
        assert cells(read.grids[0]) == [["编码", "金额"], ["00123", "1,234,567.00"]]

    def test_a_text_that_begins_like_a_picture(self, tmp_path: Path) -> None:
        """A CSV whose first header is BM or PK is still a CSV."""
        for head in ("BM编码", "PK编号"):
            assert cells(saved(tmp_path, f"{head},a\n1,2\n".encode(), "a.csv").grids[0]) == [[head, "a"], ["1", "2"]]

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"%PDF-1.7 ...", "a.pdf"),
            (b"%PDF-1.7 ...", "a.xlsx"),
            (b"\x89PNG\r\n\x1a\n...", "a.png"),
            (b"\xff\xd8\xff\xe0....", "a.xlsx"),
            (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00\x36\x00", "a.bmp"),
            (b"{\\rtf1}", "a.xls"),
            (b"a note", "a.txt"),
            ("不是表".encode(), "a.toml"),
            (b"<?xml version='1.0'?><Workbook/>", "a.xls"),
        ],
    )
    def test_other_files(self, tmp_path: Path, content: bytes, name: str) -> None:
        """Anything else is refused with the way out (S18)."""
        read = saved(tmp_path, content, name)
        assert codes(read) == ["FILE-TYPE"]
        assert ".xlsx" in read.findings[0].hint()

    @pytest.mark.parametrize(
        ("parts", "name"),
        [
            (["xl/workbook.bin"], "a.xlsb"),
            (["mimetype", "content.xml"], "a.ods"),
            (["Index/Document.iwa"], "a.numbers"),
            (["word/document.xml", "[Content_Types].xml"], "a.docx"),
            (["ppt/presentation.xml"], "a.xlsx"),
            (["notes.txt"], "a.zip"),
        ],
    )
    def test_other_packages(self, tmp_path: Path, parts: list[str], name: str) -> None:
        """Zip files that are no workbook of ours are refused as what they are."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as target:
            for part in parts:
                target.writestr(part, "x")
        assert codes(saved(tmp_path, stream.getvalue(), name)) == ["FILE-TYPE"]

    @pytest.mark.parametrize("name", ["a.et", "a.numbers"])
    def test_extensions_of_other_programs(self, tmp_path: Path, name: str) -> None:
        """.et and .numbers are refused even where the content could be read."""
        assert codes(saved(tmp_path, good(), name)) == ["FILE-TYPE"]

    @pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.xltx"])
    def test_workbooks_of_the_new_format(self, tmp_path: Path, name: str) -> None:
        """Workbooks, with macros or without, and templates are read without a word."""
        assert cells(only(saved(tmp_path, good(), name))) == [["食堂", 1]]

    def test_a_new_workbook_under_an_old_name(self, tmp_path: Path) -> None:
        """An .xlsx that is called .xls is read and said to be one."""
        read = saved(tmp_path, good(), "a.xls")
        assert codes(read) == ["FILE-DISGUISED"]
        assert cells(read.grids[0]) == [["食堂", 1]]

    def test_old_workbooks(self, tmp_path: Path) -> None:
        """An .xls is read with its details and the advice to save it anew (S16)."""
        book = xlwt.Workbook(encoding="utf-8")
        target = book.add_sheet("入库")
        style = xlwt.easyxf
        target.write_merge(0, 0, 0, 2, "入库登记")
        for column, (value, look) in enumerate(
            (
                (date(2026, 11, 22), style(num_format_str="yyyy-mm-dd")),
                (0.85, style(num_format_str="0%")),
                (5, style("font: color red")),
                (time(8, 5), style(num_format_str="hh:mm")),
                (True, style()),
            )
        ):
            target.write(1, column, value, look)
        target.row(1).set_cell_error(5, 0x2A)
        target.write(2, 0, "作废", style("font: struck_out on"))
        target.row(2).hidden = True
        path = tmp_path / "a.xls"
        book.save(str(path))
        read = read_file(path, "a.xls")
        assert codes(read) == ["FILE-XLS"]
        (grid,) = read.grids
        assert cells(grid)[1] == [date(2026, 11, 22), Percent(0.85), 5, time(8, 5), True, ErrorCell("#N/A")]
        assert grid.details.merged == ((1, 1, 1, 3),)
        assert grid.details.hidden_rows == {3}
        assert grid.details.struck_rows == {3}
        assert grid.details.red_cells == {(2, 3)}

    def test_workbooks_under_a_password(self, tmp_path: Path) -> None:
        """New and old workbooks under a password are refused as such (S19)."""
        new = compound_file({"EncryptionInfo": b"\4\0\4\0", "EncryptedPackage": bytes(5_000)})
        assert codes(saved(tmp_path, new, "a.xlsx")) == ["FILE-ENCRYPTED"]
        book = xlwt.Workbook()
        book.add_sheet("入库").write(0, 0, "x")
        stream = io.BytesIO()
        book.save(stream)
        old = stream.getvalue()
        writer = b"\x5c\x00\x70\x00"
        assert writer in old
        assert codes(saved(tmp_path, old.replace(writer, b"\x2f\x00\x70\x00"), "a.xls")) == ["FILE-ENCRYPTED"]

    @pytest.mark.parametrize("stream", ["WordDocument", "PowerPoint Document"])
    def test_other_compound_files(self, tmp_path: Path, stream: str) -> None:
        """A document of the old Office formats is refused as what it is, not as damaged."""
        assert codes(saved(tmp_path, compound_file({stream: b"x"}), "a.xls")) == ["FILE-TYPE"]

    def test_an_old_workbook_that_is_called_new(self, tmp_path: Path) -> None:
        """An .xls that is called .xlsx is read, with both pieces of advice; errors stand at their own cells."""
        book = xlwt.Workbook()
        book.dates_1904 = True
        target = book.add_sheet("入库")
        target.write(6, 3, 44886, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        for column, code in enumerate((0x00, 0x07, 0x0F, 0x17, 0x1D, 0x24, 0x2A), 4):
            target.row(8).set_cell_error(column, code)
        stream = io.BytesIO()
        book.save(stream)
        read = saved(tmp_path, stream.getvalue(), "a.xlsx")
        assert codes(read) == ["FILE-XLS", "FILE-DISGUISED"]
        grid = cells(read.grids[0])
        assert (len(grid), grid[6][3]) == (9, date(2026, 11, 22))
        errors = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
        assert grid[8] == [None] * 4 + [ErrorCell(text) for text in errors]

    @pytest.mark.parametrize("content", [b"", b"\n", bytes(4096)])
    @pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
    def test_empty_files(self, tmp_path: Path, content: bytes, name: str) -> None:
        """A file without content is empty."""
        assert codes(saved(tmp_path, content, name)) == ["FILE-EMPTY"]


class TestDamage:
    """Whatever a file went through, there is a finding and no exception."""

    @pytest.mark.parametrize("ending", ["xlsx", "xls"])
    def test_a_file_still_being_copied(self, tmp_path: Path, ending: str) -> None:
        """A file cut off anywhere is said to be incomplete (S23)."""
        whole = _sample(ending)
        for length in (10, 100, 600, *range(1_000, len(whole) - 600, len(whole) // 12)):
            found = codes(saved(tmp_path, whole[:length], f"a.{ending}"))
            assert found in (["FILE-CORRUPT"], ["FILE-TYPE"]), length

    @pytest.mark.parametrize("ending", ["xlsx", "xls"])
    def test_flipped_bytes(self, tmp_path: Path, ending: str) -> None:
        """A file with a wrong byte is read or refused, never more."""
        whole = _sample(ending)
        chance = random.Random(20261122)  # noqa: S311 - the same flips every time
        for _ in range(200):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 4)):
                broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
            content = saved(tmp_path, bytes(broken), f"a.{ending}")
            assert content.grids or content.findings

    def test_flipped_bytes_inside(self, tmp_path: Path) -> None:
        """A workbook whose parts are wrong while the zip file is whole is read or refused, never more."""
        with zipfile.ZipFile(io.BytesIO(_sample("xlsx"))) as source:
            parts = {info.filename: source.read(info) for info in source.infolist()}
        chance = random.Random(6)  # noqa: S311 - the same flips every time
        for _ in range(200):
            name = chance.choice(sorted(parts))
            broken = bytearray(parts[name])
            broken[chance.randrange(len(broken))] = chance.randrange(256)
            stream = io.BytesIO()
            with zipfile.ZipFile(stream, "w") as target:
                for each, part in parts.items():
                    target.writestr(each, bytes(broken) if each == name else part)
            content = saved(tmp_path, stream.getvalue())
            assert content.grids or content.findings

    @pytest.mark.parametrize("ending", ["xlsx", "xls", "html", "csv"])
    def test_bytes_put_in_and_taken_out(self, tmp_path: Path, ending: str) -> None:
        """A file in which bytes are missing, doubled or foreign is read or refused, never more."""
        samples = {"html": HTML.encode("gbk"), "csv": '品名,数量\n"大\n米",2\n'.encode("gbk")}
        whole = samples.get(ending) or _sample(ending)
        chance = random.Random(11)  # noqa: S311 - the same damage every time
        pieces = (b"<", b">", b'"', b"&", b"\0", b"</table>", b"<td rowspan=9>", b"\xff\xfe", b"999999999", b"<!--")
        for _ in range(150):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 3)):
                at = chance.randrange(len(broken) + 1)
                doubled = broken[chance.randrange(len(broken) + 1) :][: chance.randint(1, 60)]
                broken[at : at + chance.choice((0, 0, 1, 20))] = chance.choice((b"", doubled, chance.choice(pieces)))
            content = saved(tmp_path, bytes(broken), "a.xls" if ending == "html" else f"a.{ending}")
            assert content.grids or content.findings

    @pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels"])
    def test_missing_parts(self, tmp_path: Path, missing: str) -> None:
        """A workbook without one of its parts is refused, not read as empty."""
        with zipfile.ZipFile(io.BytesIO(good())) as source:
            parts = {info.filename: source.read(info) for info in source.infolist() if info.filename != missing}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as target:
            for name, part in parts.items():
                target.writestr(name, part)
        assert codes(saved(tmp_path, stream.getvalue()))[0] in {"FILE-STRUCTURE", "FILE-CORRUPT"}


def _sample(ending: str) -> bytes:
    """Return a small workbook of either format."""
    stream = io.BytesIO()
    if ending == "xls":
        old = xlwt.Workbook()
        target = old.add_sheet("入库")
        for row in range(60):
            target.write(row, 0, f"物品{row}")
            target.write(row, 1, row * 1.5)
        old.save(stream)
        return stream.getvalue()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet_of_goods = book.add_worksheet("入库")
    percent = book.add_format({"num_format": "0%", "font_color": "#FF0000"})
    for row in range(200):
        sheet_of_goods.write_row(row, 0, [f"物品{row}", row * 1.5])
        sheet_of_goods.write_formula(row, 2, f"=B{row + 1}*2", percent, row * 3)
    sheet_of_goods.write_comment("A1", "批注")
    sheet_of_goods.merge_range("A202:B203", "合计")
    book.close()
    return stream.getvalue()
