"""What the rules of asset cards look up in other registers and in earlier versions.

A thing that is acquired in the first days of a semester can still be on the lists of its start.
"""

from __future__ import annotations

import polars as pl

from schemas.property.asset_places import named_rooms, places_on
from schemas.rules import Books
from schemas.rules_shared import accepted_versions
from schemas.semesters import semester_of, semester_start

_IDENTITY = ("asset_name", "serial_no", "acquire_date")
_FIXED = {
    "original_value": "原值",
    "qty": "数量",
    "class_code": "资产分类代码",
    "life_months": "折旧年限",
    "acquire_date": "取得日期",
}
"""Columns of a card that depreciation was computed from, with their headers."""


def reused_numbers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards that give the number of a disposed asset to another thing, with its name as ``before``.

    A status that was set by mistake may be put right: name, serial number and date stay the same then.
    """
    before = books.rows("fixed_asset_card").filter(pl.col("use_status") == "已处置")
    both = rows.join(before.select("_key", *_IDENTITY), on="_key", suffix="_before", maintain_order="left")
    changed = pl.any_horizontal(*(pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in _IDENTITY))
    reused = both.filter((pl.col("use_status") != "已处置") & changed)
    return reused.select("_id", pl.col("asset_name_before").alias("before"))


def bought_without_papers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards of what was bought in a past month without an invoice or a receipt on record.

    A receipt belongs to a card that has its invoice number, or its number in the remark.
    """
    receipts = books.rows("stock_receipt").select("doc_no", "invoice_no")
    invoices = books.rows("invoice_reimbursement").select("invoice_no")
    known = set(pl.concat([receipts.select("invoice_no"), invoices])["invoice_no"].drop_nulls())
    numbers = receipts["doc_no"].drop_nulls().unique().to_list()
    past = pl.col("acquire_date") < books.facts.today.replace(day=1)
    due = rows.filter((pl.col("acquire_way") == "购置") & past)
    named = pl.col("remark").fill_null("").str.contains_any(numbers) if numbers else pl.lit(value=False)
    return due.filter(~pl.col("invoice_no").is_in(known).fill_null(value=False) & ~named).select("_id")


def changed_after_close(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards in closed months of which something fixed changed without a new change document.

    A card is closed once a month from its entry date on is; ``changed`` names the columns.
    """
    ledger = (pl.col("book") == "固定资产") & (pl.col("status") == "已结")
    closed = books.rows("period_close").filter(ledger).select(pl.col("period").max().alias("_closed"))
    entered = pl.col("entry_date").dt.strftime("%Y-%m")
    before = accepted_versions(rows, books, "fixed_asset_card")
    was = before.join(closed, how="cross").filter(entered <= pl.col("_closed"))
    both = rows.join(was.select("_key", *_FIXED, *_CHANGE), on="_key", suffix="_was", maintain_order="left")
    names = [
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}_was"))).then(pl.lit(title)) for name, title in _FIXED.items()
    ]
    documented = pl.all_horizontal(pl.col(*_CHANGE).is_not_null()) & pl.any_horizontal(
        *(pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in _CHANGE)
    )
    changed = pl.concat_str(names, separator="、", ignore_nulls=True).alias("changed")
    return both.with_columns(changed).filter((pl.col("changed") != "") & ~documented).select("_id", "changed")


_DAYS_TO_LIST = 14
_CHANGE = ("change_date", "change_doc")


def idle_too_long(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards of what has been idle for more than six months, with the day as ``since``.

    A card does not say since when its state holds: the last day that it names counts, of a change or
    else of the acquisition. What the ledger knew in another state until now has just become idle.
    """
    since = pl.coalesce("change_date", "acquire_date").alias("since")
    idle = rows.filter(pl.col("use_status") == "闲置").with_columns(since)
    before = accepted_versions(idle, books, "fixed_asset_card").filter(pl.col("use_status") != "闲置")
    long = idle.filter(pl.col("since").dt.offset_by("6mo") < books.facts.today)
    return long.join(before.select("_key"), on="_key", how="anti", maintain_order="left").select("_id", "since")


def not_where_transferred(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards that name another room than the last transfer, with that as ``place``."""
    kept = rows.filter(pl.col("use_status") != "已处置")
    places = places_on(kept, pl.lit(books.facts.today), books)
    both = kept.select("_id", "room").join(places, on="_id", how="inner", maintain_order="left")
    return named_rooms(both.filter(pl.col("place") != pl.col("room")).select("_id", "place"), "place", books)


def on_no_room_list(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the cards in use that are on no room list of this semester, as ``semester``.

    Due two weeks after its start, once the list of their own room is there or those of at least half of
    the rooms with assets; what was acquired later is due in the next semester.
    """
    facts = books.facts
    this = pl.select(semester_of(pl.lit(facts.today)).alias("semester"))
    begins = this.select(semester_start(pl.col("semester"), facts).dt.offset_by(f"{_DAYS_TO_LIST}d")).item()
    lists = books.rows("room_property_list").join(this, on="semester", how="semi")
    rooms = lists.select("room").unique()
    used = books.rows("fixed_asset_card").filter(pl.col("use_status") == "在用").select("room").unique()
    due = rows.filter((pl.col("use_status") == "在用") & (pl.col("acquire_date") <= begins))
    if used.join(rooms, on="room", how="semi").height * 2 < used.height:
        due = due.join(rooms, on="room", how="semi", maintain_order="left")
    if rooms.is_empty() or begins >= facts.today:
        due = due.head(0)
    listed = lists.select("asset_no").drop_nulls()
    found = due.join(listed, on="asset_no", how="anti", maintain_order="left")
    return found.select("_id", pl.lit(this.item()).alias("semester"))
