from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.cells import Context, is_ditto
from schemas.cells_read import read_cell
from schemas.columns import NUMERIC, Column
from schemas.fast import read_clean
from schemas.parse_columns import Block, as_decimals, read_column
from schemas.values import Cell, ErrorCell, ImageCell, NoValue, Percent
from tests.samples.kinds import SampleKinds
from tests.samples.sheets import PERIOD, TODAY, at

CONTEXT = Context(TODAY, PERIOD, class_aliases={"301": "G3C1", "G3C9": "G3C1"})
COLUMNS = [column for column in SampleKinds.columns if not column.system]

WORDS = (
    *("YL-202611-0001", "13800138000", "G3C9", "G3C1", "2026W47", "11010119900307001X", "ZC0001"),
    *("2026-11-22", "2026/11/2", "2026-11-31", "2026-12-25", "2026-11-22 14:30", "08:05", "2026-11", "2026-2027-1"),
    *("12", "-12.5", "1,234.50", "12.345", "12.3400001", "3.33330051", "007", "1e5", "3.30102E+17", "1E05", "85%"),
    *("领用", "无", "是", "否", "个", "千克", "公斤", "张三", "张 三", "同上", "〃", '"', "-", "—", "/", "#N/A"),
    *("#1 楼", "A b", "ＡＢ", "½", "Å", "①", "豈", "第一、第二", "东楼 二层", "一" * 21, "一" * 201, "\u200b", " "),
)
CLOSE = st.builds(
    lambda whole, scale, noise: whole / 10**scale + noise,
    st.integers(-(10**15), 10**15),
    st.integers(0, 5),
    st.sampled_from([0.0, 1e-15, 4e-7, 5e-7, 6e-7, 9.9e-7, 1e-6, 1.1e-6, -5e-7, -1e-6, 0.005]),
)
CELLS = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(max_size=8),
    st.text("0123456789.,-/:年月日 GCXYZ个元", max_size=12),
    st.integers(-(10**16), 10**16),
    st.integers(0, 80_000),
    st.floats(allow_nan=False),
    CLOSE,
    st.booleans(),
    st.dates(date(1899, 12, 31), date(2100, 1, 1)),
    st.datetimes(at("1899-12-30"), at("2100-01-01")),
    st.dates(date(2026, 11, 1), date(2026, 12, 1)).map(lambda day: datetime.combine(day, time())),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(2)),
    st.one_of(st.floats(-2, 2), CLOSE).map(Percent),
    st.sampled_from([ErrorCell("#N/A"), NoValue("A1"), ImageCell("ID_1")]),
)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
@settings(max_examples=25, deadline=None)
@given(cells=st.lists(CELLS, max_size=12))
def test_what_is_read_at_once_equals_what_is_read_cell_by_cell(column: Column, cells: list[Cell]) -> None:
    """A column read at once has exactly the values that reading its cells alone gives, without a problem."""
    clean = read_clean(cells, column, CONTEXT)
    typed = (as_decimals(clean, column) if column.kind in NUMERIC else clean).to_list()
    assert len(typed) == len(cells)
    for cell, value in zip(cells, typed, strict=True):
        if value is not None:
            outcome = read_cell(cell, column, CONTEXT)
            assert (outcome.value, outcome.code, outcome.deferred) == (value, "", ""), (cell, outcome)
            assert type(outcome.value) is type(value) or isinstance(outcome.value, Decimal), cell
            assert not is_ditto(cell)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
@settings(max_examples=25, deadline=None)
@given(cells=st.lists(CELLS, max_size=12))
def test_every_cell_has_a_value_a_word_or_is_blank(column: Column, cells: list[Cell]) -> None:
    """No cell is dropped in silence: what has no value is blank or has an outcome that says why."""
    read = read_column(Block(cells), column, CONTEXT)
    for position, (cell, value) in enumerate(zip(cells, read.values.to_list(), strict=True)):
        outcome = read.outcomes.get(position)
        if value is None and outcome is None:
            assert read_cell(cell, column, CONTEXT).value is None
            assert read_cell(cell, column, CONTEXT).code == ""
            assert not column.required


@pytest.mark.parametrize("name", ["doc_no", "doc_date", "qty", "amount", "person", "way", "unit", "accepted", "place"])
def test_clean_cells_take_the_fast_way(name: str) -> None:
    """Right cells, typed or as text, are all read at once: that is what makes a large sheet quick."""
    clean: dict[str, list[Cell]] = {
        "doc_no": ["YL-202611-0001"],
        "doc_date": [at("2026-11-22"), date(2026, 11, 22), "2026-11-22", "2026/11/2"],
        "qty": [1, 1.5, "2.5", "1,234"],
        "amount": [-1, 12.34, "12.30"],
        "person": ["张三", "T001"],
        "way": ["领用"],
        "unit": ["个"],
        "accepted": ["是", "否"],
        "place": ["东楼 二层", "3#"],
    }
    column = SampleKinds.column(name)
    assert read_clean(clean[name], column, CONTEXT).null_count() == 0
