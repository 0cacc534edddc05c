"""Bank reconciliations as scripts read them: plain values, amounts as exact texts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from schemas.periods import last_day_of
from sync.books.bank import KINDS, SUMS, Item, Reconciliation, Source

if TYPE_CHECKING:
    from sync.books.matching import Line, Match
    from sync.money import BankMonth


def yuan(fen: int | None) -> str | None:
    """Return an amount of fen in yuan with two places."""
    return None if fen is None else f"{Decimal(fen).scaleb(-2):.2f}"


def account_line(month: BankMonth) -> dict[str, Any]:
    """Return one account at the end of a month, with its items, pairs, gaps and what the school typed itself."""
    found = month.found
    typed = month.typed if found.source is Source.STATEMENT else None
    return {
        "account_no": found.account_no,
        "account_kind": month.account_kind,
        "month": found.period,
        "source": str(found.source),
        **_sums(found),
        "opening_difference": yuan(found.opening_difference),
        "statement_until": found.statement_until,
        "gaps": [
            {"date": gap.day, "expected": yuan(gap.expected), "found": yuan(gap.found)} for gap in found.gaps
        ],
        "outstanding": len(found.items),
        "items": [_item(found, item) for item in found.items],
        "matched": [_match(match) for match in found.matches],
        "typed": None if typed is None else _sums(typed) | {"agrees": _sums(typed) == _sums(found)},
    }  # fmt: skip


def _sums(found: Reconciliation) -> dict[str, Any]:
    return {
        "book_balance": yuan(found.book),
        "bank_balance": yuan(found.bank),
        **{name: yuan(found.sum_of(kind)) for name, kind in zip(SUMS, KINDS, strict=True)},
        "adj_book": yuan(found.adj_book),
        "adj_bank": yuan(found.adj_bank),
        "difference": yuan(found.difference),
        "balanced": found.balanced,
    }


def _item(found: Reconciliation, item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind,
        **_line(item.line),
        "amount": yuan(item.fen),
        "days_open": (last_day_of(found.period) - item.line.day).days,
        "carried": item.carried,
        "candidates": [_line(each) for each in item.candidates],
    }


def _match(match: Match) -> dict[str, Any]:
    return {
        "way": str(match.way),
        "book": [_line(line) for line in match.book],
        "bank": [_line(line) for line in match.bank],
    }


def _line(line: Line) -> dict[str, Any]:
    """Return a line: ``line`` names it among those of its side, ``amount`` is negative where it went out."""
    return {
        "line": line.key,
        "date": line.day,
        "number": line.number or None,
        "words": line.words or None,
        "amount": yuan(line.fen),
    }
