"""What the nightly run compares in the books: two ways to the same figure have to meet."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.exact import QTY_PLACES
from schemas.register import all_registers
from sync.bookkeeping import Bookkeeping
from sync.current import as_they_are
from sync.publication import stock_lines
from sync.publish.daily import DifferenceLine
from sync.publish.words import word

if TYPE_CHECKING:
    from schemas.books import Load
    from sync.share import Share


def differences_of(share: Share) -> list[DifferenceLine]:
    """Return what does not agree in the books of a school, by place.

    Raises:
        LedgerUnreachable: the ledger cannot be read.
    """
    with share.open_ledger() as ledger:
        return list(_stock(share, as_they_are(ledger, all_registers(), share.state)))


def _stock(share: Share, load: Load) -> Iterator[DifferenceLine]:
    """Compare what was moved with what is valued, by warehouse and item."""
    language = share.config.language
    kept = Bookkeeping(share.registers, load, share.facts())
    moved = {(line.warehouse, line.item): line.quantity for line in stock_lines(share.registers, load)}
    left = kept.stock.close.stock.select("warehouse", "item_code", "qty")
    valued = {(room, item): Decimal(qty).scaleb(-QTY_PLACES) for room, item, qty in left.iter_rows()}
    nothing = Decimal(0).scaleb(-QTY_PLACES)
    for warehouse, item in sorted(moved.keys() | valued.keys()):
        book, other = moved.get((warehouse, item), nothing), valued.get((warehouse, item), nothing)
        if book != other:
            title = word("difference stock", language)
            yield DifferenceLine(title, f"{warehouse} {item}", f"{book}", f"{other}", f"{other - book}")
