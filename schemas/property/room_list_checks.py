"""What rules of room lists look up: names, rooms, transfers since the start, what is missing."""

from __future__ import annotations

import polars as pl

from schemas.property.asset_places import named_rooms, places_on
from schemas.rules import Books
from schemas.rules_shared import NO_QUANTITY, with_others
from schemas.semesters import semester_end, semester_start

REGISTER = "room_property_list"

_SAME = ["semester", "asset_no"]


def names_of_things(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose name and specification are not those of their card or item, with these as ``known``."""
    sources = (("asset_no", "fixed_asset_card", "asset_name", "spec_model"),
               ("item_code", "item_catalogue", "item_name", "spec"))  # fmt: skip
    parts = []
    for column, register, name, spec in sources:
        known = books.rows(register).select(column, pl.col(name).alias("name"), pl.col(spec).alias("spec"))
        found = rows.select("_id", column, "name_spec").drop_nulls().join(known, on=column, maintain_order="left")
        parts.append(found.select("_id", "name_spec", "name", pl.col("spec").replace("无", None).alias("spec")))
    both = pl.concat(parts)
    whole = pl.concat_str("name", "spec", ignore_nulls=True)
    spellings = [pl.col("name"), whole]
    unlike = pl.all_horizontal(*(_plain(pl.col("name_spec")) != _plain(each) for each in spellings))
    return both.filter(unlike).select("_id", whole.alias("known"))


def _plain(words: pl.Expr) -> pl.Expr:
    return words.str.replace_all(r"[\s,，、/()（）×*-]", "").str.to_lowercase()


def in_two_rooms(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose asset another room has in the same semester, as ``room1`` and ``room2``.

    The room that was there first stays. Allowed is what a transfer of the semester explains, and a batch
    of which the rooms together have no more at the start than its card.
    """
    needed = ["_id", "_key", *_SAME, "room", "qty_start"]
    seen = (
        with_others(rows, books, REGISTER, needed)
        .drop_nulls("asset_no")
        .with_columns(
            pl.col("room").first().over(_SAME).alias("room1"), pl.col("qty_start").cum_sum().over(_SAME).alias("total")
        )
    )
    again = seen.filter((pl.col("room") != pl.col("room1")) & pl.col("_id").is_in(rows["_id"].implode()))
    pieces = books.rows("fixed_asset_card").select("asset_no", pl.col("qty").alias("pieces"))
    batches = again.join(pieces.filter(pl.col("pieces") > 1), on="asset_no", how="inner")
    spread = batches.filter(pl.col("total") <= pl.col("pieces")).select("_id")
    rest = again.join(spread, on="_id", how="anti", maintain_order="left")
    connected = _connected(rest, books)
    found = rest.join(connected, on="_id", how="anti", maintain_order="left").rename({"room": "room2"})
    return named_rooms(named_rooms(found.select("_id", "room1", "room2"), "room1", books), "room2", books)


def _connected(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose asset was in both rooms by the transfers of the semester."""
    moves = books.rows("asset_transfer").select("asset_no", "doc_date", "from_room", "to_room").drop_nulls("asset_no")
    rooms = pl.concat([moves.select("asset_no", "doc_date", pl.col(side).alias("at")) for side in _SIDES]).drop_nulls()
    facts, semester = books.facts, pl.col("semester")
    within = pl.col("doc_date").is_between(semester_start(semester, facts), semester_end(semester, facts))
    both = rows.join(rooms, on="asset_no", how="inner").filter(within)
    here = both.filter(pl.col("at") == pl.col("room")).select("_id")
    there = both.filter(pl.col("at") == pl.col("room1")).select("_id")
    return here.join(there, on="_id", how="semi").unique()


_SIDES = ("from_room", "to_room")


def elsewhere_at_start(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose asset is in another ``place`` by the books on the day of the list.

    What begins with 0 comes later: it is looked for at the end, or today. A batch may be in several rooms.
    """
    single = books.rows("fixed_asset_card").filter(pl.col("qty") == 1).select("asset_no")
    later = pl.coalesce("end_date", pl.lit(books.facts.today))
    day = pl.when(pl.col("qty_start") > 0).then(pl.col("start_date")).otherwise(later)
    places = places_on(rows.join(single, on="asset_no", how="semi"), day, books)
    both = rows.select("_id", "room").join(places, on="_id", how="inner", maintain_order="left")
    found = both.filter(pl.col("place") != pl.col("room")).select("_id", "place")
    return named_rooms(found, "place", books)


def moved_away(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows that still have an asset at the end which was transferred to another ``place``."""
    kept = rows.filter(pl.col("qty_end") > 0)
    day = pl.coalesce("end_date", pl.lit(books.facts.today))
    at_end = places_on(kept, day, books)
    at_start = places_on(kept, pl.col("start_date"), books).rename({"place": "before"})
    both = (
        kept.select("_id", "room")
        .join(at_end, on="_id", how="inner", maintain_order="left")
        .join(at_start, on="_id", how="inner", maintain_order="left")
    )
    found = both.filter((pl.col("before") == pl.col("room")) & (pl.col("place") != pl.col("room")))
    return named_rooms(found.select("_id", "place"), "place", books)


def missing_quantities(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return ``_id`` and ``missing``: start and transfers in, less transfers out and end; null before the end.

    Transfers count from the day of the list until the end: earlier ones are in what was found there.
    """
    facts, semester = books.facts, pl.col("semester")
    until = pl.coalesce("end_date", semester_end(semester, facts))
    asked = rows.select("_id", "room", "asset_no", "item_code", "start_date", until.alias("until"))
    moves = books.rows("asset_transfer").select(
        "asset_no", "item_code", "doc_date", *_SIDES, pl.coalesce("qty_base", "qty").alias("moved")
    )
    thing = ["asset_no", "item_code"]
    both = asked.join(moves, on=thing, how="inner", nulls_equal=True)
    within = both.filter(pl.col("doc_date").is_between(pl.col("start_date"), pl.col("until")))
    signed = (
        pl.when(pl.col("to_room") == pl.col("room")).then(pl.col("moved"))
        .when(pl.col("from_room") == pl.col("room")).then(-pl.col("moved"))
        .otherwise(NO_QUANTITY)
    )  # fmt: skip
    net = within.group_by("_id").agg(signed.sum().alias("net"))
    left = pl.col("qty_start") + pl.col("net").fill_null(NO_QUANTITY) - pl.col("qty_end")
    joined = rows.select("_id", "qty_start", "qty_end").join(net, on="_id", how="left", maintain_order="left")
    return joined.select("_id", left.alias("missing"))


def unexplained_losses(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows of which something is missing (``n``) that no compensation, disposal or count explains."""
    short = missing_quantities(rows, books).filter(pl.col("missing") > 0)
    lost = rows.select("_id", "room", "asset_no", "item_code", "start_date").join(
        short, on="_id", how="inner", maintain_order="left"
    )
    thing = ["asset_no", "item_code"]
    compensated = books.rows("compensation_register").select(*thing, pl.col("event_date").alias("day"))
    disposed = books.rows("disposal_register").select(*thing, pl.col("doc_date").alias("day"))
    line = ["plan_no", "sheet_no", "line_no"]
    places = books.rows("stocktake_sheet").select(*line, "room")
    counted = books.rows("stocktake_result").select(*line, *thing).join(places, on=line)
    dated = lost.join(pl.concat([compensated, disposed]), on=thing, how="inner", nulls_equal=True)
    explained = pl.concat([
        dated.filter(pl.col("day") >= pl.col("start_date")).select("_id"),
        lost.join(counted, on=[*thing, "room"], how="semi", nulls_equal=True).select("_id"),
    ])  # fmt: skip
    found = lost.join(explained, on="_id", how="anti", maintain_order="left")
    return found.select("_id", pl.col("missing").alias("n"))
