"""What documents move in which warehouse, on which day and in which order (DOMAIN.md 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import agreeing
from schemas.exact import QTY_PLACES, scaled
from schemas.periods import as_posted
from schemas.register import StockPosting, all_registers

if TYPE_CHECKING:
    from schemas.rules import Books

MOVE = {"warehouse": pl.String(), "item_code": pl.String(), "doc_date": pl.Date(), "effect": pl.Int64()}
"""What moves stock: where, of what, on which day, and by how many thousandths of the base unit."""


def movements(rows: pl.DataFrame, register: str, *extra: str | pl.Expr) -> pl.DataFrame:
    """Return what rows of a stock register move, with further columns in front.

    Columns: ``warehouse``, ``item_code``, ``doc_date``, ``effect`` (on the balance, in whole
    thousandths of the base unit), ``rank`` (of the kind, DOMAIN.md 4.7 (9)), ``doc_no``, ``line_no``.
    Rows with a blank place, day or quantity move nothing. A transfer moves twice, out and in; the
    second leg has a ``_key`` of its own.

    Raises:
        ValueError: the register posts no stock.
    """
    posting = all_registers()[register].stock
    if posting is None:
        message = f"{register} posts no stock"
        raise ValueError(message)
    legs = []
    for number, leg in enumerate(legs_of(rows, posting, *extra, "doc_date", rank_of(posting), "doc_no", "line_no")):
        own_key = [pl.concat_str("_key", pl.lit(f"\x1f{posting.places[number][0]}"))] if number else []
        legs.append(leg.with_columns(own_key if "_key" in leg.columns else []))
    return pl.concat(legs)


def legs_of(rows: pl.DataFrame, posting: StockPosting, *columns: str | pl.Expr) -> list[pl.DataFrame]:
    """Return what rows move in each place of a posting, one frame per place (a transfer has two).

    To the given columns are added ``warehouse``, ``item_code`` and ``effect`` (on the balance, in
    whole thousandths of the base unit). Rows with a blank place, day or quantity are left out.
    """
    thousandths = scaled(pl.col("qty_base"), QTY_PLACES) * posting.sign
    return [
        rows.drop_nulls([place, "item_code", "doc_date", "qty_base"]).select(
            *columns, pl.col(place).alias("warehouse"), "item_code", (thousandths * way).alias("effect")
        )
        for place, way in posting.places
    ]


def rank_of(posting: StockPosting) -> pl.Expr:
    """Return the rank of a row's kind in the posting order of DOMAIN.md 4.7 (9), as ``rank``."""
    ranks = pl.col(posting.kind_column).replace_strict(dict(posting.ranks), default=posting.default_rank)
    return ranks.cast(pl.Int64).alias("rank")


def movements_in_force(books: Books, among: pl.DataFrame) -> pl.DataFrame:
    """Return what moves stock at present: ``warehouse``, ``item_code``, ``doc_date`` (the day it posts), ``effect``.

    ``among`` has one column: the movements are those of its items (``item_code``) or in its
    warehouses (``warehouse``).
    """
    parts = []
    for register in all_registers().values():
        if register.stock is None:
            continue
        names = [place for place, _ in register.stock.places] if among.columns == ["warehouse"] else among.columns
        found = [books.rows(register.id, among.rename({among.columns[0]: name})) for name in names]
        rows = found[0] if len(found) == 1 else pl.concat(found).unique("_key", maintain_order=True)
        parts.append(movements(as_posted(rows), register.id).select(MOVE.keys()))
    return agreeing(pl.concat(parts), among)


def settled_movements(books: Books, items: pl.DataFrame, apart_from: str | None = None) -> pl.DataFrame:
    """Return what the documents in force move of some items (``item_code``), those of one register apart."""
    names = [name for name, other in all_registers().items() if other.stock is not None and name != apart_from]
    return pl.concat(movements(as_posted(books.rows(name, items)), name).select(MOVE.keys()) for name in names)
