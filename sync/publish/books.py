"""What of the ledger is published for the add-in: which rows go into one file, and what is left out of them."""

from __future__ import annotations

import hashlib
import io
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.register import all_registers
from sync.canonical import content_hashes
from sync.choices import RESOLVE
from sync.held import typed_cells
from sync.memory import WITHDRAWN
from sync.publish.manifest import LAYOUT, personal_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schemas.register import Register

ROWS_OF_A_FILE = 10_000
"""Rows in force of one month, or of a table, that are aimed at: a changed row rewrites its file."""
PAST_OF_A_FILE = 5_000
"""Versions that are over: files only ever grow at the end."""
TABLES = ("workbook", "held", "claim", "finding", "conflict", "stop", "page", "decision", "rekeyed")
"""The ledger's own tables that decisions, and people who ask for the state of their rows, need."""
CLOSED = ("month_close", "month_balance")
"""The tables of closed months."""
WITH_PAST = ("workbook", "claim")
"""Tables of which versions that are over are needed: a marked copy goes back to what was then."""
DECIDED = ("proceed", RESOLVE)
"""Decisions that later runs look at."""


def parts_for(rows: int) -> int:
    """Return into how many files so many rows go: a power of two, so that it seldom changes."""
    parts = 1
    while rows > parts * ROWS_OF_A_FILE:
        parts *= 2
    return parts


def in_part(version: str, part: int, parts: int) -> pl.Expr:
    """Tell which rows belong to one of several files: versions never change, and a new one is in one file."""
    return pl.col(version) % parts == part


def source_of(shape: str, *made_of: object) -> str:
    """Return the hash of what a file is made of."""
    return hashlib.sha256(json.dumps([LAYOUT, shape, *made_of]).encode()).hexdigest()


def file_bytes(rows: pl.DataFrame) -> bytes:
    """Return rows as an Arrow file; equal rows give equal bytes."""
    target = io.BytesIO()
    rows.rechunk().write_ipc(target, compression="zstd")
    return target.getvalue()


def public_rows(register: type[Register], rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of a register without personal numbers.

    Their hash covers what is published: from one over everything the few digits of a telephone number
    could be guessed.
    """
    personal = personal_columns(register)
    if not personal:
        return rows
    blank = rows.with_columns(pl.lit(None, rows.schema[name]).alias(name) for name in personal)
    return blank.with_columns(content_hashes(register, blank))


def public_table(
    name: str, rows: pl.DataFrame, versions: Callable[[type[Register], Sequence[str]], pl.DataFrame]
) -> pl.DataFrame:
    """Return rows of one of the ledger's own tables without personal numbers and without what nobody needs.

    ``versions`` returns all versions of some keys of a register.
    """
    if name == "decision":
        return rows.filter(pl.col("what").is_in(DECIDED)).with_columns(pl.lit(None, pl.String).alias("who"))
    if name == "claim":
        return _public_claims(rows, versions)
    personal = {register.id: register for register in _with_personal_columns()}
    for column in _CELLS.get(name, ()):
        texts = [
            _without(text, personal[register]) if register in personal else text
            for register, text in rows.select("register", column).iter_rows()
        ]
        rows = rows.with_columns(pl.Series(column, texts, pl.String))
    return rows


_CELLS = {"conflict": ("base", "ours", "theirs"), "held": ("payload",)}
"""Tables that hold cells of rows, in these columns."""


def _public_claims(
    claims: pl.DataFrame, versions: Callable[[type[Register], Sequence[str]], pl.DataFrame]
) -> pl.DataFrame:
    """Return claims whose cells and hashes do not cover personal numbers."""
    for register in _with_personal_columns():
        own = claims.filter(pl.col("register") == register.id)
        if own.is_empty():
            continue
        known = public_rows(register, versions(register, own["row_key"].to_list()))
        hashes = dict(known.select("_version", "_hash").iter_rows())
        changed = [_public_claim(register, row, hashes) for row in own.iter_rows(named=True)]
        fresh = pl.DataFrame(changed, schema=claims.schema, orient="row")
        claims = pl.concat([claims.filter(pl.col("register") != register.id), fresh]).sort("version_id")
    return claims


def _public_claim(register: type[Register], claim: Mapping[str, Any], hashes: Mapping[int, str]) -> dict[str, Any]:
    content = claim["content"] and _without(claim["content"], register)
    stated = claim["content_hash"]
    if content is not None:
        cells = typed_cells(register, content)
        schema = {column.name: column.dtype for column in register.columns}
        row = pl.DataFrame([{name: cells[name] for name in schema}], schema=schema, orient="row")
        stated = content_hashes(register, row)[0]
    elif stated != WITHDRAWN:
        stated = hashes.get(claim["base_version"], "")
    return {
        **claim,
        "content": content,
        "content_hash": stated,
        "seen": claim["seen"] and _without(claim["seen"], register),
    }


def _without(text: str | None, register: type[Register]) -> str | None:
    """Return JSON text of cells, or of an object that has them as ``cells``, without personal numbers."""
    stored = None if text is None else json.loads(text)
    if stored is None:
        return text
    for cells in (stored, stored.get("cells") or {}):
        cells.update(dict.fromkeys(cells.keys() & set(personal_columns(register))))
    return json.dumps(stored, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _with_personal_columns() -> list[type[Register]]:
    return [register for register in all_registers().values() if personal_columns(register)]
