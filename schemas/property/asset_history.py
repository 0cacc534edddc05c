"""What has happened to asset cards, from their versions and from what took them out of the books.

A card says what it is now; what it was before its changes, its earlier versions say. A new
change document begins a new stage of the card; a version with the document of an earlier stage
corrects that stage and undoes the later ones. A withdrawn card begins anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled
from schemas.property.depreciation import CHANGE, ENTRY, EVENTS, LEAVING, month_number, number_of_month, whole_pieces

CARD = (
    *("asset_no", "qty", "original_value", "entry_date", "life_months", "depr_method"),
    *("accum_at_start", "accum_as_of", "change_date", "change_doc"),
)
"""Columns of a card that its events are made of."""

CLOSES = {"period": pl.String(), "_from": pl.Int64()}
"""Closed months of the asset book, and the revision that closed each."""

LEFT = {
    "asset_no": pl.String(),
    "pieces": pl.Int64(),
    "day": pl.Date(),
    "doc": pl.String(),
    "register": pl.String(),
    "_key": pl.String(),
    "_from": pl.Int64(),
}
"""What left the school: thousandths of pieces, and the row that says so. The number of a row here is the ``order``
of its event."""


def stages_of(cards: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Return the stages of cards, oldest first: ``_stage`` from 0, and ``_from``, the revision of its first version.

    ``cards`` are the rows in force, ``earlier`` all versions of those that have a history worth
    looking at, the present ones included, oldest first.
    """
    columns = [*CARD, "_from"]
    known = earlier.select("asset_no").unique()
    plain = cards.join(known, on="asset_no", how="anti").select(columns).with_columns(pl.lit(0).alias("_stage"))
    there = earlier.join(cards.select("asset_no"), on="asset_no", how="semi", maintain_order="left")
    found = [
        {**stage, "_stage": number}
        for versions in there.select(*columns, "_status").partition_by("asset_no", maintain_order=True)
        for number, stage in enumerate(_stages(versions.iter_rows(named=True)))
    ]
    schema = plain.schema
    return pl.concat([plain, pl.DataFrame(found, schema=schema, orient="row") if found else plain.clear()])


def _stages(versions: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the stages that the versions of one card, oldest first, leave behind."""
    stages: list[dict[str, Any]] = []
    for version in versions:
        if version.pop("_status") == "withdrawn":
            stages.clear()
            continue
        same = next((at for at, stage in enumerate(stages) if stage["change_doc"] == version["change_doc"]), None)
        if same is None:
            stages.append(version)
        else:
            stages[same:] = [{**version, "_from": stages[same]["_from"]}]
    return stages


def since_stated(rows: pl.DataFrame, versions: pl.DataFrame, what: Sequence[str]) -> pl.DataFrame:
    """Return rows with ``_from``, the revision since which they say the same in some columns without a break.

    ``versions`` are all versions of some of the rows, oldest first; the others keep their own.
    """
    marked = versions.with_columns(pl.struct(what).rle_id().over("_key").alias("_run"))
    last = marked.filter(pl.col("_run") == pl.col("_run").max().over("_key"))
    since = last.group_by("_key").agg(pl.col("_from").min().alias("_since"))
    both = rows.join(since, on="_key", how="left", maintain_order="left")
    return both.with_columns(pl.coalesce("_since", "_from").alias("_from")).drop("_since")


def left_of(disposals: pl.DataFrame | None, transfers: pl.DataFrame | None) -> pl.DataFrame:
    """Return what left the school (``LEFT``): disposals that were carried out, and transfers to others outside."""
    parts = [pl.DataFrame(schema=LEFT)]
    frames = (("disposal_register", disposals, "dispose_date"), ("asset_transfer", transfers, "doc_date"))
    for register, rows, day in frames:
        if rows is not None:
            parts.append(
                rows.drop_nulls(["asset_no", day]).select(
                    "asset_no",
                    scaled(pl.col("qty"), QTY_PLACES).alias("pieces"),
                    pl.col(day).alias("day"),
                    pl.col("doc_no").alias("doc"),
                    pl.lit(register).alias("register"),
                    "_key",
                    pl.col("_from").cast(pl.Int64),
                )
            )
    return pl.concat(parts)


def asset_events(stages: pl.DataFrame, left: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """Return the events (``EVENTS``) of cards that are in the books; a card without an entry date has none.

    What becomes known when its month is closed is posted to the month that was open then. A change
    whose document is a disposal only brings the card up to date.

    Source: DOMAIN.md 3.3 and 4.6.
    """
    booked = pl.col("entry_date").backward_fill().over("asset_no")
    entered = stages.sort("asset_no", "_stage").with_columns(booked).drop_nulls("entry_date")
    open_then = pl.col("_open")
    first = _with_open_month(entered.filter(pl.col("_stage") == 0), closes)
    known = _as_of_number()
    month = month_number(pl.col("entry_date"))
    taken = pl.max_horizontal(known - month + 1, 0)
    entries = first.select(
        "asset_no",
        pl.max_horizontal(month, known, open_then).alias("month"),
        pl.lit(0, pl.Int64).alias("order"),
        pl.lit(ENTRY, pl.Int64).alias("kind"),
        pl.col("entry_date").alias("day"),
        _fen("original_value").alias("value"),
        whole_pieces(pl.col("qty")).alias("pieces"),
        _life().alias("life"),
        _fen("accum_at_start").fill_null(0).alias("accum"),
        pl.max_horizontal(month, known + 1).alias("first"),
        taken.fill_null(0).alias("taken"),
    )
    changes = _changes(_with_open_month(entered, closes), left.select("asset_no", pl.col("doc").alias("change_doc")))
    gone = _with_open_month(left, closes).with_row_index("order").select(
        "asset_no",
        pl.max_horizontal(month_number(pl.col("day")), open_then).alias("month"),
        pl.col("order").cast(pl.Int64),
        pl.lit(LEAVING, pl.Int64).alias("kind"),
        "day",
        *_blank("value"),
        "pieces",
        *_blank("life", "accum", "first", "taken"),
    )  # fmt: skip
    began = entries.select("asset_no", pl.col("month").alias("_began"))
    later = pl.concat([changes, gone]).join(began, on="asset_no", maintain_order="left")
    placed = later.with_columns(pl.max_horizontal("month", "_began").alias("month")).drop("_began")
    return pl.concat([entries, placed]).select(*EVENTS)


def _changes(stages: pl.DataFrame, disposed: pl.DataFrame) -> pl.DataFrame:
    """Return the changes from each stage of a card to the next, never before the one that came earlier."""
    one_card = pl.col("asset_no") == pl.col("asset_no").shift()
    own = pl.max_horizontal(month_number(pl.col("change_date")), "_open")
    steps = stages.with_columns(
        own.cum_max().over("asset_no").alias("month"),
        (_fen("original_value") - _fen("original_value").shift()).alias("value"),
        (whole_pieces(pl.col("qty")) - whole_pieces(pl.col("qty")).shift()).alias("pieces"),
    ).filter(one_card)
    told = steps.join(disposed.unique(), on=["asset_no", "change_doc"], how="anti", maintain_order="left")
    return told.select(
        "asset_no",
        "month",
        pl.col("_stage").cast(pl.Int64).alias("order"),
        pl.lit(CHANGE, pl.Int64).alias("kind"),
        pl.col("change_date").alias("day"),
        "value",
        "pieces",
        _life().alias("life"),
        *_blank("accum", "first", "taken"),
    ).drop_nulls("month")


def _with_open_month(rows: pl.DataFrame, closes: pl.DataFrame) -> pl.DataFrame:
    """Return rows with ``_open``, the first open month when their revision came; null where none was closed."""
    if closes.is_empty() or rows.is_empty():
        return rows.with_columns(pl.lit(None, pl.Int64).alias("_open"))
    months = [(number_of_month(period) + 1, closed) for period, closed in closes.select(*CLOSES).iter_rows()]
    newest = {
        revision: max((month for month, closed in months if closed < revision), default=None)
        for revision in rows["_from"].unique().drop_nulls()
    }
    return rows.with_columns(pl.col("_from").replace_strict(newest, default=None, return_dtype=pl.Int64).alias("_open"))


def _fen(name: str) -> pl.Expr:
    return scaled(pl.col(name), MONEY_PLACES)


def _life() -> pl.Expr:
    """Return the life in months, 0 for what is not depreciated or whose life nobody knows."""
    charged = pl.col("depr_method").fill_null("") != "不计提"
    return pl.when(charged).then(pl.col("life_months")).otherwise(0).fill_null(0).alias("life")


def _as_of_number() -> pl.Expr:
    """Return the month until which depreciation was taken over, as a number; null where none was."""
    year, month = pl.col("accum_as_of").str.slice(0, 4), pl.col("accum_as_of").str.slice(5, 2)
    return year.cast(pl.Int64) * 12 + month.cast(pl.Int64) - 1


def _blank(*names: str) -> list[pl.Expr]:
    return [pl.lit(None, pl.Int64).alias(name) for name in names]
