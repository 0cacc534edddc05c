"""``houqin conflicts``: what two workbooks state differently, and settling it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemas.books import key_parts
from schemas.register import all_registers
from sync.choices import conflict_id, place_of
from sync.commands.common import console, open_share, output_options, print_json, share_option, show_table
from sync.commands.decide import carry_out, ids_given, reason_option, user_name
from sync.takes import Take

if TYPE_CHECKING:
    from sync.standing import Standing

TAKE_WORDS = {
    Take.OURS: ("采用总账", "the ledger's row"),
    Take.THEIRS: ("采用工作簿", "the workbook's row"),
    Take.BASE: ("恢复原值", "back to the base"),
}


@click.group("conflicts", invoke_without_command=True)
@share_option
@output_options
@click.pass_context
def command(ctx: click.Context, *, share_path: Path | None, as_json: bool, language: str) -> None:
    """List open conflicts: rows that two workbooks state differently, and every cell in question.

    An id stands for a conflict exactly as it is: when one of its sides changes, it gets another id.

    Example: houqin conflicts --share school
    """
    if ctx.invoked_subcommand is not None:
        return
    from sync.standing import Standing  # noqa: PLC0415 - polars is not needed for the help

    share = open_share(share_path)
    with share.open_ledger() as ledger:
        standing = Standing.of(ledger)
    found = [listed(standing, row) for row in standing.conflicts]
    if as_json:
        print_json(found)
        return
    _show(found, language)


@command.command("resolve")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, callback=ids_given)
@click.option(
    "--take",
    required=True,
    type=click.Choice([take.value for take in Take]),
    help="ours: the ledger's row; theirs: the workbook's; base: as it was before.",
)
@reason_option
@share_option
@output_options
@click.pass_context
def resolve(
    ctx: click.Context,
    *,
    ids: tuple[str, ...],
    take: str,
    reason: str,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Settle conflicts: the ledger's row stays, the workbook's is taken, or the row goes back to its base.

    What is taken is judged by all rules again; a rule that holds it is told, and it is tried again in
    every run. Both workbooks may change the row as usual afterwards.

    Example: houqin conflicts resolve C12 --take ours --share school
    """
    from sync.decisions import Orders  # noqa: PLC0415 - polars is not needed for the help

    given = share_path or (ctx.parent.params["share_path"] if ctx.parent else None)
    orders = Orders(user_name(), {name.upper(): Take(take) for name in ids}, reason=reason)
    return carry_out(open_share(given), orders, language, as_json=as_json)


def listed(standing: Standing, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a conflict as the command line promises it: the cells that differ, and the group they belong to."""
    chosen = standing.choices.get(place_of(row))
    sides = [row[name] for name in ("base", "ours", "theirs") if row[name] is not None]

    def cells(side: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if side is None else {name: side.get(name) for name in row["fields"]}

    return {
        "id": conflict_id(row["version_id"]),
        "register": row["register"],
        "key": list(key_parts(row["row_key"])),
        "workbook": standing.title(row["workbook"]),
        "other_workbook": standing.title(row["other_workbook"]) if row["other_workbook"] else None,
        "fields": [name for name in row["fields"] if len({side.get(name) for side in sides}) > 1],
        "group": row["fields"],
        "base": cells(row["base"]),
        "ours": cells(row["ours"]),
        "theirs": cells(row["theirs"]),
        "decided": str(chosen[1]) if chosen else None,
    }


def _show(found: list[dict[str, Any]], language: str) -> None:
    """Print one line per cell in question."""
    chinese = language == "zh"
    if not found:
        console().print("没有冲突" if chinese else "no conflicts", markup=False)
        return
    headers = (
        ("编号", "登记表", "关键字", "栏目", "原值", "总账 ours", "工作簿 theirs", "工作簿", "总账来源", "已决定")
        if chinese
        else ("id", "register", "key", "field", "base", "ours", "theirs", "workbook", "ledger from", "decided")
    )
    rows = []
    for conflict in found:
        register = all_registers()[conflict["register"]]
        title = register.title if chinese else register.title_en
        decided = TAKE_WORDS[Take(conflict["decided"])][not chinese] if conflict["decided"] else ""
        for place, field in enumerate(conflict["fields"]):
            column = register.column(field)
            sides = [(conflict[side] or {}).get(field) for side in ("base", "ours", "theirs")]
            first = (conflict["id"], title, " / ".join(conflict["key"])) if place == 0 else ("", "", "")
            last = (conflict["workbook"], conflict["other_workbook"], decided) if place == 0 else ("", "", "")
            rows.append((*first, column.title if chinese else column.title_en, *sides, *last))
    show_table(f"冲突 ({len(found)})" if chinese else f"conflicts ({len(found)})", headers, rows)
    told = "houqin conflicts resolve {} --take ours|theirs|base".format(found[0]["id"])
    console().print(("处理：" if chinese else "settle: ") + told, markup=False, soft_wrap=True)
