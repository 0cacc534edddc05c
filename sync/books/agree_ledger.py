"""What the general ledger (总账) says of a month: the side against which the books of the departments are held."""

from __future__ import annotations

import polars as pl

from schemas.findings import Text
from schemas.parameters import text_of
from sync.books.agreements import SIDE, Kept, side
from sync.books.differences import fen

GL = "gl_balance"


def accounts_of(kept: Kept, parameter: str) -> list[str]:
    """Return the account codes that a parameter names, separated by 、."""
    named = text_of(parameter, kept.facts.parameters).replace("，", "、").replace(",", "、").split("、")
    return [code.strip() for code in named if code.strip()]


def month_of_ledger(kept: Kept, month: str) -> pl.DataFrame | Text:
    """Return the accounts of a month with ``debit``, what they close at in fen, or why there are none."""
    rows = kept.rows(GL)
    found = None if rows is None else rows.filter(pl.col("period") == month)
    if found is None or found.is_empty():
        return Text(f"没有 {month} 的科目余额表", f"there is no trial balance of {month}")
    return found.select("account_code", (fen("close_dr") - fen("close_cr")).alias("debit"))


def closing_of(accounts: pl.DataFrame, codes: list[str], sign: int = 1) -> pl.DataFrame:
    """Return what accounts close at, ``SIDE``; one that is not listed itself is the sum of those below it.

    An account that is not there at all closes at nothing. ``sign`` is -1 for accounts that stand on the
    credit side.
    """
    parts = [pl.DataFrame(schema=SIDE)]
    for code in codes:
        own = accounts.filter(pl.col("account_code") == code)
        below = leaves(accounts.filter(pl.col("account_code").str.starts_with(code)))
        chosen = below if own.is_empty() else own
        total = int(chosen["debit"].sum()) * sign
        parts.append(side(pl.DataFrame({"object": [code]}), pl.col("object"), value=pl.lit(total)))
    return pl.concat(parts)


def leaves(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts without accounts below them: the next code does not begin with theirs."""
    ordered = accounts.sort("account_code")
    is_leaf = ~pl.col("account_code").shift(-1).str.starts_with(pl.col("account_code")).fill_null(value=False)
    return ordered.filter(is_leaf)


def total_as(code: str, value: int) -> pl.DataFrame:
    """Return a side of one object: what the books say of an account."""
    return pl.DataFrame({"object": [code], "value": [value], "qty": [None]}, schema=SIDE)
