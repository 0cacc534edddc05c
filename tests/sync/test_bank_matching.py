"""Journal against statement: what can only be the same is paired, what could be several things stays open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.books.matching import Line, Matching, Way, match_lines, same_number

DAYS = 5


def line(key: str, day: int, fen: int, number: str = "", **cells: str | bool) -> Line:
    """Return a line of November; what comes in is positive."""
    numbers = tuple(filter(None, [same_number(number)]))
    return Line(date(2026, 11, day), key, fen, numbers, **cells)  # type: ignore[arg-type]


def bank(key: str, day: int, fen: int, number: str = "", **cells: str | bool) -> Line:
    """Return a line of the statement."""
    return line(key, day, fen, number, **{**cells, "on_statement": True})


def pairs(found: Matching) -> set[tuple[str, str, str]]:
    """Return the matches as keys of the journal, keys of the statement, and way."""
    return {
        ("+".join(each.key for each in match.book), "+".join(each.key for each in match.bank), str(match.way))
        for match in found.matches
    }


def open_keys(found: Matching) -> tuple[list[str], list[str]]:
    """Return the keys of what stays open on both sides."""
    return [each.key for each in found.book], [each.key for each in found.bank]


CASES: dict[str, tuple[Sequence[Line], Sequence[Line], set[tuple[str, str, str]]]] = {
    "a number beats a nearer day": (
        [line("a", 3, -500, "00 12345"), line("b", 9, -500)],
        [bank("1", 9, -500), bank("2", 20, -500, "12345")],
        {("a", "2", "reference"), ("b", "1", "date")},
    ),
    "one number, one transfer in parts": (
        [line("a", 3, -900, "20261103001")],
        [bank("1", 3, -400, "20261103001"), bank("2", 4, -500, "20261103001")],
        {("a", "1+2", "reference")},
    ),
    "a short number names nothing by itself": (
        [line("a", 3, -900, "7")],
        [bank("1", 20, -400, "7"), bank("2", 20, -500, "7")],
        set(),
    ),
    "the party decides between equal amounts": (
        [line("a", 3, -500, summary="付青山书店书款"), line("b", 3, -500, summary="付便民商行货款")],
        [bank("1", 4, -500, party="便民商行"), bank("2", 5, -500, party="青山书店")],
        {("a", "2", "counterparty"), ("b", "1", "counterparty")},
    ),
    "the same day beats the days around it": (
        [line("a", 3, -500), line("b", 4, -500), line("c", 5, -500)],
        [bank("1", 3, -500), bank("2", 4, -500), bank("3", 5, -500)],
        {("a", "1", "date"), ("b", "2", "date"), ("c", "3", "date")},
    ),
    "equal lines of a day are one as good as the other": (
        [line("a", 3, -500), line("b", 3, -500)],
        [bank("1", 3, -500), bank("2", 3, -500)],
        {("a", "1", "date"), ("b", "2", "date")},
    ),
    "one of two equal lines: nobody knows which": (
        [line("a", 3, -500), line("b", 4, -500)],
        [bank("1", 5, -500)],
        set(),
    ),
    "in and out are not the same": ([line("a", 3, 500)], [bank("1", 3, -500)], set()),
    "the only two of an amount, however far": ([line("a", 1, -777)], [bank("1", 30, -777)], {("a", "1", "amount")}),
    "a day of receipts comes to one deposit": (
        [line("a", 3, 100), line("b", 3, 250), line("c", 3, 50)],
        [bank("1", 4, 400)],
        {("a+b+c", "1", "sum")},
    ),
    "a batch of the bank comes to one line": (
        [line("a", 10, -600)],
        [bank("1", 10, -200, summary="代发工资"), bank("2", 10, -400, summary="代发工资"), bank("3", 10, -5)],
        {("a", "1+2", "sum")},
    ),
    "two deposits of one sum: nobody knows which": (
        [line("a", 3, 100), line("b", 3, 300)],
        [bank("1", 4, 400), bank("2", 5, 400)],
        set(),
    ),
    "a sum is not taken where one line may be it": (
        [line("a", 3, 100), line("b", 3, 300), line("c", 4, 400), line("d", 5, 400)],
        [bank("1", 4, 400, party="银行"), bank("2", 8, 400, party="银行")],
        {("c", "1", "date"), ("d", "2", "date")},
    ),
    "the number of another amount is not paired by day": (
        [line("a", 3, -500, "20261103001")],
        [bank("1", 3, -500), bank("2", 3, -505, "20261103001")],
        set(),
    ),
    "a red entry takes back what it corrects": (
        [line("a", 3, -500), line("b", 9, 500, red=True)],
        [],
        {("a+b", "", "offset")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str) -> None:
    """What is the same is paired by the surest way; what could be several things is left open."""
    book, statement, wanted = CASES[name]
    assert pairs(match_lines(book, statement, DAYS)) == wanted


def test_open_lines_name_what_they_may_be() -> None:
    """A line with two possible partners lists both, the nearer one first."""
    found = match_lines([line("a", 5, -500)], [bank("1", 7, -500), bank("2", 4, -500)], DAYS)
    assert open_keys(found) == (["a"], ["2", "1"])
    assert [each.key for each in found.candidates[found.book[0]]] == ["2", "1"]


AMOUNTS = st.sampled_from([100, 200, 300, -100, -200, -300])
NUMBERS = st.sampled_from(["", "", "A000001", "B000002", "7"])
WORDS = st.sampled_from(["", "书店", "粮店"])


@st.composite
def sides(draw: st.DrawFn, most: int = 6) -> tuple[list[Line], list[Line]]:
    """Return a few lines of both sides, so alike that most of them may be several others."""

    def lines(prefix: str, *, on_statement: bool) -> list[Line]:
        return [
            line(
                *(f"{prefix}{number}", draw(st.integers(1, 12)), draw(AMOUNTS), draw(NUMBERS)),
                party=draw(WORDS) if on_statement else "",
                summary=draw(WORDS),
                red=draw(st.booleans()) if not on_statement else False,
                on_statement=on_statement,
            )
            for number in range(draw(st.integers(0, most)))
        ]

    return lines("b", on_statement=False), lines("s", on_statement=True)


@settings(max_examples=150, deadline=None)
@given(sides(), st.randoms(use_true_random=False))
def test_whatever_the_order(both: tuple[list[Line], list[Line]], random: object) -> None:
    """The order in which lines are given changes nothing."""
    book, statement = (list(side) for side in both)
    before = match_lines(book, statement, DAYS)
    random.shuffle(book)  # type: ignore[attr-defined]
    random.shuffle(statement)  # type: ignore[attr-defined]
    assert match_lines(book, statement, DAYS) == before


@settings(max_examples=150, deadline=None)
@given(sides())
def test_every_line_counts_once(both: tuple[list[Line], list[Line]]) -> None:
    """Each line is in one match or open; matches come to the same, so that open lines explain the whole difference."""
    book, statement = both
    found = match_lines(book, statement, DAYS)
    assert sorted([*found.book, *(each for match in found.matches for each in match.book)]) == sorted(book)
    assert sorted([*found.bank, *(each for match in found.matches for each in match.bank)]) == sorted(statement)
    for match in found.matches:
        if match.way is not Way.OFFSET:
            assert match.book
            assert match.bank
        assert total(match.book) == total(match.bank) or match.way is Way.OFFSET
        assert match.way is not Way.OFFSET or total(match.lines) == 0
    assert total(book) - total(statement) == total(found.book) - total(found.bank)


def total(lines: Sequence[Line]) -> int:
    """Return what some lines come to."""
    return sum(each.fen for each in lines)


@settings(max_examples=100, deadline=None)
@given(st.lists(AMOUNTS, max_size=4), st.lists(AMOUNTS, max_size=4))
def test_nothing_is_guessed(in_book: list[int], at_bank: list[int]) -> None:
    """Of lines that only their amounts tell apart those are paired that every possible pairing takes, on both sides.

    All possible pairings are tried.
    """
    book = [line(f"b{place}", 1 + place, fen) for place, fen in enumerate(in_book)]
    statement = [bank(f"s{place}", 10 + place, fen) for place, fen in enumerate(at_bank)]
    found = match_lines(book, statement, 0)
    one_by_one = [match for match in found.matches if len(match.lines) == 2]
    assert one_by_one == list(found.matches)
    certain = certain_lines(book, statement)
    assert {each for match in found.matches for each in match.lines} == certain


def certain_lines(book: Sequence[Line], statement: Sequence[Line]) -> set[Line]:
    """Return the lines of amounts of which every largest pairing takes all lines of both sides."""
    certain: set[Line] = set()
    for fen in {each.fen for each in (*book, *statement)}:
        own, others = ([each for each in side if each.fen == fen] for side in (book, statement))
        size = min(len(own), len(others))
        pairings = [{*chosen, *order} for chosen in combinations(own, size) for order in permutations(others, size)]
        if pairings and all(taken == {*own, *others} for taken in pairings):
            certain |= {*own, *others}
    return certain
