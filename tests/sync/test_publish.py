"""What is published after a merge: the master ledger, the volumes, the pages, and only what changed."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from schemas.register import all_registers, register_of
from sync.publish.details import Volume, volumes
from sync.publish.feedback import FeedbackPage, feedback_pages
from sync.publish.master import MOST_LINES, write_master
from sync.publish.model import (
    AssetLine,
    ConflictLine,
    FindingLine,
    HeldLine,
    MissingLine,
    Publication,
    State,
    StockLine,
    WorkbookState,
)
from sync.publish.paths import MASTER, page_paths
from sync.publish.plan import Action, Result, Target, lost, publish, recorded, targets

STORE = "departments/ZW/仓库台账.xlsx"
KITCHEN = "departments/ST/食堂 台账#1.xlsx"
MOMENT = datetime(2026, 11, 22, 7, 25, tzinfo=UTC)
LOCAL = MOMENT.astimezone(ZoneInfo("Asia/Shanghai"))

Row = Mapping[str, object]


def frame(register_id: str, rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as the ledger gives them; what a row does not say is null."""
    columns = {column.name: column.dtype for column in register_of(register_id).columns}
    schema = columns | {"_status": pl.String, "_workbook": pl.String, "_sheet": pl.String, "_row": pl.Int64}
    schema["_post_period"] = pl.String
    source = {"_status": "accepted", "_workbook": STORE, "_sheet": "入库单", "_row": 4}
    return pl.DataFrame([{name: (source | dict(row)).get(name) for name in schema} for row in rows], schema=schema)


def receipts(count: int, month: str = "2026-11") -> pl.DataFrame:
    """Return receipts of one line each, last number first."""
    number = pl.int_range(count, 0, -1, eager=True)
    base = frame("stock_receipt", [{"line_no": 1, "doc_date": date(2026, 11, 2), "_post_period": month}])
    many = base.select(pl.all().repeat_by(count).explode())
    code = f"RK-{month.replace('-', '')}-" + number.cast(pl.String).str.zfill(5)
    return many.with_columns(code.alias("doc_no"), number.alias("_row"))


def state(department: str, path: str, became: State, **counts: Any) -> WorkbookState:  # noqa: ANN401 - fields of several types
    """Return a workbook that was saved and taken."""
    name = {"ZW": "总务处", "ST": "食堂"}[department]
    saved_at = MOMENT - timedelta(minutes=40)
    return WorkbookState(department, name, path, became, taken_at=MOMENT, saved_at=saved_at, **counts)


def workbooks() -> list[WorkbookState]:
    """Return three workbooks of two departments, one of them with something to do."""
    counts = {"read": 20, "accepted": 14, "held": 3, "conflicting": 1, "duplicate": 1, "skipped": 1}
    found = {"missing": 1, "warnings": 1, "errors": 2, "feedback": "feedback/ZW/仓库台账.校验.xlsx"}
    return [
        state("ZW", STORE, State.PARTLY, **counts, **found),
        state("ZW", "departments/ZW/固定资产.xlsx", State.UNCHANGED, read=5, unchanged=5),
        state("ST", KITCHEN, State.ACCEPTED, read=7, accepted=7),
    ]


def publication(**changes: Any) -> Publication:  # noqa: ANN401 - fields of several types
    """Return a publication with one line of everything, changed in the fields given."""
    whole = Publication(
        school="青山湖实验学校",
        revision=12,
        digest="9f2c61ab07de45e3b8c1d0a4",
        at=LOCAL,
        today=date(2026, 11, 22),
        workbooks=workbooks(),
        stock=[
            StockLine("CK01", "总务仓库", "BG0001", "签字笔", "0.5mm", "支", Decimal("38.000"), Decimal("60.000")),
            StockLine("CK02", "食堂仓库", "SP0001", "大米", "东北", "千克", Decimal("190.375"), None),
        ],
        assets_by_class=[
            AssetLine("A02010105", "台式计算机", 2, Decimal(2), *map(Decimal, ("9998.00", "1388.60", "8609.40"))),
            AssetLine("A05010203", "教学、实验用桌", 1, Decimal(50), *map(Decimal, ("13400.00", "744.40", "12655.60"))),
        ],
        findings=[
            FindingLine("ZW", STORE, "入库单", "L5", "error", "RCP-03", "金额≠数量×单价（应为37.50）", "请核对金额"),
            FindingLine("ZW", STORE, "入库单", "B9", "warning", "DATE-SERIAL", "日期“46348”是数字", "请改为日期"),
        ],
        held=[HeldLine("ZW", STORE, "入库单", "A5", "入库单", "RK-202611-0001 / 1", "金额≠数量×单价")],
        conflicts=[
            ConflictLine("41", "ZW", "入库单", "RK-202611-0002 / 1", STORE, KITCHEN, "数量", "10", "12", "11"),
        ],
        missing=[MissingLine("51", "ZW", "入库单", "RK-202611-0003 / 1", STORE, MOMENT)],
        rules_off=[("RCP-07", "没有使用登记簿“采购申请”")],
        details={"stock_receipt": receipts(3)},
    )
    return replace(whole, **changes)


def written_master(folder: Path, published: Publication) -> openpyxl.Workbook:
    """Write the master ledger and read it back."""
    path = folder / "总账.xlsx"
    write_master(published, path)
    return openpyxl.load_workbook(path)


def table_rows(sheet: Worksheet, name: str) -> list[dict[str, object]]:
    """Return the rows of an Excel table by header."""
    cells = sheet[sheet.tables[name].ref]
    headers = [cell.value for cell in cells[0]]
    return [dict(zip(headers, (cell.value for cell in row), strict=True)) for row in cells[1:]]


def links_of(book: openpyxl.Workbook) -> dict[str, list[str]]:
    """Return the targets of links to other files by sheet."""
    return {
        sheet.title: [
            cell.hyperlink.target for row in sheet for cell in row if cell.hyperlink and cell.hyperlink.target
        ]
        for sheet in book
    }


class TestMaster:
    """总账.xlsx, read back with openpyxl."""

    def test_it_has_a_cover_and_a_sheet_for_everything_to_look_at(self, tmp_path: Path) -> None:
        """The sheets of DESIGN 11 without detail rows, marked so that it is never read as input."""
        book = written_master(tmp_path, publication())
        assert book.sheetnames == [
            *("封面", "库存", "收发存", "资产分类", "资产部门", "资金", "对账汇总", "差异", "问题", "搁置", "冲突"),
            *("疑似删除", "明细目录", "规则"),
        ]
        assert "hq_master" in book.defined_names
        for sheet in book:
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.page_setup.paperSize == 9
        assert book["问题"].freeze_panes == "A4"
        assert book["问题"].print_title_rows == "$3:$3"

    def test_the_cover_says_as_of_when_and_what_became_of_each_workbook(self, tmp_path: Path) -> None:
        """Revision, digest, local time, and the counts that add up to the rows read."""
        cover = written_master(tmp_path, publication())["封面"]
        texts = {str(cell.value) for row in cover for cell in row if cell.value is not None}
        assert {"青山湖实验学校　后勤总账", "12", "9f2c61ab07de45e3", "2026-11-22 15:25", "2026-11-22"} <= texts
        rows = {row["工作簿"]: row for row in table_rows(cover, "hq_workbooks")}
        store = rows["仓库台账.xlsx"]
        assert store["状态"] == "部分接受"
        assert store["入账时间"] == LOCAL.replace(tzinfo=None)
        parts = ("本次接受", "无变化", "搁置", "冲突", "重复", "跳过")
        assert store["读取"] == sum(store[part] for part in parts) == 20
        departments = {row["部门"]: row for row in table_rows(cover, "hq_departments")}
        assert departments["总务处"]["已入账"] == 19
        assert departments["食堂"]["搁置"] == 0
        assert len(cover._charts) == 2  # noqa: SLF001 - openpyxl shows the charts it read nowhere else

    def test_stock_shows_quantities_and_marks_low_ones(self, tmp_path: Path) -> None:
        """Quantities are numbers, whole ones without decimals, and a low one says so in words."""
        sheet = written_master(tmp_path, publication())["库存"]
        rows = {row["物品编码"]: row for row in table_rows(sheet, "hq_stock")}
        assert (rows["BG0001"]["账面数量"], rows["BG0001"]["库存情况"]) == (38, "低于最低")
        assert (rows["SP0001"]["账面数量"], rows["SP0001"]["库存情况"]) == (190.375, "未设最低")
        assert sheet["G4"].number_format == "#,##0"
        assert "其中 1 行低于最低库存" in sheet["A2"].value

    def test_links_are_relative_and_lead_to_files(self, tmp_path: Path) -> None:
        """Every link leads from published/ to a file of the share, with blanks and # escaped."""
        results = publish(targets(publication()), {}, tmp_path, LOCAL)
        assert {result.action for result in results} == {Action.WRITTEN}
        for path in (STORE, KITCHEN, "departments/ZW/固定资产.xlsx", "feedback/ZW/仓库台账.校验.xlsx"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).touch()
        links = links_of(openpyxl.load_workbook(tmp_path / MASTER))
        assert {"封面", "问题", "搁置", "冲突", "疑似删除", "明细目录"} == {
            name for name, found in links.items() if found
        }
        for link in (link for found in links.values() for link in found):
            assert "\\" not in link
            assert (tmp_path / "published" / unquote(link)).is_file(), link

    def test_a_finding_links_to_its_cell_in_the_marked_copy(self, tmp_path: Path) -> None:
        """The cell of a finding opens the marked copy at that cell."""
        sheet = written_master(tmp_path, publication())["问题"]
        link = next(row[3].hyperlink for row in sheet.iter_rows(min_row=4) if row[3].value == "L5")
        assert (link.target, link.location) == ("../feedback/ZW/仓库台账.校验.xlsx", "'入库单'!L5")

    def test_text_is_never_a_formula_or_a_link(self, tmp_path: Path) -> None:
        """Text from workbooks stays text, whatever it begins with."""
        hostile = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "http://example.org", "{=1}", "<script>"]
        findings = [FindingLine("ZW", STORE, "入库单", "A5", "error", "X-1", text, text) for text in hostile]
        stock = [StockLine("=1", "=2", "=3", "=4", "=5", "=6", Decimal(1))]
        published = publication(findings=findings, stock=stock, school="=1+1&A", rules_off=[("=1", "=2")])
        book = written_master(tmp_path, published)
        shown = [row["问题"] for row in table_rows(book["问题"], "hq_findings")]
        assert shown == hostile
        assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n", "d"}
        assert not any("example.org" in link for found in links_of(book).values() for link in found)

    def test_empty_sheets_say_so_in_one_line(self, tmp_path: Path) -> None:
        """Where there is nothing to list there is a sentence and no table."""
        nothing = {
            name: []
            for name in (
                "workbooks",
                "stock",
                "assets_by_class",
                "findings",
                "held",
                "conflicts",
                "missing",
                "rules_off",
            )
        }
        book = written_master(tmp_path, publication(**nothing, details={}))
        for sheet in book.worksheets[1:]:
            assert (sheet.max_row, dict(sheet.tables)) == (2, {})
            assert sheet["A2"].value
        assert book["冲突"]["A2"].value == "没有冲突。"

    def test_a_sheet_that_cannot_hold_all_lines_keeps_the_errors_and_says_so(self, tmp_path: Path) -> None:
        """The most serious findings stay, and the note gives the whole number."""
        warning, error = publication().findings[1], publication().findings[0]
        sheet = written_master(tmp_path, publication(findings=[*[warning] * MOST_LINES, error]))["问题"]
        assert sheet["A2"].value.startswith(f"共 {MOST_LINES + 1} 条：错误 1")
        rows = table_rows(sheet, "hq_findings")
        assert len(rows) == MOST_LINES
        assert [row["代码"] for row in rows].count("RCP-03") == 1

    def test_a_long_list_shows_what_a_short_one_does(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Many rows are written another way: texts of any kind, numbers, colours and heights are the same.

        What looks like an escape is escaped; openpyxl undoes that in shared strings only.
        """
        odd = ("=1+1", " 前后空格 ", '<a> & "b"', "\x01\x0b控制", "_x0041_", "两\n行", "长" * 60, "")
        lines = [
            StockLine("CK01", "总务仓库", f"BG{number:04d}", text, text, "支", Decimal(quantity), Decimal("5.000"))
            for number, (text, quantity) in enumerate(
                zip(odd, ("-1", "2.500", "3", "7", "0", "6", "9", "5"), strict=True)
            )
        ]
        cell_by_cell = written_master(tmp_path, publication(stock=lines)).worksheets[1]
        monkeypatch.setattr("sync.publish.sheets._MANY", 3)
        at_once = written_master(tmp_path, publication(stock=lines)).worksheets[1]
        assert (at_once.dimensions, at_once.tables["hq_stock"].ref) == (
            cell_by_cell.dimensions,
            cell_by_cell.tables["hq_stock"].ref,
        )
        for row, other in zip(at_once.rows, cell_by_cell.rows, strict=True):
            assert at_once.row_dimensions[row[0].row].height == cell_by_cell.row_dimensions[row[0].row].height
            for cell, same in zip(row, other, strict=True):
                value = cell.value.replace("x005F_", "") if isinstance(cell.value, str) else cell.value
                assert (value, cell.data_type, cell.style_id) == (same.value, same.data_type, same.style_id)

    def test_assets_are_summed_by_class(self, tmp_path: Path) -> None:
        """A line per class with its values as numbers, the sums of all in the note."""
        sheet = written_master(tmp_path, publication())["资产分类"]
        assert sheet["A2"].value == (
            "截至 2026-11-22（含当月折旧）：3 张卡片，原值 23,398.00，累计折旧 2,133.00，净值 21,265.00。"
        )
        rows = table_rows(sheet, "hq_asset_classes")
        assert [(row["分类代码"], row["数量"], row["净值"]) for row in rows] == [
            ("A02010105", 2, 8609.4),
            ("A05010203", 50, 12655.6),
        ]

    def test_english_speaks_english(self, tmp_path: Path) -> None:
        """With the language en no Chinese is left but names and data."""
        book = written_master(tmp_path, publication(language="en"))
        sheets = ["Cover", "Stock", "Stock by months", "Assets by class", "Assets by department"]
        assert book.sheetnames[:5] == sheets
        assert {"Agreements", "Differences"} <= set(book.sheetnames)
        assert [row["Level"] for row in table_rows(book["Stock"], "hq_stock")] == ["Below minimum", "No minimum set"]

    def test_the_same_publication_gives_the_same_bytes(self, tmp_path: Path) -> None:
        """Neither the clock nor the order of a set gets into the file."""
        paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
        for path in paths:
            write_master(publication(), path)
            os.utime(path, (0, 0))
        assert paths[0].read_bytes() == paths[1].read_bytes()


def first_volume(register_id: str, rows: Sequence[Row], **changes: Any) -> Volume:  # noqa: ANN401 - fields of several types
    """Return the first volume of a register with these rows."""
    return volumes(publication(details={register_id: frame(register_id, rows)}, **changes))[0]


def written_volume(folder: Path, volume: Volume) -> openpyxl.Workbook:
    """Write a volume and read it back."""
    path = folder / "册.xlsx"
    volume.write(path)
    return openpyxl.load_workbook(path)


class TestVolumes:
    """明细/*.xlsx: every row, in parts, without personal numbers."""

    def test_they_are_split_by_month_and_at_20000_rows(self) -> None:
        """20,001 rows of a month are two volumes in the order of the key; another month is its own."""
        details = {"stock_receipt": pl.concat([receipts(20_001), receipts(2, "2026-10")])}
        found = volumes(publication(details=details))
        assert [(volume.entry.path, volume.entry.rows) for volume in found] == [
            ("published/明细/入库单/2026-10.xlsx", 2),
            ("published/明细/入库单/2026-11.xlsx", 20_000),
            ("published/明细/入库单/2026-11-02.xlsx", 1),
        ]
        assert found[1].rows()["doc_no"].is_sorted()
        assert found[2].shown()["入库单号"].to_list() == ["RK-202611-20001"]

    def test_registers_without_a_date_are_one_volume(self) -> None:
        """Master data has no months; a dated register's rows without one are named so."""
        assert first_volume("staff_roster", [{"staff_no": "T1"}]).entry.path == "published/明细/教职工名册/全部.xlsx"
        assert first_volume("stock_receipt", [{"doc_no": "A"}]).entry.path == "published/明细/入库单/无日期.xlsx"

    def test_columns_are_the_registers_then_where_the_row_comes_from(self, tmp_path: Path) -> None:
        """Headers are the register's titles in order, then status and source; the file is never input."""
        row = {"doc_no": "RK-202611-0001", "_row": 17, "_status": "held"}
        book = written_volume(tmp_path, first_volume("stock_receipt", [row]))
        sheet = book["入库单"]
        headers = [cell.value for cell in sheet[1]]
        titles = [column.title for column in register_of("stock_receipt").columns]
        assert headers == [*titles, "状态", "来源工作簿", "来源工作表", "来源行"]
        assert [cell.value for cell in sheet[2]][-4:] == ["搁置", STORE, "入库单", 17]
        assert "hq_volume" in book.defined_names
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.tables["stock_receipt"].ref.startswith("A1:")

    def test_a_register_with_a_status_of_its_own_keeps_both(self) -> None:
        """A table needs unique headers: ours gives way."""
        names = first_volume("requisition", [{"doc_no": "SL-202611-0001"}]).shown().columns
        assert "状态" in names
        assert "入账状态" in names

    def test_values_keep_their_kind(self, tmp_path: Path) -> None:
        """Codes are text, numbers are numbers with their decimals, days are days, formulas are text."""
        row = {
            "doc_no": "RK-202611-0001",
            "doc_date": date(2026, 11, 2),
            "line_no": 1,
            "qty": Decimal("2.500"),
            "unit_price": Decimal("3.3333"),
            "amount": Decimal("1234.50"),
            "batch_no": "000123",
            "remark": "=1+1",
        }
        sheet = written_volume(tmp_path, first_volume("stock_receipt", [row]))["入库单"]
        cells = dict(zip((cell.value for cell in sheet[1]), sheet[2], strict=True))
        shown = {
            title: (cells[title].value, cells[title].number_format) for title in ("入库单号", "数量", "单价", "金额")
        }
        assert shown == {
            "入库单号": ("RK-202611-0001", "@"),
            "数量": (2.5, "#,##0.0##"),
            "单价": (3.3333, "#,##0.00##"),
            "金额": (1234.5, "#,##0.00"),
        }
        assert cells["入库日期"].value.date() == date(2026, 11, 2)
        assert (cells["备注"].value, cells["备注"].data_type) == ("=1+1", "s")

    def test_times_of_day_are_times(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A time and a moment can be computed with in Excel."""
        monkeypatch.setenv("HOUQIN_REGISTERS", "tests.samples.kinds")
        all_registers()
        row = {"start": time(8, 5), "report_time": MOMENT.replace(tzinfo=None), "accepted": True}
        sheet = written_volume(tmp_path, first_volume("sample_kinds", [row])).active
        shown = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
        assert shown["开始时刻"] == time(8, 5)
        assert shown["报告时间"] == MOMENT.replace(tzinfo=None)
        assert shown["是否合格"] == "是"

    def test_numbers_that_excel_would_round_are_text(self, tmp_path: Path) -> None:
        """Beyond 15 digits Excel keeps zeros; the ledger's digits stay readable as text."""
        rows = [
            {"doc_no": "A", "amount": Decimal("90071992547409.93")},
            {"doc_no": "B", "amount": Decimal("9999999999999.99")},
        ]
        sheet = written_volume(tmp_path, first_volume("stock_receipt", rows))["入库单"]
        place = [cell.value for cell in sheet[1]].index("金额") + 1
        assert [sheet.cell(row, place).value for row in (2, 3)] == ["90071992547409.93", 9999999999999.99]

    def test_personal_numbers_are_masked(self) -> None:
        """An identity number keeps 4 and 4, a telephone number 3 and 4 (DOMAIN.md 2.0.5)."""
        row = {"staff_no": "T1", "id_no": "330102199003071234", "phone": "13812345678", "name": "张三"}
        volume = first_volume("staff_roster", [row])
        shown = volume.shown().row(0, named=True)
        assert (shown["身份证号"], shown["联系电话"]) == ("3301**********1234", "138****5678")
        assert shown["姓名"] == "张三"

    def test_the_bytes_and_the_hash_depend_on_what_is_shown(self, tmp_path: Path) -> None:
        """Arrival order and a later revision change neither; another value or a masked one does or does not."""
        rows = [{"staff_no": "T1", "id_no": "330102199003071234"}, {"staff_no": "T2", "id_no": None}]
        first, turned = first_volume("staff_roster", rows), first_volume("staff_roster", rows[::-1])
        first.write(tmp_path / "a.xlsx")
        turned.write(tmp_path / "b.xlsx")
        assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
        later = first_volume("staff_roster", rows, revision=99, at=LOCAL + timedelta(days=1))
        assert first.content_hash() == turned.content_hash() == later.content_hash()
        hidden = first_volume("staff_roster", [{**rows[0], "id_no": "330102111111111234"}, rows[1]])
        assert hidden.content_hash() == first.content_hash()
        blank = first_volume("staff_roster", [{**rows[0], "name": ""}, rows[1]])
        assert blank.content_hash() != first.content_hash()


def page_of(path: str, published: Publication | None = None) -> FeedbackPage:
    """Return the page of one workbook."""
    where = page_paths(state.path for state in workbooks())[path]
    return next(page for page in feedback_pages(published or publication()) if page.path == where)


class TestFeedbackPages:
    """<name>.校验.html: what a clerk reads on a phone."""

    def test_a_held_row_says_where_why_and_what_to_do(self) -> None:
        """The findings of a held row stand with it, with their hints."""
        html = page_of(STORE).html()
        for part in ("有 4 行没有入账", "入库单!A5", "RK-202611-0001 / 1", "金额≠数量×单价（应为37.50）", "请核对金额"):
            assert part in html
        assert "读取 20 = 接受 14 + 无变化 0 + 搁置 3 + 冲突 1 + 重复 1 + 跳过 1" in html
        assert html.count("RCP-03") == 0, "the finding is shown once, with its row"
        assert "DATE-SERIAL" in html
        assert "总账现值" in html
        assert "RK-202611-0003 / 1" in html

    def test_all_well_is_said_in_one_sentence(self) -> None:
        """A workbook without anything to do says so."""
        page = page_of(KITCHEN)
        assert page.summary == "全部接受：7 行都已入账，没有需要处理的事。"
        assert page.sections == ()

    def test_text_is_escaped_and_nothing_comes_from_outside(self) -> None:
        """Markup in cells is text; the page loads nothing and links to files of the share only."""
        line = FindingLine("ZW", STORE, "<b>", "A1", "warning", "X", "<script>alert(1)</script>", '" onclick="x')
        html = page_of(STORE, publication(findings=[line], school="<i>")).html()
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "<i>" not in html
        assert re.findall(r"(?:src|url\(|@import)", html) == []
        assert "http" not in html

    def test_links_are_relative_to_the_page(self) -> None:
        """The page links to the workbook, its marked copy and the master ledger."""
        page = page_of(KITCHEN)
        folder = posixpath.dirname(page.path)
        found = {posixpath.normpath(posixpath.join(folder, unquote(address))) for _, address in page.links}
        assert found == {KITCHEN, MASTER}

    def test_a_workbook_that_could_not_be_read_says_why(self) -> None:
        """A damaged file has its finding on its page, in either language."""
        state = replace(workbooks()[0], state=State.DAMAGED, read=0, held=0, conflicting=0)
        line = FindingLine("ZW", STORE, "", "", "error", "FILE-CORRUPT", "文件不完整", "请重新保存")
        page = feedback_pages(publication(workbooks=[state], findings=[line], held=[], language="en"))[0]
        assert page.summary == "This workbook was not taken: Damaged file. See why below."
        assert "FILE-CORRUPT" in page.html()

    def test_workbooks_that_differ_in_their_ending_have_pages_of_their_own(self) -> None:
        """台账.xls and 台账.xlsx, a.xlsx and A.xlsx do not overwrite each other's page."""
        paths = [
            "departments/ZW/台账.xls",
            "departments/ZW/台账.xlsx",
            "departments/ZW/a.xlsx",
            "departments/ZW/A.xlsx",
        ]
        pages = page_paths(paths)
        assert pages["departments/ZW/台账.xls"] == "feedback/ZW/台账.校验.html"
        assert len({page.casefold() for page in pages.values()}) == len(paths)


def actions(results: Sequence[Result]) -> dict[str, Action]:
    """Return what was done by path."""
    return {result.path: result.action for result in results}


def published_once(share: Path, first: Publication) -> dict[str, str]:
    """Publish everything and return what is recorded."""
    return recorded({}, publish(targets(first), {}, share, LOCAL))


class TestPlan:
    """What is written, left alone, postponed and removed."""

    def test_only_what_changed_is_written_again(self, tmp_path: Path) -> None:
        """Nothing changed: nothing is written; one row changed: its volume and the cover's figures."""
        published = published_once(tmp_path, publication())
        again = publish(targets(publication()), published, tmp_path, LOCAL)
        assert set(actions(again).values()) == {Action.UNCHANGED}
        assert recorded(published, again) == published
        changed = receipts(3).with_columns(remark=pl.lit("补录"))
        details = {"stock_receipt": pl.concat([changed, receipts(1, "2026-10")])}
        third = actions(publish(targets(publication(details=details, revision=13)), published, tmp_path, LOCAL))
        assert {path for path, action in third.items() if action is Action.WRITTEN} == {
            MASTER,
            "published/明细/入库单/2026-10.xlsx",
            "published/明细/入库单/2026-11.xlsx",
        }

    def test_the_master_is_left_alone_when_nothing_it_shows_changed(self, tmp_path: Path) -> None:
        """A change inside a volume that leaves its number of rows does not touch the master ledger."""
        published = published_once(tmp_path, publication())
        details = {"stock_receipt": receipts(3).with_columns(remark=pl.lit("补录"))}
        second = actions(publish(targets(publication(details=details)), published, tmp_path, LOCAL))
        assert second[MASTER] is Action.UNCHANGED
        assert second["published/明细/入库单/2026-11.xlsx"] is Action.WRITTEN

    def test_a_file_that_somebody_removed_is_written_again(self, tmp_path: Path) -> None:
        """The record says published, the disk says no: the disk decides."""
        published = published_once(tmp_path, publication())
        (tmp_path / MASTER).unlink()
        assert lost(published, tmp_path) == [MASTER]
        assert actions(publish(targets(publication()), published, tmp_path, LOCAL))[MASTER] is Action.WRITTEN

    def test_months_that_are_not_loaded_stay_and_are_listed(self, tmp_path: Path) -> None:
        """A month known to be as it was keeps its file and its line in the list of volumes."""
        october = receipts(2, "2026-10")
        published = published_once(tmp_path, publication(details={"stock_receipt": pl.concat([october, receipts(3)])}))
        partly = publication(untouched={("stock_receipt", "2026-10"): [2]})
        results = publish(targets(partly), published, tmp_path, LOCAL)
        assert set(actions(results).values()) == {Action.UNCHANGED}
        sheet = openpyxl.load_workbook(tmp_path / MASTER)["明细目录"]
        assert [row["行数"] for row in table_rows(sheet, "hq_volumes")] == [2, 3]

    def test_volumes_that_no_longer_belong_go_if_we_wrote_them(self, tmp_path: Path) -> None:
        """A month without rows loses its file; files of people beside it stay."""
        published = published_once(tmp_path, publication())
        own = tmp_path / "published/明细/入库单/我的笔记.xlsx"
        own.touch()
        results = publish(targets(publication(details={}, workbooks=[])), published, tmp_path, LOCAL)
        gone = {path for path, action in actions(results).items() if action is Action.REMOVED}
        assert "published/明细/入库单/2026-11.xlsx" in gone
        assert "feedback/ST/食堂 台账#1.校验.html" in gone
        assert not any((tmp_path / path).exists() for path in gone)
        assert own.exists()
        assert not gone & set(recorded(published, results))

    def test_a_target_that_is_open_is_published_under_a_dated_name_and_tidied_later(self, tmp_path: Path) -> None:
        """Excel's lock file beside 总账.xlsx: a dated copy, once per content, gone when the name is free."""
        published = published_once(tmp_path, publication())
        before = (tmp_path / MASTER).read_bytes()
        lock = tmp_path / "published/~$总账.xlsx"
        lock.touch()
        later = publication(revision=13)
        dated_name = "published/总账.2026-11-22T1525.xlsx"
        results = publish(targets(later), published, tmp_path, LOCAL)
        master = next(result for result in results if result.path == MASTER)
        assert (master.action, master.written_as) == (Action.POSTPONED, dated_name)
        assert (tmp_path / MASTER).read_bytes() == before
        published = recorded(published, results)
        results = publish(targets(later), published, tmp_path, LOCAL + timedelta(minutes=5))
        assert sorted(path.name for path in (tmp_path / "published").glob("总账*")) == [dated_name[10:], "总账.xlsx"]
        published = recorded(published, results)
        lock.unlink()
        results = publish(targets(later), published, tmp_path, LOCAL)
        assert actions(results)[MASTER] is Action.WRITTEN
        assert actions(results)[dated_name] is Action.REMOVED
        assert not (tmp_path / dated_name).exists()
        assert dated_name not in recorded(published, results)

    def test_a_folder_in_the_place_of_a_file_stops_nothing_else(self, tmp_path: Path) -> None:
        """What cannot be replaced is postponed with the reason; all the others are written."""
        (tmp_path / MASTER / "x").mkdir(parents=True)
        found = {result.path: result for result in publish(targets(publication()), {}, tmp_path, LOCAL)}
        assert found[MASTER].action is Action.POSTPONED
        assert found[MASTER].reason
        assert {result.action for path, result in found.items() if path != MASTER} == {Action.WRITTEN}

    @pytest.mark.parametrize("path", ["departments/ZW/a.xlsx", "published/../a.xlsx", "/etc/a.xlsx", "a.xlsx"])
    def test_nothing_is_written_outside_published_and_feedback(self, tmp_path: Path, path: str) -> None:
        """A target elsewhere is refused, whatever its path says."""
        share = tmp_path / "share"
        target = Target(path, "1", lambda place: place.touch())
        assert publish([target], {}, share, LOCAL)[0].action is Action.POSTPONED
        assert list(tmp_path.rglob("*.xlsx")) == []

    def test_links_out_of_the_share_are_not_followed(self, tmp_path: Path) -> None:
        """A folder that leads elsewhere gets nothing; a file that leads elsewhere is replaced itself."""
        share, outside = tmp_path / "share", tmp_path / "outside"
        (share / "published").mkdir(parents=True)
        (outside / "入库单").mkdir(parents=True)
        (share / "published/明细").symlink_to(outside)
        secret = outside / "secret.xlsx"
        secret.write_text("theirs")
        (share / MASTER).symlink_to(secret)
        found = actions(publish(targets(publication()), {}, share, LOCAL))
        assert found["published/明细/入库单/2026-11.xlsx"] is Action.POSTPONED
        assert found[MASTER] is Action.WRITTEN
        assert not (share / MASTER).is_symlink()
        assert secret.read_text() == "theirs"
        assert list((outside / "入库单").iterdir()) == []
