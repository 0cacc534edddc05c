"""References: from what people type (a code, a name, 张三老师) to the code of exactly one row."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.columns import Kind
from schemas.findings import Severity
from schemas.normal import code_text, matching
from schemas.register import Register, all_registers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schemas.columns import Column

_LOOK_ALIKE = str.maketrans({"O": "0", "L": "1", "I": "1", "Q": "0", "Z": "2", "S": "5", "B": "8"})
_TITLES = re.compile(r"(老师|主任|校长|园长|副校长|书记|会计|出纳|师傅|同志|先生|女士|组长|医生|保管员|阿姨)$")
_BRACKETED = re.compile(r"\([^()]*\)$")


@dataclass(frozen=True)
class Resolved:
    """What one spelling stands for: a code, or the finding that says why not."""

    code: str | None = None
    finding: str = ""
    severity: Severity = Severity.ERROR
    candidates: tuple[str, ...] = ()
    """Codes that the spelling could stand for, where the row has to decide."""
    suggestion: str = ""


@dataclass(frozen=True)
class Directory:
    """The rows of one register by code and by name."""

    register: type[Register]
    code_column: str
    codes: frozenset[str]
    by_name: dict[str, tuple[str, ...]] = field(default_factory=dict)
    spans: dict[str, tuple[bool, date | None, date | None, str]] = field(default_factory=dict)
    """Code to (switched on, first day, last day, scope)."""

    @classmethod
    def of(cls, register: type[Register], rows: pl.DataFrame, code_column: str) -> Directory:
        """Build a directory from the rows in force of a register."""
        codes = rows[code_column].drop_nulls().to_list()
        if code_column not in register.key or register.label is None:
            return cls(register, code_column, frozenset(codes))
        names: defaultdict[str, list[str]] = defaultdict(list)
        for code, label in zip(rows[code_column], rows[register.label], strict=True):
            if label is not None:
                names[matching(label)].append(code)
        blank = [None] * len(rows)
        active = rows[register.active_column].to_list() if register.active_column else [True] * len(rows)
        first, last = register.valid_columns or ("", "")
        starts = rows[first].to_list() if first else blank
        ends = rows[last].to_list() if last else blank
        scopes = rows[register.label_scope].to_list() if register.label_scope else blank
        spans = {
            code: (on is not False, start, end, scope or "")
            for code, on, start, end, scope in zip(rows[code_column], active, starts, ends, scopes, strict=True)
        }
        return cls(register, code_column, frozenset(codes), {n: tuple(c) for n, c in names.items()}, spans)

    @cached_property
    def unpadded(self) -> dict[str, tuple[str, ...]]:
        """Return codes of digits by their digits without leading zeros."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for code in self.codes:
            if code.isdigit():
                found[code.lstrip("0")].append(code)
        return {digits: tuple(codes) for digits, codes in found.items()}

    def active_on(self, code: str, day: date | None) -> bool:
        """Tell whether a row is switched on and, where it has a span, in force on the day."""
        on, start, end, _ = self.spans.get(code, (True, None, None, ""))
        if day is None:
            return on
        return on and not (start and day < start) and not (end and day > end)

    def shown(self, code: str) -> str:
        """Return a code with the name that it stands for: ``张敏（T0026）``."""
        names = [name for name, codes in self.by_name.items() if code in codes]
        return f"{names[0]}（{code}）" if names else code

    def scope_of(self, code: str) -> str:
        """Return what decides between equal names: a person's department."""
        return self.spans.get(code, (True, None, None, ""))[3]


def find_code(text: str, directories: Sequence[Directory]) -> Resolved:
    """Return what a spelling stands for among the directories, codes first, then names."""
    typed = code_text(text)
    if any(typed in directory.codes for directory in directories):
        return Resolved(typed)
    plain = matching(text)
    named = _by_name(plain, directories)
    if named:
        trimmed = plain != text and any(d.register.unknown_code == "PERSON-UNKNOWN" for d in directories)
        return _named(named, trimmed=trimmed)
    for shorter in _shortened(plain):
        found = [code for d in directories for code in d.codes if code == code_text(shorter)]
        named = tuple(found) or _by_name(shorter, directories)
        if named:
            people = any(d.register.unknown_code == "PERSON-UNKNOWN" for d in directories)
            return _named(named, trimmed=people)
    padded = [c for d in directories for c in d.unpadded.get(typed.lstrip("0"), ())] if typed.isdigit() else []
    if len(padded) == 1:
        return Resolved(padded[0], "CODE-PADDED", Severity.WARNING)
    return Resolved(None, directories[0].register.unknown_code, suggestion=_nearest(typed, plain, directories))


def _named(codes: tuple[str, ...], *, trimmed: bool) -> Resolved:
    if len(codes) > 1:
        return Resolved(None, "NAME-TRIM" if trimmed else "", Severity.WARNING, codes)
    return Resolved(codes[0], "NAME-TRIM" if trimmed else "", Severity.WARNING)


def _by_name(plain: str, directories: Sequence[Directory]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for d in directories for code in d.by_name.get(plain, ())))


def _shortened(plain: str) -> Iterable[str]:
    """Yield a spelling without what people add: 张三(主任), 张三老师, BG0001竹扫把."""
    bare = _BRACKETED.sub("", plain)
    if bare != plain and bare:
        yield bare
        inside = _BRACKETED.search(plain)
        if inside:
            yield inside.group()[1:-1]
    untitled = _TITLES.sub("", bare)
    if untitled not in {bare, ""}:
        yield untitled
    leading = re.match(r"[A-Z0-9]+(?:-[A-Z0-9]+)*", plain.upper())
    if leading and leading.group() != plain:
        yield leading.group()


def _nearest(typed: str, plain: str, directories: Sequence[Directory]) -> str:
    """Return the code or name that was probably meant, empty where nothing is near."""
    look_alikes = {code.translate(_LOOK_ALIKE): code for directory in directories for code in sorted(directory.codes)}
    if typed.translate(_LOOK_ALIKE) in look_alikes:
        return look_alikes[typed.translate(_LOOK_ALIKE)]
    words = sorted({word for d in directories for word in (*d.codes, *d.by_name)})
    near = difflib.get_close_matches(typed, words, 1, 0.75) or difflib.get_close_matches(plain, words, 1, 0.6)
    return near[0] if near else ""


def look_alike_code(text: str, column: Column) -> str:
    """Return the code that a mistyped one was meant to be (``BG000l``), judged by its pattern alone.

    Empty where the text has the right form, or is no code at all.
    """
    register_id, _, code_column = column.refs[0].partition(".")
    registers = all_registers()
    if register_id not in registers:
        return ""
    pattern = registers[register_id].column(code_column).pattern
    typed = code_text(text)
    if not pattern or not typed.isascii() or re.fullmatch(pattern, typed):
        return ""
    for kept in range(len(typed)):
        meant = typed[:kept] + typed[kept:].translate(_LOOK_ALIKE)
        if re.fullmatch(pattern, meant):
            return meant
    return ""


def reference_columns(register: type[Register]) -> list[Column]:
    """Return the reference columns, those that decide between equal names (departments) first."""
    found = [column for column in register.columns if column.refs and not column.system]
    return sorted(found, key=lambda column: "department.dept_code" not in column.refs)


def split_list(text: str) -> list[str]:
    """Return the values of a cell that holds several."""
    return [part for part in re.split(r"[、,;，；\n]", text) if part.strip()]


def texts_of(column: Column, values: pl.Series) -> list[str]:
    """Return the different spellings in a column."""
    unique = [str(value) for value in values.drop_nulls().unique().to_list()]
    if column.kind in (Kind.REFERENCE_LIST, Kind.CODE_LIST):
        return sorted({part for value in unique for part in split_list(value)})
    return sorted(unique)
