"""What the money books add to the rows that people write: balances of reconciliations, which lines are cleared."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, unscaled
from sync.books.bank import Source, reconciliations, typed_reconciliation

_BALANCES = ("book_balance", "adj_book", "adj_bank")


def typed_with_balances(rows: pl.DataFrame, journal: pl.DataFrame, typed: pl.DataFrame) -> pl.DataFrame:
    """Return rows of ``bank_reconciliation`` with the balance of the journal and both adjusted balances.

    ``typed`` are the rows in the books: all lines of a month together make its balances.
    """
    months = rows.select("account_no", "period").unique(maintain_order=True)
    found = [typed_reconciliation(journal, typed, account, period) for account, period in months.iter_rows()]
    told = [(each.account_no, each.period, each.book, each.adj_book, each.adj_bank) for each in found]
    schema = {"account_no": pl.String(), "period": pl.String()} | {f"_{name}": pl.Int64() for name in _BALANCES}
    sums = pl.DataFrame(told, schema=schema, orient="row")
    both = rows.join(sums, on=["account_no", "period"], how="left", maintain_order="left")
    counts = pl.col("_status") != "withdrawn"
    balances = (pl.when(counts).then(unscaled(pl.col(f"_{name}"), MONEY_PLACES)).alias(name) for name in _BALANCES)
    return both.with_columns(balances).select(rows.columns)


def journal_with_cleared(
    rows: pl.DataFrame, journal: pl.DataFrame, statement: pl.DataFrame, typed: pl.DataFrame, days: int
) -> pl.DataFrame:
    """Return lines of the bank journal with ``cleared``: whether the newest statement of the account has them.

    Blank where nothing of the bank says so: before its first statement, and after its last one.
    """
    last = statement.group_by("account_no").agg(pl.col("date").max().dt.strftime("%Y-%m").alias("period"))
    told: list[tuple[str, str, bool]] = []
    for period in last["period"].unique().sort():
        own = last.filter(pl.col("period") == period)["account_no"].implode()
        lines, said, items = (each.filter(pl.col("account_no").is_in(own)) for each in (journal, statement, typed))
        for found in reconciliations(lines, said, items, period, days):
            if found.source is Source.STATEMENT:
                told += [(found.account_no, line.key, True) for match in found.matches for line in match.book]
                open_ones = (item.line for item in found.items if not item.line.on_statement)
                told += [(found.account_no, line.key, False) for line in open_ones]
    schema = {"account_no": pl.String(), "_line": pl.String(), "_cleared": pl.Boolean()}
    marks = pl.DataFrame(told, schema=schema, orient="row")
    line = pl.format("{}-{}", "year", pl.col("seq").cast(pl.String).str.zfill(6)).alias("_line")
    both = rows.with_columns(line).join(marks, on=["account_no", "_line"], how="left", maintain_order="left")
    counts = pl.when(pl.col("_status") != "withdrawn").then(pl.col("_cleared"))
    return both.with_columns(counts.alias("cleared")).select(rows.columns)
