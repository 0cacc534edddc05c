"""``houqin cash``: what every account of cash and bank has, day by day, and what was counted (日清)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.commands.common import open_share, output_options, plain, print_json, share_option, show_table

if TYPE_CHECKING:
    import polars as pl

    from sync.money import MoneyDays
    from sync.share import Share

_WORDS = {
    "zh": ("账户余额", "每日收支", "现金盘点（日清）", "有收支而未盘点的日子"),
    "en": ("Balances", "By day", "Cash counts", "Days on which cash moved and was not counted"),
}
_JOURNALS = {"cash_journal": ("现金", "cash"), "bank_journal": ("银行", "bank")}
_DAY_HEADERS = {
    "zh": ("账", "账户", "日期", "期初", "收入", "支出", "余额"),
    "en": ("journal", "account", "date", "opening", "in", "out", "balance"),
}
_COUNT_HEADERS = {
    "zh": ("账户", "日期", "实点", "账面", "未记账收入", "未记账支出", "长短款"),
    "en": ("account", "date", "counted", "book", "not entered: in", "out", "over or short"),
}


@click.group("cash", invoke_without_command=True)
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, *, share_path: Path | None, as_json: bool, language: str) -> None:
    """Show cash and bank accounts by day; alone it is ``cash balance`` of this month.

    Example: houqin cash balance --share school
    """
    if ctx.invoked_subcommand is None:
        _tell(open_share(share_path), None, None, (), language, as_json=as_json)


@command.command("balance")
@click.option("--as-of", metavar="DATE", help="The last day (2026-11-22).  [default: today]")
@click.option("--since", metavar="DATE", help="The first day.  [default: the first of that month]")
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Only this account; may be repeated.")
@share_option
@output_options
def balance(
    *,
    as_of: str | None,
    since: str | None,
    accounts: tuple[str, ...],
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Show opening balance, income, expense and balance of every account, in all and by day.

    Counts of cash stand beside the journal at the end of their day; days on which cash moved and nobody
    counted it are listed.

    Example: houqin cash balance --as-of 2026-11-22 --share school
    """
    _tell(open_share(share_path), as_of, since, accounts, language, as_json=as_json)


def _tell(
    share: Share, as_of: str | None, since: str | None, accounts: tuple[str, ...], language: str, *, as_json: bool
) -> None:
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - polars is not needed for the help
    from sync.money import money_days  # noqa: PLC0415

    until = share.today if as_of is None else day_named(as_of)
    begin = until.replace(day=1) if since is None else day_named(since)
    with share.open_ledger() as ledger:
        found = money_days(books_as_of(share, ledger), begin, until, accounts)
    if as_json:
        print_json(document(found, begin, until))
    else:
        _show(found, language)


def day_named(text: str) -> date:
    """Return the day that an option names.

    Raises:
        click.UsageError: it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a local day has no zone
    except ValueError as exc:
        message = f"“{text}”不是日期，如 2026-11-22。 Not a date such as 2026-11-22."
        raise click.UsageError(message) from exc


def document(found: MoneyDays, since: date, until: date) -> dict[str, Any]:
    """Return the JSON document of the command."""
    return {
        "since": since,
        "as_of": until,
        "accounts": _rows(found.balances.rename({"date": "last_entry"})),
        "days": _rows(found.days),
        "counts": _rows(found.counts),
        "not_counted": _rows(found.not_counted),
    }


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    return [plain(row) for row in frame.iter_rows(named=True)]


def _show(found: MoneyDays, language: str) -> None:
    titles, place = _WORDS[language], 0 if language == "zh" else 1
    named = ("account", "date", "opening", "income", "expense", "balance")
    for title, frame in zip(titles, (found.balances, found.days), strict=False):
        rows = [[_JOURNALS[row["journal"]][place], *(row[name] for name in named)] for row in frame.to_dicts()]
        show_table(title, _DAY_HEADERS[language], rows, numbers=4)
    counted = ("account", "date", "counted", "book", "uncleared_in", "uncleared_out", "diff")
    show_table(titles[2], _COUNT_HEADERS[language], found.counts.select(counted).iter_rows(), numbers=5)
    if not found.not_counted.is_empty():
        show_table(titles[3], _COUNT_HEADERS[language][:2], found.not_counted.iter_rows())
