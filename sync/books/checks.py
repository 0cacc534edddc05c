"""Self-checks of the stock book: figures that contradict themselves are told, never shown (LED-01 to LED-03)."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES
from schemas.findings import Text
from schemas.flaws import shown
from sync.books.close import PLACE, STOCK, Close
from sync.books.valuation import Breach, Valuation
from sync.errors import HouqinError


class UnsoundBook(HouqinError):  # noqa: N818 - says what is wrong
    """The stock book contradicts itself: none of its figures can be used."""


class NegativeStock(UnsoundBook):
    """A warehouse gives more than it has (``item``, ``warehouse``, ``day``, ``doc``, ``wanted``, ``available``)."""

    code = "LED-01"
    text = Text(
        "负库存：{item} 在 {warehouse} 于 {day} 只有 {available}，{doc} 发出 {wanted}",
        "negative stock: {warehouse} has {available} of {item} on {day}, {doc} takes {wanted}",
        "请在该单据所在工作簿中更正数量、日期或仓库；已结账的月份请用红字单据冲销",
        "correct quantity, day or warehouse of that document in its workbook; in a closed month by a red-letter one",
    )


class UncoveredAmount(UnsoundBook):
    """Amount and quantity of a place do not belong together (``item``, ``warehouse``, ``reason``, ``reason_en``)."""

    code = "LED-02"
    text = Text(
        "有金额无数量：{item} 在 {warehouse} {reason}",
        "amount and quantity do not belong together: {item} in {warehouse} {reason_en}",
        "请更正所说的单据或其前的入库、出库单；没有说到单据的，请把总账备份发给管理员",
        "correct the document named, or those before it; where none is named, send a backup to your admin",
    )


class UnbalancedBook(UnsoundBook):
    """Opening, movements and closing of a place do not add up (``item``, ``warehouse``, both results)."""

    code = "LED-03"
    text = Text(
        "收发存不平：{item} 在 {warehouse} 逐笔结存为 {qty}（{amount} 元），账上为 {stated_qty}（{stated_amount} 元）",
        "the book does not add up: {item} in {warehouse} comes to {qty} ({amount} yuan),"
        " the book says {stated_qty} ({stated_amount} yuan)",
        "账面数不能使用，请运行 houqin verify，并把总账备份发给管理员",
        "the figures cannot be used; run houqin verify, and send a backup of the ledger to your admin",
    )


def require_sound(valuation: Valuation, closed: Close | None = None) -> Valuation:
    """Return a valuation that passes all self-checks; ``closed`` is how its last month was closed.

    Checked are: no balance below zero (LED-01), no return worth more than what is left and no amount
    without a quantity (LED-02), opening + in − out = closing in quantity and amount, the closing that
    was recorded included (LED-03).

    Raises:
        UnsoundBook: one of them is broken; it names the first place.
    """
    if valuation.breaches:
        raise _of_breach(valuation.breaches[0])
    moved = valuation.valued.group_by(PLACE).agg(pl.col("effect").sum().alias("qty"), pl.col("amount").sum())
    reckoned = _summed(pl.concat([valuation.opening.stock.select(*STOCK), moved.select(*STOCK)]))
    _require_equal(reckoned, valuation.close.stock)
    if closed is not None:
        _require_equal(valuation.close.stock, closed.stock)
    rest = (pl.col("bal_qty") == 0) & (pl.col("bal_amount") != 0)
    for row in valuation.valued.filter(rest | (pl.col("bal_amount") < 0)).head(1).iter_rows(named=True):
        qty, amount = _quantity(row["bal_qty"]), money(row["bal_amount"])
        raise UncoveredAmount(
            warehouse=row["warehouse"],
            item=row["item_code"],
            reason=f"在 {row['doc_no']} 之后数量为 {qty}，金额为 {amount} 元",
            reason_en=f"has quantity {qty} and value {amount} yuan after {row['doc_no']}",
        )
    return valuation


def require_chained(summary: pl.DataFrame) -> None:
    """Check a month summary: every month adds up, and begins with what the month before left.

    Raises:
        UnbalancedBook: one does not; it names the first place.
    """
    before = [pl.col(f"close_{what}").shift(1).over("warehouse", "item_code").alias(f"_{what}") for what in _SUMS]
    chained = summary.sort("warehouse", "item_code", "period").with_columns(before)
    for row in chained.filter(_unbalanced()).head(1).iter_rows(named=True):
        opening = {what: row[f"open_{what}"] if row[f"_{what}"] is None else row[f"_{what}"] for what in _SUMS}
        came = {what: opening[what] + row[f"in_{what}"] - row[f"out_{what}"] for what in _SUMS}
        raise UnbalancedBook(
            item=row["item_code"],
            warehouse=row["warehouse"],
            qty=shown(came["qty"]),
            amount=f"{came['amount']:.2f}",
            stated_qty=shown(row["close_qty"]),
            stated_amount=f"{row['close_amount']:.2f}",
        )


_SUMS = ("qty", "amount")


def _unbalanced() -> pl.Expr:
    wrong = []
    for what in _SUMS:
        opening, close = pl.col(f"open_{what}"), pl.col(f"close_{what}")
        wrong.append(opening + pl.col(f"in_{what}") - pl.col(f"out_{what}") != close)
        wrong.append((pl.col(f"_{what}") != opening).fill_null(value=False))
    return pl.any_horizontal(wrong)


def _require_equal(found: pl.DataFrame, stated: pl.DataFrame) -> None:
    """Compare two balances by place; a place that one of them lacks has nothing."""
    both = (
        _summed(found)
        .join(_summed(stated), on=PLACE, how="full", coalesce=True, suffix="_stated")
        .with_columns(pl.col("qty", "amount", "qty_stated", "amount_stated").fill_null(0))
        .filter((pl.col("qty") != pl.col("qty_stated")) | (pl.col("amount") != pl.col("amount_stated")))
        .sort(PLACE)
    )
    for row in both.head(1).iter_rows(named=True):
        raise UnbalancedBook(
            item=row["item_code"],
            warehouse=row["warehouse"],
            qty=_quantity(row["qty"]),
            amount=money(row["amount"]),
            stated_qty=_quantity(row["qty_stated"]),
            stated_amount=money(row["amount_stated"]),
        )


def _summed(stock: pl.DataFrame) -> pl.DataFrame:
    return stock.group_by(PLACE).agg(pl.col("qty", "amount").sum())


def _of_breach(breach: Breach) -> UnsoundBook:
    place = {"item": breach.item_code, "warehouse": breach.warehouse}
    if breach.code == "LED-01":
        wanted, available = _quantity(breach.wanted), _quantity(breach.available)
        facts = {"day": breach.post_date, "doc": breach.doc_no}
        return NegativeStock(**place, **facts, wanted=wanted, available=available)
    wanted, available = money(breach.wanted), money(breach.available)
    reason = f"于 {breach.post_date} 只值 {available} 元，{breach.doc_no} 按原入库价退回 {wanted} 元"
    reason_en = f"is worth {available} yuan on {breach.post_date}, {breach.doc_no} sends back {wanted} yuan"
    return UncoveredAmount(**place, reason=reason, reason_en=reason_en)


def _quantity(thousandths: int) -> str:
    return shown(Decimal(thousandths).scaleb(-QTY_PLACES))


def money(fen: int) -> str:
    """Return fen as an amount in yuan."""
    return f"{Decimal(fen).scaleb(-MONEY_PLACES):.2f}"
