"""``houqin confirm``: what waits for somebody's confirmation, and confirming it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemas.books import key_parts
from sync.commands.common import (
    console,
    open_share,
    output_options,
    plain,
    print_json,
    share_option,
    show_table,
)
from sync.commands.decide import carry_out, ids_given, reason_option, user_name

if TYPE_CHECKING:
    from sync.decisions import MissingRow
    from sync.standing import Standing

_WILL = {
    "missing": ("确认后该行作废撤销", "confirmed, the row is withdrawn"),
    "lost": ("确认后消失的行列为疑似删除", "confirmed, the rows that left are listed as missing"),
    "changed": ("确认后按新内容入账", "confirmed, the changed rows are taken"),
    "vanished": ("确认后视为文件已移走，行保留", "confirmed, the workbook counts as gone; its rows stay"),
}
_KINDS = {
    "missing": ("疑似删除", "missing"),
    "lost": ("大量行消失", "many rows gone"),
    "changed": ("全部行变动", "all rows changed"),
    "vanished": ("文件夹为空或离线", "folder empty or offline"),
}


@click.command("confirm")
@click.argument("ids", metavar="[ID...]", nargs=-1, callback=ids_given)
@reason_option
@share_option
@output_options
def command(*, ids: tuple[str, ...], reason: str, share_path: Path | None, as_json: bool, language: str) -> int | None:
    """Confirm missing rows, which are withdrawn, and safe stops, which go on; without ids list what waits.

    A withdrawal that would leave less than nothing in stock is refused (VOID-STOCK). A row that was
    restored meanwhile has no such id any more.

    Example: houqin confirm stock_receipt:12 --reason 重复登记 --share school
    """
    from sync.decisions import Orders, missing_rows  # noqa: PLC0415 - polars is not needed for the help
    from sync.standing import Standing  # noqa: PLC0415

    share = open_share(share_path)
    if ids:
        orders = Orders(user_name(), confirms=ids, reason=reason)
        return carry_out(share, orders, language, as_json=as_json)
    with share.open_ledger() as ledger:
        standing = Standing.of(ledger)
        missing = missing_rows(ledger, share.registers.values())
    found = waiting(standing, missing)
    if as_json:
        print_json(found)
        return None
    _show(found, missing, language)
    return None


def waiting(standing: Standing, missing: list[MissingRow]) -> list[dict[str, Any]]:
    """Return what waits for confirmation as the command line promises it: safe stops, then missing rows."""
    from sync.decisions import stop_id  # noqa: PLC0415 - polars is not needed for the help

    stops = [
        {
            "id": stop_id(row),
            "kind": row["code"],
            "workbook": standing.title(row["workbook"]),
            "register": None,
            "key": [],
            "count": row["details"]["count"],
            "of": row["details"]["known"],
            "cells": {},
        }
        for row in standing.stops
    ]
    rows = [
        {
            "id": row.id,
            "kind": "missing",
            "workbook": standing.title(row.cells["_workbook"]),
            "register": row.register.id,
            "key": list(key_parts(row.cells["_key"])),
            "count": 1,
            "of": None,
            "cells": plain({name: row.cells[name] for name in row.register.names()}),
        }
        for row in missing
    ]
    return [*stops, *rows]


def _show(found: list[dict[str, Any]], missing: list[MissingRow], language: str) -> None:
    english = language == "en"
    if not found:
        console().print("nothing waits for confirmation" if english else "没有等待确认的事", markup=False)
        return
    titles = {row.register.id: row.register.title_en if english else row.register.title for row in missing}
    rows = []
    for each in found:
        counts = " / ".join(each["key"]) if each["of"] is None else f"{each['count']} / {each['of']}"
        kind, will = _KINDS[each["kind"]][english], _WILL[each["kind"]][english]
        rows.append((each["id"], kind, each["workbook"], titles.get(each["register"], ""), counts, will))
    headers = (
        ("id", "kind", "workbook", "register", "key or rows", "what will happen")
        if english
        else ("编号", "种类", "工作簿", "登记表", "关键字或行数", "确认后")
    )
    show_table("", headers, rows)
    said = f"houqin confirm {found[0]['id']} --reason …"
    console().print(("confirm: " if english else "确认：") + said, markup=False, soft_wrap=True)
