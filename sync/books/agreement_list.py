"""All agreements, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable

from sync.books.agree_assets import ASSET_AGREEMENTS
from sync.books.agree_budget import BUDGET_AGREEMENTS
from sync.books.agree_counts import COUNT_AGREEMENTS
from sync.books.agree_money import MONEY_AGREEMENTS
from sync.books.agree_papers import PAPER_AGREEMENTS
from sync.books.agree_stock import STOCK_AGREEMENTS
from sync.books.agreements import Agreement, Kept, compare
from sync.books.differences import Judged, judge

AGREEMENTS: tuple[Agreement, ...] = tuple(
    sorted(
        (
            *COUNT_AGREEMENTS,
            *STOCK_AGREEMENTS,
            *ASSET_AGREEMENTS,
            *MONEY_AGREEMENTS,
            *PAPER_AGREEMENTS,
            *BUDGET_AGREEMENTS,
        ),
        key=lambda each: each.number,
    )
)


def reconciled(kept: Kept, months: Iterable[str], group: str | None = None) -> list[Judged]:
    """Return every agreement of a group (None: of all) in some months, judged, by month and number."""
    chosen = [each for each in AGREEMENTS if group in (None, each.group)]
    return [judge(compare(each, kept, month), kept) for month in months for each in chosen]


def serious_differences(kept: Kept, month: str, book: str) -> list[Judged]:
    """Return the agreements that keep a month of a book from being closed.

    A difference outside the tolerance that nobody has explained does: at the close it is serious (严重),
    however small (PER-C2). What is explained is carried over.
    """
    of_book = (each for each in AGREEMENTS if each.book == book)
    judged = [judge(compare(each, kept, month), kept) for each in of_book]
    return [each for each in judged if not each.unexplained.is_empty()]
