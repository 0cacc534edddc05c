"""Literal frames of registers and the smallest books, for tests of rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import agreeing
from schemas.register import Register, all_registers
from schemas.rules import CrossRule, Facts, RowRule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TODAY = date(2026, 11, 22)

ATTRIBUTES = {
    "keeper.off_date": pl.Date(),
    "item_code.shelf_life_days": pl.Int64(),
    "item_code.is_fresh": pl.Boolean(),
    "item_code.unit_is_integer": pl.Boolean(),
    "warehouse.is_warehouse": pl.Boolean(),
    "default_warehouse.is_warehouse": pl.Boolean(),
    "supplier_code.licence_valid_to": pl.Date(),
}
"""Types of referenced attributes that are not text."""


def facts(**parameters: str | int | Decimal | bool) -> Facts:
    """Return what the rules know on the day of the tests, with every register at hand."""
    return Facts(TODAY, parameters, frozenset(all_registers()), frozenset(all_registers()))


def day(text: str) -> date:
    """Return a date of 2026 written month-day, or any date written in full."""
    return date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def frame(register: str, rows: Sequence[Mapping[str, Any]], first_id: int = 1) -> pl.DataFrame:
    """Return rows of a register with typed columns, ``_id`` and ``_key``; base quantities default to the own ones."""
    declared = all_registers()[register]
    schema = {column.name: column.dtype for column in declared.columns} | declared.computed()
    filled = []
    for row in rows:
        known = {name: Decimal(value) if _is_number(schema[name], value) else value for name, value in row.items()}
        for name in declared.computed():
            known.setdefault(name, known.get(name.removesuffix("_base")))
        filled.append({name: known.get(name) for name in schema})
    keys = ["\x1f".join(str(row.get(name) or "") for name in declared.key) for row in rows]
    return pl.DataFrame(filled, schema=schema).with_columns(
        pl.Series("_id", range(first_id, first_id + len(rows)), dtype=pl.Int64),
        pl.Series("_key", keys, dtype=pl.String),
    )


def _is_number(dtype: pl.DataType, value: object) -> bool:
    return isinstance(dtype, pl.Decimal) and value is not None


def rules_of(register: type[Register], code: str, at: str | None = None) -> list[RowRule]:
    """Return the row rules of a register with a code, all or those at one column."""
    return [rule for rule in register.row_rules if rule.code == code and at in (None, rule.at)]


def breaks(
    register: str, code: str, row: Mapping[str, Any], at: str | None = None, **parameters: str | int | Decimal | bool
) -> bool:
    """Tell whether a row breaks the row rules of a code; names with a dot are attributes of referenced rows."""
    declared = all_registers()[register]
    own = frame(register, [{name: value for name, value in row.items() if "." not in name}])
    rules = rules_of(declared, code, at)
    assert rules, f"{register} has no rule {code}"
    wants = sorted({want for rule in rules for want in rule.wants})
    typed = own.with_columns(pl.lit(row.get(want), ATTRIBUTES.get(want, pl.String())).alias(want) for want in wants)
    known = facts(**parameters)
    broken = [rule.broken(known).fill_null(value=False).alias(f"{number}") for number, rule in enumerate(rules)]
    shown = [make(known).alias(f"show_{n}_{name}") for n, rule in enumerate(rules) for name, make in rule.show.items()]
    judged = typed.select(*broken, *shown).to_dicts()[0]
    return any(judged[f"{number}"] for number in range(len(rules)))


@dataclass
class FrameBooks:
    """Books over literal frames, as ``schemas.rules.Books`` describes them."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    facts: Facts = field(default_factory=facts)

    def rows(self, register: str, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force, or those that agree with a row of ``among``."""
        return agreeing(self.frames[register] if register in self.frames else frame(register, []), among)

    def others(self, register: str, candidates: pl.DataFrame, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force whose keys the candidates do not state."""
        return self.rows(register, among).join(candidates.select("_key"), on="_key", how="anti")


def books(**accepted: Sequence[Mapping[str, Any]]) -> FrameBooks:
    """Return books with the accepted rows of some registers, given as lists of rows."""
    return FrameBooks({name: frame(name, rows, first_id=-len(rows)) for name, rows in accepted.items()})


def cross(register: str, code: str, severity: str = "error") -> CrossRule:
    """Return the rule between registers with a code and severity."""
    declared = all_registers()[register]
    return next(rule for rule in declared.cross_rules if (rule.code, str(rule.severity)) == (code, severity))


def failing(
    register: str, code: str, rows: Sequence[Mapping[str, Any]], kept: FrameBooks, **how: str
) -> list[dict[str, Any]]:
    """Return what a rule between registers says about candidate rows, numbered from 1."""
    return cross(register, code, **how).failing(frame(register, rows), kept).to_dicts()
