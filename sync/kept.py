"""The books of a school as they are kept now, read from its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.register import all_registers
from sync.bookkeeping import Bookkeeping
from sync.current import as_they_are
from sync.held import rows_of
from sync.standing import decoded

if TYPE_CHECKING:
    import polars as pl

    from schemas.register import Register
    from sync.ledger import Ledger
    from sync.share import Share


def kept_books(share: Share, ledger: Ledger) -> Bookkeeping:
    """Return the books of a school at the newest revision."""
    load = as_they_are(ledger, all_registers(), share.state)

    def waiting(register: type[Register]) -> pl.DataFrame:
        stored = [decoded(row, "payload", "findings") for row in ledger.table("held", register=register.id).to_dicts()]
        return rows_of(register, stored, 0)

    return Bookkeeping(share.registers, load, share.facts(), waiting=waiting)
