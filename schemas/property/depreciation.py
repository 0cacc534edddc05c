"""Depreciation of asset cards, exact in fen: straight line, by whole months, without residual value.

Everything that happens to a card is an event: it enters the books, its value or life changes, a part or
the whole of it leaves. Between two events the charge is the same every month, so that any month is
computed at once and not month by month.

Source: 政府会计准则第3号 and its 应用指南 (财会〔2017〕4号); DOMAIN.md 3.3 and 4.2.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.exact import QTY_PLACES

ENTRY, CHANGE, LEAVING = 0, 1, 2
"""What an event does, in the order in which events of one month count."""

EVENTS = {
    "asset_no": pl.String(),
    "month": pl.Int64(),
    "order": pl.Int64(),
    "kind": pl.Int64(),
    "day": pl.Date(),
    "value": pl.Int64(),
    "pieces": pl.Int64(),
    "life": pl.Int64(),
    "accum": pl.Int64(),
    "first": pl.Int64(),
    "taken": pl.Int64(),
}
"""Events of cards, one of kind ``ENTRY`` each.

``month`` counts from the year 0 (``month_number``), ``order`` the events of a card as they came.
``value`` in fen and ``pieces`` in thousandths are what the card has at its entry, by how much it
changes, or (``pieces`` only) what leaves; all pieces take the whole value. ``life`` is the whole life in
months, 0 where nothing is charged. Of entries: ``accum`` and ``taken`` are the depreciation and the
months taken over from another system, ``first`` is the first month of which the charge is computed here;
an entry that is posted later than that charges the missed months in its own.
"""

ASKED = {"_ask": pl.Int64(), "asset_no": pl.String(), "since": pl.Int64(), "until": pl.Int64(), "day": pl.Date()}
"""Questions: an asset, the first and the last month, and the day until which events are known (None: all)."""

_STATE = ("value", "accum", "pieces", "posted", "start", "left", "monthly", "taken", "first_month")
_FLOWS = ("added", "taken_over", "changed", "disposed", "disposed_accum", "charge")


def month_number(day: pl.Expr) -> pl.Expr:
    """Return the month of a date, counted from the year 0."""
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64) - 1


def number_of_month(month: str) -> int:
    """Return a month such as ``2026-11``, counted from the year 0."""
    year, _, number = month.partition("-")
    return int(year) * 12 + int(number) - 1


def number_of_day(day: date) -> int:
    """Return the month of a day, counted from the year 0."""
    return day.year * 12 + day.month - 1


def month_text(number: pl.Expr) -> pl.Expr:
    """Return a counted month as ``2026-11``; blank stays blank."""
    month = (number % 12 + 1).cast(pl.String).str.zfill(2)
    return pl.when(number.is_not_null()).then(pl.format("{}-{}", number // 12, month))


def valued(asked: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return what each asked asset is worth at the end of the last month, and what happened since the first.

    One line per question whose asset has entered the books by then, with the columns of ``asked`` and

    * at the end: ``value``, ``accum``, ``pieces``; ``monthly`` (the regular charge) and ``months_left`` from
      there on; ``months_taken``; ``first_month`` and ``last_month`` of the charge (null where there is none);
    * in the months asked for: ``added``, ``taken_over`` (depreciation that came along), ``changed``,
      ``disposed``, ``disposed_accum``, ``charge``.

    Amounts are in fen.
    """
    state, _ = _walked(asked, events)
    return _told(_charged_until(state, pl.col("until")))


def taken_along(asked: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Return what every event by which something left the books took along: ``_ask``, ``order``, ``value``, ``accum``.

    Only events until the last month of each question count; amounts are in fen.
    """
    return _walked(asked, events)[1]


def _walked(asked: pl.DataFrame, events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the state of each asked asset after its last event, and what each leaving took along."""
    told = asked.join(events.rename({"day": "_day"}), on="asset_no", maintain_order="left").filter(
        (pl.col("month") <= pl.col("until"))
        & ((pl.col("_day") <= pl.col("day")) | pl.col("day").is_null()).fill_null(value=True)
    )
    steps = told.sort("_ask", "month", "kind", "order").with_columns(pl.int_range(pl.len()).over("_ask").alias("_step"))
    state = _entered(steps.filter((pl.col("_step") == 0) & (pl.col("kind") == ENTRY)))
    gone = [pl.DataFrame(schema=dict.fromkeys(("_ask", "order", "value", "accum"), pl.Int64()))]
    names = ("month", "kind", "value", "pieces", "life", "order")
    for step in range(1, steps.select(pl.col("_step").max().fill_null(0)).item() + 1):
        now = steps.filter(pl.col("_step") == step).select("_ask", *(pl.col(name).alias(f"_{name}") for name in names))
        both = state.join(now, on="_ask", how="left", maintain_order="left")
        after = _happened(_charged_until(both.drop_nulls("_kind"), pl.col("_month") - 1))
        left = after.filter(pl.col("_kind") == LEAVING)
        gone.append(left.select("_ask", _named("_order"), _named("_gone", "value"), _named("_gone_accum", "accum")))
        state = pl.concat([both.filter(pl.col("_kind").is_null()).select(state.columns), after.select(state.columns)])
    return state, pl.concat(gone)


def _named(column: str, name: str = "order") -> pl.Expr:
    return pl.col(column).cast(pl.Int64).alias(name)


def _entered(entries: pl.DataFrame) -> pl.DataFrame:
    """Return the state of cards right after their entry."""
    charged = pl.col("life") > 0
    within = pl.col("month") >= pl.col("since")
    opened = entries.select(
        *ASKED,
        pl.col("value", "accum", "pieces"),
        pl.col("month").alias("posted"),
        pl.col("first").alias("start"),
        pl.when(charged).then(pl.col("life") - pl.col("taken")).otherwise(None).alias("left"),
        pl.col("taken"),
        pl.when(charged).then(pl.col("first")).alias("first_month"),
        pl.col("life"),
        pl.when(within).then(pl.col("value")).otherwise(0).alias("added"),
        pl.when(within).then(pl.col("accum")).otherwise(0).alias("taken_over"),
        *(pl.lit(0, pl.Int64).alias(name) for name in ("changed", "disposed", "disposed_accum", "charge")),
    )
    return _spread(opened)


def _spread(state: pl.DataFrame) -> pl.DataFrame:
    """Return states with ``rest`` spread over ``left`` months, ``monthly`` each; a blank ``left`` charges nothing.

    Where no month is left, or more was charged than the thing is worth now, one month takes it all.
    """
    rest = pl.col("value") - pl.col("accum")
    left = (
        pl.when(pl.col("left").is_null() | (rest == 0)).then(0)
        .when((rest < 0) | (pl.col("left") < 1)).then(1)
        .otherwise(pl.col("left"))
    )  # fmt: skip
    spread = state.with_columns(rest.alias("rest"), left.cast(pl.Int64).alias("left"))
    whole, months = pl.col("rest"), pl.col("left")
    monthly = pl.when(months == 0).then(0).when(whole < 0).then(whole).otherwise((2 * whole + months) // (2 * months))
    return spread.with_columns(monthly.cast(pl.Int64).alias("monthly"))


def _months(until: pl.Expr) -> pl.Expr:
    """Return how many months have been charged at the end of a month since the last event."""
    counted = (until - pl.col("start") + 1).clip(lower_bound=0)
    return pl.when(until < pl.col("posted")).then(0).otherwise(pl.min_horizontal(counted, "left"))


def _charge(until: pl.Expr) -> pl.Expr:
    """Return what has been charged at the end of a month since the last event; the last month takes the rest."""
    months, rest = _months(until), pl.col("rest")
    return (
        pl.when(months == 0).then(0)
        .when(months >= pl.col("left")).then(rest)
        .otherwise(pl.min_horizontal(months * pl.col("monthly"), rest))
    )  # fmt: skip


def _charged_until(state: pl.DataFrame, until: pl.Expr) -> pl.DataFrame:
    """Return states at the end of a month without further events, with the charge of the months asked for."""
    before = _charge(pl.min_horizontal(pl.col("since") - 1, until))
    counted = pl.col("left") > 0
    months = _months(until)
    return state.with_columns(
        (pl.col("charge") + _charge(until) - before).alias("charge"),
        (pl.col("accum") + _charge(until)).alias("accum"),
        (pl.col("taken") + months).alias("taken"),
        pl.when(counted).then(pl.col("start") + pl.col("left") - 1).alias("last_month"),
        pl.when(counted).then(pl.col("left") - months).otherwise(0).alias("months_left"),
    )


def _happened(state: pl.DataFrame) -> pl.DataFrame:
    """Return states after the events ``_kind``, with what was left to charge spread anew."""
    changes, within = pl.col("_kind") == CHANGE, pl.col("_month") >= pl.col("since")
    whole = (pl.col("_pieces") >= pl.col("pieces")) | (pl.col("pieces") <= 0)
    parts = {
        name: pl.when(whole).then(pl.col(name)).otherwise(share_of(pl.col(name), pl.col("_pieces"), pl.col("pieces")))
        for name in ("value", "accum")
    }
    split = state.with_columns(
        pl.when(changes).then(0).otherwise(parts["value"]).alias("_gone"),
        pl.when(changes).then(0).otherwise(parts["accum"]).alias("_gone_accum"),
        pl.when(changes).then(-pl.col("_pieces")).otherwise(pl.min_horizontal("_pieces", "pieces")).alias("_fewer"),
        pl.when(changes).then(pl.col("_value")).otherwise(0).alias("_more"),
        pl.when(changes).then(pl.col("_life")).otherwise(pl.col("life")).alias("life"),
    )
    counted = {"changed": "_more", "disposed": "_gone", "disposed_accum": "_gone_accum"}
    after = split.with_columns(
        (pl.col("value") + pl.col("_more") - pl.col("_gone")).alias("value"),
        (pl.col("accum") - pl.col("_gone_accum")).alias("accum"),
        (pl.col("pieces") - pl.col("_fewer")).alias("pieces"),
        *(pl.col(name) + pl.when(within).then(pl.col(flow)).otherwise(0) for name, flow in counted.items()),
        pl.max_horizontal("start", "_month").alias("start"),
        pl.col("_month").alias("posted"),
        pl.when(pl.col("life") > 0).then(pl.col("life") - pl.col("taken")).alias("left"),
        pl.when(pl.col("life") > 0).then(pl.coalesce("first_month", "_month")).alias("first_month"),
    )
    return _spread(after)


def share_of(amount: pl.Expr, part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return the part of an amount, not below 0, that some pieces of all stand for, half up to the fen."""
    doubled: pl.Expr = amount.cast(pl.Int128) * part * 2 + whole
    share: pl.Expr = doubled.floordiv(whole.cast(pl.Int128) * 2)
    return share.cast(pl.Int64)


def _told(state: pl.DataFrame) -> pl.DataFrame:
    empty = pl.col("value") == 0
    return state.sort("_ask").select(
        *ASKED,
        "value",
        "accum",
        "pieces",
        pl.when(empty | (pl.col("months_left") == 0)).then(0).otherwise(pl.col("monthly")).alias("monthly"),
        "months_left",
        pl.col("taken").alias("months_taken"),
        "first_month",
        "last_month",
        *_FLOWS,
    )


def whole_pieces(count: pl.Expr) -> pl.Expr:
    """Return a whole number of things in thousandths, as events count them."""
    return count.cast(pl.Int64) * pl.lit(10**QTY_PLACES)
