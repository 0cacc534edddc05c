"""``houqin count``: from the plan over the count sheets and the differences to what was posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.commands.common import (
    DONE,
    HELD,
    Output,
    console,
    open_share,
    output_options,
    plain,
    print_json,
    share_option,
    show_table,
)

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping
    from sync.counting import Session
    from sync.ledger import Ledger
    from sync.share import Share


@click.group("count", invoke_without_command=True)
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - the options of ``plan``
    """Count goods and assets; without a further word, list the plans and how far they are.

    Example: houqin count --share school
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(plan, plan_no=None, **options)


@command.command("plan")
@click.argument("plan_no", required=False, metavar="[PLAN_NO]")
@share_option
@output_options
def plan(*, plan_no: str | None, share_path: Path | None, as_json: bool, language: str) -> None:
    """List the plans: what was counted of each, what is missing, how far its differences are.

    Example: houqin count plan PD-202611-01 --share school
    """
    from sync.count_reports import progress  # noqa: PLC0415 - costs start-up time

    with _opened(share_path) as (_, ledger, books):
        found = [progress(session) for session in _sessions(books, ledger, plan_no)]
    if as_json:
        print_json(found)
        return
    headers = ("计划", "范围", "基准时间", "状态", "应盘", "已盘", "搁置", "漏盘", "缺表", "差异", "未批", "已调账")
    if language == "en":
        headers = ("plan", "scope", "cut-off", "state", "lines", "counted", "held", "left out", "sheets missing",
                   "differences", "not approved", "posted")  # fmt: skip
    rows = (_plan_row(each, language) for each in found)
    show_table("盘点计划" if language == "zh" else "Count plans", headers, rows, numbers=8)
    for each in found:
        if each["sheets"]["missing"]:
            words = "盘点表缺号" if language == "zh" else "sheets missing"
            console().print(f"{words}: {'、'.join(each['sheets']['missing'])}", markup=False, soft_wrap=True)


_STATES = {
    "未开始": "not begun",
    "盘点中": "counting",
    "待说明": "to be explained",
    "待审批": "to be approved",
    "未结清": "open",
    "已完成": "done",
}


def _state(told: Mapping[str, Any], language: str) -> str:
    return str(told["state"]) if language == "zh" else _STATES[told["state"]]


def _plan_row(told: Mapping[str, Any], language: str) -> Sequence[object]:
    lines, differences = told["lines"], told["differences"]
    return (
        *(told["plan_no"], told["scope"], f"{told['cutoff']:%Y-%m-%d %H:%M}", _state(told, language)),
        lines["expected"],
        *(lines["counted"], lines["held"], lines["not_counted"], len(told["sheets"]["missing"])),
        *(differences["total"], differences["unexplained"] + differences["waiting"], differences["posted"]),
    )


@command.command("sheet")
@click.argument("plan_no", metavar="PLAN_NO")
@click.option("--room", metavar="R", help="Only this room: its code or its exact name.")
@click.option("--open", "columns", flag_value="open", help="Show the quantities of the books.")
@click.option("--blind", "columns", flag_value="blind", help="Do not show them.  [default: as the plan says]")
@click.option("--replace", is_flag=True, help="Write over sheets that lie there.")
@click.option("-o", "--output", type=Output(file_okay=False), help="The folder.")
@share_option
@output_options
def sheet(
    *,
    plan_no: str,
    room: str | None,
    columns: str | None,
    replace: bool,
    output: Path | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Write the count sheets of a plan, one workbook for every room, to be printed and filled.

    They are filled and saved in the folder of a department; the program does not write there. Without -o
    they lie in published/盘点表, to be copied.

    Example: houqin count sheet PD-202611-01 --share school -o 盘点表
    """
    from sync.books.count_forms import BLIND, OPEN, count_sheets, usual_columns  # noqa: PLC0415
    from sync.count_sheets import FOLDER, write_sheets  # noqa: PLC0415

    with _opened(share_path) as (share, ledger, books):
        session = _sessions(books, ledger, plan_no)[0]
        shown = {"open": OPEN, "blind": BLIND, None: usual_columns(session.plan)}[columns]
        all_sheets = count_sheets(session.plan, session.expected, books.books, shown)
        sheets = [each for each in all_sheets if room in (None, each.room, each.room_name)]
        if not sheets:
            message = f"计划 {plan_no} 不盘“{room}”。 The plan does not count this room."
            raise click.UsageError(message)
        folder = output or share.path / "published" / FOLDER / plan_no
        if not replace:
            _not_there_yet([folder / each.file_name for each in sheets])
        written = write_sheets(sheets, folder, share.config.school, language, books.books)
        told = [
            {"sheet_no": each.sheet_no, "room": each.room, "room_name": each.room_name}
            | {"lines": len(each.lines), "path": str(path)}
            for each, path in written
        ]
    if as_json:
        print_json({"plan_no": plan_no, "sheets": told})
        return
    headers = ("表号", "地点", "行数", "文件") if language == "zh" else ("sheet", "room", "lines", "file")
    rows = ((each["sheet_no"], each["room_name"] or each["room"], each["lines"], each["path"]) for each in told)
    show_table(plan_no, headers, rows)


def _not_there_yet(paths: Sequence[Path]) -> None:
    """Refuse to write over workbooks that somebody may have filled already."""
    there = [path.name for path in paths if path.exists()]
    if there:
        named = "、".join(there[:3]) + (" …" if len(there) > 3 else "")
        message = f"已有 {named}，可能已经填写；确要重写请加 --replace。 Already there; add --replace to overwrite."
        raise click.UsageError(message)


@command.command("differences")
@click.argument("plan_no", metavar="PLAN_NO")
@share_option
@output_options
@click.pass_context
def differences(ctx: click.Context, *, plan_no: str, share_path: Path | None, as_json: bool, language: str) -> None:
    """Compare every counted line with the books at the cut-off, and list what was not counted.

    What moved between cut-off and count is taken back. Leaves with 3 while something still waits.

    Example: houqin count differences PD-202611-01 --share school
    """
    from sync.count_reports import DONE as SETTLED  # noqa: PLC0415
    from sync.count_reports import told_differences  # noqa: PLC0415

    with _opened(share_path) as (_, ledger, books):
        session = _sessions(books, ledger, plan_no)[0]
        told = told_differences(session, _titles(ledger))
    if as_json:
        print_json(_exact(told))
    else:
        _show_differences(told, language)
    ctx.exit(DONE if told["state"] == SETTLED else HELD)


def _show_differences(told: Mapping[str, Any], language: str) -> None:
    chinese, out, sums = language == "zh", console(), told["summary"]
    names = ("sheet_no", "line_no", "room", "code", "name_spec", "book_qty", "qty_at_cutoff", "diff_qty")
    differing = [each for each in told["lines"] if each["diff_kind"] not in (None, "账实相符")]
    _show(
        f"{told['plan_no']} {_state(told, language)}",
        (*names, "diff_amount", "diff_kind", "status"),
        differing,
        language,
    )
    words = "盘点{lines}行，相符{agreeing}行，不符{differing}行，准确率{rate}%，盘盈{over}元，盘亏{short}元"
    if not chinese:
        words = (
            "lines {lines}, agreeing {agreeing}, differing {differing}, accuracy {rate} %, over {over}, short {short}"
        )
    rate = "—" if sums["accuracy_rate"] is None else sums["accuracy_rate"]
    amounts = {"over": sums["surplus"]["amount"], "short": sums["shortage"]["amount"]}
    out.print(words.format(**sums, **amounts, rate=rate), markup=False, soft_wrap=True)
    lists = (
        ("漏盘" if chinese else "not counted", [_missing_name(each) for each in told["not_counted"]]),
        ("盘点表缺号" if chinese else "sheets missing", told["missing_sheets"]),
        ("搁置" if chinese else "held", [_held_name(each) for each in told["held"]]),
    )
    for title, named in lists:
        if named:
            out.print(f"{title} ({len(named)}): {'、'.join(named)}", markup=False, soft_wrap=True)


_WORDS = {
    "sheet_no": ("表号", "sheet"),
    "line_no": ("序号", "line"),
    "room": ("地点", "room"),
    "code": ("编号", "code"),
    "name_spec": ("名称", "name"),
    "book_qty": ("账面", "books"),
    "qty_at_cutoff": ("实存", "counted"),
    "diff_qty": ("盈亏", "difference"),
    "diff_amount": ("金额", "amount"),
    "diff_kind": ("类型", "kind"),
    "status": ("状态", "status"),
    "amount": ("记账金额", "posted"),
    "post_date": ("记账日期", "on"),
    "adj_doc": ("调整单号", "document"),
    "approver": ("批准人", "approver"),
}
"""Columns of the tables with their headers."""


def _show(title: str, names: Sequence[str], rows: Sequence[Mapping[str, Any]], language: str) -> None:
    cells = ({**row, "code": row["asset_no"] or row["item_code"]} for row in rows)
    headers = [_WORDS[name][language == "en"] for name in names]
    show_table(title, headers, ([row[name] for name in names] for row in cells))


def _missing_name(line: Mapping[str, Any]) -> str:
    why = f"[{line['codes']}]" if line["codes"] else ""
    return f"{line['room']} {line['asset_no'] or line['item_code']} {line['name_spec']}{why}"


def _held_name(line: Mapping[str, Any]) -> str:
    return f"{line['sheet_no']}/{line['line_no']} [{'、'.join(line['codes'])}]"


@command.command("post")
@click.argument("plan_no", metavar="PLAN_NO")
@click.option("-o", "--output", type=Output(dir_okay=False), help="Write the results still to be explained.")
@share_option
@output_options
@click.pass_context
def post(
    ctx: click.Context, *, plan_no: str, output: Path | None, share_path: Path | None, as_json: bool, language: str
) -> None:
    """Show what approved differences have posted, and what the others wait for.

    A difference is posted by its row of 盘盈盘亏处理表 as soon as that is approved at the right level. -o writes
    such a workbook with the differing lines that have no row yet, to be explained and approved in the folder of
    a department. Leaves with 3 while something still waits.

    Example: houqin count post PD-202611-01 --share school -o 盘盈盘亏处理表.xlsx
    """
    from sync.count_reports import DONE as SETTLED  # noqa: PLC0415
    from sync.count_reports import told_postings  # noqa: PLC0415
    from sync.count_sheets import write_results  # noqa: PLC0415

    with _opened(share_path) as (share, ledger, books):
        session = _sessions(books, ledger, plan_no)[0]
        told = told_postings(session, books)
        if output is not None:
            told["rows"] = write_results(session, output, share.config.school, language, books.books)
    told["workbook"] = None if output is None else str(output)
    if as_json:
        print_json(_exact(told))
    else:
        _show_postings(told, language)
    ctx.exit(DONE if told["state"] == SETTLED else HELD)


def _show_postings(told: Mapping[str, Any], language: str) -> None:
    chinese, names = language == "zh", ("sheet_no", "line_no", "room", "code", "name_spec")
    changed = ("diff_qty", "amount", "post_date", "adj_doc", "approver")
    _show("已调账" if chinese else "Posted", (*names, *changed), told["posted"], language)
    still = ("diff_kind", "diff_qty", "diff_amount", "status")
    _show("待处理" if chinese else "Waiting", (*names, *still), told["waiting"], language)
    if told["workbook"]:
        said = f"已写入 {told['workbook']}（{told['rows']}行）" if chinese else f"written: {told['workbook']}"
        console().print(said, markup=False, soft_wrap=True)


@contextmanager
def _opened(share_path: Path | None) -> Iterator[tuple[Share, Ledger, Bookkeeping]]:
    """Open a school for reading: its folder, its ledger and its books."""
    from sync.ledger_books import books_as_of  # noqa: PLC0415

    share = open_share(share_path)
    with share.open_ledger() as ledger:
        yield share, ledger, books_as_of(share, ledger)


def _sessions(books: Bookkeeping, ledger: Ledger, plan_no: str | None) -> list[Session]:
    """Return the sessions asked for, one at least where a plan is named.

    Raises:
        click.UsageError: there is no such plan in the books.
    """
    from sync.counting import PLAN, sessions  # noqa: PLC0415

    found = sessions(books, ledger, plan_no)
    if plan_no is not None and not found:
        rows = books.rows(PLAN)
        known = "、".join([] if rows is None else rows["plan_no"].sort())
        message = f"没有盘点计划“{plan_no}”，已有：{known or '—'}。 There is no plan {plan_no}."
        raise click.UsageError(message)
    return found


def _titles(ledger: Ledger) -> dict[str, str]:
    return {row["path"]: row["title"] for row in ledger.table("workbook").to_dicts()}


def _exact(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return a document with its decimals as exact strings."""
    if isinstance(value, Mapping):
        return plain({name: _exact(each) for name, each in value.items()})
    return [_exact(each) for each in value] if isinstance(value, list) else value
