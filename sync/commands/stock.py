"""``houqin stock``: what lies where and what it is worth, line by line, and by months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sync.commands.common import month_named, open_share, output_options, plain, print_json, share_option, show_table

if TYPE_CHECKING:
    import polars as pl

    from sync.bookkeeping import Bookkeeping
    from sync.stock import Asked

Command = TypeVar("Command", bound=Callable[..., Any])

_WORDS = {
    "warehouse": ("仓库", "warehouse"),
    "item": ("物品编码", "item"),
    "name": ("名称", "name"),
    "unit": ("单位", "unit"),
    "quantity": ("数量", "quantity"),
    "value": ("金额", "value"),
    "average_price": ("单价", "average price"),
}


def places(command: Command) -> Command:
    """Add ``--item``, ``--warehouse`` and ``--as-of``."""
    day = click.DateTime(formats=["%Y-%m-%d"])
    as_of = click.option("--as-of", "as_of", type=day, metavar="DATE", help="Nothing posted after this day.")
    warehouse = click.option("--warehouse", metavar="W", help="Only this warehouse: its code or its exact name.")
    item = click.option("--item", metavar="I", help="Only this item: its code or its exact name.")
    return item(warehouse(as_of(command)))


month_option = click.option("--month", metavar="YYYY-MM", callback=month_named, help="Only this month.")


@click.group("stock", invoke_without_command=True)
@places
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - the options of ``balance``
    """Show the stock book: what lies where and what it is worth; without a further word, the balances.

    Example: houqin stock --warehouse CK01 --share school
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(balance, **options)


@command.command("balance")
@places
@share_option
@output_options
def balance(
    *,
    item: str | None,
    warehouse: str | None,
    as_of: datetime | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Show quantity, value and average price of every item in every warehouse.

    Example: houqin stock balance --item A4复印纸 --as-of 2026-10-31 --share school
    """
    from schemas.flaws import shown  # noqa: PLC0415 - polars is not needed for the help
    from sync.stock import balances  # noqa: PLC0415

    with _opened(share_path, item, warehouse, as_of) as (books, asked):
        lines = balances(books, asked)
    if as_json:
        print_json([plain(line) for line in lines.iter_rows(named=True)])
        return
    headers = [_WORDS[name][language == "en"] for name in lines.columns]
    title = "库存余额" if language == "zh" else "stock"
    total = lines["value"].sum() or Decimal("0.00")
    said = f"{title}：{lines.height} 项，金额合计 {total}" if language == "zh" else f"{title}: {lines.height}, {total}"
    show_table(said, headers, (map(shown, line) for line in lines.iter_rows()), numbers=3)


@command.command("ledger")
@places
@month_option
@share_option
@output_options
def ledger(
    *,
    item: str | None,
    warehouse: str | None,
    as_of: datetime | None,
    month: str | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Show every movement with what was left after it: the stock ledger (库存明细账).

    Example: houqin stock ledger --item BG0001 --month 2026-11 --share school
    """
    from sync.stock import ledger_lines  # noqa: PLC0415

    with _opened(share_path, item, warehouse, as_of, month) as (books, asked):
        lines = ledger_lines(books, asked)
    _tell("stock_ledger", lines, asked, language, as_json=as_json)


@command.command("summary")
@places
@month_option
@share_option
@output_options
def summary(
    *,
    item: str | None,
    warehouse: str | None,
    as_of: datetime | None,
    month: str | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Show what every month began with, what came in and went out, and what was left (收发存汇总).

    Example: houqin stock summary --month 2026-11 --share school
    """
    from sync.stock import summary_lines  # noqa: PLC0415

    with _opened(share_path, item, warehouse, as_of, month) as (books, asked):
        lines = summary_lines(books, asked)
    _tell("monthly_stock_summary", lines, asked, language, as_json=as_json)


@contextmanager
def _opened(
    share_path: Path | None, item: str | None, warehouse: str | None, as_of: datetime | None, month: str | None = None
) -> Iterator[tuple[Bookkeeping, Asked]]:
    """Give the books of a share, and what is asked of them by codes."""
    from sync.ledger_books import books_as_of  # noqa: PLC0415
    from sync.stock import Asked, with_codes  # noqa: PLC0415

    share = open_share(share_path)
    with share.open_ledger() as opened:
        books = books_as_of(share, opened)
        day: date | None = None if as_of is None else as_of.date()
        yield books, with_codes(books, Asked(item, warehouse, day, month))


_LEFT_OUT = frozenset({"seq", "period", "doc_date", "line_no", "ytd_in", "ytd_out", "remark"})
"""Columns that a terminal has no room for: they are in the JSON."""


def _tell(register_id: str, lines: pl.DataFrame, asked: Asked, language: str, *, as_json: bool) -> None:
    """Print the lines of a register of the program; what is asked for stands above the table and not in each line."""
    from schemas.flaws import shown  # noqa: PLC0415
    from schemas.register import register_of  # noqa: PLC0415

    register = register_of(register_id)
    if as_json:
        print_json([plain(line) for line in lines.select(register.names()[:-1]).iter_rows(named=True)])
        return
    english = language == "en"
    said = {"warehouse": asked.warehouse, "item_code": asked.item, "period": asked.month}
    out = _LEFT_OUT - ({"period"} if "post_date" not in lines.columns else set())
    out |= {name for name, word in said.items() if word}
    columns = [column for column in register.columns if column.name not in out]
    title = " ".join(filter(None, [register.title_en if english else register.title, *said.values()]))
    show_table(
        f"{title} ({lines.height})",
        [column.title_en if english else column.title for column in columns],
        (map(shown, line) for line in lines.select(column.name for column in columns).iter_rows()),
        numbers=sum(str(column.kind) in {"qty", "money", "price"} for column in columns),
    )
