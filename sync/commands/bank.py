"""``houqin bank``: bank accounts against the bank's statement, and what stands between them (余额调节表)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.commands.common import (
    Output,
    console,
    month_named,
    open_share,
    output_options,
    print_json,
    share_option,
    show_table,
)

if TYPE_CHECKING:
    from sync.money import BankMonth
    from sync.share import Share

_HEADERS = {"zh": ("单位", "金额", "银行", "金额"), "en": ("journal", "amount", "bank", "amount")}
_FORM = (
    ("book_balance", "账面余额", "balance", "bank_balance", "对账单余额", "balance"),
    (
        *("bank_received_not_booked", "加：银行已收单位未收", "+ received by the bank only"),
        *("booked_in_not_bank", "加：单位已收银行未收", "+ booked only"),
    ),
    (
        *("bank_paid_not_booked", "减：银行已付单位未付", "− paid by the bank only"),
        *("booked_out_not_bank", "减：单位已付银行未付", "− booked only"),
    ),
    ("adj_book", "调节后余额", "adjusted", "adj_bank", "调节后余额", "adjusted"),
)
"""Lines of the reconciliation: field, words in Chinese and English, on both sides."""
_ITEM_HEADERS = {
    "zh": ("账户", "未达账项类别", "日期", "流水/结算号", "摘要", "可能是", "金额"),
    "en": ("account", "kind", "date", "number", "summary", "may be", "amount"),
}
_SOURCES = {
    "statement": ("对账单", "statement"),
    "typed": ("调节表", "typed"),
    "none": ("没有对账单", "no statement"),
}
_MOST_SHOWN = 3


@click.group("bank", invoke_without_command=True)
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, *, share_path: Path | None, as_json: bool, language: str) -> None:
    """Compare bank accounts with the bank's statement; alone it is ``bank reconcile`` of this month.

    Example: houqin bank reconcile --share school
    """
    if ctx.invoked_subcommand is None:
        _tell(open_share(share_path), None, (), None, language, as_json=as_json)


@command.command("reconcile")
@click.option("--month", metavar="MONTH", callback=month_named, help="The month (2026-11).  [default: this month]")
@click.option("--account", "accounts", multiple=True, metavar="NUMBER", help="Only this account; may be repeated.")
@click.option(
    "-o",
    "output",
    type=Output(dir_okay=False),
    help="Also write the reconciliations as a workbook to print, a sheet for each account.",
)
@share_option
@output_options
def reconcile(
    *,
    month: str | None,
    accounts: tuple[str, ...],
    output: Path | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Show both balances of every account at the end of a month, and the items that stand between them.

    The bank's file lies in the department's folder as the bank exported it; lines of journal and statement
    that can only be the same are paired, all others are listed. Without a statement the school's own rows of
    the reconciliation register count.

    Example: houqin bank reconcile --month 2026-11 --share school
    """
    _tell(open_share(share_path), month, accounts, output, language, as_json=as_json)


def _tell(
    share: Share, month: str | None, accounts: Sequence[str], output: Path | None, language: str, *, as_json: bool
) -> None:
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - polars is not needed for the help
    from sync.money import bank_months  # noqa: PLC0415

    period = f"{share.today:%Y-%m}" if month is None else month
    with share.open_ledger() as ledger:
        found = bank_months(books_as_of(share, ledger), period, accounts)
    if output is not None:
        from sync.publish.bank_forms import write_bank_forms  # noqa: PLC0415 - only where it is asked for

        write_bank_forms(output, found, share.config.school)
    if as_json:
        print_json(document(found, period))
    else:
        _show(found, language)


def document(found: Sequence[BankMonth], period: str) -> dict[str, Any]:
    """Return the JSON document of the command."""
    from sync.money_lines import account_line  # noqa: PLC0415

    return {"month": period, "accounts": [account_line(each) for each in found]}


def _show(found: Sequence[BankMonth], language: str) -> None:
    from sync.money_lines import account_line  # noqa: PLC0415

    place = 0 if language == "zh" else 1
    lines = [account_line(each) for each in found]
    for line in lines:
        said = (line["account_no"], line["account_kind"], line["month"], _SOURCES[line["source"]][place])
        rows = [
            (form[1 + place], line[form[0]], form[4 + place], line[form[3]])
            for form in _FORM
        ]  # fmt: skip
        show_table(" ".join(filter(None, said)), _HEADERS[language], rows, numbers=1)
        if line["difference"] not in (None, "0.00"):
            told = "调节后余额不相等，差额" if place == 0 else "the adjusted balances differ by"
            console().print(f"{told} {line['difference']}", markup=False)
    if not lines:
        nothing = (
            "没有银行存款日记账，也没有对账单或调节表",
            "there is no bank journal, no statement and no reconciliation",
        )
        console().print(nothing[place], markup=False)
    items = [
        (
            *(line["account_no"], item["kind"], item["date"], item["number"], item["words"]),
            "；".join(f"{each['date']} {each['words']}" for each in item["candidates"][:_MOST_SHOWN]),
            item["amount"],
        )
        for line in lines
        for item in line["items"]
    ]
    if items:
        show_table("未达账项" if place == 0 else "Outstanding items", _ITEM_HEADERS[language], items, numbers=1)
