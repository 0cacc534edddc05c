"""Agreements (对账): two sides of figures about the same objects, joined, and what differs between them.

An agreement is one declaration (``Agreement``): which registers it needs, what its two sides say of a
month, and which documents may stand between them. Everything else is done here, once for all of them.
Whole numbers only: values in fen, quantities in thousandths.

Source: DOMAIN.md 4.1 and 4.2, and 2.2, register 107.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

import polars as pl

from schemas.findings import Text
from schemas.periods import first_day_of, last_day_of
from sync.books.checks import UnsoundBook

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.register import Register
    from schemas.rules import Books, Facts
    from sync.books.assets import AssetBook
    from sync.books.close import Close
    from sync.books.periods import Closes
    from sync.books.valuation import Valuation

STOCK, ASSETS, BOOKS, MONEY, STATEMENTS = GROUPS = ("stock", "assets", "books", "money", "statements")
"""What ``houqin reconcile`` can be asked for."""

SIDE = {"object": pl.String(), "value": pl.Int64(), "qty": pl.Int64()}
"""What one side says of each object; ``qty`` is null where nothing is counted."""
DOCUMENTS = {
    "object": pl.String(),
    "doc_no": pl.String(),
    "amount": pl.Int64(),
    "qty": pl.Int64(),
    "state": pl.String(),
}
"""Documents that may stand between the sides: by how much the difference (left − right) is what it is
because one side lacks them; ``object`` is null where a document may belong to any; ``state`` is one of ``STATES``."""
BOOKED, HELD, UNBILLED, UNLISTED = STATES = ("booked", "held", "unbilled", "unlisted")
"""In our books, perhaps not in the other side's; held back; in our books without the number of an invoice; an asset
that is on no list."""
OWN_WORDS = {"object": pl.String(), "explanation": pl.String()}

_LINES = 999_999_999
"""Line numbers come from a hash of the object: two of 1,000 differing objects share one in 1 of 2,000 cases."""


class Kept(Protocol):
    """The books as they are kept (``sync.bookkeeping.Bookkeeping``)."""

    @property
    def registers(self) -> Mapping[str, type[Register]]:
        """Return the registers in use, by id."""

    @property
    def facts(self) -> Facts:
        """Return the day and the settings."""

    @property
    def closes(self) -> Closes:
        """Return which months are closed."""

    @property
    def books(self) -> Books:
        """Return the rows in the books as the lookups of rules ask for them."""

    @property
    def stock_rows(self) -> Mapping[str, pl.DataFrame]:
        """Return the rows in the books of every register that posts stock, in use or not."""

    @property
    def assets(self) -> AssetBook:
        """Return the asset book: every card with what happened to it."""

    @property
    def counts(self) -> pl.DataFrame:
        """Return every counted line with its difference and what that is worth (``sync.books.counts.differences``)."""

    @property
    def stock_summary(self) -> pl.DataFrame:
        """Return the month summary of the stock book, of every month up to today."""

    def stock_until(self, moment: datetime) -> Close:
        """Return the stock book at a moment."""

    def stock_on(self, day: date) -> Valuation:
        """Return the months of the stock book, closed or open, in which a day lies, valued."""

    def rows(self, register_id: str) -> pl.DataFrame | None:
        """Return the rows in the books of a register, None where it is not in use."""

    def held(self, register_id: str) -> pl.DataFrame:
        """Return the rows of a register that are held back or in conflict."""


@dataclass(frozen=True)
class Sides:
    """What both sides of an agreement say of a month."""

    left: pl.DataFrame
    """``SIDE``, one row for each object; one that only the other side has counts as 0."""
    right: pl.DataFrame
    said: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OWN_WORDS))
    """Explanations that stand in the registers themselves (the reason of a cash count), ``OWN_WORDS``."""
    left_out: tuple[Text, ...] = ()
    """What could not be compared, and why."""


def no_documents(_kept: Kept, _month: str) -> pl.DataFrame:
    """Return no documents: nothing can stand between the sides that has a number of its own."""
    return pl.DataFrame(schema=DOCUMENTS)


@dataclass(frozen=True)
class Agreement:
    """One agreement: what is compared with what."""

    number: int
    """The last four digits of its differences' numbers: it never changes."""
    id: str
    group: str
    kind: str
    """对账类型 of register 107."""
    title: Text
    left_name: str
    """Begins with the name of the book (``sync.books.periods.BOOKS``) that the side belongs to, if to one."""
    right_name: str
    needs: tuple[str, ...]
    """Registers that must be in use."""
    sides: Callable[[Kept, str], Sides | Text]
    """Returns what both sides say of a month, or why they cannot be compared."""
    documents: Callable[[Kept, str], pl.DataFrame] = no_documents
    """Returns the documents of a month that may explain a difference, ``DOCUMENTS``."""
    code: str = ""
    """The rule between registers that says the same (DOMAIN.md 2.3)."""
    book: str = ""
    """The book that cannot be closed while an unexplained difference is open."""
    asked_only: bool = False
    """True for a proof of the program's own figures that values the whole stock book: not done after every run."""


@dataclass(frozen=True)
class Compared:
    """One agreement in one month."""

    agreement: Agreement
    month: str
    lines: pl.DataFrame
    """``LINES``, in the order of the objects."""
    reason: Text | None = None
    """Why nothing was compared."""
    left_out: tuple[Text, ...] = ()


LINES = {
    "recon_id": pl.String(),
    "line_no": pl.Int64(),
    "object": pl.String(),
    "left_value": pl.Int64(),
    "right_value": pl.Int64(),
    "left_qty": pl.Int64(),
    "right_qty": pl.Int64(),
    "diff": pl.Int64(),
    "diff_qty": pl.Int64(),
    "said": pl.String(),
}


def compare(agreement: Agreement, kept: Kept, month: str) -> Compared:
    """Return every object of an agreement in a month with both values and what lies between them."""
    lacking = [register for register in agreement.needs if register not in kept.registers]
    if lacking:
        names = "、".join(lacking)
        return _not_compared(agreement, month, Text(f"未启用登记表 {names}", f"not in use: {names}"))
    try:
        sides = agreement.sides(kept, month)
    except UnsoundBook as unsound:
        return _not_compared(agreement, month, Text(unsound.message("zh"), unsound.message("en")))
    if isinstance(sides, Text):
        return _not_compared(agreement, month, sides)
    return Compared(agreement, month, _joined(agreement, month, sides), None, sides.left_out)


def _not_compared(agreement: Agreement, month: str, reason: Text) -> Compared:
    return Compared(agreement, month, pl.DataFrame(schema=LINES), reason)


def _joined(agreement: Agreement, month: str, sides: Sides) -> pl.DataFrame:
    """Return the outer join of both sides, ``LINES``."""
    left = sides.left.select("object", pl.col("value").alias("left_value"), pl.col("qty").alias("left_qty"))
    right = sides.right.select("object", pl.col("value").alias("right_value"), pl.col("qty").alias("right_qty"))
    both = left.join(right, on="object", how="full", coalesce=True)
    counted = pl.col("left_qty").is_not_null() | pl.col("right_qty").is_not_null()
    filled = both.with_columns(
        pl.col("left_value", "right_value").fill_null(0),
        *(pl.when(counted).then(pl.col(name).fill_null(0)).alias(name) for name in ("left_qty", "right_qty")),
    )
    said = sides.said.group_by("object").agg(pl.col("explanation").drop_nulls().str.join("；").alias("said"))
    lines = filled.join(said, on="object", how="left").sort("object")
    return lines.with_columns(
        pl.lit(recon_id(agreement.number, month)).alias("recon_id"),
        _line_numbers(lines["object"]),
        (pl.col("left_value") - pl.col("right_value")).alias("diff"),
        (pl.col("left_qty") - pl.col("right_qty")).alias("diff_qty"),
        pl.when(pl.col("said") != "").then(pl.col("said")).alias("said"),
    ).select(*LINES)


def recon_id(number: int, month: str) -> str:
    """Return the number of an agreement's differences in a month: its last day and the agreement."""
    return f"DZ-{last_day_of(month):%Y%m%d}-{number:04d}"


def line_of(name: str) -> int:
    """Return the line number of an object: it depends on nothing else, so that it is the same in every run."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % _LINES + 1


def _line_numbers(objects: pl.Series) -> pl.Series:
    """Return the line number of every object; those that would share one are numbered on in their order."""
    taken: set[int] = set()
    numbers = []
    for each in objects:
        number = line_of(each)
        while number in taken:
            number = number % _LINES + 1
        taken.add(number)
        numbers.append(number)
    return pl.Series("line_no", numbers, pl.Int64)


def side(frame: pl.DataFrame, *by: pl.Expr, value: pl.Expr | None = None, qty: pl.Expr | None = None) -> pl.DataFrame:
    """Return one side, ``SIDE``: sums of fen and thousandths by object, the columns of ``by`` with a space between.

    Rows without an object are left out.
    """
    return (
        frame.select(
            pl.concat_str(*by, separator=" ").alias("object"),
            (pl.lit(0) if value is None else value).cast(pl.Int64).alias("value"),
            (pl.lit(None) if qty is None else qty).cast(pl.Int64).alias("qty"),
        )
        .drop_nulls("object")
        .group_by("object")
        .agg(pl.col("value").sum(), pl.when(pl.col("qty").is_not_null().any()).then(pl.col("qty").sum()).alias("qty"))
        .sort("object")
    )


def documents(
    frame: pl.DataFrame,
    doc_no: pl.Expr,
    amount: pl.Expr,
    state: str,
    *,
    of: pl.Expr | None = None,
    qty: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return documents that may stand between two sides, ``DOCUMENTS``: each number once, with the sum of its lines.

    ``of`` is the object that a document belongs to, where it can belong to no other.
    """
    named = frame.select(
        (pl.lit(None) if of is None else of).cast(pl.String).alias("object"),
        doc_no.cast(pl.String).alias("doc_no"),
        amount.cast(pl.Int64).alias("amount"),
        (pl.lit(None) if qty is None else qty).cast(pl.Int64).alias("qty"),
    ).drop_nulls("doc_no")
    sums = named.group_by("object", "doc_no", maintain_order=True).agg(pl.col("amount", "qty").sum())
    return sums.with_columns(pl.lit(state).alias("state")).select(*DOCUMENTS)


def rows_of(kept: Kept, register_id: str) -> pl.DataFrame:
    """Return the rows in the books of a register that the agreement needs.

    Raises:
        KeyError: the register is not in use, and the agreement should have said that it needs it.
    """
    rows = kept.rows(register_id)
    if rows is None:
        raise KeyError(register_id)
    return rows


def in_month(frame: pl.DataFrame, month: str, column: str = "date") -> pl.DataFrame:
    """Return the rows that are dated in a month."""
    return frame.filter(pl.col(column).is_between(first_day_of(month), last_day_of(month)))
