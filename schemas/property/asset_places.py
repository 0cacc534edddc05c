"""Where an asset is on a day, and whether it is still the school's: by its card and the transfers in force.

The card says where an asset is now, as far as it has been brought up to date; where it and a transfer
disagree, the transfer decides (DOMAIN.md 2.2, fixed_asset_card).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl

from schemas.rules import Books
from schemas.rules_shared import accepted_versions

OUTSIDE = ""
"""Place of what has left the school, or has not come yet."""

_MOVE = ["asset_no", "doc_date", "doc_no", "line_no", "from_room", "to_room"]
_FOUND = {"_id": pl.Int64(), "reason": pl.String(), "reason_en": pl.String()}


def places_on(rows: pl.DataFrame, day: pl.Expr, books: Books) -> pl.DataFrame:
    """Return ``_id`` and ``place`` of the assets that rows name (``asset_no``), at the end of a day.

    That is where the last transfer until then took it, else where the first one later took it from,
    else where the card says it is. Rows without an asset or a day, or of an unknown asset, are left out.
    """
    asked = rows.select("_id", "asset_no", day.alias("_day")).drop_nulls()
    moves = books.rows("asset_transfer").select(_MOVE).drop_nulls("asset_no").sort("doc_date", "doc_no", "line_no")
    there, back = (moves.with_columns(pl.col(name).fill_null(OUTSIDE)) for name in ("to_room", "from_room"))
    both = asked.select("_id", "asset_no", "_day")
    until = _first_of(both.join(there, on="asset_no").filter(pl.col("doc_date") <= pl.col("_day")).reverse(), "to_room")
    later = _first_of(both.join(back, on="asset_no").filter(pl.col("doc_date") > pl.col("_day")), "from_room")
    cards = books.rows("fixed_asset_card").select("asset_no", "room")
    return (
        asked.join(cards, on="asset_no", how="left", maintain_order="left")
        .join(until, on="_id", how="left", maintain_order="left")
        .join(later, on="_id", how="left", maintain_order="left")
        .select("_id", pl.coalesce("to_room", "from_room", "room").alias("place"))
        .drop_nulls()
    )


def _first_of(moves: pl.DataFrame, place: str) -> pl.DataFrame:
    return moves.select("_id", place).unique("_id", keep="first", maintain_order=True)


def named_rooms(places: pl.DataFrame, column: str, books: Books) -> pl.DataFrame:
    """Return a frame with the name behind the code of its rooms: ``A-301 三年级(1)班教室``."""
    rooms = books.rows("location").select(pl.col("room_code").alias(column), "room_name")
    named = places.join(rooms, on=column, how="left", maintain_order="left")
    outside = pl.when(pl.col(column) == OUTSIDE).then(pl.lit("校外"))
    words = pl.coalesce(outside, pl.concat_str(column, "room_name", separator=" ", ignore_nulls=True))
    return named.with_columns(words.alias(column)).drop("room_name")


def gone_assets(rows: pl.DataFrame, day: pl.Expr, books: Books) -> pl.DataFrame:
    """Return ``_id`` of the rows on assets that are disposed of on their day, with the word for it as ``state``.

    The day of the disposal stands in the disposal register, for a part of a batch it does not count; where
    none is known the card alone says it. A row that named the asset before keeps it.
    """
    cards = books.rows("fixed_asset_card").select("asset_no", "use_status", pl.col("qty").alias("_pieces"))
    asked = rows.select("_id", "_key", "asset_no", day.alias("_day")).join(cards, on="asset_no", maintain_order="left")
    if "disposal_register" in books.facts.known:
        gone = books.rows("disposal_register").select("asset_no", "qty", "dispose_date").drop_nulls()
        whole = gone.join(cards, on="asset_no").filter(pl.col("qty") >= pl.col("_pieces"))
        first = whole.group_by("asset_no").agg(pl.col("dispose_date").min().alias("_gone"))
        asked = asked.join(first, on="asset_no", how="left", maintain_order="left")
    else:
        asked = asked.with_columns(pl.lit(None, pl.Date()).alias("_gone"))
    undated = pl.col("_gone").is_null() & (pl.col("use_status") == "已处置")
    return asked.filter((pl.col("_gone") <= pl.col("_day")) | undated).select("_id", "_key", "asset_no")


def newly_named(rows: pl.DataFrame, books: Books, register: str) -> pl.DataFrame:
    """Return the rows whose accepted version does not name the same asset."""
    before = accepted_versions(rows, books, register).select("_key", "asset_no").drop_nulls()
    return rows.join(before, on=["_key", "asset_no"], how="anti", maintain_order="left")


def displaced(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the transfers of assets that were somewhere else, with ``reason`` in both languages.

    Before the first transfer of an asset its card has the word; it may already say where one of the
    transfers took it.
    """
    moved = rows.drop_nulls("asset_no")
    judged = [frame.select("_id", *_MOVE, pl.lit(own).alias("judged")) for own, frame in
              ((True, moved), (False, books.others("asset_transfer", rows)))]  # fmt: skip
    chains = pl.concat(judged).join(moved.select("asset_no").unique(), on="asset_no", how="semi")
    cards = dict(books.rows("fixed_asset_card").select("asset_no", "room").iter_rows())
    names = dict(books.rows("location").select("room_code", "room_name").iter_rows())
    found = [
        reason
        for chain in chains.sort("asset_no", "doc_date", "doc_no", "line_no").partition_by("asset_no")
        for reason in _breaks(chain.to_dicts(), cards.get(chain["asset_no"][0]), names)
    ]
    return pl.DataFrame(found, schema=_FOUND, orient="row")


def _breaks(
    chain: Sequence[dict[str, Any]], on_card: str | None, names: dict[str, str]
) -> Iterator[tuple[int, str, str]]:
    """Yield the transfers of one asset, in the order of their days, that do not begin where it was."""
    place: str | None = None
    for number, move in enumerate(chain):
        if move["judged"]:
            at = place if place is not None else _begins_at(chain[number:], on_card)
            if at is not None and at != (move["from_room"] or OUTSIDE):
                here = _named(at, names)
                yield move["_id"], f"{move['doc_date']} 在{here}", f"on {move['doc_date']} it was in {here}"
                continue
            following = chain[number + 1] if number + 1 < len(chain) else None
            if following and not following["judged"] and following["from_room"] != move["to_room"]:
                there = _named(following["from_room"] or OUTSIDE, names)
                number_of = following["doc_no"]
                yield move["_id"], f"{number_of} 后来从{there}调出", f"{number_of} took it from {there} later"
                continue
        place = move["to_room"] or OUTSIDE


def _begins_at(chain: Sequence[dict[str, Any]], on_card: str | None) -> str | None:
    """Return where an asset is before its first transfer; None where nothing speaks against that transfer."""
    first = chain[0]["from_room"]
    if first is None or on_card is None or on_card in {first, *(move["to_room"] for move in chain)}:
        return None
    return on_card


def _named(place: str, names: dict[str, str]) -> str:
    return f"“{place} {names.get(place, '')}”".replace(" ”", "”") if place else "校外"
