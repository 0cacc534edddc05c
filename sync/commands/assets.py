"""``houqin assets``: the asset book: what there is, where, who keeps it, and what it is worth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sync.commands.common import month_named, open_share, output_options, plain, print_json, share_option, show_table

if TYPE_CHECKING:
    import polars as pl

    from sync.bookkeeping import Bookkeeping

Command = TypeVar("Command", bound=Callable[..., Any])

_DAY = click.DateTime(["%Y-%m-%d"])


def _wanted(command: Command) -> Command:
    """Add the options that choose among the assets."""
    status = click.option(
        "--status", metavar="STATUS", help="Only this state: 在用, 闲置, 出借, 待修, 待报废, 已处置 …"
    )
    class_code = click.option(
        "--class", "class_code", metavar="CODE", help="Only classes that begin with this (A0201)."
    )
    room = click.option("--room", metavar="CODE", help="Only what is in this room.")
    dept = click.option("--dept", metavar="CODE", help="Only what this department uses.")
    as_of = click.option("--as-of", type=_DAY, metavar="DATE", help="At the end of this day.  [default: today]")
    return as_of(dept(room(class_code(status(command)))))


@click.group("assets", invoke_without_command=True)
@_wanted
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - the options of ``list``
    """Show the asset book: every asset with its place, keeper and worth, and what each month charges.

    Without a further word, the assets are listed.

    Example: houqin assets --room A-301 --share school
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command, **options)


@command.command("list")
@_wanted
@share_option
@output_options
def list_command(
    *,
    as_of: datetime | None,
    dept: str | None,
    room: str | None,
    class_code: str | None,
    status: str | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """List the assets: where they are after all transfers, who keeps them, what they are worth.

    Depreciation of the month of the day is included. What left the school is listed with --status 已处置 only.

    Example: houqin assets list --dept ZW --as-of 2026-12-31 --share school
    """
    import polars as pl  # noqa: PLC0415 - costs start-up time

    from sync.asset_reports import assets_on  # noqa: PLC0415
    from sync.books.asset_list import GONE  # noqa: PLC0415

    with _books(share_path) as books:
        found = assets_on(books, as_of.date() if as_of else books.facts.today)
    wanted = {"dept": dept, "room": room, "status": status}
    kept = found.filter(pl.col("status") != GONE) if status is None else found
    for name, value in wanted.items():
        kept = kept if value is None else kept.filter(pl.col(name) == value)
    if class_code:
        kept = kept.filter(pl.col("class_code").str.starts_with(class_code.upper()))
    if as_json:
        print_json([plain(row) for row in kept.iter_rows(named=True)])
        return
    _show_list(kept, language)


_LISTED = {
    "asset_no": ("资产编号", "asset"),
    "name": ("名称", "name"),
    "dept": ("部门", "dept"),
    "room": ("地点", "room"),
    "user": ("使用人", "user"),
    "status": ("状况", "state"),
    "quantity": ("数量", "quantity"),
    "original_value": ("原值", "original"),
    "accum_depr": ("累计折旧", "accumulated"),
    "net_value": ("净值", "net"),
}
_CHARGED = {
    "asset_no": ("资产编号", "asset"),
    "name": ("名称", "name"),
    "dept": ("部门", "dept"),
    "original_value": ("原值", "original"),
    "charge": ("本月折旧", "charge"),
    "accum_depr": ("累计折旧", "accumulated"),
    "net_value": ("净值", "net"),
}
_SCHEDULED = {
    "month": ("月份", "month"),
    "charge": ("折旧", "charge"),
    "accum_depr": ("累计折旧", "accumulated"),
    "net_value": ("净值", "net"),
}


def _show_list(found: pl.DataFrame, language: str) -> None:
    count, original, net = found.height, found["original_value"].sum(), found["net_value"].sum()
    title = f"固定资产 {count} 项，原值 {original}，净值 {net}"
    if language == "en":
        title = f"{count} assets, original value {original}, net value {net}"
    _show(title, _LISTED, found.to_dicts(), language, numbers=4)


def _show(
    title: str,
    columns: Mapping[str, tuple[str, str]],
    rows: Sequence[Mapping[str, Any]],
    language: str,
    *,
    numbers: int,
) -> None:
    headers = [english if language == "en" else chinese for chinese, english in columns.values()]
    show_table(title, headers, [[row[name] for name in columns] for row in rows], numbers=numbers)


@command.command("depreciation")
@click.option("--month", callback=month_named, metavar="MONTH", help="The month, as 2026-11.  [default: this month]")
@click.option("--asset", "asset_no", metavar="NO", help="The whole schedule of one card instead.")
@share_option
@output_options
def depreciation_command(
    *, month: str | None, asset_no: str | None, share_path: Path | None, as_json: bool, language: str
) -> None:
    """Show what a month charges for every card, with the sums, or one card month by month.

    The sums are checked: what was there, plus what came, less what left, is what is there.

    Example: houqin assets depreciation --share school --month 2026-11
    """
    if month and asset_no:
        message = "--month 和 --asset 只能用一个。 Use either --month or --asset."
        raise click.UsageError(message)
    from schemas.normal import code_text  # noqa: PLC0415 - costs start-up time
    from schemas.periods import first_day_of  # noqa: PLC0415
    from sync.asset_reports import month_of, schedule_told  # noqa: PLC0415

    with _books(share_path) as books:
        told = (
            schedule_told(books, code_text(asset_no))
            if asset_no
            else month_of(books, first_day_of(month) if month else books.facts.today)
        )
    if told is None:
        message = f"没有资产“{asset_no}”的卡片。 There is no card of asset {asset_no}."
        raise click.UsageError(message)
    if as_json:
        print_json(told)
    elif asset_no:
        _show(f"{told['asset_no']} {told['name']}", _SCHEDULED, told["schedule"], language, numbers=3)
    else:
        _show_month(told, language)


@command.command("entries")
@click.option("--month", callback=month_named, metavar="MONTH", help="The month, as 2026-11.  [default: this month]")
@share_option
@output_options
def entries_command(*, month: str | None, share_path: Path | None, as_json: bool, language: str) -> None:
    """Suggest the accounting entries for assets found, missing, disposed of or paid for; finance decides.

    Example: houqin assets entries --month 2026-11 --share school
    """
    from schemas.periods import first_day_of  # noqa: PLC0415 - costs start-up time
    from sync.asset_reports import entries_of  # noqa: PLC0415

    with _books(share_path) as books:
        told = entries_of(books, first_day_of(month) if month else books.facts.today)
    if as_json:
        print_json(told)
        return
    title = f"{told['month']} 记账建议" if language == "zh" else f"{told['month']}: suggested entries"
    lines = [{**entry, **line} for entry in told["entries"] for line in entry["lines"]]
    _show(title, _SUGGESTED, lines, language, numbers=1)


def _quarter(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    if text is None or re.fullmatch(r"\d{4}Q[1-4]", text):
        return text
    message = f"“{text}”不是季度，如 2026Q3。 Not a quarter."
    raise click.BadParameter(message)


@command.command("upload")
@click.option("--quarter", callback=_quarter, metavar="YYYYQN", help="The quarter.  [default: the last one over]")
@share_option
@output_options
def upload_command(*, quarter: str | None, share_path: Path | None, as_json: bool, language: str) -> None:
    """Show what is sent of a quarter, by class, and what has to hold before it is sent.

    Example: houqin assets upload --quarter 2026Q3 --share school
    """
    from sync.asset_uploads import newest_quarter, upload_of  # noqa: PLC0415 - costs start-up time

    with _books(share_path) as books:
        told = upload_of(books, quarter or newest_quarter(books.facts.today))
    if as_json:
        print_json(told)
        return
    chinese = language == "zh"
    title = (
        f"{told['quarter']} 固定资产数据，{told['due']} 前上传" if chinese else f"{told['quarter']}, due {told['due']}"
    )
    _show(title, _SENT, told["rows"], language, numbers=4)
    words = {True: "✓", False: "✗"}
    checks = [{**check, "ok": words[check["ok"]]} for check in told["checks"]]
    message = "message" if chinese else "message_en"
    columns = {"ok": ("", ""), "code": ("代码", "code"), message: ("上传前核对", "before it is sent")}
    _show("", columns, checks, language, numbers=0)


_SENT = {
    "class_code": ("分类代码", "class"),
    "qty": ("数量", "quantity"),
    "original_value": ("原值", "original"),
    "accum_depr": ("累计折旧", "accumulated"),
    "net_value": ("净值", "net"),
}
_SUGGESTED = {
    "date": ("日期", "date"),
    "event": ("事项", "event"),
    "key": ("依据", "document"),
    "asset_no": ("资产编号", "asset"),
    "name": ("名称", "name"),
    "debit": ("借", "debit"),
    "credit": ("贷", "credit"),
    "amount": ("金额", "amount"),
}


def _show_month(told: Mapping[str, Any], language: str) -> None:
    totals = told["totals"]
    title = (
        f"{told['month']} 折旧 {totals['charge']}；原值 {totals['original_start']} + 增加 {totals['additions']} "
        f"− 减少 {totals['disposals']} + 变动 {totals['changes']} = {totals['original_end']}；"
        f"累计折旧 {totals['accum_end']}，净值 {totals['net_end']}"
    )
    if language == "en":
        title = (
            f"{told['month']}: charge {totals['charge']}; original value {totals['original_start']} "
            f"+ added {totals['additions']} - left {totals['disposals']} + changed {totals['changes']} "
            f"= {totals['original_end']}; accumulated {totals['accum_end']}, net {totals['net_end']}"
        )
    _show(title, _CHARGED, told["assets"], language, numbers=4)


@contextmanager
def _books(share_path: Path | None) -> Iterator[Bookkeeping]:
    """Open the books of a school as they are now."""
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - loads the ledger

    share = open_share(share_path)
    with share.open_ledger() as ledger:
        yield books_as_of(share, ledger)
