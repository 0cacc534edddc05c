from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import columns as c
from schemas.layout import Layout, find_layouts
from schemas.register import Register, all_registers
from schemas.values import Details, ErrorCell, Grid, NoValue, Skip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.findings import Finding
    from schemas.values import Cell

TITLE = "XX小学2026年11月物品入库登记表"
META = "单位：总务处　　　　2026年11月22日　　　　单位：元"
HEADER = [
    *("序号", "入库单号", "入库日期", "行号", "仓库", "入库类型", "物品编码", "单位"),
    *("数量", "单价", "金额", "经手人", "验收人", "保管员", "备注"),
]
DAY = date(2026, 11, 22)


def receipt(line: int, qty: float = 2, amount: float = 5.0, remark: str | None = None) -> list[Cell]:
    """Return a row of a receipt in the order of HEADER."""
    return [
        *(line, "RK-202611-0001", DAY, line, "总仓", "采购入库", "BG0001", "个"),
        *(qty, 2.5, amount, "张三", "李四", "王五", remark),
    ]


def line_of(*cells: Cell) -> list[Cell]:
    """Return a row with these cells at its start."""
    return [*cells, *[None] * (len(HEADER) - len(cells))]


def under(column: str, cell: Cell, **others: Cell) -> list[Cell]:
    """Return a row with cells under the named headers only."""
    row: list[Cell] = [None] * len(HEADER)
    for title, value in {column: cell, **others}.items():
        row[HEADER.index(title)] = value
    return row


def sheet_of(*rows: Sequence[Cell], name: str = "入库单", **options: object) -> Grid:
    """Return a sheet whose first row is row 1."""
    width = max((len(row) for row in rows), default=0)
    cells = [[*row, *[None] * (width - len(row))] for row in rows]
    return Grid("台账.xlsx", name, cells, **options)  # type: ignore[arg-type]


def book(*rows: Sequence[Cell], **options: object) -> Grid:
    """Return a sheet of goods receipts with title, meta line and header in rows 1 to 3."""
    return sheet_of([TITLE], [META], HEADER, *rows, **options)  # type: ignore[arg-type]


def read(
    grid: Grid, registers: Mapping[str, type[Register]] | None = None
) -> tuple[Layout | None, tuple[Finding, ...]]:
    """Return the layout of a sheet, None where it is not read, and the findings outside it."""
    layouts, findings = find_layouts([grid], registers or all_registers(), grid.workbook)
    return (layouts[0][1] if layouts else None), findings


def laid_out(grid: Grid, registers: Mapping[str, type[Register]] | None = None) -> Layout:
    """Return the layout of a sheet that is read."""
    layout, findings = read(grid, registers)
    assert layout is not None, [found.line() for found in findings]
    return layout


def codes(findings: Sequence[Finding]) -> list[str]:
    """Return the codes of findings."""
    return [found.code for found in findings]


# header


def test_title_and_meta_line_are_skipped_and_remembered() -> None:
    """Row 1 gives the month, row 2 the department; the second 单位 is the currency (S01, S02)."""
    layout = laid_out(book(receipt(1), receipt(2)))
    assert layout.register.id == "stock_receipt"
    assert (layout.header_rows, layout.data_rows) == ((3, 3), (4, 5))
    assert (layout.period, layout.department) == ("2026-11", "总务处")
    assert layout.metadata["金额单位"] == "元"
    assert layout.metadata["日期"] == "2026年11月22日"
    assert layout.findings == ()


@pytest.mark.parametrize(
    "header", ["数 量", "数量（个）", "数量\n(个)", "数\u3000量", "数量*", "ｑｔｙ", "Quantity", "实收数量", "数量/个"]
)
def test_a_quantity_header_is_known_in_every_spelling(header: str) -> None:
    """Spaces, line breaks, brackets, the English and the field name do not matter (S03)."""
    spelled = [header if title == "数量" else title for title in HEADER]
    assert laid_out(sheet_of(spelled, receipt(1))).columns["qty"] == 9


@pytest.mark.parametrize(
    ("title", "header"), [("金额", "金额(元)"), ("单价", "单价（元）"), ("金额", "金额（人民币）")]
)
def test_amounts_may_carry_their_currency(title: str, header: str) -> None:
    """金额(元) is 金额."""
    spelled = [header if known == title else known for known in HEADER]
    assert codes(laid_out(sheet_of(spelled, receipt(1))).findings) == []


def test_the_unit_in_brackets_stands_for_a_missing_unit_column() -> None:
    """数量（个） becomes the default unit when there is no unit column, and only then (S03)."""
    headers = ["数量（个）" if title == "数量" else title for title in HEADER]
    without = [title for title in headers if title != "单位"]
    row = [cell for title, cell in zip(HEADER, receipt(1), strict=True) if title != "单位"]
    assert laid_out(sheet_of(without, row)).default_unit == "个"
    assert laid_out(sheet_of(headers, receipt(1))).default_unit is None


def test_columns_that_the_program_wrote_beside_the_sheet_are_no_input() -> None:
    """What 账面数 and 对账 told under an ``hq_`` header is neither read, nor kept in the remark, nor spoken of."""
    plain = book(receipt(1), receipt(2))
    told = [[None, None], ["截至", None], ["hq_账面数", "hq_状态"], [25.0, "盘亏"], [None, None], [7.5, "合计"]]
    rows = [[*row, None, *more] for row, more in zip([*plain.cells, [None] * 15], told, strict=True)]
    assert laid_out(sheet_of(*rows)) == laid_out(plain)


@pytest.fixture
def two_levels(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Register]]:
    """A register whose headers stand on two levels, known to this test only."""
    import schemas.register

    monkeypatch.setattr(schemas.register, "_KNOWN", dict(schemas.register._KNOWN))  # noqa: SLF001 - undone after

    class FlowSummary(Register):
        title, title_en, number, group = "收发汇总表", "Flow summary", 901, "X"
        key = ("item_code",)
        item_code = c.code("物品编码", "Item", required=True)
        qty_in = c.qty("本期收入数量", "Received", required=True)
        amount_in = c.money("本期收入金额", "Received amount", required=True)
        qty_out = c.qty("本期发出数量", "Issued")

    return {"flow_summary": FlowSummary}


FLOW_HEADER: list[list[Cell]] = [
    ["序号", "物品编码", "本期收入", None, "本期发出"],
    [None, None, "数量", "金额", "数量"],
]


@pytest.mark.parametrize(
    "merged", [(), ((1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4))], ids=["no merged ranges known", "merged ranges known"]
)
def test_a_two_level_header_is_flattened(
    two_levels: dict[str, type[Register]], merged: tuple[tuple[int, int, int, int], ...]
) -> None:
    """本期收入 over 数量 and 金额 means 本期收入数量 and 本期收入金额 (S04)."""
    grid = sheet_of(*FLOW_HEADER, [1, "BG0001", 3, 7.5, 1], name="x", details=Details(merged=merged))
    layout = laid_out(grid, two_levels)
    assert layout.columns == {"item_code": 2, "qty_in": 3, "amount_in": 4, "qty_out": 5}
    assert (layout.header_rows, layout.data_rows) == ((1, 2), (3,))


def test_a_group_over_known_headers_changes_nothing() -> None:
    """签字 over 经手人, 验收人 and 保管员 is decoration: the second level is known by itself."""
    lower: list[Cell] = ["经手人", "验收人", "保管员"]
    upper: list[Cell] = [*HEADER[:11], "签字", None, None, "备注"]
    layout = laid_out(sheet_of([TITLE], upper, [*[None] * 11, *lower], receipt(1)))
    assert layout.header_rows == (2, 3)
    assert layout.data_rows == (4,)
    assert layout.columns["keeper"] == 14


@pytest.mark.parametrize("row", range(1, 16))
def test_the_header_is_found_in_rows_1_to_15(row: int) -> None:
    """The row with the largest number of known names is the header, wherever it stands (S05)."""
    above = [["通知"]] * (row - 1)
    layout = laid_out(sheet_of(*above, HEADER, receipt(1)))
    assert (layout.header_rows, layout.data_rows) == ((row, row), (row + 1,))


def test_places_are_worksheet_places_when_leading_blanks_were_cut_off() -> None:
    """A grid that starts at C5 gives rows and columns as the worksheet counts them."""
    layout = laid_out(sheet_of(HEADER, receipt(1), first_row=5, first_column=3))
    assert (layout.header_rows, layout.data_rows) == ((5, 5), (6,))
    assert (layout.columns["doc_no"], layout.columns["remark"]) == (4, 17)


def test_an_old_spelling_in_the_title_is_understood(two_levels: dict[str, type[Register]]) -> None:
    """帐 for 账 and 薄 for 簿 name the same register (C13)."""
    flow = two_levels["flow_summary"]
    flow.keywords = ("收发账簿",)
    layout = laid_out(sheet_of(["物品收发帐薄"], *FLOW_HEADER, [1, "BG0001", 3, 7.5, 1], name="11月"), two_levels)
    assert codes(layout.findings) == []


def test_a_missing_required_column_rejects_the_sheet() -> None:
    """The finding names every column that is missing (S05, S07)."""
    headers = [title for title in HEADER if title not in {"验收人", "入库单号"}]
    layout, findings = read(sheet_of([TITLE], headers, name="入库单"))
    assert layout is None
    assert codes(findings) == ["SHEET-HEADER"]
    assert findings[0].message() == "未找到表头，缺少：入库单号、验收人"
    assert (findings[0].sheet, findings[0].cell, findings[0].register) == ("入库单", "A2", "stock_receipt")


@pytest.mark.parametrize("second", ["数量", "数量（个）", "数 量", "入库数量"])
def test_two_columns_for_one_field_reject_the_sheet(second: str) -> None:
    """Nothing says which of two quantities is right (S07)."""
    layout, findings = read(sheet_of([*HEADER, second], [*receipt(1), 3]))
    assert layout is None
    assert codes(findings) == ["COL-DUP"]
    assert findings[0].message() == "表头重复：数量（I1、P1）"


def test_code_and_name_of_an_item_are_no_contradiction() -> None:
    """物品名称 beside 物品编码 is a column for people: the code counts, the other one is reported."""
    layout = laid_out(sheet_of([*HEADER, "物品名称"], [*receipt(1), "钢笔"]))
    assert layout.columns["item_code"] == 7
    assert [(found.code, found.value) for found in layout.findings] == [("COL-UNKNOWN", "物品名称")]


def test_an_amount_in_words_is_not_the_amount() -> None:
    """金额（大写） is another column than 金额."""
    layout = laid_out(sheet_of([*HEADER, "金额（大写）"], [*receipt(1), "伍元整"]))
    assert layout.columns["amount"] == 11


def test_an_unknown_column_is_reported_once_if_it_has_content() -> None:
    """Unknown columns are left out with a warning; 序号 and blank ones are silent (S06)."""
    rows = [[*receipt(1), "蓝", None, "a"], [*receipt(2), "红", None, None]]
    layout = laid_out(sheet_of([*HEADER, "颜色", "空列", None], *rows))
    assert [(found.code, found.cell, found.value) for found in layout.findings] == [
        ("COL-UNKNOWN", "P1", "颜色"),
        ("COL-UNKNOWN", "R1", "R"),
    ]
    assert layout.data_rows == (2, 3)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_order_of_columns_and_unknown_columns_do_not_matter(data: st.DataObject) -> None:
    """The same rows are found and every field keeps its cells, however the columns stand (S06)."""
    extra = data.draw(st.lists(st.sampled_from(["颜色", "产地", "联系方式", "审核情况"]), unique=True))
    titles = [*HEADER, *extra]
    order = data.draw(st.permutations(range(len(titles))))
    body = [[*row, *["x"] * len(extra)] for row in (receipt(1), receipt(2), receipt(3))]
    body.insert(2, [None] * len(titles))
    rows = [[row[place] for place in order] for row in (titles, *body)]
    layout = laid_out(sheet_of([TITLE], *rows))
    assert layout.data_rows == (3, 4, 6)
    assert set(codes(layout.findings)) <= {"COL-UNKNOWN"}
    found = {layout.register.column(name).title: titles[order[place - 1]] for name, place in layout.columns.items()}
    assert found == {title: title for title in HEADER[1:]}


# which register


def test_a_marker_decides_though_rows_were_inserted_above() -> None:
    """A template's sheet is known by its marker under any name, wherever its header went."""
    layout = laid_out(sheet_of(["随便"], ["看看"], HEADER, receipt(1), name="新表", marker="stock_receipt"))
    assert (layout.header_rows, codes(layout.findings)) == ((3, 3), [])


def test_a_marked_sheet_without_its_header_is_rejected() -> None:
    """A marker promises a register: a destroyed header is an error."""
    layout, findings = read(sheet_of(["a", "b"], [1, 2], name="新表", marker="stock_receipt"))
    assert layout is None
    assert codes(findings) == ["SHEET-HEADER"]


@pytest.mark.parametrize(
    ("name", "title", "period"),
    [
        ("入库单 ", "物品登记", None),
        ("入库(2026.11)", "物品登记", "2026-11"),
        ("11月入库", "2026年物品登记", "2026-11"),
        ("Sheet1", TITLE, "2026-11"),
        ("Sheet1", "物品登记", None),
    ],
)
def test_sheet_names_are_interpreted(name: str, title: str, period: str | None) -> None:
    """Sheets are found by keyword or header, with a warning that says how they were read (S24)."""
    layout = laid_out(sheet_of([title], HEADER, receipt(1), name=name))
    assert (layout.register.id, layout.period) == ("stock_receipt", period)
    assert codes(layout.findings) == ["SHEET-ALIAS"]


@pytest.mark.parametrize(("name", "title"), [("入库单", "登记"), ("11月", TITLE), ("2026.11", TITLE)])
def test_the_title_or_a_month_under_a_telling_title_needs_no_warning(name: str, title: str) -> None:
    """入库单 is the register's title; 11月 is a page of the register that the title row names."""
    assert codes(laid_out(sheet_of([title], HEADER, receipt(1), name=name)).findings) == []


def test_a_nameless_sheet_is_taken_only_if_its_header_fits_one_register(
    two_levels: dict[str, type[Register]],
) -> None:
    """Two registers that fit equally well: the sheet is left out and both are named (S24)."""
    flow = two_levels["flow_summary"]
    twin = type("FlowTwin", (Register,), {
        "title": "双胞表", "title_en": "Twin", "number": 902, "group": "X", "key": ("item",),
        "item": c.code("物品编码", "Item", required=True), "qty": c.qty("本期收入数量", "Received", required=True),
        "amount": c.money("本期收入金额", "Amount", required=True), "out": c.qty("本期发出数量", "Issued"),
    })  # fmt: skip
    both = {"flow_summary": flow, "flow_twin": twin}
    grid = sheet_of(*FLOW_HEADER, [1, "BG0001", 3, 7.5, 1], name="Sheet1")
    layout, findings = read(grid, both)
    assert layout is None
    assert codes(findings) == ["SHEET-IGNORED", "FILE-NO-REGISTER"]
    assert "收发汇总表、双胞表" in findings[0].message()
    assert laid_out(replace(grid, sheet="双胞表"), both).register is twin


@pytest.mark.parametrize("name", ["Sheet2", "说明", "入库单填写说明"])
def test_a_sheet_of_notes_is_ignored_with_a_warning(name: str) -> None:
    """What is no register at all is reported, and does not stop the others (S24)."""
    notes = sheet_of(["注意：请如实填写入库单"], ["第二条", "数量"], name=name)
    layouts, findings = find_layouts([book(receipt(1)), notes], all_registers(), "台账.xlsx")
    assert len(layouts) == 1
    assert [(found.code, found.sheet) for found in findings] == [("SHEET-IGNORED", name)]


def test_blank_sheets_are_passed_over() -> None:
    """Excel's empty Sheet2 is nothing to talk about."""
    layouts, findings = find_layouts(
        [book(receipt(1)), sheet_of(name="Sheet2"), sheet_of([" "], name="Sheet3")], all_registers(), "台账.xlsx"
    )
    assert (len(layouts), findings) == (1, ())


def test_a_sheet_meant_for_a_register_is_an_error_when_no_header_is_there() -> None:
    """A sheet called 入库 in which no header can be found is not ignored (S05)."""
    _, findings = read(sheet_of(["一"], ["二"], name="11月入库"))
    assert codes(findings) == ["SHEET-HEADER"]


def test_hidden_sheets_are_reported_and_not_read() -> None:
    """Hidden sheets are not imported, not even with a marker (S25)."""
    layout, findings = read(book(receipt(1), hidden=True, marker="stock_receipt"))
    assert layout is None
    assert codes(findings) == ["SHEET-HIDDEN", "FILE-NO-REGISTER"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("hq_字典", {"hidden": True}),
        ("字典", {"hidden": True}),
        ("说明", {"marker": "hq_guide"}),
        ("隐", {"hidden": True}),
    ],
)
def test_own_and_empty_hidden_sheets_are_silent(name: str, options: dict[str, object]) -> None:
    """The program's lists and instructions are no input."""
    rows = [] if name == "隐" else [["个"], ["只"]]
    layouts, findings = find_layouts([book(receipt(1)), sheet_of(*rows, name=name, **options)], all_registers(), "a")
    assert (len(layouts), findings) == (1, ())


def test_a_workbook_without_any_register_is_an_error() -> None:
    """Somebody saved the wrong file: say so."""
    _, findings = read(sheet_of(["你好"], name="Sheet1"))
    assert codes(findings) == ["SHEET-IGNORED", "FILE-NO-REGISTER"]
    assert codes(find_layouts([], all_registers(), "空.xlsx")[1]) == ["FILE-NO-REGISTER"]


def test_one_register_may_lie_on_several_sheets() -> None:
    """A sheet per month is usual (S29)."""
    sheets = [book(receipt(1), name="10月"), book(receipt(2), name="11月")]
    layouts, findings = find_layouts(sheets, all_registers(), "台账.xlsx")
    assert [grid.sheet for grid, _ in layouts] == ["10月", "11月"]
    assert findings == ()


@pytest.mark.parametrize("meta", ["单位：总务处　　单位：万元", "（单位：万元）", "金额单位：千元"])
def test_amounts_in_wan_are_refused(meta: str) -> None:
    """The registers are kept in yuan (S35)."""
    layout, findings = read(sheet_of([TITLE], [meta], HEADER, receipt(1)))
    assert layout is None
    assert codes(findings) == ["UNIT-WAN"]


def test_a_header_in_wan_is_refused_too() -> None:
    """金额（万元） is S35 in another place; 5万元 in a title is not."""
    headers = ["金额（万元）" if title == "金额" else title for title in HEADER]
    assert codes(read(sheet_of(headers, receipt(1)))[1]) == ["UNIT-WAN"]
    assert codes(laid_out(sheet_of(["5万元以上物品入库单"], HEADER, receipt(1))).findings) == []


# month


@pytest.mark.parametrize(
    ("title", "name", "period"),
    [
        ("XX小学2026年11月入库单", "入库单", "2026-11"),
        ("二〇二六年十一月入库单", "入库单", "2026-11"),
        ("2026 年 11 月 入库单", "入库单", "2026-11"),
        ("2026年入库单", "11月", "2026-11"),
        ("2026年入库单", "十二月", "2026-12"),
        ("入库单", "2026.9", "2026-09"),
        ("入库单", "202609", "2026-09"),
        ("2026年9月至11月入库单", "入库单", None),
        ("2026年9-11月入库单", "入库单", None),
        ("2026-2027学年第一学期入库单", "入库单", None),
        ("入库单", "11月", None),
    ],
)
def test_the_month_comes_from_title_or_sheet_name(title: str, name: str, period: str | None) -> None:
    """A month needs its year; several months are no month of the sheet."""
    assert laid_out(sheet_of([title], HEADER, receipt(1), name=name)).period == period


# rows


def test_merged_cells_fill_their_own_range_only() -> None:
    """A merged date counts for its rows, never for blank cells outside (S08)."""
    rows = [receipt(line) for line in range(1, 5)]
    for row in rows[1:]:
        row[2] = None
    layout = laid_out(book(*rows, details=Details(merged=((1, 1, 1, 15), (4, 3, 6, 3), (4, 1, 5, 1)))))
    assert layout.filled == {(5, 3): DAY, (6, 3): DAY}
    assert layout.data_rows == (4, 5, 6, 7)


def test_merged_ranges_beyond_the_rows_are_harmless() -> None:
    """A range that reaches far below the sheet fills the rows that are there (S13)."""
    rows = [receipt(1), receipt(2)]
    rows[1][2] = None
    layout = laid_out(book(*rows, details=Details(merged=((4, 3, 1048576, 3), (900, 3, 901, 3)))))
    assert layout.filled == {(5, 3): DAY}


def test_rows_whose_keys_are_merged_are_data() -> None:
    """The document number is written once over its lines, and the lines are still rows."""
    rows = [receipt(line) for line in (1, 2, 3)]
    rows[1][1] = rows[2][1] = None
    layout = laid_out(book(*rows, details=Details(merged=((4, 2, 6, 2),))))
    assert layout.data_rows == (4, 5, 6)
    assert layout.filled[(6, 2)] == "RK-202611-0001"


@pytest.mark.parametrize(
    "label",
    [
        *("小计", "合计", "总　计", "合 计：", "本月合计", "本年累计", "过次页", "承前页", "接下页"),
        *("食品类小计", "11月合计", "合计（大写）"),
    ],
)
@pytest.mark.parametrize("column", ["序号", "入库单号", "物品编码"])
def test_subtotals_are_no_data(label: str, column: str) -> None:
    """Totals are left out wherever their label stands (S09)."""
    layout = laid_out(book(receipt(1), receipt(2), under(column, label, 数量=4, 金额=10.0)))
    assert layout.data_rows == (4, 5)
    assert [row for row, _ in layout.subtotal_rows] == [6]
    assert layout.skipped == (Skip(6, "ROW-SUBTOTAL"),)
    assert "SUBTOTAL-MISMATCH" not in codes(layout.findings)


def test_an_item_that_is_called_like_a_total_is_data() -> None:
    """The label counts only where the keys are blank and the rest are figures."""
    with_key = receipt(1)
    with_key[6] = "合计器"
    without_key = receipt(2)
    without_key[1], without_key[3], without_key[6] = None, None, "合计器"
    assert laid_out(book(with_key, without_key)).data_rows == (4, 5)


def test_a_wrong_total_is_reported_at_its_cell() -> None:
    """小计 stands for the rows since the last 小计, 合计 for all of them, exactly (S09)."""
    layout = laid_out(
        book(
            receipt(1, 0.1, 0.1),
            receipt(2, 0.2, 0.2),
            under("物品编码", "小计", 数量=0.3, 金额=0.30000000000000004),
            receipt(3, 2, 5.5),
            under("物品编码", "小计", 数量=3, 金额="¥5.50"),
            under("物品编码", "合计", 数量=2.3, 金额=5.9),
        )
    )
    found = [(finding.cell, finding.message()) for finding in layout.findings]
    assert found == [
        ("I8", "数量：小计3与明细2不符"),
        ("K9", "金额：合计5.90与明细5.80不符"),
    ]
    assert layout.findings[0].register == "stock_receipt"


@pytest.mark.parametrize("cell", ["12个", ErrorCell("#N/A"), NoValue("SUM(I4:I5)")])
def test_a_total_over_unreadable_cells_is_not_judged(cell: Cell) -> None:
    """The unreadable cell has its own finding."""
    row = receipt(2)
    row[HEADER.index("数量")] = cell
    layout = laid_out(book(receipt(1), row, under("物品编码", "合计", 数量=99)))
    assert layout.findings == ()


def test_carried_forward_amounts_count_into_the_total() -> None:
    """承前页 brings the sum of the page before; 合计 may include it (S29)."""
    layout = laid_out(
        book(
            under("物品编码", "承前页", 金额=100),
            receipt(1, 2, 5),
            under("物品编码", "合计", 金额=105),
            under("物品编码", "过次页", 金额=105),
        )
    )
    assert layout.data_rows == (5,)
    assert layout.findings == ()


def test_void_rows_do_not_count_into_totals() -> None:
    """作废 rows keep their figures on paper, not in the sum."""
    layout = laid_out(book(receipt(1), receipt(2, 9, 9.0, "作废"), under("物品编码", "合计", 数量=2, 金额=5)))
    assert layout.data_rows == (4, 5)
    assert layout.findings == ()


@pytest.mark.parametrize(
    "footer",
    ["制表人：张三　审核人：李四", "填表说明", "备注：本表一式两份", "负责人（签字）：", "审核人: 李四"],
)
def test_a_footer_ends_the_data(footer: str) -> None:
    """What follows a footer is no data; its values are kept (S10)."""
    layout = laid_out(book(receipt(1), line_of(footer), line_of("1. 请如实填写")))
    assert layout.data_rows == (4,)
    assert layout.findings == ()


def test_a_footer_in_single_cells_is_recognised() -> None:
    """Labels and names may stand in cells of their own, also under a key column."""
    layout = laid_out(book(receipt(1), line_of("制表人：", "张三", "审核人：", "李四")))
    assert layout.data_rows == (4,)
    assert (layout.metadata["制表人"], layout.metadata["审核人"]) == ("张三", "李四")


def test_data_below_the_footer_is_reported() -> None:
    """Rows that somebody added below the signatures are not read, and that is said."""
    layout = laid_out(book(receipt(1), line_of("制表人：张三"), receipt(2), receipt(3)))
    assert layout.data_rows == (4,)
    assert layout.skipped == (Skip(6, "ROW-AFTER-END"), Skip(7, "ROW-AFTER-END"))
    assert [(found.code, found.row, found.args["count"]) for found in layout.findings] == [("ROW-AFTER-END", 6, 2)]


@pytest.mark.parametrize("footer", [["制表人：张三　审核人："], None], ids=["footer", "no footer"])
def test_a_second_page_with_title_and_header_is_read_on(footer: list[Cell] | None) -> None:
    """Title and header of the next page are skipped, with a footer between or without (S29)."""
    between = [line_of(*footer)] if footer else [under("物品编码", "过次页", 金额=5)]
    layout = laid_out(
        book(receipt(1), *between, line_of(TITLE), line_of(META), HEADER, under("物品编码", "承前页"), receipt(2))
    )
    assert layout.data_rows == (4, 10)
    assert codes(layout.findings) == []


def test_a_void_row_above_a_repeated_header_stays() -> None:
    """Only title lines vanish above the header of a page, never a document number (S33)."""
    layout = laid_out(book(receipt(1), under("入库单号", "RK-202611-0002", 备注="作废"), HEADER, receipt(2)))
    assert layout.data_rows == (4, 5, 7)


def test_a_second_header_with_other_columns_stops_reading() -> None:
    """Below a header in another order the cells would be taken for something else: nothing is guessed."""
    other = [HEADER[0], *reversed(HEADER[1:])]
    layout = laid_out(book(receipt(1), other, [1, *reversed(receipt(2)[1:])]))
    assert layout.data_rows == (4,)
    assert codes(layout.findings) == ["ROW-AFTER-END"]


def test_numbered_and_calculated_template_rows_are_silent() -> None:
    """Rows with only 序号, template formulas or dittos are not there (S11)."""
    rows = [
        receipt(1),
        under("序号", 2),
        under("序号", 3, 金额=0),
        under("序号", 4, 金额=NoValue("I7*J7")),
        under("序号", 5, 经手人="″", 验收人="同上"),
    ]
    layout = laid_out(book(*rows, details=Details(formulas={(6, 11): 'IF(I6*J6=0,"",ROUND(I6*J6,2))'})))
    assert (layout.data_rows, layout.skipped, layout.findings) == ((4,), (), ())


def test_an_amount_that_somebody_typed_is_content() -> None:
    """Zero is not blank: without a formula behind it the row is a row."""
    assert laid_out(book(receipt(1), under("序号", 2, 金额=0))).data_rows == (4, 5)


def test_blank_rows_are_skipped_and_fifty_are_no_end() -> None:
    """50 blank rows inside the data are skipped (S12)."""
    assert laid_out(book(receipt(1), *[line_of()] * 50, receipt(2))).data_rows == (4, 55)


def test_more_than_fifty_blank_rows_end_the_sheet() -> None:
    """What stands below 51 blank rows is not read but reported; a footer there is a footer (S12)."""
    layout = laid_out(book(receipt(1), *[line_of()] * 51, receipt(2), line_of("制表人：张三")))
    assert layout.data_rows == (4,)
    assert [(found.code, found.cell) for found in layout.findings] == [("ROW-AFTER-END", "B56")]
    assert layout.metadata["制表人"] == "张三"


def test_a_lone_remark_is_no_row_but_is_not_dropped() -> None:
    """A remark without anything beside it is skipped with its reason."""
    layout = laid_out(book(receipt(1), under("备注", "下午补送"), receipt(2)))
    assert layout.data_rows == (4, 6)
    assert layout.skipped == (Skip(5, "ROW-NOTE"),)
    assert [(found.code, found.cell, found.value) for found in layout.findings] == [("ROW-NOTE", "O5", "下午补送")]


def test_a_void_document_number_is_a_row() -> None:
    """Number and 作废 alone withdraw a document: the row must be seen (S33)."""
    assert laid_out(book(under("入库单号", "RK-202611-0007", 备注="作废"))).data_rows == (4,)


@given(st.lists(st.sampled_from(["data", "void", "blank", "numbered", "subtotal", "note", "header"]), max_size=30))
@settings(max_examples=100, deadline=None)
def test_every_row_is_accounted_for(kinds: list[str]) -> None:
    """Each row is data, skipped with its reason, or has nothing in an entry column, in any sequence."""
    made: dict[str, list[Cell]] = {
        "data": receipt(1),
        "void": under("入库单号", "RK-202611-0009", 备注="作废"),
        "blank": line_of(),
        "numbered": under("序号", 7),
        "subtotal": under("物品编码", "小计"),
        "note": under("备注", "下午补送"),
        "header": list(HEADER),
    }
    layout = laid_out(book(*[made[kind] for kind in kinds]))
    rows = {kind: [row for row, own in enumerate(kinds, start=4) if own == kind] for kind in made}
    assert list(layout.data_rows) == sorted([*rows["data"], *rows["void"]])
    assert [skip.row_number for skip in layout.skipped if skip.code == "ROW-SUBTOTAL"] == rows["subtotal"]
    assert [skip.row_number for skip in layout.skipped if skip.code == "ROW-NOTE"] == rows["note"]


# what else a sheet carries


def test_hidden_rows_are_counted() -> None:
    """Hidden rows with content are read like others, with one warning (S26)."""
    grid = book(receipt(1), receipt(2), receipt(3), details=Details(hidden_rows=frozenset({4, 5, 99})))
    layout = laid_out(grid)
    assert layout.data_rows == (4, 5, 6)
    assert [found.message() for found in layout.findings] == ["含2行隐藏数据，已照常读取"]


def test_red_figures_are_warned_about() -> None:
    """A positive number in red stays positive (S28)."""
    grid = book(receipt(1), details=Details(red_cells=frozenset({(4, 9), (4, 2), (2, 9)})))
    assert [(found.code, found.cell) for found in laid_out(grid).findings] == [("RED-FONT", "I4")]


def test_notes_on_data_cells_are_recorded() -> None:
    """The cell counts, the note is shown (S30)."""
    grid = book(receipt(1), details=Details(comments={(4, 9): "已调整为15", (3, 9): "表头"}))
    found = laid_out(grid).findings
    assert [(f.code, f.cell, f.field) for f in found] == [("CELL-COMMENT", "I4", "qty")]
    assert "已调整为15" in found[0].message()


@pytest.mark.parametrize(
    ("formula", "warned"),
    [
        ("'[库存.xlsx]Sheet1'!B3", True),
        ("[1]Sheet1!B3", True),
        ("'[1]一月 表'!B3+1", True),
        ("[@数量]*[@单价]", False),
        ("Table1[[#This Row],[数量]]*2", False),
        ("Sheet2!B3", False),
    ],
)
def test_formulas_to_other_workbooks_are_flagged(formula: str, warned: object) -> None:
    """The stored result is used and flagged; tables of the same sheet are no links (S31)."""
    grid = book(receipt(1), details=Details(formulas={(4, 9): formula}))
    assert codes(laid_out(grid).findings) == (["EXT-LINK"] if warned else [])


def test_a_link_without_a_result_is_left_to_the_reader_of_cells() -> None:
    """Without a stored result there is nothing to warn about but the missing result (N19)."""
    row = receipt(1)
    row[8] = NoValue("[1]Sheet1!B3")
    assert laid_out(book(row, details=Details(formulas={(4, 9): "[1]Sheet1!B3"}))).findings == ()
