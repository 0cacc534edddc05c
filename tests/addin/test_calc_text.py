from __future__ import annotations

import pytest

from addin.calc import areas, grammar


@pytest.mark.parametrize(
    ("excel", "calc"),
    [
        ("=A1", "=A1"),
        ("=SUM(A1,B2)", "=SUM(A1;B2)"),
        ("=表!A1", "=$表.A1"),
        ("='二 表''s'!$A$1:B2", "=$'二 表''s'.$A$1:B2"),
        ("=SUM(表!A:B)", "=SUM($表.A:B)"),
        ("=SUM(表!2:3)", "=SUM($表.2:3)"),
        ('=IF(A1>1,"a,b;c!d","无""引号")', '=IF(A1>1;"a,b;c!d";"无""引号")'),
        ("=1.5*A1%", "=1.5*A1%"),
        ("=STDEV.S(A1:A3)", "=STDEV.S(A1:A3)"),
    ],
)
def test_plain_formulas_change_their_words(excel: str, calc: str) -> None:
    """Sheets and separators have other signs in LibreOffice; texts stay as they are, and the way back is exact."""
    assert grammar.to_calc(excel) == calc
    assert grammar.from_calc(calc) == excel


@pytest.mark.parametrize(
    "formula", ["={1,2;3,4}", "=SUM(A1:B2 B1:C3)", "=表1[数量]", "='[a.xlsx]b'!A1", "=#REF!A1", "=A1#"]
)
def test_other_formulas_are_left_to_libreoffice(formula: str) -> None:
    """Arrays, intersections, table references and other books are not changed as text."""
    assert grammar.to_calc(formula) is None or "[" in formula


@pytest.mark.parametrize(
    ("formula", "down", "right", "expected"),
    [
        ("=A1+$B$2", 2, 1, "=B3+$B$2"),
        ("=A$1&$A1", 1, 1, "=B$1&$A2"),
        ('="A1"&A1', 1, 0, '="A1"&A2'),
        ("='A1'!B2*LOG10(C3)", 1, 1, "='A1'!C3*LOG10(D4)"),
        ("=A1", -1, 0, "=#REF!"),
        ("=XFD1", 0, 1, "=#REF!"),
    ],
)
def test_relative_references_move(formula: str, down: int, right: int, expected: str) -> None:
    """References without a dollar sign move; texts, sheets and functions do not."""
    assert grammar.shifted(formula, down, right) == expected


def test_cells_are_gathered_into_runs() -> None:
    """Any cells come back as runs down a column, each exactly once."""
    cells = {(1, 2), (2, 2), (4, 2), (1, 1), (3, 2), (9, 3)}
    runs = list(areas.gathered(cells))
    assert runs == [areas.Area(1, 1), areas.Area(1, 2, 4), areas.Area(9, 3)]


@pytest.mark.parametrize(("letters", "column"), [("A", 1), ("Z", 26), ("AA", 27), ("AZ", 52), ("XFD", 16384)])
def test_columns_have_letters(letters: str, column: int) -> None:
    """Columns are counted in letters."""
    assert areas.letters(column) == letters
    assert areas.number(letters) == column
