"""Depreciation against an independent reckoning, month by month in fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.property.depreciation import ASKED, number_of_day, valued
from tests.sync.asset_rows import card, disposed, events_of

BEGIN, END = date(2024, 1, 1), date(2032, 12, 31)


@dataclass
class Reckoning:
    """One card, walked through month by month."""

    value: Fraction
    pieces: Fraction
    life: int
    accum: Fraction = Fraction(0)
    taken: int = 0
    monthly: Fraction | None = None
    seen: list[tuple[Fraction, Fraction]] = field(default_factory=list)

    def change(self, more: Fraction, life: int) -> None:
        """Change the value by an amount and the life to some months."""
        self.value += more
        self.life, self.monthly = life, None

    def leave(self, pieces: Fraction) -> None:
        """Take pieces out with their part of value and depreciation."""
        if pieces >= self.pieces:
            self.value = self.accum = self.pieces = Fraction(0)
        else:
            part = pieces / self.pieces
            gone, gone_accum = half_up(self.value * part), half_up(self.accum * part)
            self.value, self.accum, self.pieces = self.value - gone, self.accum - gone_accum, self.pieces - pieces
        self.monthly = None

    def charge(self) -> None:
        """Charge one month: the regular amount, in the last month or for too much charged before the whole rest."""
        rest = self.value - self.accum
        if self.life <= 0 or rest == 0:
            return
        left = self.life - self.taken
        if self.monthly is None:
            self.monthly = half_up(rest / left) if left > 0 else rest
        amount = rest if left <= 1 or rest < 0 else min(self.monthly, rest)
        self.accum += amount
        self.taken += 1


def half_up(amount: Fraction) -> Fraction:
    """Round to the cent."""
    return Fraction(floor(amount * 100 + Fraction(1, 2)), 100)


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months from one to another."""
    count = number_of_day(last) - number_of_day(first) + 1
    begin = number_of_day(first)
    return [date((begin + step) // 12, (begin + step) % 12 + 1, 1) for step in range(count)]


amounts = st.integers(1, 5_000_000).map(lambda fen: Decimal(fen) / 100)
days = st.dates(BEGIN, END)


@given(
    amounts,
    st.dates(BEGIN, date(2028, 12, 31)),
    st.integers(0, 90),
    st.integers(1, 50),
    st.lists(st.tuples(days, amounts, st.integers(1, 120)), max_size=3),
    st.lists(st.tuples(days, st.integers(1, 20)), max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_closed_form_is_the_walk_through_all_months(
    value: Decimal,
    entry: date,
    life: int,
    qty: int,
    changes: list[tuple[date, Decimal, int]],
    disposals: list[tuple[date, int]],
) -> None:
    """Every month has the value, the depreciation and the charge of a walk through all months in fractions."""
    versions = [card(str(value), entry.isoformat(), life, qty=qty)]
    for number, (day, amount, months) in enumerate(sorted(changes)):
        changed = {"change_date": day, "change_doc": f"BD-{number}", "qty": qty}
        versions.append(card(str(amount), entry.isoformat(), months, **changed))
    left = [(max(day, entry), pieces) for day, pieces in sorted(disposals)]
    gone = [disposed(day.isoformat(), str(pieces), doc_no=f"BF-{n}") for n, (day, pieces) in enumerate(left)]
    months = months_between(BEGIN, END)
    asked = pl.DataFrame(
        [(n, "ZC-1", number_of_day(month), number_of_day(month), None) for n, month in enumerate(months)],
        schema=ASKED,
        orient="row",
    )
    found = {
        row["_ask"]: (row["value"], row["accum"], row["charge"])
        for row in valued(asked, events_of(versions, gone)).iter_rows(named=True)
    }
    walk = Reckoning(Fraction(value), Fraction(qty), life)
    steps = [(day, Fraction(amount), months_of) for day, amount, months_of in sorted(changes)]
    last = Fraction(value)
    for number, month in enumerate(months):
        if month < entry.replace(day=1):
            assert number not in found
            continue
        within = month + timedelta(days=31)
        while steps and steps[0][0] < within.replace(day=1):
            _, amount, months_of = steps.pop(0)
            walk.change(amount - last, months_of)
            last = amount
        for _, pieces in (each for each in left if each[0].replace(day=1) == month):
            walk.leave(Fraction(pieces))
        before = walk.accum
        walk.charge()
        assert found[number] == (walk.value * 100, walk.accum * 100, (walk.accum - before) * 100), month
