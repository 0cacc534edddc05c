"""``houqin history``: every version of one row, newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from schemas.books import KEY_SEPARATOR
from schemas.normal import code_text
from schemas.register import Register
from sync.commands.common import (
    console,
    open_share,
    output_options,
    plain,
    print_json,
    share_option,
    show_table,
    status_word,
)
from sync.commands.rows import register_named
from sync.ledger import Ledger


@click.command("history")
@click.argument("register_id", metavar="REGISTER")
@click.argument("key", nargs=-1, required=True)
@share_option
@output_options
def command(*, register_id: str, key: tuple[str, ...], share_path: Path | None, as_json: bool, language: str) -> None:
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
        decided = _decisions(ledger, register.id)
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
            "_decision": decided.get((row["_from"], row["_key"])),
        }
        for row in versions
    ]
    if as_json:
        print_json(found)
        return
    if not found:
        said = " / ".join(key)
        console().print(
            f"{register.title} {said}：从未入账，请核对编号；还没有收的行见 houqin rows {register.id} --status held"
            if language == "zh"
            else f"{register.title_en} {said}: never in the ledger; check the key. What was not taken yet:"
            f" houqin rows {register.id} --status held",
            markup=False,
            soft_wrap=True,
        )
        return
    _show(register, found, language)


def _show(register: type[Register], found: Sequence[Mapping[str, Any]], language: str) -> None:
    """Print the versions as columns: one line per field, newest first."""
    chinese = language == "zh"
    fields = [
        (column.title if chinese else column.title_en, [row[column.name] for row in found])
        for column in register.columns
        if any(row[column.name] is not None for row in found)
    ]
    sources = [f"[{row['_source']['workbook']}]{row['_source']['sheet']}!{row['_source']['row']}" for row in found]
    head = [
        ("状态" if chinese else "status", [status_word(str(row["_status"]), language) for row in found]),
        ("来源" if chinese else "source", sources),
        ("时间" if chinese else "at", [str(row["_at"])[:16].replace("T", " ") for row in found]),
    ]
    if any(row["_decision"] for row in found):
        head.append(("决定" if chinese else "decided", [_said(row["_decision"]) for row in found]))
    versions = [f"第 {row['_revision']} 版" if chinese else f"revision {row['_revision']}" for row in found]
    show_table(register.title, ["", *versions], [(name, *values) for name, values in (*head, *fields)])


def _decisions(ledger: Ledger, register_id: str) -> dict[tuple[int, str], dict[str, Any]]:
    """Return what somebody decided about rows of a register, by revision and key."""
    found = {}
    for row in ledger.table("decision").to_dicts():
        details = json.loads(row["details"])
        if details.get("register") == register_id:
            said = {name: details.get(name) for name in ("take", "reason")}
            place = (row["revision_from"], KEY_SEPARATOR.join(details["key"]))
            found[place] = {"who": row["who"], "what": row["what"], **said}
    return found


def _said(decision: Mapping[str, Any] | None) -> str:
    """Return a decision in a few words: what was taken, who decided, why."""
    if decision is None:
        return ""
    return " ".join(filter(None, (decision["take"] or decision["what"], decision["who"], decision["reason"])))


def _keys(ledger: Ledger, register_id: str, key: str) -> list[str]:
    """Return a key with the numbers that it had before they were corrected, and after."""
    pairs = ledger.table("rekeyed", register=register_id).select("old_key", "new_key").rows()
    chain = [key]
    for known in chain:
        chain += [old for old, new in pairs if new == known and old not in chain]
        chain += [new for old, new in pairs if old == known and new not in chain]
    return chain
