"""What waits for a department to decide, as a workbook beside its feedback; every choice carries its mark."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from schemas.books import key_parts
from schemas.masking import mask
from schemas.register import Register, all_registers
from sync.choices import SIDES, conflict_id, has_base, place_of
from sync.decisions import MissingRow, missing_rows, stop_id
from sync.ledger import Ledger
from sync.publication import path_in_share
from sync.publish.paths import choice_paths
from sync.publish.plan import Target
from sync.publish.words import word
from sync.share import Share
from sync.standing import PROCEED, Standing
from workbooks.choices import ChoiceBook, ConfirmLine, ConflictLines, Sides


def conflict_mark(conflict: Mapping[str, Any]) -> str:
    """Return the id of a conflict with a check of its content: what was chosen holds for nothing else."""
    shown = [place_of(conflict), *(conflict[name] for name in SIDES)]
    return _mark(conflict_id(conflict["version_id"]), shown)


def missing_mark(row: MissingRow) -> str:
    """Return the id of a missing row with a check of its content."""
    return _mark(row.id, [row.place, row.cells["_hash"]])


def stop_mark(stop: Mapping[str, Any]) -> str:
    """Return the id of a safe stop with a check of the version of the workbook that it holds."""
    return _mark(stop_id(stop), [stop["workbook"], stop["sha256"]])


def _mark(name: str, shown: object) -> str:
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    return f"{name}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def department_of(standing: Standing, workbook: str | None) -> str | None:
    """Return the department of a workbook, None for one that is not known."""
    known = standing.workbooks.get(workbook or "")
    return None if known is None else str(known["department"])


def may_overrule(standing: Standing, conflict: Mapping[str, Any]) -> bool:
    """Tell whether both sides of a conflict are one department's: only then may it change the ledger's row."""
    departments = {department_of(standing, conflict[name]) for name in ("workbook", "other_workbook")}
    return len(departments) == 1


def choice_targets(share: Share, ledger: Ledger, standing: Standing, with_missing: Iterable[str]) -> list[Target]:
    """Return the workbook of choices of every workbook for which something waits.

    ``with_missing`` are the ids of the registers that have missing rows.
    """
    registers = [share.registers[name] for name in dict.fromkeys(with_missing) if name in share.registers]
    if not (registers or standing.conflicts or standing.stops):
        return []
    books = choice_books(standing, missing_rows(ledger, registers), share.config.language)
    paths = {identity: path_in_share(share, row) for identity, row in standing.workbooks.items()}
    places = choice_paths(paths.values())
    return [
        Target(places[paths[identity]], book.content_hash(), book.write)
        for identity, book in books.items()
        if identity in paths
    ]


def choice_books(standing: Standing, missing: Sequence[MissingRow], language: str) -> dict[str, ChoiceBook]:
    """Return what waits, by workbook."""
    conflicts: dict[str, list[ConflictLines]] = {}
    confirms: dict[str, list[ConfirmLine]] = {}
    for row in standing.conflicts:
        conflicts.setdefault(row["workbook"], []).append(_conflict_lines(standing, row, language))
    for stop in standing.stops:
        confirms.setdefault(stop["workbook"], []).append(_stop_line(stop, language))
    for gone in missing:
        confirms.setdefault(gone.cells["_workbook"], []).append(_missing_line(gone, language))
    return {
        workbook: ChoiceBook(
            standing.title(workbook).rpartition("/")[2],
            language,
            tuple(conflicts.get(workbook, ())),
            tuple(confirms.get(workbook, ())),
        )
        for workbook in sorted({*conflicts, *confirms})
    }


def _conflict_lines(standing: Standing, row: Mapping[str, Any], language: str) -> ConflictLines:
    register = all_registers()[row["register"]]
    own = may_overrule(standing, row)
    choices = ["ours", *(["theirs"] if own else []), *(["base"] if own and has_base(row) else [])]
    decided = standing.choices.get(place_of(row))
    note = "" if own else word("choice foreign", language)
    if decided is not None:
        note = word(f"choice {decided[1]}", language)
    other = row["other_workbook"]
    return ConflictLines(
        conflict_mark(row),
        _title(register, language),
        " / ".join(key_parts(row["row_key"])),
        standing.title(other) if other else "",
        tuple(_sides(register, row, name, language) for name in row["fields"] if _is_filled(row, name)),
        tuple(choices),
        note,
    )


def _is_filled(row: Mapping[str, Any], name: str) -> bool:
    """Tell whether any side has something in a column: the blank ones of a group say nothing."""
    return any((row[side] or {}).get(name) is not None for side in ("base", "ours", "theirs"))


def _sides(register: type[Register], row: Mapping[str, Any], name: str, language: str) -> Sides:
    column = register.column(name)
    title = column.title_en if language == "en" else column.title
    base = None if row["base"] is None else _shown(register, name, row["base"])
    return Sides(title, base, _shown(register, name, row["ours"]), _shown(register, name, row["theirs"]))


def _shown(register: type[Register], name: str, cells: Mapping[str, Any]) -> str:
    value = "" if cells.get(name) is None else str(cells[name])
    return mask(value) if register.column(name).masked else value


def _stop_line(stop: Mapping[str, Any], language: str) -> ConfirmLine:
    counts = {"count": stop["details"]["count"], "known": stop["details"]["known"]}
    return ConfirmLine(
        stop_mark(stop),
        word("stop kind", language),
        "",
        "",
        word(f"stop {stop['code']}", language, **counts),
        (PROCEED, "later"),
        word("stop note", language, id=stop_id(stop)),
    )


def _missing_line(row: MissingRow, language: str) -> ConfirmLine:
    register = row.register
    filled = [
        f"{column.title_en if language == 'en' else column.title} {_shown(register, column.name, row.cells)}"
        for column in register.columns
        if column.name not in register.key and row.cells[column.name] is not None
    ]
    return ConfirmLine(
        missing_mark(row),
        word("row missing", language),
        _title(register, language),
        " / ".join(key_parts(row.cells["_key"])),
        "；".join(filled),
        ("withdraw", "later"),
        word("missing place", language, sheet=row.cells["_sheet"], row=row.cells["_row"]),
    )


def _title(register: type[Register], language: str) -> str:
    return register.title_en if language == "en" else register.title
