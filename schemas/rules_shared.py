"""What rules of several registers share: roles, repeated values, and claims on something limited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import restated_keys
from schemas.exact import QTY_PLACES, decimal, scaled
from schemas.frames import where

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.register import StockPosting
    from schemas.rules import Books

ROLE_TITLES = {
    "PRINCIPAL": "校长/园长",
    "LEADER": "班子成员",
    "GA_HEAD": "总务主任",
    "CUSTODIAN": "保管员",
    "ACCOUNTANT": "会计",
    "CASHIER": "出纳",
    "ROOM_HEAD": "室长",
    "GRADE_HEAD": "年级组长",
    "CLASS_TEACHER": "班主任",
    "HEALTH": "保健医",
    "COOK": "炊事员",
    "BUYER": "采买员",
    "GUARD": "门卫",
    "SHIFT_LEADER": "带班领导",
    "UTILITY": "水电工",
    "SPECIAL_ROOM": "专业教室负责人",
    "LIBRARIAN": "图书管理员",
    "PRINTER": "文印员",
    "TEACHER": "教师",
    "OTHER": "其他",
}
"""Role codes in the order of the drop-down list, with their names (DOMAIN.md 2.2, role_codes)."""

HEAD_OR_HIGHER = ("GA_HEAD", "LEADER", "PRINCIPAL")
"""Roles of who may sign for the head of general affairs: an office that does not exist falls to the next higher one."""

NO_QUANTITY = pl.lit(0).cast(decimal(QTY_PLACES))
"""What a quantity is where there is none."""

_SHORT = {"_id": pl.Int64(), "limit": decimal(QTY_PLACES), "left": decimal(QTY_PLACES), "claim": decimal(QTY_PLACES)}


def holds_role(roles: pl.Expr, *wanted: str) -> pl.Expr:
    """Return True where a list of roles (``GA_HEAD、TEACHER``) has at least one of the wanted; blank has none."""
    return roles.fill_null("").str.split("、").list.eval(pl.element().is_in(list(wanted))).list.any()


def lacks_role(person: str, *wanted: str) -> pl.Expr:
    """Return True where a known person holds none of the wanted roles; needs ``<person>.role_codes``."""
    return pl.col(person).is_not_null() & ~holds_role(pl.col(f"{person}.role_codes"), *wanted)


def count_of(names: str) -> pl.Expr:
    """Return how many people, rooms or codes a column with several in one cell names."""
    return pl.col(names).str.split("、").list.len().cast(pl.Int64)


def repeated(rows: pl.DataFrame, others: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the rows that state anew what a row with another key says already.

    Rows in force come before candidates, earlier candidates before later ones: the first holder
    stays. A row in which a column of ``by`` is blank repeats nothing. The result has ``_id`` and,
    as ``holder``, the key of the row that was there first.
    """
    stated = [frame.select("_id", "_key", *by).drop_nulls(list(by)) for frame in (others, rows)]
    seen = pl.concat(stated, how="vertical_relaxed").with_columns(pl.col("_key").first().over(*by).alias("holder"))
    again = seen.filter((pl.col("holder") != pl.col("_key")) & pl.col("_id").is_in(rows["_id"].implode()))
    return again.select("_id", pl.col("holder").str.replace_all("\x1f", " / ", literal=True))


def with_others(
    rows: pl.DataFrame,
    books: Books,
    register: str,
    columns: Iterable[str | pl.Expr],
    among: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return columns of candidates behind those of the other rows in force, ``among`` as in ``Books.others``."""
    names = list(columns)
    both = (others_of(rows, books, register, names, among), rows.select(names))
    return pl.concat(both, how="vertical_relaxed")


def others_of(
    rows: pl.DataFrame,
    books: Books,
    register: str,
    columns: Iterable[str | pl.Expr],
    among: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return columns of ``Books.others``: of a large register only what is asked for is put together."""
    wanted = [pl.col(each) if isinstance(each, str) else each for each in columns]
    needed = dict.fromkeys(name for each in wanted for name in each.meta.root_names())
    known = books.rows(register, among)
    stated = known.select(pl.col("_key").is_in(restated_keys(rows)["_key"].implode())).to_series()
    return known.select(*needed).filter(~stated).select(wanted)


def with_document_total(
    rows: pl.DataFrame, books: Books, register: str, amount: pl.Expr, counted: pl.Expr
) -> pl.DataFrame:
    """Return the counted candidates with ``total``, the sum of an amount over the counted lines of their document."""
    mine = where(rows, counted)
    others = books.others(register, rows, mine.select("doc_no")).filter(counted)
    lines = [frame.select("doc_no", amount.alias("total")) for frame in (others, mine)]
    totals = pl.concat(lines, how="vertical_relaxed").group_by("doc_no").agg(pl.col("total").sum())
    summed_up = mine.join(totals, on="doc_no", how="left", maintain_order="left")
    return where(summed_up, pl.col("total").is_not_null())


def accepted_versions(rows: pl.DataFrame, books: Books, register: str) -> pl.DataFrame:
    """Return the versions in force of candidates, under the keys of the candidates.

    A candidate whose number was corrected (``_replaces`` names the old key) has its old row as its version.
    """
    if "_replaces" not in rows.columns:
        return books.rows(register, rows.select("_key"))
    keys = rows.select(pl.coalesce("_replaces", "_key").alias("_was"), "_key")
    kept = books.rows(register, keys.select(pl.col("_was").alias("_key")))
    return kept.rename({"_key": "_was"}).join(keys, on="_was", how="inner", maintain_order="left").select(kept.columns)


def claims_of(rows: pl.DataFrame, books: Books, register: str, by: Sequence[pl.Expr], amount: pl.Expr) -> pl.DataFrame:
    """Return the claims of candidates on something limited, in order, for ``beyond_limit``.

    Columns: ``_id``, the columns of ``by``, ``claim`` (what the row takes) and ``was`` (what its
    version in force takes of the same). Rows with a blank in ``by`` or no amount claim nothing.
    """
    names = [each.meta.output_name() for each in by]
    claims = rows.select("_id", "_key", *by, amount.alias("claim")).drop_nulls([*names, "claim"])
    before = accepted_versions(rows, books, register)
    were = before.select("_key", *by, amount.alias("was")).drop_nulls(names)
    joined = claims.join(were, on=["_key", *names], how="left", maintain_order="left")
    return joined.drop("_key").with_columns(pl.col("was").fill_null(pl.lit(0)))


def with_used(limits: pl.DataFrame, others: pl.DataFrame, by: Sequence[pl.Expr], amount: pl.Expr) -> pl.DataFrame:
    """Return limits with ``used``, what other rows in force take of each; a blank limit is none."""
    used = summed(others, by, amount, "used")
    names = [each.meta.output_name() for each in by]
    joined = limits.join(used, on=names, how="left", maintain_order="left")
    return joined.with_columns(pl.col("limit", "used").fill_null(NO_QUANTITY))


def beyond_limit(claims: pl.DataFrame, limits: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the claims that go beyond their limit, the earlier ones being served first.

    ``limits`` has the columns of ``by``, ``limit``, and ``used`` (what other rows in force take).
    A claim that fits is served even if an earlier one was not; one that takes no more than its own
    version in force always fits. The result has ``_id``, ``limit``, ``left`` and ``claim``.
    """
    known = claims.join(limits, on=list(by), how="inner", maintain_order="left")
    whole = known.with_columns(scaled(pl.col(name), QTY_PLACES) for name in ("claim", "was", "limit", "used"))
    tight = whole.filter((pl.col("used") + pl.col("claim").sum().over(*by)) > pl.col("limit"))
    failing: list[dict[str, Any]] = []
    for group in tight.partition_by(*by, maintain_order=True):
        failing += _unserved(group)
    return pl.DataFrame(failing, schema={name: pl.Int64() for name in _SHORT}).with_columns(
        as_quantity(pl.col(name)).alias(name) for name in ("limit", "left", "claim")
    )


def _unserved(group: pl.DataFrame) -> Iterable[dict[str, Any]]:
    limit, taken = group["limit"][0], group["used"][0] + group["was"].sum()
    for row in group.iter_rows(named=True):
        left = limit - (taken - row["was"])
        if row["claim"] <= max(left, row["was"]):
            taken += row["claim"] - row["was"]
        else:
            yield {"_id": row["_id"], "limit": limit, "left": left, "claim": row["claim"]}


def as_quantity(thousandths: pl.Expr) -> pl.Expr:
    """Return whole thousandths as a quantity with 3 places."""
    return (thousandths.cast(decimal(0)).cast(decimal(QTY_PLACES)) / pl.lit(1000).cast(decimal(0))).cast(
        decimal(QTY_PLACES)
    )


def summed(frame: pl.DataFrame, by: Sequence[pl.Expr], amount: pl.Expr, name: str) -> pl.DataFrame:
    """Return the sum of an amount by some columns, under ``name``; rows with a blank in them are left out."""
    names = [each.meta.output_name() for each in by]
    return frame.select(*by, amount.alias(name)).drop_nulls(names).group_by(names).agg(pl.col(name).sum())


def in_base_units(found: pl.DataFrame, rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what a rule found with ``base_unit``, the unit in which the quantities of its items are kept."""
    units = books.rows("item_catalogue").select("item_code", "base_unit")
    of_rows = rows.select("_id", "item_code").join(units, on="item_code", how="left", maintain_order="left")
    return found.join(of_rows.select("_id", "base_unit"), on="_id", how="left", maintain_order="left")


def returned_too_much(rows: pl.DataFrame, books: Books, register: str, posting: StockPosting) -> pl.DataFrame:
    """Return the returns that bring back more of an item than its original document moved.

    Quantities are in the base unit; ``ref_doc`` names the original; what other returns brought back
    already is left out of it. A document without that item has nothing to return. A changed
    original that no longer covers what was returned is among the failing rows too.

    The result has ``_id``, ``original`` (the document), ``limit`` (what it moves), ``used`` (what
    other rows brought back), ``left`` and ``claim``.
    """
    by = (pl.col("ref_doc"), pl.col("item_code"))
    origin = (pl.col("doc_no").alias("ref_doc"), pl.col("item_code"))
    is_return = (pl.col(posting.kind_column) == posting.return_kind) & (pl.col("qty_base") < 0)
    moved = (pl.col("qty_base") > 0).fill_null(value=False)
    before = accepted_versions(rows, books, register)
    items = pl.concat([rows.select("item_code"), before.select("item_code")])
    names = dict.fromkeys((*_MOVE, "ref_doc", posting.kind_column))
    others = others_of(rows, books, register, names, items)
    used = summed(others.filter(is_return), by, -_QTY, "used")
    claims = claims_of(rows.filter(is_return), books, register, by, -_QTY)
    named = pl.concat([used["ref_doc"], claims["ref_doc"]]).unique().implode()
    both = [frame.select(_MOVE).filter(moved & pl.col("doc_no").is_in(named)) for frame in (others, rows)]
    originals = summed(pl.concat(both), origin, _QTY, "limit")
    limits = (
        pl.concat([originals.select(_PLACE), used.select(_PLACE), claims.select(_PLACE)])
        .unique(maintain_order=True)
        .join(originals, on=_PLACE, how="left", maintain_order="left")
        .join(used, on=_PLACE, how="left", maintain_order="left")
        .with_columns(pl.col("limit", "used").fill_null(NO_QUANTITY))
    )
    told = beyond_limit(claims, limits, _PLACE).join(claims.select("_id", *_PLACE), on="_id", maintain_order="left")
    too_much = told.join(limits.select(*_PLACE, "used"), on=_PLACE, maintain_order="left")
    lowered = _uncovered_originals(rows, before, limits.filter(pl.col("used") > pl.col("limit")))
    told_of = ("_id", pl.col("ref_doc").alias("original"), "limit", "used", "left", "claim")
    return pl.concat([frame.select(told_of) for frame in (too_much, lowered)], how="vertical_relaxed")


def _uncovered_originals(rows: pl.DataFrame, accepted: pl.DataFrame, uncovered: pl.DataFrame) -> pl.DataFrame:
    """Return the changed originals that move less of an item than their accepted version, of which too much is back."""
    before = accepted.filter(_QTY > 0).select("_key", pl.col("doc_no").alias("ref_doc"), "item_code", _QTY.alias("was"))
    short = before.join(uncovered, on=_PLACE, how="inner")
    now = rows.select("_id", "_key", pl.col("doc_no").alias("now_doc"), pl.col("item_code").alias("now_item"), _QTY)
    same = (pl.col("now_doc") == pl.col("ref_doc")) & (pl.col("now_item") == pl.col("item_code"))
    moves = pl.when(same).then(_QTY).otherwise(NO_QUANTITY).alias("claim")
    changed = now.join(short, on="_key", how="inner", maintain_order="left").with_columns(moves)
    return changed.filter(pl.col("claim") < pl.col("was")).with_columns(NO_QUANTITY.alias("left"))


def return_words(found: pl.DataFrame, rows: pl.DataFrame, books: Books, moved: tuple[str, str]) -> pl.DataFrame:
    """Return what ``returned_too_much`` found with ``reason`` and ``reason_en``; ``moved`` is its verb in both."""
    units = in_base_units(found, rows, books)
    original, unit = pl.col("original"), pl.col("base_unit").fill_null("")
    limit, used, left = (_plain_number(pl.col(name)) for name in ("limit", "used", "left"))
    none, taken = pl.col("limit") == 0, pl.col("used") > pl.col("limit")
    verb_zh, verb_en = moved
    zh = (
        pl.when(taken).then(pl.format("{} 已退回 {}{}，原单不能少于此数", original, used, unit))
        .when(none).then(pl.format(f"{{}} 没有{verb_zh}此物品", original))
        .otherwise(pl.format(f"{{}} 原{verb_zh} {{}}{{}}，尚可退 {{}}{{}}", original, limit, unit, left, unit))
    )  # fmt: skip
    en = (
        pl.when(taken).then(pl.format("{} {} of {} came back already", used, unit, original))
        .when(none).then(pl.format(f"{{}} {verb_en} nothing of this item", original))
        .otherwise(pl.format(f"{{}} {verb_en} {{}} {{}}, {{}} can still come back", original, limit, unit, left))
    )  # fmt: skip
    return units.with_columns(zh.alias("reason"), en.alias("reason_en"))


def _plain_number(quantity: pl.Expr) -> pl.Expr:
    """Return a quantity as people write it: 3 instead of 3.000."""
    return quantity.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


_QTY = pl.col("qty_base")
_PLACE = ["ref_doc", "item_code"]
_MOVE = ["doc_no", "item_code", "qty_base"]
