from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from schemas.columns import NUMERIC, Kind
from schemas.values import Cell, Deferred, Details, ErrorCell, NoValue, Skip
from tests.samples.kinds import SampleKinds
from tests.samples.sheets import at, codes, parsed, values

DAYS = [at("2026-11-20"), at("2026-11-21"), at("2026-11-22")]
NUMBERS = ["YL-202611-0001", "YL-202611-0002", "YL-202611-0003"]


def test_the_frame_has_every_column_in_order_and_the_worksheet_row() -> None:
    """A table has the register's columns, remark and _row; columns the sheet has not are null."""
    table = parsed({"line_no": [1.0, 2.0], "doc_no": NUMBERS[:2]})
    assert table.frame.columns == [*SampleKinds.names(), "_row"]
    assert values(table, "_row") == [4, 5]
    assert values(table, "paid") == [None, None]
    assert dict(table.columns) == {"line_no": 1, "doc_no": 2}
    for column in SampleKinds.columns:
        assert table.frame.schema[column.name] == column.dtype, column.name


def test_numbers_are_exact_decimals() -> None:
    """Money, prices and quantities keep exactly their decimals, up to 10^13 fen."""
    amounts: list[Cell] = [0.1, 0.29, 1.15, 99_999_999_999.99, -0.01, "90,071,992,547.41"]
    table = parsed({"amount": amounts, "unit_price": [0.0001, 3.3333, 1, 2, 3, "4.5"]})
    assert values(table, "amount") == [
        Decimal(text) for text in ("0.10", "0.29", "1.15", "99999999999.99", "-0.01", "90071992547.41")
    ]
    assert [str(price) for price in values(table, "unit_price")][:2] == ["0.0001", "3.3333"]
    assert codes(table) == []


def test_a_bad_cell_is_null_and_has_a_finding_at_its_place() -> None:
    """A finding says workbook, sheet, cell, row, register, field, key and the value seen."""
    table = parsed({"doc_no": NUMBERS, "line_no": [1, 2, 3], "amount": [1, "十二个", 3]})
    assert values(table, "amount") == [Decimal("1.00"), None, Decimal("3.00")]
    (found,) = table.findings
    assert (found.workbook, found.sheet, found.cell, found.row) == ("食堂台账.xlsx", "样例登记", "C5", 5)
    assert (found.register, found.field, found.code) == ("sample_kinds", "amount", "NUM-INVALID")
    assert found.key == ("YL-202611-0002", "2")
    assert found.message() == "金额“十二个”不是数字"
    assert found.message("en") == "Amount “十二个” is not a number"


def test_missing_required_cells_are_reported() -> None:
    """N17: blank, a dash or a slash in a required column is missing, in another it is empty."""
    table = parsed({"doc_no": [*NUMBERS[:2], None], "doc_date": [None, "—", DAYS[2]], "place": ["/", "\\", "无"]})
    assert codes(table) == [("B4", "E", "REQ-EMPTY"), ("B5", "E", "REQ-EMPTY"), ("A6", "E", "REQ-EMPTY")]
    assert table.findings[0].message() == "登记日期必填"
    assert values(table, "place") == [None, None, None]


def test_a_blank_that_names_a_value_takes_it() -> None:
    """N17: blank is 0 only in columns that say “blank = 0”."""
    table = parsed({"paid": [None, "-", 5], "amount": [None, "-", 5]})
    assert values(table, "paid") == [Decimal(0), Decimal(0), Decimal(5)]
    assert values(table, "amount") == [None, None, Decimal(5)]


def test_excel_errors_and_formulas_without_a_result_name_the_cell() -> None:
    """N18, N19: errors and missing results hold the row."""
    table = parsed({"doc_no": NUMBERS[:2], "place": [ErrorCell("#N/A"), NoValue("A1&B1")]})
    assert codes(table) == [("B4", "E", "CELL-ERROR"), ("B5", "E", "FORMULA-NOCACHE")]
    assert table.findings[0].message() == "单元格B4公式错误：#N/A"


def test_ditto_copies_from_the_row_above_in_its_block() -> None:
    """D17: dates, names and texts are copied with a warning; numbers and codes must be written."""
    table = parsed(
        {
            "doc_date": [DAYS[0], "同上", "〃"],
            "person": ["张三", '"', "″"],
            "doc_no": [NUMBERS[0], "同上", NUMBERS[2]],
            "amount": [1, 2, "同上"],
        }
    )
    assert values(table, "doc_date") == [date(2026, 11, 20)] * 3
    assert values(table, "person") == ["张三"] * 3
    assert codes(table) == [
        ("A5", "W", "DITTO"),
        ("B5", "W", "DITTO"),
        ("C5", "E", "DITTO-NUM"),
        ("A6", "W", "DITTO"),
        ("B6", "W", "DITTO"),
        ("D6", "E", "DITTO-NUM"),
    ]
    assert table.findings[0].message() == "登记日期“同上”已按上一行填为 2026-11-20"


def test_ditto_skips_rows_that_could_not_be_read_and_stays_below_a_subtotal() -> None:
    """D17: the value comes from the last row of the same block that could be read."""
    table = parsed({"doc_date": [DAYS[0], "坏", "同上", "同上"]}, data_rows=(4, 5, 6, 7), subtotal_rows=((7, "小计"),))
    assert values(table, "doc_date") == [date(2026, 11, 20), None, date(2026, 11, 20), None]
    assert codes(table)[-1] == ("A7", "E", "DITTO-NUM")


@pytest.mark.parametrize("kind", sorted(NUMERIC | {Kind.CODE, Kind.CODE_LIST}))
def test_no_number_or_code_is_ever_copied(kind: Kind) -> None:
    """D17: every numeric and code kind refuses 同上."""
    name = next(column.name for column in SampleKinds.columns if column.kind is kind and not column.system)
    table = parsed({name: ["同上"]})
    assert [code for _, _, code in codes(table)] == ["DITTO-NUM"]


def test_void_and_struck_rows_are_left_out_with_their_key() -> None:
    """S27, S33: 作废 in the remark and strike-through over the row skip it; the number is remembered."""
    table = parsed(
        {
            "doc_no": NUMBERS,
            "line_no": [1, 2, 3],
            "amount": ["坏", 2, 3],
            "remark": ["作废", None, None],
        },
        details=Details(struck_rows=frozenset({6})),
    )
    assert values(table, "_row") == [5]
    assert table.skipped == (
        Skip(4, "ROW-VOID", ("YL-202611-0001", "1")),
        Skip(6, "ROW-STRIKE", ("YL-202611-0003", "3")),
    )
    assert codes(table) == [("A4", "W", "ROW-VOID"), ("A6", "W", "ROW-STRIKE")]


def test_merged_cells_fill_only_their_blanks() -> None:
    """S08: a merged value counts for the rows inside the range."""
    table = parsed({"person": ["张三", None, None]}, filled={(5, 1): "张三"})
    assert values(table, "person") == ["张三", "张三", None]


def test_rows_of_another_month_are_taken_with_a_warning() -> None:
    """S34: each row outside the month of the sheet is reported once."""
    table = parsed({"doc_no": NUMBERS[:2], "doc_date": ["2026-10-31", "2026-11-01"]})
    assert codes(table) == [("B4", "W", "PERIOD-MIXED")]
    assert table.findings[0].message() == "第4行的日期 2026-10-31 不在本表月份 2026-11"
    assert values(table, "doc_date")[0] == date(2026, 10, 31)


def test_what_people_write_into_a_system_column_is_not_taken() -> None:
    """2.0.1: the system computes S columns; a formula there is the template's."""
    table = parsed({"doc_no": NUMBERS, "balance": [5.0, 7.0, None]}, details=Details(formulas={(5, 2): "SUM(A1:A4)"}))
    assert values(table, "balance") == [None, None, None]
    assert codes(table) == [("B4", "W", "SYS-OVERWRITE")]


def test_the_unit_of_a_row_decides_about_its_quantity() -> None:
    """N10, N15: suffix and weight are compared with the unit column of the same row, wherever it stands."""
    table = parsed({"qty": ["12个", "12个", "3斤", "5箱3盒"], "unit": ["个", "盒", "公斤", "盒"]})
    assert values(table, "qty") == [Decimal(12), None, Decimal("1.5"), None]
    assert codes(table) == [
        ("A4", "W", "QTY-SUFFIX"),
        ("A5", "E", "UOM-MISMATCH"),
        ("A6", "W", "UOM-CONVERTED"),
        ("B6", "W", "UNIT-ALIAS"),
    ]
    assert table.findings[1].message() == "数量“12个”与单位“盒”不符"
    assert table.findings[2].message() == "数量“3斤”已换算为 1.5 千克"
    assert table.deferred == (Deferred(7, "qty", "5箱3盒"),)


def test_the_unit_in_a_header_stands_for_a_missing_unit_column() -> None:
    """S03: 数量（个） gives every row its unit."""
    table = parsed({"qty": [1, "2个"]}, default_unit="個")
    assert values(table, "unit") == ["个", "个"]
    assert table.columns["unit"] == table.columns["qty"]
    assert codes(table) == [("A5", "W", "QTY-SUFFIX")]


OWN = 'IF(OR(A{row}="",B{row}=""),"",ROUND(A{row}*B{row},2))'
TABLE_OWN = 'IF(OR(t[[#This Row],[数量]]="",[@单价]=""),"",ROUND([@[数量]]*t[[#This Row],[单价]],2))'


@pytest.mark.parametrize("formula", [OWN, TABLE_OWN, "=" + OWN.replace("A{row}", "$A{row}").lower()])
@pytest.mark.parametrize("cached", [99.0, None, NoValue("x")])
def test_the_templates_own_formula_is_recomputed(formula: str, cached: Cell) -> None:
    """N20, DESIGN 6: amount = quantity × price rounded half up, whatever result is stored."""
    details = Details(formulas={(4, 3): formula.format(row=4)})
    table = parsed({"qty": [1.5], "unit_price": [0.43], "amount": [cached]}, details=details)
    assert values(table, "amount") == [Decimal("0.65")]
    assert codes(table) == []


@pytest.mark.parametrize("formula", [OWN.format(row=5), "A4*B4", "ROUND(A4*C4,2)", OWN.format(row=4) + "+1"])
def test_any_other_formula_counts_by_its_stored_result(formula: str) -> None:
    """N16, N19: a formula of people keeps its result; without one the cell is refused."""
    details = Details(formulas={(4, 3): formula})
    table = parsed({"qty": [1.5], "unit_price": [0.43], "amount": [99.0]}, details=details)
    assert values(table, "amount") == [Decimal(99)]
    table = parsed({"qty": [1.5], "unit_price": [0.43], "amount": [NoValue(formula)]}, details=details)
    assert codes(table) == [("C4", "E", "FORMULA-NOCACHE")]


def test_a_recomputed_amount_needs_its_factors() -> None:
    """A formula over an unreadable or blank cell is blank, and only the cell at fault is reported."""
    details = Details(formulas={(row, 3): OWN.format(row=row) for row in (4, 5, 6)})
    table = parsed(
        {"qty": ["若干", 2, 3], "unit_price": [1, None, 0], "amount": [1.0, None, NoValue(OWN)]}, details=details
    )
    assert values(table, "amount") == [None, None, Decimal(0)]
    assert codes(table) == [("A4", "E", "QTY-VAGUE")]


def test_personal_numbers_are_masked_in_findings() -> None:
    """2.0.5: what a finding shows of a personal number hides its middle."""
    table = parsed({"id_number": ["1101011990030700112"]})
    assert table.findings[0].value == "1101***********0112"


def test_a_sheet_without_rows_gives_an_empty_table() -> None:
    """No data rows give a frame without rows, of the same types."""
    table = parsed({"doc_no": [], "amount": []})
    assert table.frame.height == 0
    assert table.frame.columns == [*SampleKinds.names(), "_row"]
