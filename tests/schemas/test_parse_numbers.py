from __future__ import annotations

from decimal import Decimal

import pytest

from schemas.cells import Context
from schemas.cells_read import read_cell
from schemas.chinese import integer_of, yuan_of_words
from schemas.values import Cell, ErrorCell, NoValue, Percent
from tests.samples.kinds import SampleKinds
from tests.samples.sheets import PERIOD, TODAY, read


def read_text(name: str, cell: Cell, unit: str | None = None) -> tuple[str | None, str]:
    """Return the text of the exact number, which shows its places, and ``severity code``."""
    value, problem = read(name, cell, Context(TODAY, PERIOD, unit=unit))
    return (None if value is None else str(value)), problem


@pytest.mark.parametrize("cell", [12, 12.0, "12", "１２", "12 ", " 12", "12\u00a0", "+12", "12.0"])
def test_plain_quantities(cell: Cell) -> None:
    """N01: digits in any width with spaces around are the number."""
    assert read_text("qty", cell, "个") == ("12.000", "")


@pytest.mark.parametrize(
    "cell",
    [
        1234.5,
        "1,234.50",
        "1，234.50",
        "１，２３４．５０",
        "¥1,234.50",
        "￥1234.5",
        "1234.5元",
        "人民币1234.50元",
        "RMB 1234.50",
        "壹仟贰佰叁拾肆元伍角整",
        "壹千贰百叁拾肆圆伍角正",
        1234.5000000000002,
    ],
)
def test_amounts(cell: Cell) -> None:
    """N02, N03, N05, N07: thousands commas, currency signs, capitals and float noise are understood."""
    assert read_text("amount", cell) == ("1234.50", "")


@pytest.mark.parametrize("cell", ["1.2万", "1.2万元", "￥1.2万"])
def test_ten_thousands(cell: Cell) -> None:
    """N04: 万 is multiplied out with a warning."""
    assert read_text("amount", cell) == ("12000.00", "W NUM-WAN")


@pytest.mark.parametrize("cell", ["(1,234.50)", "-1,234.50", "−1234.5", "－1234.5", "（1234.50）", -1234.5])
def test_red_amounts(cell: Cell) -> None:
    """N06: negative spellings count where the column takes red entries, else they are refused."""
    assert read_text("amount", cell) == ("-1234.50", "")
    assert read_text("paid", cell) == (None, "E NEG-NOT-ALLOWED")


@pytest.mark.parametrize(
    ("name", "cell", "value", "code"),
    [
        ("amount", 12.340000000000002, "12.34", ""),
        ("amount", 12.345, None, "E MON-SCALE"),
        ("amount", "12.345", None, "E MON-SCALE"),
        ("unit_price", 3.3333, "3.3333", ""),
        ("unit_price", "3.33333", None, "E PRICE-SCALE"),
        ("qty", 1.2345, None, "E NUM-SCALE"),
        ("persons", 2.5, None, "E INT-INVALID"),
        ("persons", "12人", "12", "W QTY-SUFFIX"),
        ("persons", -1, None, "E NEG-NOT-ALLOWED"),
        ("line_no", 0, None, "E NUM-RANGE"),
        ("line_no", 1000, None, "E NUM-RANGE"),
        ("qty", 0, None, "E NUM-RANGE"),
        ("share", 101, None, "E NUM-RANGE"),
        ("amount", 99_999_999_999.99, "99999999999.99", ""),
        ("amount", 100_000_000_000.01, None, "E NUM-RANGE"),
        ("amount", 1e300, None, "E NUM-RANGE"),
        ("amount", float("inf"), None, "E NUM-INVALID"),
        ("amount", True, None, "E NUM-INVALID"),
        ("amount", "1,23", None, "E NUM-INVALID"),
        ("amount", "12个", None, "E NUM-INVALID"),
        ("amount", "(-5)", None, "E NUM-INVALID"),
        ("amount", "3+2", None, "E QTY-EXPR"),
        ("amount", "", None, ""),
        ("amount", ErrorCell("#REF!"), None, "E CELL-ERROR"),
        ("amount", "#DIV/0!", None, "E CELL-ERROR"),
        ("amount", NoValue("A1+B1"), None, "E FORMULA-NOCACHE"),
    ],
)
def test_scales_and_limits(name: str, cell: Cell, value: object, code: str) -> None:
    """N07-N09, N17-N19: places and limits of the column decide, blanks and errors are told apart."""
    assert read_text(name, cell) == (value, code)


@pytest.mark.parametrize(
    ("cell", "unit", "value", "code"),
    [
        ("12个", "个", "12.000", "W QTY-SUFFIX"),
        ("12個", "个", "12.000", "W QTY-SUFFIX"),
        ("12 个", "个", "12.000", "W QTY-SUFFIX"),
        ("2kg", "千克", "2.000", "W QTY-SUFFIX"),
        ("12㎡", "平方米", "12.000", "W QTY-SUFFIX"),
        ("12个", "盒", None, "E UOM-MISMATCH"),
        ("12粒", "瓶", None, "E UOM-MISMATCH"),
        ("3斤", "千克", "1.500", "W UOM-CONVERTED"),
        ("2公斤", "千克", "2.000", "W UOM-CONVERTED"),
        ("500克", "千克", "0.500", "W UOM-CONVERTED"),
        ("1两", "千克", "0.050", "W UOM-CONVERTED"),
        ("1斤", "克", "500.000", "W UOM-CONVERTED"),
        ("3斤2两", "千克", "1.600", "W UOM-CONVERTED"),
        ("3斤", "个", None, "E UOM-MISMATCH"),
        ("3斤", None, None, "E UOM-MISMATCH"),
        ("约20", "个", None, "E QTY-VAGUE"),
        ("20左右", "个", None, "E QTY-VAGUE"),
        ("20-25", "个", None, "E QTY-VAGUE"),
        ("20～25个", "个", None, "E QTY-VAGUE"),
        ("若干", "个", None, "E QTY-VAGUE"),
        ("一批", "个", None, "E QTY-VAGUE"),
        ("20多个", "个", None, "E QTY-VAGUE"),
        ("十二", "个", None, "E QTY-TEXT"),
        ("两", "个", None, "E QTY-TEXT"),
        ("半箱", "箱", None, "E QTY-TEXT"),
        ("3+2", "个", None, "E QTY-EXPR"),
        ("=3+2", "个", None, "E QTY-EXPR"),
        ("3×4", "个", None, "E QTY-EXPR"),
        ("√×5", "个", None, "E QTY-TALLY"),
        ("正正", "个", None, "E QTY-TALLY"),
        ("见附表", "个", None, "E NUM-INVALID"),
    ],
)
def test_quantities_in_words(cell: Cell, unit: str | None, value: object, code: str) -> None:
    """N10-N16, N23: a unit behind the number must be the row's, weights are converted, the rest refused."""
    assert read_text("qty", cell, unit) == (value, code)


def test_an_unknown_word_behind_a_count_is_no_number() -> None:
    """N10: a column of plain counts takes counters (人, 次), nothing else."""
    assert read_text("persons", "12元") == (None, "E NUM-INVALID")


@pytest.mark.parametrize("cell", ["5箱3盒", "5箱3"])
def test_mixed_units_wait_for_the_catalogue(cell: Cell) -> None:
    """N11: only the catalogue knows how many 盒 a 箱 is; the text is deferred without a finding."""
    outcome = read_cell(cell, SampleKinds.column("qty"), Context(TODAY, PERIOD, unit="盒"))
    assert (outcome.value, outcome.code, outcome.deferred) == (None, "", cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [(Percent(0.85), "85.00"), ("85%", "85.00"), ("85％", "85.00"), (85, "85.00"), (Percent(0.07), "7.00")],
)
def test_percentages(cell: Cell, value: object) -> None:
    """N21, N22: a percentage cell and a percent sign mean per cent."""
    assert read_text("share", cell) == (value, "")


@pytest.mark.parametrize(
    ("words", "number"),
    [("十", 10), ("十二", 12), ("廿二", 22), ("一百零五", 105), ("壹万零三百", 10300), ("一二", None)],
)
def test_whole_numbers_in_words(words: str, number: int | None) -> None:
    """6.3: numerals in words, plain or in capitals."""
    assert integer_of(words) == number


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("壹佰元整", "100"),
        ("壹元零伍分", "1.05"),
        ("人民币叁万贰仟元伍角", "32000.5"),
        ("伍角", "0.5"),
        ("负壹元整", "-1"),
        ("元", None),
        ("十二", None),
    ],
)
def test_amounts_in_words(words: str, amount: str | None) -> None:
    """N05: 元, 角 and 分 in capitals; a number without 元 is no amount."""
    assert yuan_of_words(words) == (None if amount is None else Decimal(amount))
