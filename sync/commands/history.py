"""``houqin history``: every version of one row, newest first."""

from __future__ import annotations

from pathlib import Path

import click

from schemas.books import KEY_SEPARATOR
from schemas.normal import code_text
from sync.commands.common import open_share, output_options, plain, print_json, share_option, show_table
from sync.commands.rows import register_named
from sync.ledger import Ledger


@click.command("history")
@click.argument("register_id", metavar="REGISTER")
@click.argument("key", nargs=-1, required=True)
@share_option
@output_options
def command(
    *, register_id: str, key: tuple[str, ...], share_path: Path | None, as_json: bool, language: str
) -> None:
    """Show every version of one row, newest first, with where it came from and when.

    KEY is the business key, one word per part: a receipt is its number and line.

    Example: houqin history stock_receipt RK-202611-0001 1 --share school
    """
    share = open_share(share_path)
    register = register_named(share, register_id)
    if len(key) != len(register.key):
        parts = " ".join(register.column(name).title for name in register.key)
        count = len(register.key)
        message = f"{register.title}的键由 {count} 部分组成：{parts}。 The key has {count} parts."
        raise click.UsageError(message)
    with share.open_ledger() as ledger:
        chain = _keys(ledger, register.id, KEY_SEPARATOR.join(code_text(part) for part in key))
        versions = [row for each in chain for row in ledger.history(register, each).iter_rows(named=True)]
        titles = {row["path"]: row["title"] for row in ledger.table("workbook").to_dicts()}
    versions.sort(key=lambda row: row["_version"], reverse=True)
    found = [
        {
            **plain({name: row[name] for name in register.names()}),
            "_status": row["_status"],
            "_revision": row["_from"],
            "_until": row["_to"],
            "_at": None if row["_from_at"] is None else row["_from_at"].isoformat(),
            "_source": {
                "workbook": titles.get(row["_workbook"], row["_workbook"]),
                "sheet": row["_sheet"],
                "row": row["_row"],
                "sha256": row["_sha256"],
            },
        }
        for row in versions
    ]
    if as_json:
        print_json(found)
        return
    chinese = language == "zh"
    own = [column.title if chinese else column.title_en for column in register.columns]
    headers = [*(("版次", "状态", "来源") if chinese else ("revision", "status", "source")), *own]
    rows = [
        (
            row["_revision"],
            row["_status"],
            f"[{row['_source']['workbook']}]{row['_source']['sheet']}!{row['_source']['row']}",
            *(row[name] for name in register.names()),
        )
        for row in found
    ]
    show_table(f"{register.title} {' / '.join(key)}", headers, rows)


def _keys(ledger: Ledger, register_id: str, key: str) -> list[str]:
    """Return a key with the numbers that it had before they were corrected, and after."""
    pairs = ledger.table("rekeyed", register=register_id).select("old_key", "new_key").rows()
    chain = [key]
    for known in chain:
        chain += [old for old, new in pairs if new == known and old not in chain]
        chain += [new for old, new in pairs if old == known and new not in chain]
    return chain
