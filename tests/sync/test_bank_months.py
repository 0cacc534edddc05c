"""Bank accounts over several months: what stays open is carried on, gaps and old differences are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random
from typing import Any

import polars as pl
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.columns import Kind
from schemas.register import all_registers
from sync.books.bank import Reconciliation, Source, adjustments, reconciliations
from sync.books.statements import statement_of
from tests.schemas.register_frames import facts

ACCOUNT = "62220000001234567"
DAYS = 5


def rows(register_id: str, *lines: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows of a register with what is computed from each."""
    register = all_registers()[register_id]
    kinds = {column.name: column.kind for column in register.columns}
    typed = [
        {
            "account_no": ACCOUNT,
            **{name: Decimal(value) if kinds[name] is Kind.MONEY and value else value for name, value in line.items()},
        }
        for line in lines
    ]
    frame = pl.DataFrame(typed, schema={column.name: column.dtype for column in register.columns}, orient="row")
    parts = frame.with_columns(make().alias(name) for name, make in register.key_parts.items())
    return parts.with_columns(make(facts()).alias(name) for name, make in register.fills.items())


def booked(*moves: tuple[str, str, str]) -> pl.DataFrame:
    """Return a journal of (day, amount, number) from a balance of 1,000."""
    lines, balance = [], Decimal(1000)
    for seq, (day, amount, number) in enumerate(moves, 1):
        balance += Decimal(amount)
        lines.append(
            {"seq": seq, "date": date.fromisoformat(day), "settle_no": number or None, "balance": f"{balance}"}
            | _sides(amount)
        )
    return rows("bank_journal", *lines)


def _sides(amount: str) -> dict[str, str | None]:
    came_in = not amount.startswith("-")
    return {"income": amount if came_in else None, "expense": None if came_in else amount[1:]}


def stated(*moves: tuple[str, str, str], opening: str = "1000.00", newest_first: bool = False) -> pl.DataFrame:
    """Return a statement of (day, amount, number); an amount of blank leaves a line out that the balance knows."""
    lines, balance = [], Decimal(opening)
    for day, amount, number in moves:
        left_out = amount.startswith("!")
        balance += Decimal(amount.lstrip("!"))
        if not left_out:
            line = {"date": date.fromisoformat(day), "serial_no": number or None, "balance": f"{balance}"}
            lines.append(line | _sides(amount))
    return rows("bank_statement_line", *(lines[::-1] if newest_first else lines))


NOTHING_TYPED = rows("bank_reconciliation")


def at_end(journal: pl.DataFrame, statement: pl.DataFrame, period: str, typed: pl.DataFrame = NOTHING_TYPED) -> Any:  # noqa: ANN401
    """Return the only account at the end of a month."""
    (found,) = reconciliations(journal, statement, typed, period, DAYS)
    return found


def items(found: Reconciliation) -> list[tuple[str, int, bool]]:
    """Return kind, fen and whether it was carried of every outstanding item."""
    return [(item.kind, item.fen, item.carried) for item in found.items]


JOURNAL = booked(("2026-10-12", "500.00", ""), ("2026-10-30", "-80.00", "10000077"), ("2026-11-10", "20.00", ""))
STATEMENT = stated(("2026-10-12", "500.00", ""), ("2026-11-03", "-80.00", "10000077"), ("2026-11-10", "20.00", ""))


def test_a_cheque_that_the_bank_pays_next_month() -> None:
    """It is outstanding at the end of its month, also when it is asked for later, and settled in the next."""
    october, november = (at_end(JOURNAL, STATEMENT, period) for period in ("2026-10", "2026-11"))
    assert (items(october), october.balanced) == ([("单位已付银行未付", 8000, False)], True)
    assert (october.book, october.bank) == (142000, 150000)
    assert (items(november), november.balanced, november.book, november.bank) == ([], True, 144000, 144000)


def test_what_was_open_before_the_statement_begins_is_carried_on() -> None:
    """Items of the school's own last reconciliation are compared with the first statement, or stay open."""
    item = {"period": "2026-10", "bank_balance": "1500.00", "preparer": "T001", "item_date": date(2026, 10, 30)}
    typed = rows(
        "bank_reconciliation",
        item | {"line_no": 1, "item_kind": "单位已付银行未付", "item_ref": "10000077", "item_amount": "80.00"},
        item | {"line_no": 2, "item_kind": "银行已收单位未收", "item_ref": "利息", "item_amount": "3.00"},
    )
    bank = stated(("2026-11-03", "-80.00", "10000077"), ("2026-11-10", "20.00", ""), opening="1503.00")
    found = at_end(JOURNAL, bank, "2026-11", typed)
    assert items(found) == [("银行已收单位未收", 300, True)]
    assert (found.opening_difference, found.difference, found.bank) == (0, 0, 144300)


def test_a_difference_that_was_there_before_is_told() -> None:
    """Where nothing explains what journal and bank differed by at the beginning, it stays the difference."""
    bank = stated(("2026-11-10", "20.00", ""), opening="1419.00")
    found = at_end(JOURNAL, bank, "2026-11")
    assert (items(found), found.opening_difference, found.difference, found.balanced) == ([], 100, 100, False)


def test_a_gap_in_the_statement_is_told() -> None:
    """Balances that do not follow name the day; the difference is what is missing."""
    moves = (("2026-11-02", "5.00", ""), ("2026-11-03", "!7.00", ""), ("2026-11-04", "9.00", ""))
    journal = booked(*((day, amount.lstrip("!"), "") for day, amount, _ in moves))
    found = at_end(journal, stated(*moves), "2026-11")
    assert [(gap.day, gap.expected, gap.found) for gap in found.gaps] == [(date(2026, 11, 4), 100500, 101200)]
    assert (items(found), found.difference) == ([("单位已收银行未收", 700, False)], -700)


def test_newest_first_is_the_same_statement() -> None:
    """Days with several lines are put in order by their balances, whichever end the bank lists first."""
    moves = (("2026-11-02", "5.00", ""), ("2026-11-02", "-3.00", ""), ("2026-11-02", "4.00", ""))
    journal = booked(*moves)
    found = [at_end(journal, stated(*moves, newest_first=order), "2026-11") for order in (False, True)]
    assert [(each.bank, each.balanced, each.gaps) for each in found] == [(100600, True, ())] * 2


AMOUNT = st.integers(-500, 500).filter(bool)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(AMOUNT, min_size=1, max_size=5), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_balances_put_the_lines_of_a_day_in_order(days: list[list[int]], random: Random) -> None:
    """Whatever the order of the lines, every day ends with the balance that its movements lead to."""
    assume(sum(days[0]) != 0)
    moves = [(f"2026-11-{day:02d}", f"{fen / 100:.2f}", "") for day, of_day in enumerate(days, 1) for fen in of_day]
    rows_in_order = stated(*moves)
    shuffled = rows_in_order[random.sample(range(rows_in_order.height), rows_in_order.height)]
    closings = list(accumulate((sum(of_day) for of_day in days), initial=100000))
    found = statement_of(shuffled)
    assert [(day.opening, day.closing) for day in found.days] == list(pairwise(closings))
    assert found.gaps == ()


def test_a_month_without_a_statement_is_not_reconciled() -> None:
    """Without the bank's lines of the month and without a typed reconciliation there is no balance to compare with."""
    later = pl.concat([JOURNAL, booked(("2026-12-01", "1.00", "")).with_columns(pl.lit(9, pl.Int64).alias("seq"))])
    found = at_end(later, STATEMENT, "2026-12")
    assert (found.source, found.bank, found.balanced, found.items) == (Source.NONE, None, False, ())
    quiet = at_end(JOURNAL, STATEMENT, "2026-12")
    assert (quiet.source, quiet.balanced) == (Source.STATEMENT, True)


def test_adjustments_are_exact_rows() -> None:
    """The rows for other books have the sums with two places, blank where the bank's balance is not known."""
    (row,) = adjustments([at_end(JOURNAL, STATEMENT, "2026-10")]).to_dicts()
    assert {name: str(row[name]) for name in ("book_balance", "booked_out_not_bank", "adj_bank", "difference")} == {
        "book_balance": "1420.00",
        "booked_out_not_bank": "80.00",
        "adj_bank": "1420.00",
        "difference": "0.00",
    }
    (row,) = adjustments([at_end(JOURNAL, STATEMENT.clear(), "2026-10")]).to_dicts()
    assert (row["source"], row["bank_balance"], row["balanced"]) == ("none", None, False)
