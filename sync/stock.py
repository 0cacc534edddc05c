"""The stock book as people ask for it: what lies where, line by line, or by months; of some items, warehouses, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from schemas.findings import Text
from schemas.register import register_of
from sync.books.summary import stock_balances, stock_ledger
from sync.errors import HouqinError
from sync.versioned import in_the_books

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping

BALANCE = ("warehouse", "item", "name", "unit", "quantity", "value", "average_price")
"""What is told of one item in one warehouse (DESIGN 13)."""


class UnknownPlace(HouqinError):  # noqa: N818 - says what is wrong
    """Nothing in a register has this code or name (``word``, ``title``, ``title_en``)."""

    code = "NOT-FOUND"
    text = Text(
        "{title}中没有“{word}”",
        "there is no “{word}” in {title_en}",
        "请填编码，或与登记表完全相同的名称",
        "give its code, or its name exactly as it is registered",
    )


class AmbiguousName(HouqinError):  # noqa: N818 - says what is wrong
    """Several rows of a register have this name (``word``, ``title``, ``title_en``, ``codes``)."""

    code = "NAME-AMBIGUOUS"
    text = Text(
        "{title}中有几个“{word}”：{codes}",
        "{title_en} has several of the name “{word}”: {codes}",
        "请填编码",
        "give its code",
    )


@dataclass(frozen=True)
class Asked:
    """What of the stock book somebody wants to see; None is everything."""

    item: str | None = None
    warehouse: str | None = None
    as_of: date | None = None
    month: str | None = None
    """``yyyy-mm``."""

    def within(self, lines: pl.DataFrame) -> pl.DataFrame:
        """Return the lines of the item and the warehouse (codes), and of the month where lines have one."""
        wanted = {"item_code": self.item, "warehouse": self.warehouse}
        if "period" in lines.columns:
            wanted["period"] = self.month
        conditions = [pl.col(name) == code for name, code in wanted.items() if code is not None]
        return lines.filter(conditions) if conditions else lines


def with_codes(books: Bookkeeping, asked: Asked) -> Asked:
    """Return what is asked for with codes in place of the exact names of item and warehouse.

    Raises:
        UnknownPlace: there is no such item or room.
        AmbiguousName: several have this name.
    """
    item = None if asked.item is None else _code_of(books, "item_catalogue", asked.item)
    warehouse = None if asked.warehouse is None else _code_of(books, "location", asked.warehouse)
    return replace(asked, item=item, warehouse=warehouse)


def _code_of(books: Bookkeeping, register_id: str, word: str) -> str:
    register = register_of(register_id)
    rows = books.load(register)
    if register.label is None:
        return word
    code, name = register.key[0], register.label
    found: Sequence[str] = rows.filter(pl.col(code) == word.upper())[code].to_list()
    for named in (in_the_books(rows), rows):
        found = found or named.filter(pl.col(name) == word)[code].unique().sort().to_list()
    titles = {"word": word, "title": register.title, "title_en": register.title_en}
    if not found:
        raise UnknownPlace(**titles)
    if len(found) > 1:
        raise AmbiguousName(**titles, codes="、".join(found))
    return found[0]


def balances(books: Bookkeeping, asked: Asked) -> pl.DataFrame:
    """Return what lies where at the end of the day asked for (None: after the last posting), as ``BALANCE``.

    Places are sorted; what has moved is listed even when nothing is left.

    Raises:
        UnsoundBook: the book contradicts itself.
    """
    valuation = books.stock if asked.as_of is None else books.stock_on(asked.as_of)
    lines = asked.within(stock_balances(valuation, asked.as_of))
    return with_names(books, lines).rename({"item_code": "item"}).select(BALANCE)


def with_names(books: Bookkeeping, lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with ``name`` and ``unit`` of their items, blank where the catalogue never had one.

    An item that was withdrawn since keeps its name: closed months still say what lay there.
    """
    items = books.load(register_of("item_catalogue"))
    named = items.select("item_code", pl.col("item_name").alias("name"), pl.col("base_unit").alias("unit"))
    return lines.join(named, on="item_code", how="left", maintain_order="left")


def ledger_lines(books: Bookkeeping, asked: Asked) -> pl.DataFrame:
    """Return the lines of the stock ledger up to the day asked for, in the columns of ``stock_ledger``.

    Raises:
        UnsoundBook: the book contradicts itself.
    """
    lines = asked.within(pl.concat([stock_ledger(each) for each in books.stock_history]))
    kept = lines if asked.as_of is None else lines.filter(pl.col("post_date") <= asked.as_of)
    return kept.sort("warehouse", "item_code", "period", "seq")


def summary_lines(books: Bookkeeping, asked: Asked) -> pl.DataFrame:
    """Return the month summary up to the day asked for, in the columns of ``monthly_stock_summary``.

    The month of that day is cut off behind it.

    Raises:
        UnsoundBook: the book contradicts itself.
    """
    return asked.within(books.stock_summary_until(asked.as_of))
