"""The sheet of cash and bank accounts in the master ledger: balances, and how far they are checked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sync.publish.sheets import Heading, Listing, Look, Toned, Value, named_listing
from sync.publish.words import word

if TYPE_CHECKING:
    from sync.publish.model import MoneyLine, Publication


def money_listing(publication: Publication) -> Listing:
    """Return the sheet."""
    language = publication.language
    headings = [
        *(Heading("journal", Look.CENTRED), Heading("account"), Heading("account kind")),
        *(Heading(name, Look.MONEY) for name in ("month opening", "month in", "month out", "book balance")),
        *(Heading("checked", Look.CENTRED), Heading("counted or bank", Look.MONEY)),
        *(Heading("open points", Look.COUNT), Heading("money difference", Look.MONEY)),
    ]
    note = word(
        "money note",
        language,
        day=publication.today.isoformat(),
        cash=_total(publication, "cash"),
        bank=_total(publication, "bank"),
        uncounted=_open(publication, "cash"),
        outstanding=_open(publication, "bank"),
    )
    return named_listing("money", language, headings, [_row(line, language) for line in publication.money], note)


def _row(line: MoneyLine, language: str) -> list[Value]:
    balance: Value = Toned(line.balance, "bad") if line.balance < 0 else line.balance
    difference: Value = Toned(line.difference, "bad") if line.difference else line.difference
    return [
        *(word(line.journal, language), line.account, line.kind),
        *(line.opening, line.income, line.expense, balance, line.checked, line.other),
        Toned(line.outstanding, "caution") if line.outstanding else line.outstanding,
        difference,
    ]


def _total(publication: Publication, journal: str) -> Decimal:
    return sum((line.balance for line in publication.money if line.journal == journal), Decimal("0.00"))


def _open(publication: Publication, journal: str) -> int:
    return sum(line.outstanding for line in publication.money if line.journal == journal)
