"""Rules that cannot be judged, because a register that they need is not in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.columns import Kind
from schemas.measure import measured_columns
from schemas.register import Register, all_registers
from schemas.row_check import rules_in_force
from schemas.texts import READER_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schemas.columns import Column
    from schemas.rules import Facts


def rules_off(registers: Iterable[str], facts: Facts) -> tuple[tuple[str, str, str], ...]:
    """Return (code, register, missing register) of the rules that cannot be judged with what is known."""
    return tuple(rule for name in registers for rule in _rules_off(all_registers()[name], facts))


def _rules_off(register: type[Register], facts: Facts) -> list[tuple[str, str, str]]:
    _, off = rules_in_force(register, facts)
    off += [(rule.code, each) for rule in register.cross_rules for each in rule.needs]
    off += [(_unknown_code(column), each) for column in register.columns for each in column.register_refs]
    if measured_columns(register):
        off += [("UOM-01", "item_catalogue"), ("UOM-01", "unit_conversion")]
    return [(code, register.id, each) for code, each in dict.fromkeys(off) if each not in facts.known]


def _unknown_code(column: Column) -> str:
    """Return the code of a reference that is not found, also where its register is not declared yet."""
    target = column.register_refs[0]
    declared = all_registers().get(target)
    if column.kind is Kind.CLASS:
        return "CLASS-UNKNOWN"
    if column.pending_allowed:
        return "REF-PENDING"
    if declared is not None:
        return declared.unknown_code
    word = f"{target.partition('_')[0].upper()}-UNKNOWN"
    return word if word in READER_TEXTS else "CODE-UNKNOWN"
