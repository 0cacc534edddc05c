"""``houqin rows``: the rows of a register, now or as of any revision or moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import polars as pl

from schemas.register import Register
from sync.bookkeeping import Bookkeeping
from sync.commands.common import (
    columns_that_fit,
    console,
    open_share,
    output_options,
    plain,
    print_json,
    share_option,
    show_table,
    status_word,
)
from sync.completed import completed, is_completed
from sync.derived import derived_rows, is_derived
from sync.held import rows_of
from sync.ledger import Ledger
from sync.ledger_books import books_as_of
from sync.share import Share

STATUSES = ("accepted", "missing", "withdrawn", "held", "conflict", "all")
IN_LEDGER = ("accepted", "missing", "withdrawn")


@click.command("rows")
@click.argument("register_id", metavar="REGISTER")
@click.option("--as-of", "as_of", metavar="REVISION|TIME", help="A revision number or a moment (2026-11-22T18:00).")
@click.option("--status", type=click.Choice(STATUSES), help="Only these rows.  [default: those in the books]")
@share_option
@output_options
def command(
    *, register_id: str, as_of: str | None, status: str | None, share_path: Path | None, as_json: bool, language: str
) -> None:
    """List the rows of a register: those in the books, or those of one status.

    In the books are accepted rows and missing ones (gone from their workbook, not yet confirmed).

    Example: houqin rows stock_receipt --share school --as-of 3
    """
    share = open_share(share_path)
    register = register_named(share, register_id)
    with share.open_ledger() as ledger:
        revision = None if as_of is None else revision_named(share, ledger, as_of)
        if is_derived(register) and (not register.is_written() or status in (None, *IN_LEDGER[:2])):
            found = made(books_as_of(share, ledger, revision), register, status)
        else:
            books = books_as_of(share, ledger, revision) if is_completed(register) else None
            found = listed(ledger, register, status, revision, books)
    if as_json:
        print_json(found)
        return
    show_rows(register, found, language)


def show_rows(register: type[Register], found: Sequence[Mapping[str, Any]], language: str) -> None:
    """Print rows with as many columns as fit; the rest is in the JSON."""
    out = console()
    columns = columns_that_fit(register, found, out.width - 40)
    chinese = language == "zh"
    own = [column.title if chinese else column.title_en for column in columns]
    rows = [
        [
            *(row[column.name] for column in columns),
            status_word(str(row["_status"]), language),
            _place(row["_source"]),
        ]
        for row in found
    ]
    tail = ("状态", "来源") if chinese else ("status", "source")
    show_table(f"{register.title} ({len(rows)})", [*own, *tail], rows)
    left = len(register.columns) - len(columns)
    if left:
        out.print(f"另有 {left} 栏未显示，见 --json" if chinese else f"{left} more columns are in --json", markup=False)


def _place(source: Mapping[str, Any]) -> str:
    """Return workbook and row, the workbook alone where a row comes from no sheet."""
    return str(source["workbook"]) if source["row"] is None else f"{source['workbook']}!{source['row']}"


def register_named(share: Share, register_id: str) -> type[Register]:
    """Return a register in use by its id or title.

    Raises:
        click.UsageError: there is none.
    """
    for known in share.registers.values():
        if register_id in (known.id, known.title):
            return known
    choices = "、".join(share.registers)
    message = f"没有登记表“{register_id}”，可用：{choices}。 No register {register_id}."
    raise click.UsageError(message)


_LONGEST_NUMBER = 18
"""Digits that a database keeps as a whole number."""


def revision_named(share: Share, ledger: Ledger, text: str) -> int:
    """Return the revision that a number or a moment names; a moment without a zone is the school's.

    Raises:
        click.UsageError: it is neither, or a revision that there is not yet.
    """
    if text.isascii() and text.isdigit():
        newest = ledger.head().number
        if len(text) > _LONGEST_NUMBER or int(text) > newest:
            message = f"还没有第 {text} 版，最新为第 {newest} 版。 There is no revision {text} yet."
            raise click.UsageError(message)
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        aware = (moment if moment.tzinfo else moment.replace(tzinfo=share.config.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        message = f"“{text}”不是版本号或时间，如 3 或 2026-11-22T18:00。 Not a revision or a moment."
        raise click.UsageError(message) from exc
    return ledger.revision_at(aware)


def listed(
    ledger: Ledger,
    register: type[Register],
    status: str | None,
    revision: int | None,
    books: Bookkeeping | None = None,
) -> list[dict[str, Any]]:
    """Return rows as the command line promises them: fields, ``_status``, ``_source``, ``_revision``.

    With ``books`` of the same revision, what they add to rows in the ledger stands in its columns.
    """
    from sync.standing import decoded  # noqa: PLC0415 - beside its use

    titles = {row["path"]: row["title"] for row in ledger.table("workbook", as_of=revision).to_dicts()}
    found: list[dict[str, Any]] = []
    if status is None or status in (*IN_LEDGER, "all"):
        wanted = {None: IN_LEDGER[:2], "all": IN_LEDGER}.get(status, (status,))
        frame = ledger.rows(register, as_of=revision, statuses=[each for each in wanted if each])
        frame = frame if books is None else completed(frame, register, books)
        found += [_as_promised(register, row, titles) for row in frame.iter_rows(named=True)]
    if status in ("held", "conflict", "all"):
        table = ledger.table("held", as_of=revision, register=register.id)
        stored = [decoded(row, "payload", "findings") for row in table.to_dicts()]
        kept = [row for row in stored if status in ("all", _held_status(row))]
        frame = rows_of(register, kept, 0)
        found += [
            _as_promised(register, {**cells, **_held_meta(row)}, titles)
            for row, cells in zip(kept, frame.iter_rows(named=True), strict=True)
        ]
    return found


def made(books: Bookkeeping, register: type[Register], status: str | None) -> list[dict[str, Any]]:
    """Return the rows of a register that the program makes, in the same form; its workbook is the program."""
    rows = derived_rows(books, register)
    kept = rows if status in (None, "all") else rows.filter(pl.col("_status") == status)
    return [_as_promised(register, row, {}) for row in kept.iter_rows(named=True)]


def _held_status(row: Mapping[str, Any]) -> str:
    """Return the status of a row that is not in the books: behind a safe stop it is held."""
    return "conflict" if row["reason"] == "conflict" else "held"


def _held_meta(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "_status": _held_status(row),
        "_workbook": row["workbook"],
        "_sheet": row["sheet"],
        "_row": row["row_number"],
        "_sha256": row["sha256"],
        "_from": row["revision_from"],
        "_findings": [each["code"] for each in (*row["payload"]["reading"], *row["findings"])],
    }


def _as_promised(register: type[Register], row: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    shown = plain({name: row[name] for name in register.names()})
    source = {
        "workbook": titles.get(row["_workbook"], row["_workbook"]),
        "sheet": row["_sheet"],
        "row": row["_row"],
        "sha256": row["_sha256"],
    }
    extra = {"_findings": row["_findings"]} if "_findings" in row else {}
    return {**shown, "_status": row["_status"], "_source": source, "_revision": row["_from"], **extra}
