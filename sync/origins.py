"""Tell of each file where it comes from: a workbook under another name, the same file twice, a copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from schemas.findings import reader_finding
from sync.copies import original_of
from sync.standing import GONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sync.memory import Remembered
    from sync.standing import Standing
    from sync.takes import Place
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


def twins_among(taken: Sequence[tuple[TakenFile, str]], standing: Standing) -> dict[str, str]:
    """Return new files that are, byte for byte, another workbook of their department."""
    first: dict[tuple[str, str], str] = {}
    for name, row in standing.workbooks.items():
        if row["state"] != GONE:
            first.setdefault((row["department"], row["sha256"]), name)
    found: dict[str, str] = {}
    for file, department in taken:
        if not file.sha256:
            # it could not be opened: nothing says that it is the same as another one
            continue
        original = first.setdefault((department, file.sha256), file.name)
        if original != file.name and file.name not in standing.workbooks:
            found[file.name] = original
    return found


def with_origin_told(
    file: TakenFile,
    standing: Standing,
    seen: Sequence[TakenFile],
    copies: Mapping[str, str],
    renamed: Mapping[str, str],
) -> TakenFile:
    """Return the file with a finding where it is the same as another one, or a copy of it.

    ``renamed`` tells which files of this run are known workbooks under other names: a copy that took the
    name of its original is no longer one.
    """
    hashes = {name: str(row["sha256"]) for name, row in standing.workbooks.items()}
    hashes |= {other.name: other.sha256 for other in seen}
    known = file.name in standing.workbooks
    first = copies.get(file.name) or (standing.workbooks[file.name]["branch_of"] if known else None)
    if first in renamed and first not in renamed.values():
        return file
    if first is not None:
        code = "IMP-01" if hashes.get(first) == file.sha256 else "FILE-COPY"
        return _told(file, code, standing.title(first))
    titles = _titles({*hashes, file.name}, standing, renamed)
    there = [titles[name] for name in hashes]
    original = original_of(titles[file.name], there)
    if original is None or original.casefold() not in map(str.casefold, there):
        return file
    return _told(file, "FILE-COPY", original)


def _titles(workbooks: Collection[str], standing: Standing, renamed: Mapping[str, str]) -> dict[str, str]:
    """Return workbook to the name of its file as people see it now."""
    files = {identity: name for name, identity in renamed.items()}
    return {workbook: standing.title(files.get(workbook, workbook)) for workbook in workbooks}


def _told(file: TakenFile, code: str, original: str) -> TakenFile:
    finding = reader_finding(code, file.name, original=original.rpartition("/")[2])
    return replace(file, findings=(*file.findings, finding))


def branches_among(
    taken: Sequence[tuple[TakenFile, str]],
    standing: Standing,
    copies: Mapping[str, str],
    renamed: Mapping[str, str],
    dead: Collection[str],
    ledger: Remembered | None,
) -> dict[str, int | None]:
    """Return the workbooks that are copies of others: by the names that they have now, by their rows, or marked copies.

    For a marked copy the revision that took its original's version is known. Workbooks without their files (``dead``)
    may be copies, of which a row is in conflict.
    """
    titles = _titles({*standing.workbooks, *(file.name for file, _ in taken)}, standing, renamed)
    found: dict[str, int | None] = {name: None for name, row in standing.workbooks.items() if row["branch_of"]}
    found |= dict.fromkeys([*copies, *copies_by_name(titles, standing, dead)])
    marked = [file for file, _ in taken if file.origin is not None]
    revisions = {file.name: ledger.taken_at(file.origin.sha256) if ledger and file.origin else None for file in marked}
    return found | revisions


def copies_by_name(titles: Mapping[str, str], standing: Standing, dead: Collection[str]) -> dict[str, str]:
    """Return the workbooks that are copies by the names of their files, and the name of the original of each.

    A name of one without its file (``dead``) makes no other workbook its copy; of one that was gone before it is known
    what it was, for another one may have taken its name (``branch_of``).
    """
    present = {title.casefold() for name, title in titles.items() if name not in dead}
    was_gone = {name for name, row in standing.workbooks.items() if row["state"] == GONE} & set(dead)
    originals = {name: original_of(title, present) for name, title in titles.items() if name not in was_gone}
    return {name: found for name, found in originals.items() if found is not None and found.casefold() in present}


def said_then(taken: Sequence[tuple[TakenFile, str]], ledger: Remembered | None) -> dict[Place, Mapping[str, Any]]:
    """Return (marked copy, register, key) to the base that its original had when the copy was made from it.

    Only rows of which the ledger had another version then: a claim tells what the original itself said.
    """
    found: dict[Place, Mapping[str, Any]] = {}
    for file, _ in taken:
        made = None if ledger is None or file.origin is None else ledger.taken_at(file.origin.sha256)
        if ledger is None or file.origin is None or made is None:
            continue
        originals = ledger.table("workbook", as_of=made, sha256=file.origin.sha256)["path"].to_list()
        for claim in ledger.table("claim", as_of=made, workbook=originals).iter_rows(named=True):
            found[file.name, claim["register"], claim["row_key"]] = claim
    return found
