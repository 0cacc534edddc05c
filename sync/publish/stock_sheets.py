"""The sheets of the stock book in the master ledger: what lies where, and what each month did to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from sync.publish.sheets import Heading, Listing, Look, Overview, Toned, Value, named_listing
from sync.publish.words import word

if TYPE_CHECKING:
    from sync.publish.model import Publication, StockLine, StockMonthLine

_RECEIVED, _ISSUED = "#2F6FA8", "#D9822B"


def stock_listings(publication: Publication) -> list[Listing]:
    """Return both sheets; where the book contradicts itself, they say so and show nothing."""
    listings = [_stock(publication), _months(publication)]
    if not publication.stock_problem:
        return listings
    return [replace(each, empty=publication.stock_problem) for each in listings]


def _stock(publication: Publication) -> Listing:
    language = publication.language
    lines = sorted(publication.stock, key=lambda line: (line.warehouse, line.item))
    rows: list[list[Value]] = [
        [
            *(line.warehouse, line.warehouse_name, line.item, line.name, line.spec, line.unit),
            Toned(line.quantity, _level_tone(line)) if _level_tone(line) else line.quantity,
            *(line.average_price, line.value, line.minimum),
            _level(line, language),
        ]
        for line in lines
    ]
    headings = [
        *(Heading("warehouse", Look.CENTRED), Heading("warehouse name"), Heading("item", Look.CENTRED)),
        *(Heading("name"), Heading("spec"), Heading("unit", Look.CENTRED), Heading("quantity", Look.QUANTITY)),
        *(Heading("average price", Look.PRICE), Heading("value", Look.MONEY)),
        *(Heading("minimum", Look.QUANTITY), Heading("level", Look.CENTRED)),
    ]
    low = sum(line.is_low or line.quantity < 0 for line in lines)
    total = sum((line.value for line in lines), Decimal("0.00"))
    return named_listing(
        "stock", language, headings, rows, word("stock note", language, n=len(lines), low=low, total=total)
    )


def _level_tone(line: StockLine) -> str:
    return "bad" if line.quantity < 0 else "caution" if line.is_low else ""


def _level(line: StockLine, language: str) -> Value:
    if line.quantity < 0:
        return Toned(word("negative", language), "bad")
    if line.is_low:
        return Toned(word("low", language), "caution")
    return word("no minimum" if line.minimum is None else "enough", language)


def _months(publication: Publication) -> Listing:
    language = publication.language
    lines = publication.stock_months
    headings = [
        *(Heading("period", Look.CENTRED, 12), Heading("warehouse", Look.CENTRED, 14), Heading("warehouse name")),
        *(Heading("items in stock", Look.COUNT, 12), Heading("opening value", Look.MONEY, 16)),
        *(Heading(name, Look.MONEY, 16) for name in ("amount in", "amount out", "closing value")),
    ]
    listing = named_listing(
        "stock_months", language, headings, [_month(line) for line in lines], word("stock_months note", language)
    )
    totals = [_total(list(of_month), language) for _, of_month in groupby(lines, key=lambda line: line.period)]
    drawn = ((5, _RECEIVED), (6, _ISSUED))
    return replace(listing, overview=Overview(totals[::-1], drawn, word("stock by months", language)))


def _month(line: StockMonthLine) -> list[Value]:
    amounts = (line.opening, line.received, line.issued, line.closing)
    return [line.period, line.warehouse, line.warehouse_name, line.items, *amounts]


def _total(lines: Sequence[StockMonthLine], language: str) -> list[Value]:
    """Return the line of a month for all warehouses."""
    nothing = Decimal("0.00")
    amounts = [
        sum((getattr(line, name) for line in lines), nothing) for name in ("opening", "received", "issued", "closing")
    ]
    return [lines[0].period, word("all warehouses", language), "", sum(line.items for line in lines), *amounts]
