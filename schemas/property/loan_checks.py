"""What rules of loans look up: what is out at a time, what is overdue, what cannot be lent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from schemas.property.asset_places import gone_assets, newly_named
from schemas.rules import Books
from schemas.rules_shared import with_others

REGISTER = "loan_register"
_LOAN = ["_id", "_key", "asset_no", "borrower", "doc_no", "line_no", "loan_date", "return_date", "qty", "return_qty"]


def outstanding() -> pl.Expr:
    """Return what of a loan has not come back."""
    back = (
        pl.when(pl.col("return_date").is_not_null())
        .then(pl.coalesce("return_qty", "qty"))
        .otherwise(pl.coalesce("return_qty", pl.lit(0)))
    )
    return pl.col("qty") - back


def is_open() -> pl.Expr:
    """Return True where something is still out; what was lost is settled by its compensation."""
    return (outstanding() > 0) & pl.col("condition").ne_missing("遗失")


def status_of(today: date) -> pl.Expr:
    """Return the status of a loan on a day."""
    returned = pl.col("return_date").is_not_null() | (pl.col("return_qty") > 0).fill_null(value=False)
    return (
        pl.when(pl.col("condition") == "遗失")
        .then(pl.lit("转赔偿"))
        .when(outstanding() <= 0)
        .then(pl.lit("已归还"))
        .when(pl.col("due_date") < today)
        .then(pl.lit("逾期"))
        .when(returned)
        .then(pl.lit("部分归还"))
        .otherwise(pl.lit("借出"))
    )


def overdue_loans(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the open loans whose day has passed."""
    return rows.filter(is_open() & (pl.col("due_date") < books.facts.today))


def overdue_borrowers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the loans to people who on that day kept something overdue, with its ``document`` and ``due`` day."""
    names = ("borrower", "return_date", pl.col("doc_no").alias("document"), pl.col("due_date").alias("due"))
    kept = with_others(rows, books, REGISTER, (*names, is_open().alias("open")))
    both = rows.select("_id", "_key", "doc_no", "borrower", "loan_date").join(
        kept, on="borrower", how="inner", maintain_order="left"
    )
    still_out = pl.col("open") | (pl.col("return_date") > pl.col("loan_date"))
    late = (pl.col("due") < pl.col("loan_date")) & still_out & (pl.col("document") != pl.col("doc_no"))
    found = both.filter(late).sort("due", maintain_order=True).unique("_id", keep="first", maintain_order=True)
    return found.select("_id", "document", "due")


def not_lendable(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the new loans of assets that are disposed of or under repair, with the ``state`` in both languages."""
    fresh = newly_named(rows.drop_nulls("asset_no"), books, REGISTER)
    gone = gone_assets(fresh, pl.col("loan_date"), books).select("_id", pl.lit("已处置").alias("state"))
    cards = books.rows("fixed_asset_card").filter(pl.col("use_status") == "待修").select("asset_no")
    broken = fresh.join(cards, on="asset_no", how="semi").select("_id", pl.lit("待修").alias("state"))
    words = {"已处置": "is disposed of", "待修": "waits for its repair"}
    found = pl.concat([gone, broken]).unique("_id", keep="first", maintain_order=True)
    return found.with_columns(pl.col("state").replace_strict(words, return_dtype=pl.String).alias("state_en"))


def without_document(rows: pl.DataFrame, books: Books, prefix: str, register: str) -> pl.DataFrame:
    """Return the rows whose related document should be in a register and is not."""
    named = rows.filter(pl.col("ref_doc").str.contains(prefix, literal=True))
    known = books.rows(register).select(pl.col("doc_no").alias("ref_doc"))
    return named.join(known, on="ref_doc", how="anti", maintain_order="left").select("_id")


def lent_already(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the loans of assets that are out at that time, with ``holder``, ``document`` and ``since``.

    Loans in force come first, then candidates in their order; one that fits is served.
    """
    asked = rows.drop_nulls("asset_no")
    parts = [frame.select(*_LOAN, pl.lit(own).alias("judged")) for own, frame in
             ((False, books.others(REGISTER, rows)), (True, asked))]  # fmt: skip
    loans = pl.concat(parts, how="vertical_relaxed").join(asked.select("asset_no").unique(), on="asset_no", how="semi")
    pieces = books.rows("fixed_asset_card").select("asset_no", pl.col("qty").alias("pieces"))
    people = books.rows("staff_roster").select(pl.col("staff_no").alias("borrower"), pl.col("name").alias("holder"))
    known = loans.join(pieces, on="asset_no", how="inner", maintain_order="left").join(
        people, on="borrower", how="left", maintain_order="left"
    )
    schema = {"_id": pl.Int64(), "holder": pl.String(), "document": pl.String(), "since": pl.Date()}
    found = [each for group in known.partition_by("asset_no", maintain_order=True) for each in _overlaps(group)]
    return pl.DataFrame(found, schema=schema, orient="row")


def _overlaps(loans: pl.DataFrame) -> Iterator[tuple[int, str, str, date]]:
    """Yield the candidates among the loans of one asset for which too little is left at some time."""
    served: list[dict[str, Any]] = []
    for loan in loans.iter_rows(named=True):
        if loan["judged"]:
            others = [each for each in served if _touches(each, loan)]
            days = [loan["loan_date"], *(each["loan_date"] for each in others)]
            out = [sum(each["qty"] for each in others if _is_out(each, day)) for day in days if _is_out(loan, day)]
            if others and max(out, default=0) + loan["qty"] > loan["pieces"]:
                other = others[0]
                yield loan["_id"], other["holder"] or other["borrower"], other["doc_no"], other["loan_date"]
                continue
        served.append(loan)


def _touches(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _is_out(one, other["loan_date"]) or _is_out(other, one["loan_date"])


def _is_out(loan: dict[str, Any], day: date) -> bool:
    """Tell whether something of a loan is out at the end of a day."""
    back = loan["return_date"]
    came_whole = loan["return_qty"] is None or loan["return_qty"] >= loan["qty"]
    return bool(loan["loan_date"] <= day and (back is None or back > day or not came_whole))
