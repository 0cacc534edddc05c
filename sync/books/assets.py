"""The asset book: what every card is worth on a day, what a month charges, and that the sums agree.

Source: DOMAIN.md 3.3 and 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.books import empty_frame
from schemas.exact import MONEY_PLACES, QTY_PLACES, decimal, unscaled
from schemas.findings import Text
from schemas.property.asset_history import CLOSES, asset_events, left_of, stages_of
from schemas.property.depreciation import (
    ASKED,
    EVENTS,
    month_number,
    month_text,
    number_of_day,
    number_of_month,
    valued,
)
from schemas.property.transfer_rules import LEAVING
from schemas.register import register_of
from sync.books.checks import money
from sync.errors import HouqinError

FIXED_ASSETS = "固定资产"
"""GL account of cards that stand against 1601 and 1602; the others are accounted for elsewhere."""

_MONEY = ("value", "accum", "monthly", "added", "taken_over", "changed", "disposed", "disposed_accum", "charge")
_SUMS = ("added", "taken_over", "changed", "disposed", "disposed_accum", "charge")


class AssetBookUnbalancedError(HouqinError):
    """The sums of the asset book do not agree with each other: a fault of the program, not of the cards."""

    code = "ASSETS-UNBALANCED"
    text = Text(
        "固定资产账不平：{what} 期初 {start} 与本期发生额得 {reckoned}，期末却是 {end}",
        "the asset book does not balance: {what} begins with {start} and comes to {reckoned}, but ends with {end}",
        "账没有改动，请把这句话发给管理员",
        "nothing was changed; please send this sentence to the administrator",
    )


@dataclass(frozen=True)
class AssetBook:
    """The cards in force and everything that happened to them."""

    cards: pl.DataFrame
    """Rows of ``fixed_asset_card`` in the books."""
    events: pl.DataFrame
    """Columns ``EVENTS``; cards that finance has not entered have none."""
    left: pl.DataFrame
    """What left the school, as ``left_of`` returns it."""


def asset_book(
    cards: pl.DataFrame | None,
    earlier: pl.DataFrame,
    disposals: pl.DataFrame | None,
    transfers: pl.DataFrame | None,
    closes: pl.DataFrame | None = None,
) -> AssetBook:
    """Return the asset book of cards, their ``earlier`` versions, disposals and transfers in the books.

    None stands for a register that is not in use; ``closes`` are the closed months of the asset book.
    """
    if cards is None:
        nothing = empty_frame(register_of("fixed_asset_card")).drop("_id")
        return AssetBook(nothing, pl.DataFrame(schema=EVENTS), left_of(None, None))
    outside = None if transfers is None else transfers.filter(pl.col("kind") == LEAVING)
    left = left_of(disposals, outside)
    shut = pl.DataFrame(schema=CLOSES) if closes is None else closes
    return AssetBook(cards, asset_events(stages_of(cards, earlier), left, shut), left)


def worth_on(book: AssetBook, day: date) -> pl.DataFrame:
    """Return what every card in the books is worth on a day, the charge of its month included; amounts in money.

    Columns: ``asset_no``, ``value``, ``accum``, ``net``, ``pieces``, ``monthly``, ``months_taken``,
    ``months_left``, ``first_month`` and ``last_month`` as ``2026-11``.
    """
    month = number_of_day(day)
    found = valued(asked_of(book.cards["asset_no"], month, month, day), book.events)
    return _in_money(found).drop("_ask", "since", "until", "day", *_SUMS)


def worth_of(book: AssetBook, lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines (``_id``, ``asset_no``, ``day``) with ``value``, ``accum`` and ``pieces`` of their asset.

    They are those of the day, depreciation of its month included, in fen and thousandths. Lines on assets
    that are not in the books then are left out.
    """
    month = month_number(pl.col("day"))
    asked = lines.select(
        pl.col("_id").cast(pl.Int64).alias("_ask"), "asset_no", month.alias("since"), month.alias("until"), "day"
    )
    found = valued(asked, book.events)
    return found.select(pl.col("_ask").alias("_id"), "asset_no", "day", "value", "accum", "pieces")


def happened_in(book: AssetBook, first: str, last: str) -> pl.DataFrame:
    """Return what the months from one to another did to every card in the books, amounts in money.

    Columns: those of ``worth_on`` at the end of the last month, ``open_value`` and ``open_accum`` at the
    beginning of the first, and in between ``added``, ``taken_over``, ``changed``, ``disposed``,
    ``disposed_accum`` and ``charge``.

    Raises:
        AssetBookUnbalancedError: the sums do not agree (DOMAIN.md 4.2).
    """
    since, until = number_of_month(first), number_of_month(last)
    numbers = book.cards["asset_no"]
    before = valued(asked_of(numbers, since - 1, since - 1), book.events)
    opened = before.select("asset_no", pl.col("value").alias("open_value"), pl.col("accum").alias("open_accum"))
    found = valued(asked_of(numbers, since, until), book.events).join(opened, on="asset_no", how="left")
    whole = found.with_columns(pl.col("open_value", "open_accum").fill_null(0))
    _check(whole)
    return _in_money(whole).drop("_ask", "since", "until", "day")


def schedule_of(book: AssetBook, asset_no: str) -> pl.DataFrame:
    """Return ``month``, ``charge``, ``accum`` and ``net`` of a card from its entry to its last charge or its end.

    Empty where the card is not in the books, or nothing is charged.
    """
    own = book.events.filter(pl.col("asset_no") == asset_no)
    if own.is_empty():
        return pl.DataFrame(schema={"month": pl.String(), **dict.fromkeys(("charge", "accum", "net"), decimal(2))})
    first, latest = own.select(pl.col("month").min().alias("first"), pl.col("month").max().alias("latest")).row(0)
    end = valued(asked_of(pl.Series([asset_no]), latest, latest), own).select(pl.col("last_month").max()).item()
    months = range(first, max(latest, first if end is None else end) + 1)
    questions = [(at, asset_no, month, month, None) for at, month in enumerate(months)]
    found = _in_money(valued(pl.DataFrame(questions, schema=ASKED, orient="row"), own))
    return found.select(month_text(pl.col("until")).alias("month"), "charge", "accum", "net")


def totals_of(lines: pl.DataFrame) -> dict[str, object]:
    """Return the sums of what ``happened_in`` returned, by the names of DOMAIN.md 4.2."""
    names = {
        "original_start": "open_value", "additions": "added", "changes": "changed", "disposals": "disposed",
        "original_end": "value", "accum_start": "open_accum", "taken_over": "taken_over", "charge": "charge",
        "accum_of_disposals": "disposed_accum", "accum_end": "accum", "net_end": "net",
    }  # fmt: skip
    return lines.select(pl.col(source).sum().alias(name) for name, source in names.items()).row(0, named=True)


def asked_of(numbers: pl.Series, since: int, until: int, day: date | None = None) -> pl.DataFrame:
    """Return one question about every asset, from a counted month to another, as known on a day (None: of all days)."""
    months = (pl.lit(since, pl.Int64).alias("since"), pl.lit(until, pl.Int64).alias("until"))
    questions = numbers.alias("asset_no").to_frame().with_columns(*months, pl.lit(day, pl.Date()).alias("day"))
    return questions.with_row_index("_ask").with_columns(pl.col("_ask").cast(pl.Int64)).select(*ASKED)


def _check(lines: pl.DataFrame) -> None:
    value = lines["open_value"] + lines["added"] + lines["changed"] - lines["disposed"]
    accum = lines["open_accum"] + lines["taken_over"] + lines["charge"] - lines["disposed_accum"]
    for what, start, reckoned, end in (
        ("原值", "open_value", value, "value"),
        ("累计折旧", "open_accum", accum, "accum"),
    ):
        if (reckoned != lines[end]).any():
            sums = {"start": lines[start].sum(), "reckoned": reckoned.sum(), "end": lines[end].sum()}
            raise AssetBookUnbalancedError(what=what, **{name: money(int(fen)) for name, fen in sums.items()})


def _in_money(lines: pl.DataFrame, also: Sequence[str] = ("open_value", "open_accum")) -> pl.DataFrame:
    """Return lines with amounts as money, pieces as quantities, months as text, and the net value."""
    amounts = [name for name in (*_MONEY, *also) if name in lines.columns]
    return lines.with_columns(
        *(unscaled(pl.col(name), MONEY_PLACES).alias(name) for name in amounts),
        unscaled(pl.col("value") - pl.col("accum"), MONEY_PLACES).alias("net"),
        unscaled(pl.col("pieces"), QTY_PLACES).alias("pieces"),
        month_text(pl.col("first_month")).alias("first_month"),
        month_text(pl.col("last_month")).alias("last_month"),
    )
