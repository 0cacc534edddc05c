"""Tell of each file where it comes from: a workbook under another name, the same file twice, a copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.findings import reader_finding
from sync.copies import original_of
from sync.standing import GONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sync.ledger import Ledger
    from sync.standing import Standing
    from workbooks.taking import TakenFile


def known_by(file: TakenFile, identity: str | None) -> TakenFile:
    """Return the file under the name by which the ledger knows its workbook."""
    if identity is None:
        return file
    tables = [
        replace(table, workbook=identity, findings=tuple(replace(f, workbook=identity) for f in table.findings))
        for table in file.tables
    ]
    findings = tuple(replace(finding, workbook=identity) for finding in file.findings)
    return replace(file, name=identity, tables=tuple(tables), findings=findings)


def with_origin_told(
    file: TakenFile, standing: Standing, seen: Sequence[TakenFile], copies: Mapping[str, str]
) -> TakenFile:
    """Return the file with a finding where it is the same as another one, or a copy of it."""
    names = {name: str(row["sha256"]) for name, row in standing.workbooks.items() if row["state"] != GONE}
    names |= {other.name: other.sha256 for other in seen}
    twins = sorted(name for name, sha256 in names.items() if sha256 == file.sha256 and name != file.name)
    known = file.name in standing.workbooks
    earlier = [name for name in twins if not known and (name in standing.workbooks or name < file.name)]
    if earlier:
        return _told(file, "IMP-01", standing.title(earlier[0]))
    titles = {standing.title(name).casefold() for name in names}
    original = original_of(standing.title(file.name), [standing.title(name) for name in names])
    if known and original is not None and original.casefold() not in titles:
        original = None
    if original is None and file.name in copies:
        original = standing.title(copies[file.name])
    if original is None and known and standing.workbooks[file.name]["branch_of"]:
        original = standing.title(str(standing.workbooks[file.name]["branch_of"]))
    return file if original is None else _told(file, "FILE-COPY", original)


def _told(file: TakenFile, code: str, original: str) -> TakenFile:
    finding = reader_finding(code, file.name, original=original.rpartition("/")[2])
    return replace(file, findings=(*file.findings, finding))


def branches_among(
    taken: Sequence[tuple[TakenFile, str]],
    standing: Standing,
    copies: Mapping[str, str],
    dead: Collection[str],
    ledger: Ledger | None,
) -> dict[str, int | None]:
    """Return the workbooks that are copies of others: by name, by their rows, or marked copies.

    For a marked copy the revision that took its original's version is known.
    """
    names = {*standing.workbooks, *(file.name for file, _ in taken)}.difference(dead)
    present = {standing.title(name).casefold() for name in names}
    found: dict[str, int | None] = {name: None for name, row in standing.workbooks.items() if row["branch_of"]}
    found |= dict.fromkeys(copies)
    for file, _ in taken:
        original = original_of(standing.title(file.name), present)
        if file.origin is not None:
            found[file.name] = None if ledger is None else ledger.taken_at(file.origin.sha256)
        elif original is not None and original.casefold() in present:
            found.setdefault(file.name, None)
    return found
