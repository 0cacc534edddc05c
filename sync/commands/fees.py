"""``houqin fees``: what was collected of every fee, refunded and passed on (收支两条线)."""

from __future__ import annotations

from pathlib import Path

import click

from sync.commands.common import month_named, open_share, output_options, plain, print_json, share_option, show_table

_HEADERS = {
    "zh": ("收费项目", "名称", "月份", "已收", "已退", "应缴", "已缴", "未缴余额", "差额"),
    "en": ("fee", "name", "month", "collected", "refunded", "due", "remitted", "on hand", "difference"),
}


@click.command("fees")
@click.option("--month", metavar="MONTH", callback=month_named, help="Only this month (2026-11).")
@share_option
@output_options
def command(*, month: str | None, share_path: Path | None, as_json: bool, language: str) -> None:
    """Show every fee of every month: collected, refunded, due, remitted, declared on hand, and what differs.

    What differs and is not declared on hand is what RMT-01 reports.

    Example: houqin fees --month 2026-10 --share school
    """
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - polars is not needed for the help
    from sync.money import fee_lines  # noqa: PLC0415

    share = open_share(share_path)
    with share.open_ledger() as ledger:
        lines = fee_lines(books_as_of(share, ledger), month)
    if as_json:
        print_json([plain(line) for line in lines.iter_rows(named=True)])
        return
    title = "收费与上缴" if language == "zh" else "Fees"
    show_table(title, _HEADERS[language], lines.iter_rows(), numbers=6)
