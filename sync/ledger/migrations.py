"""Named migrations: renamed columns and other decimal places, each in a revision of its own.

What the ledger held stays: the table of the register is kept under another name, and a copy in the
new form takes its place. The chain is proven on what was written, and the copy by doing it again
from the record (``sync.ledger.verify``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from schemas.exact import decimal
from schemas.migrations import Change, Renamed, Rescaled
from sync.canonical import from_stored, stated_hashes
from sync.ledger import read
from sync.ledger.engine import fetched, fetched_slices, reading, take_turn, writing
from sync.ledger.errors import MigrationLosesDigits
from sync.ledger.frames import frame_of_rows
from sync.ledger.insert import insert_rows
from sync.ledger.migrate import MIGRATION, bring_own_tables, program_version, recorded
from sync.ledger.tables import Tables, sql_table
from sync.ledger.writer import Writer
from sync.versioned import VersionedTable, storage_of

if TYPE_CHECKING:
    from schemas.register import Register

KIND = "migration"
"""Kind of the revisions that carry out migrations."""
_SLICE_ROWS = 50_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Steps:
    """What a migration does to the stored rows of a table, as it is recorded."""

    changes: tuple[Change, ...]
    hashed: Mapping[str, str]
    """Columns that the content hash covers afterwards, with how they are kept (``decimal(4)``)."""

    def as_json(self) -> dict[str, object]:
        """Return the record."""
        return {"changes": [_change_as_json(change) for change in self.changes], "hashed": dict(self.hashed)}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Steps:
        """Return what was recorded."""
        return cls(tuple(_change_of_json(each) for each in told["changes"]), dict(told["hashed"]))

    def renamed(self, names: Sequence[str]) -> list[str]:
        """Return column names after the migration."""
        after = list(names)
        for change in self.changes:
            if isinstance(change, Renamed):
                after = [change.now if name == change.before else name for name in after]
        return after

    def applied(self, stored: pl.DataFrame) -> pl.DataFrame:
        """Return stored rows in the new form, with their content hash."""
        for change in self.changes:
            if isinstance(change, Renamed):
                stored = stored.rename({change.before: change.now})
            elif change.now >= change.before:
                stored = stored.with_columns(pl.col(change.column) * 10 ** (change.now - change.before))
            else:
                stored = stored.with_columns(pl.col(change.column) // 10 ** (change.before - change.now))
        types = {name: type_of(kept) for name, kept in self.hashed.items()}
        present = [
            from_stored(name, dtype) if name in stored.columns else pl.lit(None, dtype).alias(name)
            for name, dtype in types.items()
        ]
        return stored.with_columns(stated_hashes(types, stored.select(present)))


def _change_as_json(change: Change) -> list[object]:
    if isinstance(change, Renamed):
        return ["renamed", change.before, change.now]
    return ["rescaled", change.column, change.before, change.now]


def _change_of_json(told: Sequence[Any]) -> Change:
    return Renamed(*told[1:]) if told[0] == "renamed" else Rescaled(*told[1:])


def type_of(kept: str) -> pl.DataType:
    """Return the type that a word of ``storage_of`` stands for."""
    if kept.startswith("decimal("):
        return decimal(int(kept[8:-1]))
    types = (pl.Int64(), pl.Boolean(), pl.Date(), pl.Time(), pl.String(), pl.Datetime("us"))
    return next(dtype for dtype in types if storage_of(dtype) == kept)


def former_name(table: str, revision: int) -> str:
    """Return the name under which a table is kept that a revision migrated."""
    return f"{table}_before_{revision}"


def carried_out(connection: sa.Connection) -> dict[str, list[tuple[int, Steps]]]:
    """Return by table the migrations that the ledger recorded, with their revisions, oldest first."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns(MIGRATION.name)}
    if "steps" not in columns:
        return {}
    names = ("table_name", MIGRATION.start, "steps")
    table = sa.table(MIGRATION.name, *(sa.column(name) for name in names))
    found: dict[str, list[tuple[int, Steps]]] = {}
    statement = sa.select(table).where(table.c["steps"].is_not(None)).order_by(table.c[MIGRATION.start])
    for name, revision, told in fetched(connection, statement):
        try:
            found.setdefault(name, []).append((revision, Steps.of_json(json.loads(told))))
        except (ValueError, TypeError, KeyError, IndexError):
            continue  # a record that was altered is found by its revision's digest
    return found


def migrate_named(
    engine: sa.Engine, tables: Tables, registers: Mapping[str, type[Register]], now: Callable[[], datetime]
) -> None:
    """Carry out the migrations that registers declare and that the database has not followed yet.

    Raises:
        MigrationLosesDigits: a number has digits that would be lost; nothing was changed.
    """
    declaring = [register for register in registers.values() if register.migrations]
    with reading(engine).begin() as connection:
        if not any(_pending(connection, tables, register) for register in declaring):
            return
    with writing(engine).begin() as connection:
        take_turn(connection)
        bring_own_tables(connection, tables)
        for register in declaring:
            changes = _pending(connection, tables, register)
            if changes:
                note = f"{register.id}: {'; '.join(change.name for change in changes)}"
                writer = Writer(connection, tables, read.head(connection), KIND, note)
                _carry_out(connection, tables, register, changes, writer)
                writer.finish(now())


def _pending(connection: sa.Connection, tables: Tables, register: type[Register]) -> tuple[Change, ...]:
    """Return the declared changes that the recorded columns of a register have not followed."""
    if not register.migrations or not sa.inspect(connection).has_table(MIGRATION.name):
        return ()
    known = dict(recorded(connection, tables).get(tables.content(register).name, {}))
    pending: list[Change] = []
    for change in register.migrations:
        if isinstance(change, Renamed):
            if change.before in known and change.now not in known:
                known[change.now] = known.pop(change.before)
                pending.append(change)
        elif known.get(change.column) == f"decimal({change.before})":
            known[change.column] = f"decimal({change.now})"
            pending.append(change)
    return tuple(pending)


def _carry_out(
    connection: sa.Connection, tables: Tables, register: type[Register], changes: tuple[Change, ...], writer: Writer
) -> None:
    table = tables.content(register)
    hashed = {column.name: storage_of(column.dtype) for column in register.columns if not column.system}
    steps = Steps(changes, hashed)
    kept = recorded(connection, tables)[table.name]
    versions = _replace_table(connection, table, former_name(table.name, writer.number), steps)
    columns = {
        name: storage_of(table.stored[name]) if name in table.stored else word
        for name, word in zip(steps.renamed(list(kept)), kept.values(), strict=True)
    }
    record = {"table_name": table.name, "program_version": program_version(), "columns": columns}
    writer.put(MIGRATION.name, [{**record, "steps": steps.as_json()}])
    _follow(connection, tables, register, steps, versions, writer)


def _replace_table(connection: sa.Connection, table: VersionedTable, former: str, steps: Steps) -> dict[int, str]:
    """Keep a table under another name, write its rows in the new form, and return the hash of each version."""
    present = _present(connection, table)
    quote = connection.dialect.identifier_preparer.quote
    for index in sql_table(present, sa.MetaData()).indexes:
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {quote(str(index.name))}")
    connection.exec_driver_sql(f"ALTER TABLE {quote(table.name)} RENAME TO {quote(former)}")
    fields = dict(zip(steps.renamed(list(present.fields)), present.fields.values(), strict=True))
    made = sql_table(
        VersionedTable(table.name, fields, version=table.version, start=table.start, end=table.end), sa.MetaData()
    )
    made.create(connection, checkfirst=False)
    hashes: dict[int, str] = {}
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in present.stored]
    everything = sa.select(*columns).select_from(sa.table(former, *columns))
    for rows in fetched_slices(connection, everything, _SLICE_ROWS):
        before = frame_of_rows(rows, present.stored)
        _refuse_lost_digits(before, table, steps)
        after = steps.applied(before)
        insert_rows(connection, made, after.columns, after.rows())
        hashes.update(after.select(table.version, "_hash").iter_rows())
    return hashes


def _present(connection: sa.Connection, table: VersionedTable) -> VersionedTable:
    """Return a table as the database has it, in stored types."""
    fields: dict[str, pl.DataType] = {}
    for column in sa.inspect(connection).get_columns(table.name):
        if column["name"] not in table.bookkeeping:
            fields[column["name"]] = pl.Int64() if isinstance(column["type"], sa.Integer) else pl.String()
    return VersionedTable(table.name, fields, version=table.version, start=table.start, end=table.end)


def _refuse_lost_digits(stored: pl.DataFrame, table: VersionedTable, steps: Steps) -> None:
    names = list(stored.columns)
    for change in steps.changes:
        if isinstance(change, Renamed):
            names = [change.now if name == change.before else name for name in names]
            continue
        values = stored[stored.columns[names.index(change.column)]]
        factor = 10 ** abs(change.now - change.before)
        wrong = values.abs() > _LARGEST // factor if change.now >= change.before else values % factor != 0
        if wrong.any():
            versions = stored[table.version].filter(wrong.fill_null(value=False)).to_list()
            listed = ", ".join(map(str, versions[:20]))
            raise MigrationLosesDigits(table=table.name, column=change.column, places=change.now, versions=listed)


def _follow(
    connection: sa.Connection,
    tables: Tables,
    register: type[Register],
    steps: Steps,
    hashes: Mapping[int, str],
    writer: Writer,
) -> None:
    """Let bases, held rows and conflicts of a register follow, as new versions of theirs."""
    names = {change.before: change.now for change in steps.changes if isinstance(change, Renamed)}
    for table, followed in (("claim", _claim), ("held", _held), ("conflict", _conflict)):
        own = tables.own(table)
        sql = tables.sql(own)
        current = read.in_force(own, sql, None)
        rows = read.selected(connection, own, sql, current, sql.c["register"] == register.id).to_dicts()
        changed = [(row, followed(row, names)) for row in rows]
        for _, row in changed:
            if row.get("base_version") in hashes:
                row["content_hash"] = hashes[row["base_version"]]
            elif table == "claim" and row["content"] is not None:
                row["content_hash"] = _hash_of_cells(register, row["content"])
        different = [(before, row) for before, row in changed if before != row]
        if different:
            writer.close_in(table, [before[own.version] for before, _ in different])
            writer.put(table, [{name: row[name] for name in own.fields} for _, row in different])


Row = Mapping[str, Any]


def _claim(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return {**row, "content": _with_names(row["content"], names), "seen": _with_names(row["seen"], names)}


def _held(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    payload = json.loads(row["payload"] or "{}")
    payload["cells"] = {names.get(name, name): value for name, value in payload.get("cells", {}).items()}
    payload["reading"] = _with_fields(payload.get("reading", []), names)
    findings = _with_fields(json.loads(row["findings"] or "[]"), names)
    return {**row, "payload": _text(payload), "findings": _text(findings)}


def _conflict(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    sides = {side: _with_names(row[side], names) for side in ("base", "ours", "theirs")}
    fields = [names.get(name, name) for name in json.loads(row["fields"] or "[]")]
    return {**row, **sides, "fields": _text(fields)}


def _with_names(cells: str | None, names: Mapping[str, str]) -> str | None:
    stored = json.loads(cells) if cells is not None else None
    if not isinstance(stored, dict):
        return cells
    return _text({names.get(name, name): value for name, value in stored.items()})


def _with_fields(findings: Sequence[Row], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{**each, "field": names.get(each.get("field", ""), each.get("field", ""))} for each in findings]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash_of_cells(register: type[Register], cells: str) -> str:
    """Return the content hash of cells kept as text."""
    from sync.held import rows_of  # noqa: PLC0415 - needed by migrations only

    place = {"workbook": "", "sheet": "", "row_number": 0}
    frame = rows_of(register, [{"payload": {"cells": json.loads(cells), "department": ""}, **place}], 0)
    types = {column.name: column.dtype for column in register.columns if not column.system}
    return str(stated_hashes(types, frame)[0])
