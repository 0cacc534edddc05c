"""S01-S12, S15, S24-S35 of DOMAIN.md 6.6: sheets, headers, rows and footers as people make them, in real workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from schemas.layout import find_layouts
from schemas.register import all_registers
from schemas.values import column_letters
from tests.dirty import (
    HELD,
    Case,
    Raw,
    Seen,
    Sheet,
    Validated,
    clerk_sheet,
    judge,
    line,
    requisition,
    samples_loaded,
    seen_cases,
    titles,
    validate,
    write_book,
)
from tests.sync import school
from tests.sync.school import School, counted, receipt
from workbooks.pool import ReaderPool
from workbooks.read import read_file

IN = "stock_receipt"
HEADERS = titles(IN)
PLACE = {title: place for place, title in enumerate(HEADERS)}
"""Header to its position from 0."""


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Return readers that know the registers of the product only."""
    with ReaderPool(1) as pool:
        yield pool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder for the files of a test."""
    return tmp_path


def checked(folder: Path, pool: ReaderPool, *sheets: Sheet) -> Validated:
    """Write some sheets as one workbook and validate it."""
    return validate(write_book(folder / "库房.xlsx", sheets), pool)


def receipts(count: int, **cells: object) -> list[dict[str, object]]:
    """Return some receipts, the first in row 4 of a clerk's sheet."""
    return [receipt(number, **cells) for number in range(1, count + 1)]


def numbers(done: Validated) -> list[str]:
    """Return the last digit of the accepted receipts' numbers, in the order of the sheet."""
    return [row["doc_no"][-1] for row in done.rows(IN)]


def with_line(sheet: Sheet, row: int, cells: Sequence[object]) -> Sheet:
    """Put a line into a sheet so that it becomes a worksheet row (1-based)."""
    sheet.lines.insert(row - 1, cells)
    return sheet


def labelled(title: str, label: str, **cells: object) -> list[object]:
    """Return a line with a label below one header and numbers below others."""
    return [label if header == title else cells.get(str(header)) for header in HEADERS]


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("XX小学2026年11月物品入库登记表", "2026-11"),
        ("青山小学二〇二六年十一月物品入库登记表", "2026-11"),
        ("青山小学物品入库登记表（2026年11月）", "2026-11"),
        ("青山小学 2026 年 11 月份 入库台账", "2026-11"),
        ("2026.11 物品入库明细", "2026-11"),
        ("２０２６年１１月入库登记薄", "2026-11"),
        ("2026年11月1日至11月30日物品入库登记表", "2026-11"),
        ("物品入库登记表", None),
    ],
)
def test_the_title_names_month_and_register(title: str, period: str | None, folder: Path, pool: ReaderPool) -> None:
    """S01: a merged title row is no data; it names the month of the sheet, and the register by its keywords."""
    done = checked(folder, pool, clerk_sheet(IN, receipts(2), name="表一", title=title))
    (table,) = done.taken.tables
    assert (table.register.id, table.period) == (IN, period)
    assert numbers(done) == ["1", "2"]


@pytest.mark.parametrize(
    "meta",
    [
        ["单位：总务处　　　　2026年11月22日　　　　单位：元"],
        ["填报部门：总务处", None, None, "日期：2026年11月22日", None, "金额单位：元"],
        ["部门:总务处   时间:2026-11-22   单位:元"],
        ["科室：总务处", None, Raw(date(2026, 11, 22), "yyyy/m/d")],
        ["单位: 总务处（盖章）        2026.11.22"],
    ],
)
def test_the_meta_line_is_remembered(meta: Sequence[object], folder: Path, pool: ReaderPool) -> None:
    """S02: the line under the title is no data; its department and day are kept."""
    done = checked(folder, pool, clerk_sheet(IN, receipts(1), meta=meta))
    (table,) = done.taken.tables
    assert (table.department or "").partition("(")[0] == "总务处"
    assert numbers(done) == ["1"]
    ((_, layout),), _ = find_layouts(read_file(folder / "库房.xlsx", "库房.xlsx").grids, all_registers(), "库房.xlsx")
    assert {"2026年11月22日", "2026-11-22", "2026.11.22"} & {*layout.metadata.values()} or isinstance(meta[-1], Raw)


@pytest.mark.parametrize(
    "header",
    [
        *("数 量", "数量（个）", "数量\n(个)", "数\u3000量", "数量(个)", "数量【个】", "数量[个]", "数量/个", "数量："),
        *("*数量", "数量*", "★数量", "数量（单位：个）", "入库数量", "数量\r\n", "Quantity", "qty", "QUANTITY"),
        *("实收数量", "数量（必填）", "数  量", "入库\n数量", "数量 ", "（数量）"),
    ],
)
def test_a_header_in_other_words(header: str, folder: Path, pool: ReaderPool) -> None:
    """S03: spaces, line breaks, brackets, marks and other words leave a header what it is."""
    sheet = clerk_sheet(IN, receipts(1, unit="个"))
    sheet.lines[2] = [header if title == "数量" else title for title in HEADERS]
    done = checked(folder, pool, sheet)
    assert done.column(IN, "qty") == [Decimal(25)]
    assert not done.codes("error")


@pytest.mark.parametrize("header", ["数量（个）", "数量\n(个)", "数量/个", "数 量【个】", "数量（单位：个）"])
def test_the_unit_of_a_header(header: str, folder: Path, pool: ReaderPool) -> None:
    """S03: the unit in the header of the quantity is the unit of every row where the sheet has no unit column."""
    rows = [line(IN, row) for row in receipts(2)]
    lines = [["青山小学2026年11月入库单"], [header if title == "数量" else title for title in HEADERS], *rows]
    kept = [place for place, title in enumerate(HEADERS) if title != "单位"]
    sheet = Sheet("入库单", [lines[0], *([cells[place] for place in kept] for cells in lines[1:])])
    done = checked(folder, pool, sheet)
    assert done.column(IN, "unit") == ["个", "个"]
    assert not done.codes("error")


TOP = [
    *("单据", None, None, "仓库", "入库类型", "物品", None, "单位", "本次入库", None, None),
    *("签字", None, None),
]
LOW = [
    *("入库单号", "入库日期", "行号", None, None, "物品编码", "规格", None, "数量", "单价", "金额"),
    *("经手人", "验收人", "保管员"),
]
FIELDS = (
    *("doc_no", "doc_date", "line_no", "warehouse", "receipt_kind", "item_code", "spec", "unit", "qty", "unit_price"),
    *("amount", "buyer", "inspector", "keeper"),
)


@pytest.mark.parametrize("merged", [True, False])
def test_a_header_of_two_rows(merged: bool, folder: Path, pool: ReaderPool) -> None:  # noqa: FBT001 - a test's table
    """S04: a group of headers over single ones is one header, merged or only written over the first of them."""
    lines: list[Sequence[object]] = [["青山小学2026年11月入库登记表"], TOP, LOW]
    lines += [[row.get(name) for name in FIELDS] for row in receipts(2)]
    ranges = ["A1:N1", "A2:C2", "D2:D3", "E2:E3", "F2:G2", "H2:H3", "I2:K2", "L2:N2"] if merged else ["A1:N1"]
    done = checked(folder, pool, Sheet("入库登记", lines, ranges))
    assert numbers(done) == ["1", "2"]
    assert done.column(IN, "amount") == [Decimal("212.50")] * 2
    assert not done.codes("error")


@pytest.mark.parametrize("merged", [["A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"], []])
def test_both_rows_of_a_header_make_the_name(merged: list[str], folder: Path) -> None:
    """S04: 本期收入 over 数量 and 金额 is 本期收入数量 and 本期收入金额, beside 本期发出 over the same words."""
    lines = [
        ["青山小学2026年11月样例收支表"],
        ["代号", "本期收入", None, "本期发出", None, "备注"],
        [None, "数量", "金额", "数 量", "金额（元）", None],
        ["A1", 3, 12.5, 1, "4.20", "好"],
    ]
    with samples_loaded(), ReaderPool(1) as pool:
        done = checked(folder, pool, Sheet("样例收支表", lines, merged))
    (row,) = done.rows("sample_levels")
    assert (row["in_qty"], row["in_amount"]) == (Decimal(3), Decimal("12.50"))
    assert (row["out_qty"], row["out_amount"], row["remark"]) == (Decimal(1), Decimal("4.20"), "好")


@pytest.mark.parametrize("header_row", [1, 2, 7, 15])
def test_a_header_in_another_row(header_row: int, folder: Path, pool: ReaderPool) -> None:
    """S05: the header is found in any of the first 15 rows."""
    above: list[Sequence[object]] = [["青山小学2026年11月入库单"], *([[None]] * 13)][: header_row - 1]
    sheet = Sheet("入库单", [*above, HEADERS, *(line(IN, row) for row in receipts(2))])
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2"]
    assert done.rows(IN)[0]["_row"] == header_row + 1
    assert not done.codes("error")


def test_a_header_that_is_not_there(folder: Path, pool: ReaderPool) -> None:
    """S05, S07: a sheet without a required column is refused, and the finding says which are missing."""
    sheet = clerk_sheet(IN, receipts(2))
    sheet.lines[2] = [title if title not in {"数量", "仓库"} else None for title in HEADERS]
    done = checked(folder, pool, sheet)
    found = done.only_error()
    assert found.code == "SHEET-HEADER"
    assert "数量" in found.message()
    assert "仓库" in found.message()
    assert done.rows(IN) == []


def test_other_order_and_unknown_columns(folder: Path, pool: ReaderPool) -> None:
    """S06: the order of columns is free; the content of unknown ones is kept in the remark, with a warning."""
    rows = [line(IN, row) for row in [receipt(1, remark="急用"), receipt(2)]]
    rows = [["甲", *rows[0][::-1], "红"], [None, *rows[1][::-1], 3]]
    sheet = Sheet("入库单", [["2026年11月入库单"], ["货架", *HEADERS[::-1], "颜 色"], *rows])
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2"]
    assert done.column(IN, "remark") == ["急用；货架：甲；颜色：红", "颜色：3"]
    assert [found.value for found in done.findings if found.code == "COL-UNKNOWN"] == ["货架", "颜 色"]
    assert not done.codes("error")


def test_an_unknown_column_of_a_sheet_without_remarks(folder: Path, pool: ReaderPool) -> None:
    """S06: where the sheet has no remark column the unknown ones stand in for it; long content is cut."""
    rows = [[*line(IN, row)[:-1], "长" * 300] for row in receipts(1)]
    done = checked(folder, pool, Sheet("入库单", [["2026年11月入库单"], [*HEADERS[:-1], "情况"], *rows]))
    (remark,) = done.column(IN, "remark")
    assert remark.startswith("情况：长长")
    assert len(remark) == 200
    assert not done.codes("error")


@pytest.mark.parametrize("second", ["数量", "数 量（个）", "入库数量", "数量/把", "Quantity"])
def test_two_quantities(second: str, folder: Path, pool: ReaderPool) -> None:
    """S07: two columns that both mean the quantity refuse the sheet."""
    rows = [[*line(IN, row), 9] for row in receipts(1)]
    done = checked(folder, pool, Sheet("入库单", [["2026年11月入库单"], [*HEADERS, second], *rows]))
    found = done.only_error()
    assert found.code == "COL-DUP"
    assert "表头重复" in found.message()
    assert "数量" in found.message()
    assert done.rows(IN) == []


def test_merged_cells_count_inside_only(folder: Path, pool: ReaderPool) -> None:
    """S08: a merged date or name holds for the rows of its range, never for blank cells below it."""
    rows = [*receipts(3, doc_date=None, keeper=None), receipt(4, doc_date=None), receipt(5)]
    rows[0] |= {"doc_date": "2026-11-05", "keeper": "王芳"}
    sheet = clerk_sheet(IN, rows)
    place = column_letters(PLACE["保管员"] + 1)
    sheet.merged = ["A1:S1", "B4:B6", f"{place}4:{place}6"]
    done = checked(folder, pool, sheet)
    assert done.column(IN, "doc_date") == [date(2026, 11, 5)] * 3 + [date(2026, 11, 2)]
    assert numbers(done) == ["1", "2", "3", "5"]
    assert done.at("入库单", "B7") == ["E REQ-EMPTY"]


@pytest.mark.parametrize(
    ("title", "label"),
    [
        *(("入库单号", label) for label in ("小计", "合计", "总计", "本月合计", "合  计", "合计：", "本页小计")),
        *(("入库单号", label) for label in ("共计", "11月合计", "以上合计", "本日小计", "合计（大写）")),
        *(("入库单号", label) for label in ("本期合计", "Total")),
        *(("入库单号", label) for label in ("金额合计（大写）", "数量合计：")),
        *(("入库日期", label) for label in ("合计", "小 计")),
        *(("物品编码", label) for label in ("合计", "总  计", "小计：")),
        *(("规格", "合计"), ("备注", "合计"), ("单位", "合计"), ("仓库", "小计"), ("行号", "合计")),
    ],
)
def test_totals_are_compared(title: str, label: str, folder: Path, pool: ReaderPool) -> None:
    """S09: a line of totals is no data; its numbers are compared with the rows above."""
    right = labelled(title, label, 数量=50, 金额=425)
    wrong = labelled(title, label, 数量=51, 金额=425)
    good = checked(folder, pool, clerk_sheet(IN, receipts(2), footer=[right]))
    assert numbers(good) == ["1", "2"]
    assert not good.codes("error")
    assert "W SUBTOTAL-MISMATCH" not in good.codes()
    bad = checked(folder, pool, clerk_sheet(IN, receipts(2), footer=[wrong]))
    assert numbers(bad) == ["1", "2"]
    (found,) = [one for one in bad.findings if one.code == "SUBTOTAL-MISMATCH"]
    assert (found.severity, found.cell) == ("warning", "J6")
    assert "51" in found.message()
    assert "50" in found.message()


@pytest.mark.parametrize("label", ["过次页", "承前页", "接下页", "本年累计", "转下页", "累计"])
def test_carried_lines_are_no_data(label: str, folder: Path, pool: ReaderPool) -> None:
    """S09: what is carried from page to page, or since January, is no data and not compared with this month."""
    sheet = clerk_sheet(IN, receipts(3))
    with_line(sheet, 6, labelled("入库单号", label, 数量=999, 金额=8000))
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2", "3"]
    assert not done.codes("error")
    assert "W SUBTOTAL-MISMATCH" not in done.codes()


def test_pages_below_one_another(folder: Path, pool: ReaderPool) -> None:
    """S09, S29: title, meta line and header of a further page are no rows, nor is what is carried over."""
    sheet = clerk_sheet(IN, receipts(2), footer=[labelled("入库单号", "过次页", 数量=50, 金额=425), [None]])
    again = ["青山小学2026年11月入库单（续）"], ["单位：总务处   2026年11月22日"], HEADERS
    carried = labelled("入库单号", "承前页", 数量=50, 金额=425)
    total = labelled("入库单号", "合计", 数量=75, 金额=637.5)
    sheet.lines += [*again, carried, line(IN, receipt(3)), total, ["制表人：王芳"]]
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2", "3"]
    assert counted(done.plan.outcomes[0].counts) == {"read": 6, "accepted": 3, "skipped": 3}
    assert done.codes() == []


@pytest.mark.parametrize("words", ["一、清洁用品", "（以下空白）", "以下为食堂领料", "清洁用品类："])
def test_headings_between_the_rows(words: str, folder: Path, pool: ReaderPool) -> None:
    """S10: one line of words between the rows is no row; what stands below it is read all the same."""
    sheet = clerk_sheet(IN, receipts(2))
    done = checked(folder, pool, with_line(sheet, 5, [words]))
    assert numbers(done) == ["1", "2"]
    assert done.codes() == ["I ROW-NOTE"]


def test_an_item_that_is_called_like_a_total(folder: Path, pool: ReaderPool) -> None:
    """S09: a row with its own number is data, whatever its item is called."""
    done = checked(folder, pool, clerk_sheet(IN, [receipt(1, item_code="合计器"), receipt(2)]))
    assert numbers(done) == ["1", "2"]


@pytest.mark.parametrize(
    "footer",
    [
        ["制表人：王芳    审核人：李明"],
        ["备注：本表一式两份"],
        ["填表说明：入库当日登记"],
        ["填表人：王芳", None, "审核：", None, "日期：2026-11-22"],
        ["主管：", None, None, "会计：", None, "保管：王芳"],
        ["注：1. 数量按实收填写。"],
        ["说明：红字表示退货"],
        ["单位（盖章）：", None, None, "负责人签字："],
        [None, None, "经办人：王芳"],
        ["领导签字："],
        ["校长（签字）：            2026年11月22日"],
        ["审批意见：同意"],
        ["日期：2026年11月22日"],
        ["制表：王芳"],
        ["保管员签名：王芳", None, None, "验收人签名：李明"],
        ["复核人:"],
        ["※ 本表由总务处保存"],
        ["注意事项：当日登记，不得涂改"],
        ["第1页 共2页"],
        ["2026年11月22日"],
    ],
)
def test_the_footer_ends_the_data(footer: Sequence[object], folder: Path, pool: ReaderPool) -> None:
    """S10: signatures, notes and instructions below the rows are no data."""
    done = checked(folder, pool, clerk_sheet(IN, receipts(2), footer=[[None], footer]))
    assert numbers(done) == ["1", "2"]
    assert not done.codes("error")
    assert done.plan.outcomes[0].counts["read"] == 2 + done.plan.outcomes[0].counts["skipped"]


@pytest.mark.parametrize("number_column", ["序号", "编号", "行号", "No.", "序 号"])
def test_numbered_rows_without_content(number_column: str, folder: Path, pool: ReaderPool) -> None:
    """S11: rows of a template in which only the number stands are ignored silently."""
    rows = [[number, *line(IN, row)] for number, row in enumerate(receipts(2), 1)]
    rows += [[number, *([None] * len(HEADERS))] for number in range(3, 31)]
    headers = [number_column, *HEADERS]
    if number_column == "行号":
        headers = HEADERS
        rows = [row[1:] for row in rows]
        for number, row in enumerate(rows, 1):
            row[PLACE["行号"]] = number
    done = checked(folder, pool, Sheet("入库单", [["2026年11月入库单"], headers, *rows]))
    assert numbers(done) == ["1", "2"]
    assert not done.codes("error")
    assert done.plan.outcomes[0].counts["read"] == 2


@pytest.mark.parametrize("blank", [1, 5, 50])
def test_blank_rows_are_skipped(blank: int, folder: Path, pool: ReaderPool) -> None:
    """S12: up to 50 blank rows inside the data mean nothing."""
    sheet = clerk_sheet(IN, receipts(2))
    sheet.lines[4:4] = [[None]] * blank
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2"]
    assert not done.codes("error")


def test_many_blank_rows_end_the_sheet(folder: Path, pool: ReaderPool) -> None:
    """S12: what stands below more than 50 blank rows is not read, and that is said."""
    sheet = clerk_sheet(IN, receipts(2))
    sheet.lines[4:4] = [[None]] * 51
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1"]
    assert done.only_error().code == "ROW-AFTER-END"


D22 = date(2026, 11, 22)
PICTURE = Raw('=DISPIMG("ID_0A1B2C",1)', formula='_xlfn.DISPIMG("ID_0A1B2C",1)')
ODD_CELLS = (
    Case("S15", "sample_kinds", "photo", PICTURE, "ID_0A1B2C"),
    Case("S15", "sample_kinds", "place", PICTURE, HELD, "E CELL-IMAGE"),
    Case("S15", "stock_receipt", "qty", PICTURE, HELD, "E CELL-IMAGE"),
    Case("S28", "stock_receipt", "qty", Raw(25, red=True), Decimal(25), "W RED-FONT"),
    Case("S28", "sample_kinds", "amount", Raw(12.5, red=True), Decimal("12.50"), "W RED-FONT"),
    Case("S28", "sample_kinds", "amount", Raw(-12.5, red=True), Decimal("-12.50")),
    Case("S28", "stock_receipt", "spec", Raw("A4", red=True), "A4"),
    Case("S30", "stock_receipt", "qty", Raw(25, note="已调整为15"), Decimal(25), "W CELL-COMMENT"),
    Case("S30", "stock_receipt", "spec", Raw("A4", note="王芳：\n请核对"), "A4", "W CELL-COMMENT"),
    Case("S31", "stock_receipt", "qty", Raw(25, formula="'[库存.xlsx]Sheet1'!B3"), Decimal(25), "W EXT-LINK"),
    Case("S31", "sample_kinds", "place", Raw("一楼", formula="'D:\\账\\[库存.xlsx]表 1'!B3"), "一楼", "W EXT-LINK"),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, 'm"月"d"日"'), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, "[$-804]m/d;@"), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, "dd-mmm"), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, '[DBNum1][$-804]yyyy"年"m"月"d"日";@'), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy"), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, "d"), D22),
    Case("S32", "stock_receipt", "doc_date", Raw(D22, 58), D22),
    Case("S34", "stock_receipt", "doc_date", "2026-10-30", date(2026, 10, 30), "W PERIOD-MIXED"),
    Case("S34", "stock_receipt", "doc_date", date(2026, 10, 30), date(2026, 10, 30), "W PERIOD-MIXED"),
)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Case, Seen]]:
    """Return what validate says about the odd cells."""
    with samples_loaded(), ReaderPool(1) as pool:
        yield seen_cases(ODD_CELLS, tmp_path_factory.mktemp("odd"), pool)


@pytest.mark.parametrize("case", ODD_CELLS, ids=str)
def test_cells_that_carry_more_than_a_value(case: Case, odd: dict[Case, Seen]) -> None:
    """S15, S28, S30-S32, S34: pictures, red figures, notes, links and formats are told and change no value."""
    judge(case, odd[case])


def test_a_note_is_told_with_its_words(odd: dict[Case, Seen]) -> None:
    """S30: the finding on a note says what the note says, so that it is recorded."""
    assert any("已调整为15" in message for case in ODD_CELLS if case.id == "S30" for message in odd[case].messages)


def test_a_link_without_a_stored_result(folder: Path, pool: ReaderPool) -> None:
    """S31: a formula to another workbook that nobody computed is held like any other (N19)."""
    path = write_book(folder / "库房.xlsx", [clerk_sheet(IN, receipts(1))])
    book = openpyxl.load_workbook(path)
    book["入库单"]["J4"] = "='[库存.xlsx]Sheet1'!B3"
    book.save(path)
    assert validate(path, pool).only_error().code == "FORMULA-NOCACHE"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("入库单 ", "W SHEET-ALIAS"),
        ("入库(2026.11)", "W SHEET-ALIAS"),
        ("11月入库", "W SHEET-ALIAS"),
        ("Sheet1", "W SHEET-ALIAS"),
        ("2026年11月入库", "W SHEET-ALIAS"),
        ("入库单(2)", "W SHEET-ALIAS"),
        ("入库单（十一月）", "W SHEET-ALIAS"),
        ("物品入库登记", "W SHEET-ALIAS"),
        ("入 库 单", ""),
        ("工作表1", "W SHEET-ALIAS"),
        ("库房11月", "W SHEET-ALIAS"),
        ("入库单", ""),
    ],
)
def test_the_name_of_a_sheet(name: str, code: str, folder: Path, pool: ReaderPool) -> None:
    """S24: a sheet is recognised by other names, and by its header alone, with a warning."""
    done = checked(folder, pool, clerk_sheet(IN, receipts(2), name=name, title="青山小学"))
    assert numbers(done) == ["1", "2"]
    assert [one for one in done.codes() if "SHEET" in one] == [one for one in [code] if one]
    assert not done.codes("error")


def test_a_sheet_that_is_no_register(folder: Path, pool: ReaderPool) -> None:
    """S24: a sheet that is no register is named and left alone."""
    note = Sheet("Sheet2", [["值班表"], ["姓名", "星期一"], ["王芳", "早"]])
    done = checked(folder, pool, clerk_sheet(IN, receipts(1)), note)
    assert [found.sheet for found in done.findings if found.code == "SHEET-IGNORED"] == ["Sheet2"]
    assert numbers(done) == ["1"]


def test_a_summary_beside_the_register(folder: Path, pool: ReaderPool) -> None:
    """S24: a summary of the same name is no register, and no mistake."""
    lines = [["2026年11月入库汇总表"], ["物品名称", "数量", "金额"], ["竹扫把", 25, 212.5]]
    done = checked(folder, pool, clerk_sheet(IN, receipts(1)), Sheet("入库汇总", lines))
    assert numbers(done) == ["1"]
    assert done.codes() == ["W SHEET-IGNORED"]


def test_a_header_that_fits_two_registers(folder: Path, pool: ReaderPool) -> None:
    """S24: a sheet without a name of its own is read only where its header fits exactly one register."""
    both = [*("部门代码", "部门名称", "启用"), *("房间编码", "房间名称", "类型", "负责人(室长)", "是否仓库")]
    row = ["ZW", "总务处", "是", "A-301", "教室", "普通教室", "孙丽", "否"]
    done = checked(folder, pool, Sheet("Sheet1", [both, row]))
    assert done.taken.tables == ()
    assert "部门表" in done.message("SHEET-IGNORED")


@pytest.mark.parametrize("hidden", ["hidden", "veryHidden"])
def test_hidden_sheets_are_not_imported(hidden: str, folder: Path, pool: ReaderPool) -> None:
    """S25: a hidden sheet is named and left alone."""
    done = checked(
        folder, pool, clerk_sheet(IN, receipts(1)), clerk_sheet("requisition", [requisition(1)], name="申领")
    )
    assert len(done.taken.tables) == 2
    secret = clerk_sheet("requisition", [requisition(1)])
    secret.hidden = hidden
    done = checked(folder, pool, clerk_sheet(IN, receipts(1)), secret)
    assert [table.register.id for table in done.taken.tables] == [IN]
    assert [found.sheet for found in done.findings if found.code == "SHEET-HIDDEN"] == ["物品申领单"]
    assert not done.codes("error")


def test_hidden_rows_are_imported(folder: Path, pool: ReaderPool) -> None:
    """S26: hidden and filtered rows count like visible ones, and how many there are is said."""
    sheet = clerk_sheet(IN, receipts(4))
    sheet.hidden_rows = [5, 6]
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "2", "3", "4"]
    assert "2" in done.message("ROW-HIDDEN")
    assert not done.codes("error")


def test_struck_rows_are_skipped(folder: Path, pool: ReaderPool) -> None:
    """S27: a row that somebody has struck through is not taken; one struck cell is no struck row."""
    rows = receipts(3)
    rows[2]["remark"] = Raw("旧说明", struck=True)
    sheet = clerk_sheet(IN, rows)
    sheet.struck_rows = [5]
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "3"]
    assert [found.row for found in done.findings if found.code == "ROW-STRIKE"] == [5]
    assert counted(done.plan.outcomes[0].counts) == {"read": 3, "accepted": 2, "skipped": 1}


@pytest.mark.parametrize(("number", "code"), [(2, ""), (1, "RCP-01")])
def test_a_document_over_two_pages(number: int, code: str, folder: Path, pool: ReaderPool) -> None:
    """S29: the lines of one document may stand in two sheets, but no line number twice."""
    first = clerk_sheet(IN, [receipt(1, 1)], name="11月（1）")
    second = clerk_sheet(IN, [receipt(1, number, qty=30, amount="255.00")], name="11月（2）")
    with_line(second, 4, labelled("入库单号", "承前页", 数量=25, 金额=212.5))
    done = checked(folder, pool, first, second)
    assert len(done.rows(IN)) == (0 if code else 2)
    assert {found.code for found in done.findings if found.severity == "error"} == ({code} if code else set())
    assert "W SUBTOTAL-MISMATCH" not in done.codes()


@pytest.mark.parametrize(
    "remark",
    ["作废", "（作废）", "作 废", "已作废", "作废。", "此单作废", "本单作废", "作废，重开", "【作废】", "作廢"],
)
def test_void_rows_are_skipped(remark: str, folder: Path, pool: ReaderPool) -> None:
    """S33: a row with nothing but its number and 作废 is skipped with a word."""
    sheet = clerk_sheet(IN, [receipt(1), {"doc_no": "RK-202611-0002", "line_no": 1, "remark": remark}, receipt(3)])
    done = checked(folder, pool, sheet)
    assert numbers(done) == ["1", "3"]
    assert [found.row for found in done.findings if found.code == "ROW-VOID"] == [5]
    assert counted(done.plan.outcomes[0].counts) == {"read": 3, "accepted": 2, "skipped": 1}


@pytest.mark.parametrize("remark", ["作废品回收", "不作废", "原作废单补录"])
def test_a_remark_about_something_void_is_none(remark: str, folder: Path, pool: ReaderPool) -> None:
    """S33: only the word itself voids a row."""
    done = checked(folder, pool, clerk_sheet(IN, [receipt(1, remark=remark)]))
    assert numbers(done) == ["1"]


@pytest.mark.parametrize(
    ("meta", "header"),
    [
        (["单位：万元"], "金额"),
        (["单位：总务处          单位：万元"], "金额"),
        (["金额单位：人民币万元"], "金额"),
        (["（单位：万元）"], "金额"),
        ([None], "金额（万元）"),
        ([None], "金额\n(万元)"),
        (["单位：千元"], "金额"),
    ],
)
def test_amounts_in_ten_thousands(meta: Sequence[object], header: str, folder: Path, pool: ReaderPool) -> None:
    """S35: a sheet in 万元 is refused as a whole."""
    sheet = clerk_sheet(IN, receipts(1), meta=meta)
    sheet.lines[2] = [header if title == "金额" else title for title in HEADERS]
    done = checked(folder, pool, sheet)
    assert done.only_error().code == "UNIT-WAN"
    assert done.rows(IN) == []


class TestInTheBooks:
    """What a later version of an accepted workbook says, through the whole run."""

    def test_an_accepted_row_is_struck_later(self, tmp_path: Path) -> None:
        """S27: a row that was accepted and is struck through now is treated like one that is gone."""
        share = School(tmp_path / "共享")
        share.save("ZW/基础.xlsx", school.MASTER)
        path = share.path("ZW/库房.xlsx")
        sheet = clerk_sheet(IN, receipts(3))
        write_book(path, [sheet])
        share.sync()
        sheet.struck_rows = [5]
        write_book(path, [sheet])
        book = share.book(share.sync(), "ZW/库房.xlsx")
        assert counted(book) == {"read": 3, "unchanged": 2, "skipped": 1}
        assert {row["doc_no"][-1]: row["_status"] for row in share.rows(IN)} | {
            row["doc_no"][-1]: row["_status"] for row in share.rows(IN, "missing")
        } == {"1": "accepted", "2": "missing", "3": "accepted"}

    def test_a_void_number_withdraws_its_row(self, tmp_path: Path) -> None:
        """S33: 作废 withdraws the accepted row of that number, and the number stays used."""
        share = School(tmp_path / "共享")
        share.save("ZW/基础.xlsx", school.MASTER)
        path = share.path("ZW/库房.xlsx")
        write_book(path, [clerk_sheet(IN, receipts(2))])
        share.sync()
        void = {"doc_no": "RK-202611-0002", "line_no": 1, "remark": "作废"}
        write_book(path, [clerk_sheet(IN, [receipt(1), void])])
        book = share.book(share.sync(), "ZW/库房.xlsx")
        assert counted(book) == {"read": 2, "unchanged": 1, "skipped": 1}
        assert [row["doc_no"] for row in share.rows(IN, "withdrawn")] == ["RK-202611-0002"]
