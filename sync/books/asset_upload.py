"""The quarterly report of assets: what is sent by class, and what has to hold before it is sent.

Source: DOMAIN.md 2.2, register 25, and 3.9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, decimal
from sync.books.assets import FIXED_ASSETS, AssetBook, worth_on

_QUARTERS = 4
"""How many of the quarters that are over have rows; older ones only where somebody says that they were sent."""
DAYS_TO_SEND = 15
"""Days after the quarter until which it is to be sent, where the authority says nothing else."""

ROWS = {
    "quarter": pl.String(),
    "class_code": pl.String(),
    "qty": decimal(QTY_PLACES),
    "original_value": decimal(MONEY_PLACES),
    "accum_depr": decimal(MONEY_PLACES),
    "net_value": decimal(MONEY_PLACES),
    "gl_balance": decimal(MONEY_PLACES),
}


@dataclass(frozen=True)
class Check:
    """Something that has to hold before a quarter is sent."""

    code: str
    ok: bool
    zh: str
    en: str


def last_day_of_quarter(quarter: str) -> date:
    """Return the last day of a quarter such as ``2026Q3``."""
    year, number = int(quarter[:4]), int(quarter[5])
    after = date(year + number // 4, number % 4 * 3 + 1, 1)
    return after - timedelta(days=1)


def quarter_of(day: date) -> str:
    """Return the quarter of a day."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarters_over(day: date, count: int = _QUARTERS) -> list[str]:
    """Return the last quarters that are over on a day, oldest first."""
    found: list[str] = []
    while len(found) < count:
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)
        found.append(quarter_of(day))
    return found[::-1]


def quarterly_rows(book: AssetBook, quarters: Iterable[str], gl: pl.DataFrame | None) -> pl.DataFrame:
    """Return the rows (``ROWS``) of quarters: fixed assets in the books at their end, by class.

    ``gl`` are the rows of ``gl_balance``, None where it is not in use.
    """
    cards = book.cards.filter(pl.col("gl_account") == FIXED_ASSETS).select("asset_no", "class_code")
    parts = [pl.DataFrame(schema=ROWS)]
    for quarter in quarters:
        day = last_day_of_quarter(quarter)
        there = worth_on(book, day).filter(pl.col("pieces") > 0).join(cards, on="asset_no")
        sums = there.group_by("class_code").agg(
            pl.lit(quarter).first().alias("quarter"),
            pl.col("pieces").sum().alias("qty"),
            pl.col("value").sum().alias("original_value"),
            pl.col("accum").sum().alias("accum_depr"),
            pl.col("net").sum().alias("net_value"),
        )
        balance = pl.lit(balance_of(gl, "1601", day), decimal(MONEY_PLACES)).alias("gl_balance")
        parts.append(sums.with_columns(balance).sort("class_code").select(pl.col(n).cast(t) for n, t in ROWS.items()))
    return pl.concat(parts)


def balance_of(gl: pl.DataFrame | None, account: str, day: date) -> Decimal | None:
    """Return the balance of an account (debit less credit) at the end of the month of a day, None where unknown."""
    if gl is None:
        return None
    own = gl.filter((pl.col("account_code") == account) & (pl.col("period") == f"{day:%Y-%m}"))
    sides = own.select((pl.col("close_dr").fill_null(0) - pl.col("close_cr").fill_null(0)).alias("balance"))
    total: Decimal | None = sides.select(pl.col("balance").sum()).item() if sides.height else None
    return total


def checks_before(
    book: AssetBook, rows: pl.DataFrame, quarter: str, gl: pl.DataFrame | None, uncarded: Iterable[str]
) -> list[Check]:
    """Return what has to hold before a quarter is sent; ``uncarded`` names bought things without a card.

    An account of which finance has not handed in the balance is told as not compared.
    """
    day = last_day_of_quarter(quarter)
    original, accumulated = (rows.select(pl.col(name).sum()).item() for name in ("original_value", "accum_depr"))
    found = [
        _against("AUP-01", "原值", original, "1601", balance_of(gl, "1601", day)),
        _against("AUP-02", "累计折旧", -accumulated, "1602", balance_of(gl, "1602", day)),
    ]
    without = list(uncarded)
    named = "、".join(without[:5])
    zh = f"{len(without)} 张发票达到固定资产标准而没有卡片：{named}" if without else "达到标准的发票都有卡片"
    en = f"{len(without)} invoices without a card: {named}" if without else "every invoice has its card"
    found.append(Check("FA-07", ok=not without, zh=zh, en=en))
    stale = _still_carded(book, day)
    named = "、".join(stale[:5])
    zh = f"{len(stale)} 张卡片写着已处置而账上还在：{named}" if stale else "没有已处置仍在账的资产"
    en = f"{len(stale)} cards say disposed but are in the books: {named}" if stale else "nothing disposed of is left"
    return [*found, Check("X-14", ok=not stale, zh=zh, en=en)]


def _against(code: str, words: str, total: Decimal, account: str, balance: Decimal | None) -> Check:
    """Compare a sum, as the account has it (credit balances negative), with the balance of the account."""
    if balance is None:
        zh, en = f"{words} {abs(total)}：科目 {account} 尚无余额，未核对", f"{abs(total)}: no balance of {account} yet"
        return Check(code, ok=True, zh=zh, en=en)
    off = total - balance
    zh = f"{words} {abs(total)}，科目 {account} 余额 {abs(balance)}，相差 {off}"
    en = f"{abs(total)} in the asset book, {abs(balance)} in account {account}, off by {off}"
    return Check(code, ok=not off, zh=zh, en=en)


def _still_carded(book: AssetBook, day: date) -> list[str]:
    """Return the numbers of cards that say that the asset is gone while the books still have it."""
    gone = book.cards.filter(pl.col("use_status") == "已处置").select("asset_no")
    there = worth_on(book, day).filter(pl.col("pieces") > 0)
    return gone.join(there, on="asset_no", how="semi")["asset_no"].sort().to_list()
