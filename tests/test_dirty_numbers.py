"""N01-N23 of DOMAIN.md 6.6: quantities, amounts, prices and percentages as people write them, in real workbooks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.dirty import (
    HEADER_ROW,
    HELD,
    Case,
    Raw,
    Seen,
    clerk_sheet,
    judge,
    master_sheets,
    samples_loaded,
    seen_cases,
    titles,
    validate,
    write_book,
)
from tests.sync.school import receipt
from workbooks.pool import ReaderPool

Row = Mapping[str, object]


def _qty(case_id: str, raw: object, wanted: object, code: str = "", **row: object) -> Case:
    """Return a quantity of brooms (把) asked for."""
    return Case(case_id, "requisition", "qty", raw, _exact(wanted), code, row)


def _ruler(case_id: str, raw: object, wanted: object, code: str = "") -> Case:
    return _qty(case_id, raw, wanted, code, item_code="BG0003", unit="个")


def _paper(case_id: str, raw: object, wanted: object, code: str = "", unit: str = "包") -> Case:
    """Return a quantity of copying paper, of which a box (箱) has 5 packs (包)."""
    return _qty(case_id, raw, wanted, code, item_code="BG0001", unit=unit)


def _food(case_id: str, raw: object, wanted: object, code: str = "") -> Case:
    return _qty(case_id, raw, wanted, code, item_code="SP0001", unit="千克")


def _kind(case_id: str, column: str, raw: object, wanted: object, code: str = "", **row: object) -> Case:
    return Case(case_id, "sample_kinds", column, raw, _exact(wanted), code, row)


def _amount(case_id: str, raw: object, wanted: object, code: str = "") -> Case:
    return _kind(case_id, "amount", raw, wanted, code)


def _receipt(case_id: str, column: str, raw: object, wanted: object, code: str = "", **row: object) -> Case:
    return Case(case_id, "stock_receipt", column, raw, _exact(wanted), code, row)


def _exact(wanted: object) -> object:
    return Decimal(wanted) if isinstance(wanted, str) and wanted[:1] in "-0123456789" else wanted


_THREE = {"qty": 3, "unit_price": "3.3333", "amount": "10.00"}
_LINE = {"qty": 100, "unit_price": "12.345", "amount": "1234.50"}

NUMBERS = (
    _qty("N01", "１２", "12"),
    _qty("N01", "12 ", "12"),
    _qty("N01", " 12", "12"),
    _qty("N01", "12\u00a0", "12"),
    _qty("N01", "12\u3000", "12"),
    _qty("N01", "\t12", "12"),
    _qty("N01", "\u200b12\ufeff", "12"),
    _qty("N01", "１２．０", "12"),
    _qty("N01", "'12", "12"),
    _qty("N01", "+12", "12"),
    _qty("N01", "12。", "12"),
    _qty("N01", "12、", "12"),
    _qty("N01", "012", "12"),
    _qty("N01", "12\n", "12"),
    _kind("N01", "persons", "１２", 12),
    _amount("N02", "1,234.50", "1234.50"),
    _amount("N02", "1，234.50", "1234.50"),
    _amount("N02", "１，２３４．５０", "1234.50"),
    _amount("N02", "1, 234.50", "1234.50"),
    _amount("N02", "1 234.50", "1234.50"),
    _amount("N02", "12,345,678.9", "12345678.90"),
    _amount("N02", "1234．5", "1234.50"),
    _amount("N02", "1234。50", "1234.50"),
    _amount("N02", "1，234.50。", "1234.50"),
    _amount("N02", "12,34.50", HELD, "E NUM-INVALID"),
    _receipt("N02", "amount", "1，234.50", "1234.50", qty=100, unit_price="12.345"),
    _amount("N03", "¥1,234.50", "1234.50"),
    _amount("N03", "￥1234.5", "1234.50"),
    _amount("N03", "1234.5元", "1234.50"),
    _amount("N03", "人民币1234.50元", "1234.50"),
    _amount("N03", "RMB 1234.50", "1234.50"),
    _amount("N03", "￥ 1，234.50 元", "1234.50"),
    _amount("N03", "1234.50元整", "1234.50"),
    _amount("N03", "CNY1,234.50", "1234.50"),
    _amount("N03", "rmb1234.5", "1234.50"),
    _amount("N03", "人民币￥1,234.50元", "1234.50"),
    _amount("N03", "人民币：1234.50", "1234.50"),
    _amount("N03", "1234.50 RMB", "1234.50"),
    _amount("N03", "1234元5角", "1234.50"),
    _amount("N03", "1234元5角6分", "1234.56"),
    _amount("N03", "1234块5毛", "1234.50"),
    _receipt("N03", "unit_price", "￥3.3333元", "3.3333", **{**_THREE, "unit_price": None}),
    _amount("N04", "1.2万", "12000.00", "W NUM-WAN"),
    _amount("N04", "1.2万元", "12000.00", "W NUM-WAN"),
    _amount("N04", "１．２ 万元", "12000.00", "W NUM-WAN"),
    _amount("N04", "￥1.2万", "12000.00", "W NUM-WAN"),
    _amount("N04", "1.2萬元", "12000.00", "W NUM-WAN"),
    _amount("N04", "人民币1.23456万元", "12345.60", "W NUM-WAN"),
    _amount("N05", "壹仟贰佰叁拾肆元伍角整", "1234.50"),
    _amount("N05", "壹千贰百叁拾肆圆伍角正", "1234.50"),
    _amount("N05", "人民币壹仟贰佰叁拾肆元伍角", "1234.50"),
    _amount("N05", "人民币（大写）壹仟元整", "1000.00"),
    _amount("N05", "大写：壹仟元整", "1000.00"),
    _amount("N05", "壹仟元整", "1000.00"),
    _amount("N05", "一千二百三十四元五角", "1234.50"),
    _amount("N05", "壹万贰仟零伍元整", "12005.00"),
    _amount("N05", "叁拾元零伍分", "30.05"),
    _amount("N05", "拾元正", "10.00"),
    _amount("N05", "壹 仟 元 整", "1000.00"),
    _amount("N05", "壹仟零伍拾元零伍角", "1050.50"),
    _amount("N05", "壹佰萬元整", "1000000.00"),
    _amount("N05", "贰佰叁肆元整", HELD, "E NUM-INVALID"),
    _amount("N06", "(1,234.50)", "-1234.50"),
    _amount("N06", "-1,234.50", "-1234.50"),
    _amount("N06", "−1234.5", "-1234.50"),
    _amount("N06", "－1234.5", "-1234.50"),
    _amount("N06", "（1234.50）", "-1234.50"),
    _amount("N06", "-￥1,234.50", "-1234.50"),
    _amount("N06", "￥-1,234.50", "-1234.50"),
    _amount("N06", "—1234.5", "-1234.50"),
    _amount("N06", "（￥1,234.50元）", "-1234.50"),
    _amount("N06", "负1234.5", "-1234.50"),
    _amount("N06", "-壹仟贰佰叁拾肆元伍角整", "-1234.50"),
    _amount("N06", "负壹仟贰佰叁拾肆元伍角整", "-1234.50"),
    _amount("N06", -1234.5, "-1234.50"),
    _kind("N06", "paid", "(1,234.50)", HELD, "E NEG-NOT-ALLOWED"),
    _kind("N06", "paid", "－1234.5", HELD, "E NEG-NOT-ALLOWED"),
    _receipt("N06", "unit_price", -8.5, HELD, "E NEG-NOT-ALLOWED", amount="-212.50"),
    _qty("N06", "−4", HELD, "E NEG-NOT-ALLOWED"),
    _qty("N06", "(4)", HELD, "E NEG-NOT-ALLOWED"),
    _amount("N07", 12.340000000000002, "12.34"),
    _amount("N07", "12.340000000000002", "12.34"),
    _amount("N07", 0.1 + 0.2, "0.30"),
    _amount("N07", 1234567.8900000001, "1234567.89"),
    _qty("N07", 4.000000000000001, "4"),
    _kind("N07", "unit_price", 3.3333000000000004, "3.3333"),
    _amount("N08", 12.345, HELD, "E MON-SCALE"),
    _amount("N08", "12.345", HELD, "E MON-SCALE"),
    _amount("N08", "￥1,234.567元", HELD, "E MON-SCALE"),
    _amount("N08", "12.340", "12.34"),
    _kind("N08", "paid", 0.001, HELD, "E MON-SCALE"),
    _receipt("N09", "unit_price", 3.3333, "3.3333", **_THREE),
    _receipt("N09", "unit_price", "3.3333", "3.3333", **_THREE),
    _receipt("N09", "unit_price", 3.33333, HELD, "E PRICE-SCALE", **_THREE),
    _receipt("N09", "unit_price", "3.33333元", HELD, "E PRICE-SCALE", **_THREE),
    _ruler("N10", "12个", "12", "W QTY-SUFFIX"),
    _ruler("N10", "12個", "12", "W QTY-SUFFIX"),
    _ruler("N10", "１２ 个", "12", "W QTY-SUFFIX"),
    _qty("N10", "12 把", "12", "W QTY-SUFFIX"),
    _qty("N10", "12把。", "12", "W QTY-SUFFIX"),
    _qty("N10", "12（把）", "12", "W QTY-SUFFIX"),
    _qty("N10", "1,200把", "1200", "W QTY-SUFFIX"),
    _food("N10", "2.5千克", "2.5", "W QTY-SUFFIX"),
    _food("N10", "2.5kg", "2.5", "W QTY-SUFFIX"),
    _food("N10", "2.5 ＫＧ", "2.5", "W QTY-SUFFIX"),
    _qty("N10", "12个", HELD, "E UOM-MISMATCH"),
    _ruler("N10", "12盒", HELD, "E UOM-MISMATCH"),
    _ruler("N10", "5箱", HELD, "E UOM-MISMATCH"),
    _ruler("N10", "3斤", HELD, "E UOM-MISMATCH"),
    _paper("N11", "5箱3包", "28", "W QTY-MIXED"),
    _paper("N11", "5箱3", "28", "W QTY-MIXED"),
    _paper("N11", "5 箱 3 包", "28", "W QTY-MIXED"),
    _paper("N11", "5箱零3包", "28", "W QTY-MIXED"),
    _paper("N11", "5箱又3包", "28", "W QTY-MIXED"),
    _paper("N11", "5箱+3包", "28", "W QTY-MIXED"),
    _paper("N11", "５箱，３包", "28", "W QTY-MIXED"),
    _paper("N11", "2箱5包", "3", "W QTY-MIXED", unit="箱"),
    _paper("N11", "5箱3盒", HELD, "E UOM-01"),
    _qty("N11", "5箱3把", HELD, "E UOM-01"),
    _ruler("N11", "5盒3", HELD, "E UOM-01"),
    *(
        _qty("N12", raw, HELD, "E QTY-VAGUE")
        for raw in (
            *("约20", "20左右", "20-25", "若干", "一批", "大约20把", "20余", "二十多", "几个", "20～25", "近20"),
            *("20上下", "适量", "20来个", "20到25", "20以上", "一些", "少许", "20多把", "十几把", "不详", "20?"),
            *("20+", "≥20", ">20", "许多", "少量", "20—25把", "约 20", "估计20", "20把左右", "多个"),
            *("20或21", "20、21", "无数", "待定", "待购"),
        )
    ),
    *(
        _qty("N13", raw, HELD, "E QTY-TEXT")
        for raw in ("十二", "两", "半箱", "十二把", "一打", "壹拾贰", "半", "两个半", "百", "廿", "12个半", "3箱半")
    ),
    _qty("N14", 2.5, HELD, "E QTY-INT"),
    _qty("N14", "2.5", HELD, "E QTY-INT"),
    _paper("N14", 0.3, HELD, "E QTY-INT"),
    _paper("N14", 0.5, HELD, "E QTY-INT", unit="箱"),
    _paper("N14", 0.4, "0.4", unit="箱"),
    Case("N14", "sample_kinds", "qty", 2.5, HELD, "E QTY-INT", {"unit": "台"}),
    Case("N14", "sample_kinds", "qty", 0.3, HELD, "E QTY-INT", {"unit": "本"}),
    _kind("N14", "persons", 2.5, HELD, "E INT-INVALID"),
    _food("N15", "3斤", "1.5", "W UOM-CONVERTED"),
    _food("N15", "2公斤", "2", "W UOM-CONVERTED"),
    _food("N15", "500克", "0.5", "W UOM-CONVERTED"),
    _food("N15", "1两", "0.05", "W UOM-CONVERTED"),
    _food("N15", "３ 斤", "1.5", "W UOM-CONVERTED"),
    _food("N15", "1.5市斤", "0.75", "W UOM-CONVERTED"),
    _food("N15", "3斤2两", "1.6", "W UOM-CONVERTED"),
    _food("N15", "500g", "0.5", "W UOM-CONVERTED"),
    _food("N15", "0.5吨", "500", "W UOM-CONVERTED"),
    _food("N15", "半斤", HELD, "E QTY-TEXT"),
    _food("N15", "三斤", HELD, "E QTY-TEXT"),
    _qty("N16", "3+2", HELD, "E QTY-EXPR"),
    _qty("N16", Raw(5, formula="3+2"), "5"),
    _qty("N16", "3＋2", HELD, "E QTY-EXPR"),
    _qty("N16", "=3+2", HELD, "E QTY-EXPR"),
    _qty("N16", "3*2", HELD, "E QTY-EXPR"),
    _qty("N16", "2×6", HELD, "E QTY-EXPR"),
    _qty("N16", "3 + 2 + 4", HELD, "E QTY-EXPR"),
    _qty("N16", "2×6=12", HELD, "E QTY-EXPR"),
    _qty("N16", "(3+2)", HELD, "E QTY-EXPR"),
    _qty("N16", "3把+2把", HELD, "E QTY-EXPR"),
    _qty("N16", "10/2", HELD, "E QTY-EXPR"),
    _qty("N16", "3+2把", HELD, "E QTY-EXPR"),
    _amount("N16", "12.5×3=37.5", HELD, "E QTY-EXPR"),
    _amount("N16", "12.5*3", HELD, "E QTY-EXPR"),
    _amount("N16", Raw(37.5, formula="12.5*3"), "37.50"),
    *(
        _qty("N17", raw, HELD, "E REQ-EMPTY")
        for raw in (
            *(None, "-", "—", "/", "无", "\\", "——", "－", "／", "  ", "\u3000"),
            *("--", "---", "－－", "─", "//", "无。"),
        )
    ),
    *(Case("N17", "stock_receipt", "warehouse", raw, HELD, "E REQ-EMPTY") for raw in (None, "无", "—", "N/A")),
    Case("N17", "requisition", "purpose", "/", HELD, "E REQ-EMPTY"),
    Case("N17", "stock_receipt", "doc_date", "-", HELD, "E REQ-EMPTY"),
    *(_kind("N17", "person", raw, None) for raw in ("-", "—", "/", "无", "\\", "N/A", "---", "（无）")),
    *(_kind("N17", "amount", raw, None) for raw in ("-", "——", "/", "无", "\\")),
    _kind("N17", "due", "/", None),
    _kind("N17", "place", "无", None),
    _kind("N17", "model", "无", "无"),
    _kind("N17", "way", "无", "无"),
    _kind("N17", "certificates", "无", "无"),
    _kind("N17", "paid", None, "0"),
    _kind("N17", "paid", "-", "0"),
    *(
        _kind("N18", column, Raw(error, formula="NA()"), HELD, "E CELL-ERROR")
        for column, error in (
            ("place", "#N/A"),
            ("amount", "#REF!"),
            ("qty", "#VALUE!"),
            ("unit_price", "#DIV/0!"),
            ("person", "#NAME?"),
            ("due", "#NUM!"),
            ("way", "#NULL!"),
            ("remark", "#N/A"),
        )
    ),
    _qty("N18", "#N/A", HELD, "E CELL-ERROR"),
    _qty("N18", "＃REF！", HELD, "E CELL-ERROR"),
    _kind("N18", "place", "#DIV/0!", HELD, "E CELL-ERROR"),
    _receipt("N20", "amount", 38.00, HELD, "E RCP-03", qty=3, unit_price=12.5),
    _receipt("N20", "amount", "￥38.00", HELD, "E RCP-03", qty=3, unit_price=12.5),
    _receipt("N20", "amount", "37.50", "37.50", qty=3, unit_price=12.5),
    _kind("N21", "share", Raw(0.85, "0%"), "85.00"),
    _kind("N21", "share", Raw(0.85, "0.00%"), "85.00"),
    _kind("N21", "share", Raw(0.1234, "0.00%"), "12.34"),
    _kind("N21", "share", Raw(1, "0%"), "100.00"),
    _kind("N21", "share", Raw(0.07, "0.0%;[Red]-0.0%"), "7.00"),
    _kind("N21", "share", 85, "85.00"),
    _kind("N21", "share", Raw(1.2, "0%"), HELD, "E NUM-RANGE"),
    _kind("N22", "share", "85%", "85.00"),
    _kind("N22", "share", "85％", "85.00"),
    _kind("N22", "share", "８５％", "85.00"),
    _kind("N22", "share", "85 %", "85.00"),
    _kind("N22", "share", "12.5%", "12.50"),
    _kind("N22", "share", "85", "85.00"),
    _kind("N22", "share", "百分之85", "85.00"),
    _kind("N22", "share", "百分之八十五", "85.00"),
    *(
        _kind("N23", "persons", raw, HELD, "E QTY-TALLY")
        for raw in ("√×5", "正正", "正", "正正一", "正正正下", "√√√", "正 正", "✓×5", "√5", "正正T", "|||", "正正丨")
    ),
    _qty("N23", "正正", HELD, "E QTY-TALLY"),
    _qty("N23", "√×5", HELD, "E QTY-TALLY"),
)


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Return readers that know the sample register."""
    with samples_loaded(), ReaderPool(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, pool: ReaderPool) -> dict[Case, Seen]:
    """Return what validate says about every spelling."""
    return seen_cases(NUMBERS, tmp_path_factory.mktemp("numbers"), pool)


@pytest.mark.parametrize("case", NUMBERS, ids=str)
def test_numbers_as_people_write_them(case: Case, seen: dict[Case, Seen]) -> None:
    """A number is read exactly as what it must mean, or its row is held with the reason."""
    judge(case, seen[case])


def test_the_computed_amount_is_told(seen: dict[Case, Seen]) -> None:
    """N20: the finding on a wrong amount says what it should be."""
    case = next(case for case in NUMBERS if case.id == "N20")
    assert any("37.50" in message for message in seen[case].messages)


def test_the_cell_of_an_error_is_told(seen: dict[Case, Seen]) -> None:
    """N18: the finding on an Excel error names its cell and the error."""
    case = next(case for case in NUMBERS if case.id == "N18")
    (message,) = seen[case].messages
    assert "#N/A" in message
    assert "单元格" in message


def test_a_formula_that_nobody_computed(tmp_path: Path, pool: ReaderPool) -> None:
    """N19: a formula without a stored result holds its row; the template's own formula is computed by us."""
    place = titles("stock_receipt").index("数量") + 1
    rows = [receipt(1), receipt(2), receipt(3, amount=None)]
    path = write_book(tmp_path / "程序.xlsx", [*master_sheets(), clerk_sheet("stock_receipt", rows)])
    book = openpyxl.load_workbook(path)
    sheet = book["入库单"]
    sheet.cell(HEADER_ROW + 2, place).value = "=20+5"
    computed = '=IF(OR(J6="",K6=""),"",ROUND(J6*K6,2))'
    sheet.cell(HEADER_ROW + 3, titles("stock_receipt").index("金额") + 1).value = computed
    book.save(path)
    done = validate(path, pool)
    assert done.column("stock_receipt", "doc_no") == ["RK-202611-0001", "RK-202611-0003"]
    assert done.column("stock_receipt", "amount") == [Decimal("212.50"), Decimal("212.50")]
    assert [f"{found.cell} {found.code}" for found in done.findings if found.severity == "error"] == [
        "J5 FORMULA-NOCACHE"
    ]
