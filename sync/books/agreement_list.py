"""All agreements, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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


PUBLISHED = tuple(each for each in AGREEMENTS if not each.asked_only)
"""The agreements that are looked at after every run; the others when somebody asks."""


def agreements_of(group: str | None) -> tuple[Agreement, ...]:
    """Return the agreements of a group, all of them for None."""
    return tuple(each for each in AGREEMENTS if group in (None, each.group))


def reconciled(kept: Kept, months: Iterable[str], agreements: Sequence[Agreement] = AGREEMENTS) -> list[Judged]:
    """Return agreements in some months, judged, by month and number."""
    return [judge(compare(each, kept, month), kept) for month in months for each in agreements]


def serious_differences(kept: Kept, month: str, book: str) -> list[Judged]:
    """Return the agreements that keep a month of a book from being closed.

    A difference outside the tolerance that nobody has explained does: at the close it is serious (严重),
    however small (PER-C2). What is explained is carried over.
    """
    of_book = (each for each in AGREEMENTS if each.book == book)
    judged = [judge(compare(each, kept, month), kept) for each in of_book]
    return [each for each in judged if not each.unexplained.is_empty()]
