"""``houqin month``: what keeps a month open, closing it, opening it again, and which months are closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sync.commands.common import (
    DONE,
    HELD,
    console,
    month_named,
    open_share,
    output_options,
    plain,
    print_json,
    progress,
    reader_pool,
    share_option,
    show_table,
)

if TYPE_CHECKING:
    from sync.closing import Done
    from sync.share import Share
    from sync.trial import BookTrial, People, Trial

Command = TypeVar("Command", bound=Callable[..., Any])

_BY_ROLES, _APPROVER_ROLES = ("ACCOUNTANT", "CUSTODIAN"), ("PRINCIPAL",)


@click.group("month", invoke_without_command=True)
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, /, *, share_path: Path | None, as_json: bool, language: str) -> None:
    """Close the months of the books, or open them again (月结); without a word more, list them.

    Example: houqin month trial 2026-11 --share school
    """
    if ctx.invoked_subcommand is None:
        _list(share_path, language, as_json=as_json)


def _month_options(command: Command) -> Command:
    """Add the month, as an argument or ``--month``, and ``--book``."""
    book = click.option("--book", "books", multiple=True, metavar="BOOK", help="Only this book.  [default: all in use]")
    month = click.option(
        "--month", "named", metavar="YYYY-MM", callback=month_named, help="The month, where it is not the argument."
    )
    argument = click.argument("period", metavar="[MONTH]", required=False, callback=month_named)
    return argument(month(book(command)))


def _people_options(command: Command) -> Command:
    """Add ``--by`` and ``--approver``."""
    by = click.option("--by", metavar="STAFF", default="", help="Who closes.  [default: the accountant or custodian]")
    approver = click.option("--approver", metavar="STAFF", default="", help="Who confirms.  [default: the principal]")
    return by(approver(command))


@command.command("trial")
@_month_options
@_people_options
@click.option("--record", is_flag=True, help="Note it in the ledger (试结): closing then needs the ledger unmoved.")
@share_option
@output_options
def trial_command(
    *,
    period: str | None,
    named: str | None,
    books: tuple[str, ...],
    by: str,
    approver: str,
    record: bool,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Tell what keeps a month open (blocking), and what stays open when it is closed (listed).

    Example: houqin month trial 2026-11 --share school
    """
    from sync.closing import record_trial  # noqa: PLC0415 - polars is not needed for the help
    from sync.trial import trial_of  # noqa: PLC0415

    share = open_share(share_path)
    month = _month_of(period, named)
    people = _people(share, by, approver)
    if record:
        trial = record_trial(share, month, books, people)
    else:
        with share.open_ledger() as ledger:
            trial = trial_of(share, ledger, month, books, people)
    if as_json:
        print_json(trial_as_json(trial, language))
    else:
        _show_trial(trial, language)
    return DONE if trial.ok else HELD


@command.command("close")
@_month_options
@_people_options
@share_option
@output_options
def close_command(
    *,
    period: str | None,
    named: str | None,
    books: tuple[str, ...],
    by: str,
    approver: str,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Close a month: its figures never change again, and what comes later posts to the next open month.

    Nothing is done where something blocks. The first close of a book closes all earlier months with it.

    Example: houqin month close 2026-11 --by T0006 --approver T0001 --share school
    """
    from sync.closing import close  # noqa: PLC0415 - polars is not needed for the help

    share = open_share(share_path)
    month = _month_of(period, named)
    people = _required(_people(share, by, approver))
    with reader_pool() as pool, progress() as told:
        done = close(share, pool, told, month, books, people)
    if as_json:
        print_json(done_as_json(done, language))
    else:
        _say_closed(done, language)
    return DONE if done.trial.ok else HELD


@command.command("reopen")
@_month_options
@_people_options
@click.option("--reason", required=True, help="Why; kept in the ledger.")
@share_option
@output_options
def reopen_command(
    *,
    period: str | None,
    named: str | None,
    books: tuple[str, ...],
    by: str,
    approver: str,
    reason: str,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Open the newest closed month again, with every book that depends on it; the principal approves.

    Example: houqin month reopen 2026-11 --reason 漏记入库单 --approver T0001 --share school
    """
    from sync.closing import reopen  # noqa: PLC0415 - polars is not needed for the help

    share = open_share(share_path)
    month = _month_of(period, named)
    people = _required(_people(share, by, approver))
    if not reason.strip():
        message = "请用 --reason 写明重开原因。 Say why with --reason."
        raise click.UsageError(message)
    with reader_pool() as pool, progress() as told:
        done = reopen(share, pool, told, month, books, people, reason)
    if as_json:
        print_json(done_as_json(done, language))
    else:
        _say(done, ("重开", "opened again"), language)
    return DONE


@command.command("list")
@share_option
@output_options
def list_command(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """List the months that were closed, looked at or opened again, by book.

    Example: houqin month list --share school
    """
    _list(share_path, language, as_json=as_json)


def _list(share_path: Path | None, language: str, *, as_json: bool) -> None:
    """Print every month that was closed, looked at or opened again."""
    from sync.closes import close_rows  # noqa: PLC0415 - polars is not needed for the help

    share = open_share(share_path)
    with share.open_ledger() as ledger:
        rows = close_rows(ledger, share.config.zone).drop("_key", "_from", "remark").to_dicts()
    if as_json:
        print_json([plain(row) for row in rows])
        return
    headers = (
        ("账簿", "月份", "状态", "结账时间", "结账人", "确认人", "未决", "重开原因")
        if language == "zh"
        else ("book", "month", "status", "closed on", "by", "approver", "open", "why reopened")
    )
    names = ("book", "period", "status", "closed_on", "by", "approver", "open_items", "reopen_reason")
    show_table("", headers, [[row[name] for name in names] for row in rows])


def _month_of(period: str | None, named: str | None) -> str:
    """Return the month that was given, as ``2026-11``.

    Raises:
        click.UsageError: none was given, or two different ones.
    """
    if period and named and period != named:
        message = f"写了两个月份：{period} 和 {named}，请只写一个。 Name one month, not {period} and {named}."
        raise click.UsageError(message)
    if month := period or named:
        return month
    message = "请写明月份，如 2026-11。 Name the month, such as 2026-11."
    raise click.UsageError(message)


def _people(share: Share, by: str, approver: str) -> People:
    """Return who closes and who confirms: those named, else the only ones whom the settings name."""
    from sync.trial import People  # noqa: PLC0415 - polars is not needed for the help

    def only(roles: Sequence[str]) -> str:
        for role in roles:
            holders = share.config.roles.get(role, ())
            if len(holders) == 1:
                return holders[0]
        return ""

    return People(by or only(_BY_ROLES), approver or only(_APPROVER_ROLES))


def _required(people: People) -> People:
    """Return people that are both named.

    Raises:
        click.UsageError: one of them is not.
    """
    if people.by and people.approver:
        return people
    message = "请用 --by 和 --approver 写明结账人、确认人的工号。 Name who closes and who confirms: --by, --approver."
    raise click.UsageError(message)


def trial_as_json(trial: Trial, language: str) -> dict[str, Any]:
    """Return a trial as the command line promises it."""
    return {
        "period": trial.period,
        "revision": trial.revision,
        "books": [_book_as_json(each, language) for each in trial.books],
        "ok": trial.ok,
    }


def _book_as_json(book: BookTrial, language: str) -> dict[str, Any]:
    return {
        "book": book.book,
        "closed_before": book.since or None,
        "blocking": [item.as_json(language) for item in book.blocking],
        "listed": [item.as_json(language) for item in book.listed],
    }


def done_as_json(done: Done, language: str) -> dict[str, Any]:
    """Return what a close or a reopening did as the command line promises it."""
    trial = trial_as_json(done.trial, language)
    return {
        **trial,
        "revision": done.revision,
        "months": [{"book": book, "period": period} for book, period in done.months],
        "published": list(done.published.written),
        "postponed": list(done.published.postponed),
    }


def _say_closed(done: Done, language: str) -> None:
    if not done.trial.ok:
        _show_trial(done.trial, language)
        return
    _say(done, ("已结账", "closed"), language)


def _say(done: Done, what: tuple[str, str], language: str) -> None:
    for book, period in done.months:
        console().print(f"{book} {period} {what[language == 'en']}", markup=False)


def _show_trial(trial: Trial, language: str) -> None:
    english = language == "en"
    headers = ("book", "", "what", "what to do", "where") if english else ("账簿", "", "事项", "怎么办", "工作簿")
    words = ("blocks", "listed") if english else ("未了", "列示")
    rows = [
        (book.book, word, item.message(language), item.hint(language), item.workbook)
        for book in trial.books
        for word, items in zip(words, (book.blocking, book.listed), strict=True)
        for item in items
    ]
    show_table(trial.period, headers, rows)
    ready = "can be closed" if english else "可以结账"
    blocked = "cannot be closed yet" if english else "还不能结账"
    console().print(ready if trial.ok else blocked, markup=False)
