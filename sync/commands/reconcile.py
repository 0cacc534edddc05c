"""``houqin reconcile``: where two books do not agree, why that may be, and what people say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sync.books.agreement_list import agreements_of
from sync.books.agreements import GROUPS
from sync.commands.common import (
    DONE,
    FINDINGS,
    Output,
    console,
    month_named,
    open_share,
    output_options,
    print_json,
    share_option,
    show_table,
)
from sync.reconciliation import lines_of, reconcile, summary_of, usual_months
from sync.share import Share


@click.command("reconcile")
@click.argument("group", type=click.Choice(GROUPS), required=False)
@click.option(
    "--month",
    metavar="YYYY-MM",
    callback=month_named,
    help="The month.  [default: the last one that is over, and this one]",
)
@click.option("--all", "every_line", is_flag=True, help="Show the lines that agree too.")
@click.option(
    "-o",
    "--output",
    metavar="FILE.xlsx",
    type=Output(dir_okay=False),
    help="Write the differences as a workbook to explain them in, and save in the department's folder.",
)
@share_option
@output_options
def command(
    *,
    group: str | None,
    month: str | None,
    every_line: bool,
    output: Path | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Compare books with what is there, with each other, with money and with statements (对账).

    Leaves with 1 where a difference is serious (严重): unexplained, and large or of a closed month.
    Other differences are warnings.

    Example: houqin reconcile stock --month 2026-11 --share school
    """
    share = open_share(share_path)
    months = usual_months(share.today) if month is None else [month]
    found = document(share, months, group, language, every_line=every_line)
    if output is not None:
        write_sheet(share, found["differences"], output, language)
    if as_json:
        print_json(found)
    else:
        _show(found, language)
    click.get_current_context().exit(exit_code(found))


def document(
    share: Share, months: Sequence[str], group: str | None, language: str, *, every_line: bool = False
) -> dict[str, Any]:
    """Return what the books of a school agree on, as the command line promises it."""
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - loads the ledger

    with share.open_ledger() as ledger:
        revision = ledger.head().number
        found = reconcile(books_as_of(share, ledger), months, agreements_of(group))
    lines = [
        line
        for each in found
        for line in lines_of(each, share.today, language, each.judged.lines if every_line else each.judged.of_interest)
    ]
    return {
        "revision": revision,
        "today": share.today,
        "agreements": [summary_of(each, language) for each in found],
        "differences": lines,
    }


def write_sheet(share: Share, lines: Sequence[Mapping[str, Any]], path: Path, language: str) -> None:
    """Write lines as a workbook of register 107, to be explained in it."""
    from sync.commands.template import reference_lists  # noqa: PLC0415 - beside its use
    from sync.difference_sheet import write_difference_sheet  # noqa: PLC0415

    lists = reference_lists(share.path)
    write_difference_sheet(lines, path, school=share.config.school, language=language, lists=lists)


def exit_code(found: Mapping[str, Any]) -> int:
    """Return 1 where a difference is serious."""
    return FINDINGS if any(each["serious"] for each in found["agreements"]) else DONE


def _show(found: Mapping[str, Any], language: str) -> None:
    chinese = language == "zh"
    headers = (
        ("期间", "对账", "左", "右", "行", "一致", "差异", "严重", "差额")
        if chinese
        else ("period", "agreement", "left", "right", "lines", "agree", "differ", "serious", "amount")
    )
    compared = [each for each in found["agreements"] if each["compared"]]
    names = ("period", "title", "left_name", "right_name", "lines", "agreeing", "differing", "serious", "amount")
    show_table("对账汇总" if chinese else "Agreements", headers, ([each[name] for name in names] for each in compared),
               numbers=5)  # fmt: skip
    if found["differences"]:
        _show_differences(found["differences"], chinese=chinese)
    out = console()
    for each in found["agreements"]:
        reasons = [each["reason"], *each["left_out"]]
        for reason in filter(None, reasons):
            said = "未核对" if chinese else "not compared"
            out.print(f"{said} {each['period']} {each['title']}: {reason}", markup=False, soft_wrap=True)


def _show_differences(lines: Sequence[Mapping[str, Any]], *, chinese: bool) -> None:
    headers = (
        ("编号", "对象", "可能的原因", "说明", "级别", "状态", "左", "右", "差额", "数量差")
        if chinese
        else (
            "number",
            "object",
            "candidate causes",
            "explanation",
            "severity",
            "status",
            "left",
            "right",
            "diff",
            "qty",
        )
    )
    rows = [
        [
            f"{line['recon_id']}/{line['line_no']}",
            line["object"],
            "；".join(cause["message"] for cause in line["causes"]),
            line["explanation"],
            *(line[name] for name in ("severity", "status", "left_value", "right_value", "diff", "diff_qty")),
        ]
        for line in lines
    ]
    show_table("差异" if chinese else "Differences", headers, rows, numbers=4)
