"""Cash and bank journals by day, and cash as it was counted at the end of a day (日清).

Source: DOMAIN.md 2.2, registers 31 to 33, and 4.2.
"""

from __future__ import annotations

from datetime import date

import polars as pl


def journal_days(lines: pl.DataFrame, account: str) -> pl.DataFrame:
    """Return what every account of a journal had, took in and paid out on each day with entries.

    ``account`` is the column that names it. Columns ``account``, ``date``, ``opening``, ``income``, ``expense``,
    ``balance`` (as written in the last row of the day), ``gap``; sorted. ``opening`` is the balance before the
    day's first row; ``gap`` is what it differs from the balance of the day before: rows between them are not in
    the books.
    """
    days = (
        lines.sort("date", "year", "seq")
        .group_by(pl.col(account).alias("account"), "date", maintain_order=True)
        .agg(
            pl.col("income").fill_null(0).sum(),
            pl.col("expense").fill_null(0).sum(),
            pl.col("balance").last(),
        )
        .with_columns((pl.col("balance") - pl.col("income") + pl.col("expense")).alias("opening"))
        .sort("account", "date")
    )
    gap = pl.col("opening") - pl.col("balance").shift(1).over("account")
    return days.select(*("account", "date", "opening", "income", "expense", "balance"), gap.fill_null(0).alias("gap"))


def balances(days: pl.DataFrame, since: date, until: date) -> pl.DataFrame:
    """Return every account over some days: columns as ``journal_days``, ``date`` is that of its last entry.

    An account without entries in these days has its last balance before them; one that begins later is left
    out. ``gap`` is the sum of the gaps within the days.
    """
    known = days.filter(pl.col("date") <= until).sort("account", "date")
    within = pl.col("date") >= since
    before = known.filter(~within).group_by("account").agg(pl.col("balance").last().alias("_before"))
    sums = known.group_by("account", maintain_order=True).agg(
        pl.col("date").last(),
        pl.col("opening").filter(within).first(),
        *(pl.col(name).filter(within).sum() for name in ("income", "expense")),
        pl.col("balance").last(),
        pl.col("gap").filter(within).sum(),
    )
    both = sums.join(before, on="account", how="left", maintain_order="left")
    opening = pl.coalesce("_before", "opening")
    return both.with_columns(opening.alias("opening")).select(days.columns)


def cash_counts(days: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Return every count of cash with what should have been there.

    Args:
        days: the cash journal by day (``journal_days``).
        counts: the rows in the books of ``cash_count``.

    Returns:
        Columns ``account``, ``date``, ``counted``, ``book`` (balance of the journal at the end of the day, blank
        where it has none yet), ``uncleared_in``, ``uncleared_out``, ``iou``, ``due``, ``diff`` (positive: over,
        negative: short), ``reason``; sorted.
    """
    at_end = days.select("account", "date", pl.col("balance").alias("book")).sort("date")
    loose = [pl.col(name).fill_null(0) for name in ("uncleared_in", "uncleared_out", "iou")]
    counted = counts.select("account", "date", "counted", *loose, "reason").sort("date")
    with_book = counted.join_asof(at_end, on="date", by="account", check_sortedness=False)
    due = (pl.col("book") + pl.col("uncleared_in") - pl.col("uncleared_out")).alias("due")
    return (
        with_book.with_columns(due)
        .with_columns((pl.col("counted") - pl.col("due")).alias("diff"))
        .select(
            *("account", "date", "counted", "book", "uncleared_in", "uncleared_out", "iou", "due", "diff", "reason")
        )
        .sort("account", "date")
    )


def counts_with_books(rows: pl.DataFrame, journal: pl.DataFrame) -> pl.DataFrame:
    """Return rows of ``cash_count`` with ``book`` and ``diff`` (positive: over), as the ``journal`` has them."""
    own = ["account", "date"]
    counted = rows.filter(pl.col("_status") != "withdrawn")
    told = cash_counts(journal_days(journal, "account"), counted).select(*own, _book="book", _diff="diff")
    both = rows.join(told, on=own, how="left", maintain_order="left")
    counts = pl.col("_status") != "withdrawn"
    shown = (pl.when(counts).then(pl.col(f"_{name}")).alias(name) for name in ("book", "diff"))
    return both.with_columns(shown).select(rows.columns)


def not_counted(days: pl.DataFrame, counts: pl.DataFrame, before: date) -> pl.DataFrame:
    """Return the days before some day on which cash moved and nobody counted it: ``account`` and ``date``."""
    moved = days.filter(pl.col("date") < before).select("account", "date")
    return moved.join(counts.select("account", "date"), on=["account", "date"], how="anti").sort("account", "date")
