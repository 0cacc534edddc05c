"""Rows in conflict as they are kept, and what becomes of one once somebody has chosen (DESIGN 8)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.books import key_parts
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.register import all_registers
from sync.held import cells_as_text
from sync.takes import Place, Take

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemas.register import Register

RESOLVE = "resolve"
"""Decision about a conflict; its subject is the conflict's id, its details say what was taken."""

SIDES = ("base", "ours", "theirs", "fields", "other_workbook")
"""What makes a conflict the one it is, besides workbook, register and key."""


def conflict_of(
    register: type[Register],
    row: Mapping[str, Any],
    state: Mapping[str, Any],
    base: Mapping[str, Any] | None,
    fields: Sequence[str],
) -> dict[str, Any]:
    """Return what the ledger's table ``conflict`` keeps of a row.

    ``row`` is what the workbook says, ``state`` what the ledger says, ``base`` what both began from,
    where that is known.
    """
    known = base is not None and register.key[0] in base
    return {
        "workbook": row["_workbook"],
        "register": register.id,
        "row_key": row["_key"],
        "other_workbook": state.get("_workbook"),
        "state": "open",
        "base": cells_as_text(register, base or {}) if known else None,
        "ours": cells_as_text(register, state),
        "theirs": cells_as_text(register, row),
        "fields": list(fields),
    }


def conflict_flaws(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any], base: Mapping[str, Any] | None
) -> list[Flaw]:
    """Return what a row in conflict is told.

    Where two workbooks used one number, nothing being known from which both began, a register's own code
    for a doubled key comes besides (RCP-01).
    """
    key = " / ".join(key_parts(row["_key"]))
    column = register.column(register.key[0])
    other = str(state.get("_workbook", "")).rsplit("/", 1)[-1]
    args = {"other": other, "key_text": key, "key_title": column.title, "key_title_en": column.title_en}
    texts = {"IMP-02": reader_text("IMP-02")}
    if base is None and register.duplicate_code != "KEY-DUP":
        texts[register.duplicate_code] = reader_text("KEY-DUP:OTHER")
    return [Flaw(row["_id"], code, Severity.ERROR, column.name, key, text, args) for code, text in texts.items()]


def same_conflict(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Tell whether two conflicts on one row are the same, with the same content on every side."""
    return all(left[name] == right[name] for name in SIDES)


def conflict_id(version: int) -> str:
    """Return the id by which people name a conflict: another one as soon as its content is another."""
    return f"C{version}"


def has_base(conflict: Mapping[str, Any]) -> bool:
    """Tell whether a row in conflict can go back to what both sides began from: it is known, and has its number."""
    base, theirs = conflict["base"], conflict["theirs"]
    keys = all_registers()[conflict["register"]].key
    return base is not None and all(base.get(name) == theirs.get(name) for name in keys)


def chosen_among(
    conflicts: Iterable[Mapping[str, Any]], decisions: Iterable[Mapping[str, Any]]
) -> dict[Place, tuple[Mapping[str, Any], Take]]:
    """Return the open conflicts for which somebody chose, by place; the last decision counts.

    ``decisions`` are rows of the table ``decision`` about conflicts, oldest first.
    """
    takes = {row["subject"]: Take(json.loads(row["details"])["take"]) for row in decisions}
    return {place_of(row): (row, takes[name]) for row in conflicts if (name := conflict_id(row["version_id"])) in takes}


def place_of(conflict: Mapping[str, Any]) -> Place:
    """Return workbook, register and key of a conflict."""
    return conflict["workbook"], conflict["register"], conflict["row_key"]


def take_for(choices: Mapping[Place, tuple[Mapping[str, Any], Take]], conflict: Mapping[str, Any]) -> Take | None:
    """Return what was chosen for a conflict, None for one that nobody has decided as it is now."""
    chosen = choices.get(place_of(conflict))
    if chosen is None or not same_conflict(chosen[0], conflict):
        return None
    return chosen[1]


def base_cells(register: type[Register], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells with which a row goes back to its base: all that merging may change."""
    return {name: base.get(name) for name in _names(register.merge_groups())}


def _names(groups: Iterable[Sequence[str]]) -> list[str]:
    return [name for group in groups for name in group]
