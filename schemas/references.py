"""Resolving the reference columns of a batch, and joining what rules want to know of the rows found."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.columns import Kind
from schemas.findings import Severity
from schemas.flaws import Flaw, reader_flaw
from schemas.normal import code_text
from schemas.register import all_registers
from schemas.resolve import (
    Directory,
    Resolved,
    find_code,
    look_alike_code,
    reference_columns,
    split_list,
    texts_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from schemas.books import OpenBooks
    from schemas.columns import Column
    from schemas.register import Register


def resolve(register: type[Register], frame: pl.DataFrame, books: OpenBooks) -> tuple[pl.DataFrame, list[Flaw]]:
    """Return the frame with codes in its reference columns, and what could not be resolved.

    A reference that was not found is null in the result. A register whose rows are not at hand
    leaves the text as a code.
    """
    flaws: list[Flaw] = []
    for column in reference_columns(register):
        frame, found = _resolve_column(register, frame, column, books)
        flaws.extend(found)
    return frame, flaws


def _resolve_column(
    register: type[Register], frame: pl.DataFrame, column: Column, books: OpenBooks
) -> tuple[pl.DataFrame, list[Flaw]]:
    directories = [d for d in (books.directory(ref) for ref in column.refs) if d is not None]
    texts = texts_of(column, frame[column.name])
    if len(directories) < len(column.refs):
        return _unknown_register(frame, column, texts)
    found = {text: find_code(text, directories) for text in texts}
    if column.kind in (Kind.REFERENCE_LIST, Kind.CODE_LIST):
        return _resolve_lists(frame, column, found)
    if column.kind in (Kind.CODE, Kind.CLASS) and column.pending_allowed:
        pending = [text for text, result in found.items() if result.code is None]
        code = "CLASS-UNKNOWN" if column.kind is Kind.CLASS else "REF-PENDING"
        return frame, [
            replace(reader_flaw(row["_id"], code, column, row[column.name]), severity=Severity.WARNING)
            for row in _rows_with(frame, column, pending)
        ]
    return _resolve_single(register, frame, column, directories, found)


def _resolve_single(
    register: type[Register],
    frame: pl.DataFrame,
    column: Column,
    directories: Sequence[Directory],
    found: Mapping[str, Resolved],
) -> tuple[pl.DataFrame, list[Flaw]]:
    flaws: list[Flaw] = []
    chosen: dict[int, str] = {}
    doubtful = [text for text, result in found.items() if result.finding or result.candidates]
    for row in _rows_with(frame, column, doubtful):
        result = found[row[column.name]]
        code = result.code
        if result.candidates:
            code = _decide(register, column, row, directories, result.candidates)
        flaw = _flaw_of(row, column, directories, result, code)
        if flaw is not None:
            flaws.append(flaw)
        if result.candidates and code is not None:
            chosen[row["_id"]] = code
    codes = {text: result.code for text, result in found.items()}
    resolved = frame
    if any(text != code for text, code in codes.items()):
        meant = pl.col(column.name).replace_strict(codes, default=None, return_dtype=pl.String)
        resolved = frame.with_columns(meant.alias(column.name))
    if chosen:
        by_id = pl.col("_id").replace_strict(chosen, default=None, return_dtype=pl.String)
        resolved = resolved.with_columns(pl.coalesce(pl.col(column.name), by_id).alias(column.name))
    return resolved, flaws + _inactive(register, resolved, frame, column, directories)


def _decide(
    register: type[Register],
    column: Column,
    row: Mapping[str, Any],
    directories: Sequence[Directory],
    candidates: Sequence[str],
) -> str | None:
    """Return the one of several candidates that the row means: in force on its day, then its department."""
    named = column.active_on or register.date_column
    day = row.get(named) if named else None
    day = day.date() if isinstance(day, datetime) else day
    active = [code for code in candidates if any(code in d.codes and d.active_on(code, day) for d in directories)]
    if len(active) == 1:
        return active[0]
    scope = _department_of(register, row)
    near = [code for code in active if any(d.scope_of(code) == scope for d in directories)]
    return near[0] if len(near) == 1 else None


def _department_of(register: type[Register], row: Mapping[str, Any]) -> str:
    """Return the department of a row: the one it names, the one it is, or the one that sent it."""
    named = [column.name for column in register.columns if "department.dept_code" in column.refs]
    own = ["dept_code"] if register.id == "department" else named
    return str(next((row[name] for name in own if row[name]), row["_department"]))


def _flaw_of(
    row: Mapping[str, Any], column: Column, directories: Sequence[Directory], result: Resolved, code: str | None
) -> Flaw | None:
    typed = row[column.name]
    if code is None and result.candidates:
        people = any(d.register.unknown_code == "PERSON-UNKNOWN" for d in directories)
        candidates = "、".join(result.candidates)
        return reader_flaw(row["_id"], "PER-05" if people else "NAME-AMBIG", column, typed, candidates=candidates)
    if code is not None:
        read = next((d.shown(code) for d in directories if code in d.codes), code)
        return reader_flaw(row["_id"], result.finding, column, typed, read=read) if result.finding else None
    return reader_flaw(row["_id"], result.finding, column, typed, **_suggestion(result.suggestion))


def _suggestion(meant: str) -> dict[str, str]:
    if not meant:
        return {"suggestion": "", "suggestion_en": ""}
    return {"suggestion": f"，是否为 {meant}？", "suggestion_en": f", did you mean {meant}?"}


def _inactive(
    register: type[Register],
    resolved: pl.DataFrame,
    typed: pl.DataFrame,
    column: Column,
    directories: Sequence[Directory],
) -> list[Flaw]:
    """Return the flaws of references to rows that are switched off or not in force on the row's day."""
    if column.inactive_allowed:
        return []
    flaws = []
    named = column.active_on or register.date_column
    day = pl.col(named).cast(pl.Date) if named else pl.lit(None, pl.Date())
    first, last = resolved.select(day.min().alias("first"), day.max().alias("last")).row(0)
    for directory in directories:
        spans = [(code, *span[:3]) for code, span in directory.spans.items() if _may_be_out(span, first, last)]
        if not spans:
            continue
        schema = {"_code": pl.String(), "_on": pl.Boolean(), "_start": pl.Date(), "_end": pl.Date()}
        limits = pl.DataFrame(spans, schema=schema, orient="row")
        outside = (~pl.col("_on")) | (pl.col("_day") < pl.col("_start")) | (pl.col("_day") > pl.col("_end"))
        named_here = resolved.select(
            "_id", pl.col(column.name).alias("_code"), typed[column.name].alias("_typed"), day.alias("_day")
        )
        rows = named_here.join(limits, on="_code", how="inner", maintain_order="left")
        for row in rows.filter(outside).select("_id", "_typed", "_day").to_dicts():
            code = directory.register.inactive_code
            when = row["_day"] or "今天"
            flaws.append(reader_flaw(row["_id"], code, column, row["_typed"], day=when))
    return flaws


def _may_be_out(span: tuple[Any, ...], first: date | None, last: date | None) -> bool:
    """Tell whether something is switched off, or not in force on each day from the first to the last."""
    is_on, start, end = span[:3]
    begins_later = start is not None and first is not None and first < start
    ended_before = end is not None and last is not None and last > end
    return not is_on or begins_later or ended_before


def _resolve_lists(
    frame: pl.DataFrame, column: Column, found: Mapping[str, Resolved]
) -> tuple[pl.DataFrame, list[Flaw]]:
    flaws: list[Flaw] = []
    cells: list[str | None] = []
    for row in frame.select("_id", column.name).to_dicts():
        parts = split_list(row[column.name] or "")
        for part in parts:
            result = found[part]
            if result.code is None:
                code = "NAME-AMBIG" if result.candidates else result.finding
                told = {"candidates": "、".join(result.candidates), **_suggestion(result.suggestion)}
                flaws.append(reader_flaw(row["_id"], code, column, part, **told))
        codes = sorted({found[part].code or part for part in parts})
        cells.append("、".join(codes) or None)
    return frame.with_columns(pl.Series(column.name, cells, dtype=pl.String)), flaws


def _unknown_register(frame: pl.DataFrame, column: Column, texts: Sequence[str]) -> tuple[pl.DataFrame, list[Flaw]]:
    """Judge by the form alone where the rows are not at hand: BG000l was meant to be BG0001."""
    flaws: list[Flaw] = []
    if column.kind is Kind.REFERENCE:
        meant = {text: look_alike_code(text, column) for text in texts}
        wrong = [text for text, code in meant.items() if code]
        unknown = all_registers()[column.register_refs[0]].unknown_code if wrong else ""
        flaws = [
            reader_flaw(row["_id"], unknown, column, row[column.name], **_suggestion(meant[row[column.name]]))
            for row in _rows_with(frame, column, wrong)
        ]
    codes = {text: code_text(text) if text.isascii() else text for text in texts}
    return frame.with_columns(
        pl.col(column.name).replace_strict(codes, default=None, return_dtype=pl.String).alias(column.name)
    ), flaws


def _rows_with(frame: pl.DataFrame, column: Column, texts: Sequence[str]) -> Iterable[dict[str, Any]]:
    if not texts:
        return ()
    return frame.filter(pl.col(column.name).is_in(list(texts))).iter_rows(named=True)


def join_wanted(register: type[Register], frame: pl.DataFrame, wants: Iterable[str], books: OpenBooks) -> pl.DataFrame:
    """Add ``column.attribute`` for every wanted attribute of a referenced row, null where there is none."""
    by_column: dict[str, list[str]] = {}
    for want in sorted(set(wants)):
        name, _, attribute = want.partition(".")
        by_column.setdefault(name, []).append(attribute)
    for name, attributes in by_column.items():
        target, _, code_column = register.column(name).refs[0].partition(".")
        rows = books.rows(target)
        wanted = rows.select(
            pl.col(code_column).alias(name), *(pl.col(each).alias(f"{name}.{each}") for each in attributes)
        ).unique(subset=name, keep="any", maintain_order=True)
        frame = frame.join(wanted, on=name, how="left", maintain_order="left")
    return frame
