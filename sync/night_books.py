"""What the nightly run compares: every agreement of the months at work, and the stock book with itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from schemas.system.recon_difference import SERIOUS
from sync.ledger_books import books_as_of
from sync.publish.daily import DifferenceLine
from sync.reconciliation import lines_of, reconcile, usual_months

if TYPE_CHECKING:
    from sync.share import Share


def differences_of(share: Share) -> list[DifferenceLine]:
    """Return what does not agree in the books of a school, last month and this one, the serious lines first.

    Raises:
        LedgerUnreachable: the ledger cannot be read.
    """
    language = share.config.language
    with share.open_ledger() as ledger:
        found = reconcile(books_as_of(share, ledger), usual_months(share.today))
        lines = [
            _line(each.judged.compared.agreement.title.message(language, {}), line)
            for each in found
            for line in lines_of(each, share.today, language, each.judged.differing)
        ]
    return sorted(lines, key=lambda line: not line.serious)


def prove_books(share: Share) -> None:
    """Value the stock book from its first month and compare it with itself.

    Raises:
        UnsoundBook: its figures contradict themselves, or a closed month does not end as it was closed.
        LedgerUnreachable: the ledger cannot be read.
    """
    with share.open_ledger() as ledger:
        _ = books_as_of(share, ledger).stock_history


def _line(title: str, line: Mapping[str, Any]) -> DifferenceLine:
    by_quantity = not line["diff"] and line["diff_qty"] is not None
    return DifferenceLine(
        f"{title} {line['period']}",
        str(line["object"]),
        f"{line['left_name']} {line['left_value']:f}",
        f"{line['right_name']} {line['right_value']:f}",
        f"{line['diff_qty']:f}" if by_quantity else f"{line['diff']:f}",
        str(line["status"]),
        "；".join(cause["message"] for cause in line["causes"]),
        line["severity"] == SERIOUS,
    )
