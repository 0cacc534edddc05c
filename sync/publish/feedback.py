"""The page of one workbook: what was taken, what was not, and what to do about it; readable on a phone."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sync.publish.model import ConflictLine, FindingLine, HeldLine, MissingLine, Publication, State, WorkbookState
from sync.publish.pages import Card, Section, counted_title, page_template
from sync.publish.paths import MASTER, choice_paths, page_link, page_paths
from sync.publish.words import state_title, word

LAYOUT = 1
"""Raised when the pages look different, so that they are all written again."""
MOST_CARDS = 300
"""A section shows this many cards at most: a phone has to draw them."""

Line = TypeVar("Line", FindingLine, HeldLine, ConflictLine, MissingLine)
_COUNTS = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped", "missing", "warnings")
_ALARMS = frozenset({"held", "conflicting", "missing"})
_STOP = "IMP-06"
"""The finding of a workbook that waits until somebody confirms it."""
_STOPPED = frozenset({State.WAITING, State.BUSY, State.DAMAGED, State.REFUSED})


@dataclass(frozen=True)
class FeedbackPage:
    """The page of one workbook, at ``path`` in the share, and everything that it shows."""

    path: str
    language: str
    school: str
    workbook: str
    department: str
    state: str
    tone: str
    summary: str
    taken: str
    saved: str
    counts: tuple[tuple[str, int, str], ...]
    """Label, number and tone."""
    balance: str
    sections: tuple[Section, ...]
    links: tuple[tuple[str, str], ...]
    """Text and relative address."""

    def content_hash(self) -> str:
        """Return the SHA-256 of exactly what the page shows."""
        shown = json.dumps([LAYOUT, vars(self)], ensure_ascii=False, default=vars)
        return hashlib.sha256(shown.encode()).hexdigest()

    def html(self) -> str:
        """Return the page as one self-contained document; all text is escaped."""
        language = self.language
        labels = {key: word(key, language) for key in ("page title", "department", "taken", "saved", "hint")}
        html_language = "en" if language == "en" else "zh-CN"
        return page_template("feedback.html").render(page=self, labels=labels, html_language=html_language)

    def write(self, path: Path) -> None:
        """Write the page to ``path``."""
        path.write_bytes(self.html().encode())


def feedback_pages(publication: Publication) -> list[FeedbackPage]:
    """Return the page of every workbook, in the order of their paths."""
    pages = page_paths(state.path for state in publication.workbooks)
    choices = choice_paths(state.path for state in publication.workbooks)
    findings, held = _by_workbook(publication.findings), _by_workbook(publication.held)
    conflicts, missing = _by_workbook(_differing(publication.conflicts)), _by_workbook(publication.missing)
    stopped = {path for path, lines in findings.items() if any(line.code == _STOP for line in lines)}
    waiting = conflicts.keys() | missing.keys() | stopped
    return [
        _page(
            publication,
            state,
            pages[state.path],
            choices[state.path] if state.path in waiting else "",
            _sections(
                publication,
                findings.get(state.path, []),
                held.get(state.path, []),
                conflicts.get(state.path, []),
                missing.get(state.path, []),
            ),
        )
        for state in sorted(publication.workbooks, key=lambda state: state.path)
    ]


def _differing(conflicts: Sequence[ConflictLine]) -> list[ConflictLine]:
    """Return the cells in which the sides differ: others of their group say the same, unless what is masked differs."""
    told = {line.number for line in conflicts if line.ours != line.theirs}
    return [line for line in conflicts if line.ours != line.theirs or line.number not in told]


def _by_workbook(lines: Iterable[Line]) -> Mapping[str, list[Line]]:
    grouped: dict[str, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.workbook, []).append(line)
    return grouped


def _page(
    publication: Publication, state: WorkbookState, path: str, choices: str, sections: tuple[Section, ...]
) -> FeedbackPage:
    language = publication.language
    tone, summary = _summary(state, sections, language)
    links = [(word("open workbook", language), state.path), (word("open master", language), MASTER)]
    if state.feedback:
        links.insert(0, (word("open marked", language), state.feedback))
    if choices:
        links.insert(0, (word("open choices", language), choices))
    counts = {key: getattr(state, key) for key in _COUNTS}
    return FeedbackPage(
        path=path,
        language=language,
        school=publication.school,
        workbook=state.name,
        department=state.department_name or state.department,
        state=state_title(state.state, language),
        tone=tone,
        summary=summary,
        taken=_moment(publication, state, "taken_at"),
        saved=_moment(publication, state, "saved_at"),
        counts=tuple(
            (word(key, language), number, "bad" if number and key in _ALARMS else "") for key, number in counts.items()
        ),
        balance=word("balance", language, **counts),
        sections=sections,
        links=tuple((text, page_link(target, path)) for text, target in links),
    )


def _moment(publication: Publication, state: WorkbookState, name: str) -> str:
    moment = publication.local(getattr(state, name))
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _summary(state: WorkbookState, sections: Sequence[Section], language: str) -> tuple[str, str]:
    """Return the tone and the sentence at the top."""
    waiting = state.held + state.conflicting
    if state.state in _STOPPED:
        return "bad", word("stopped", language, state=state_title(state.state, language))
    if state.state is State.ANSWERED:
        refused = "caution" if state.errors else "good"
        return (refused, word("answered", language)) if sections else ("", word("answered nothing", language))
    if state.read == 0 and not sections:
        return "", word("nothing", language)
    if waiting:
        return "bad" if state.state is State.HELD else "caution", word("to do", language, n=waiting)
    if sections:
        return "good", word("all well but", language, n=state.in_ledger)
    return "good", word("all well", language, n=state.in_ledger)


def _sections(
    publication: Publication,
    findings: Sequence[FindingLine],
    held: Sequence[HeldLine],
    conflicts: Sequence[ConflictLine],
    missing: Sequence[MissingLine],
) -> tuple[Section, ...]:
    language = publication.language
    rows = {_row(line.sheet, line.cell) for line in held}
    errors = [line for line in findings if line.severity == "error"]
    elsewhere = [line for line in errors if _row(line.sheet, line.cell) not in rows]
    warnings = [line for line in findings if line.severity == "warning"]
    sections = (
        _section("to correct", "bad", (_held_card(line, errors) for line in held), len(held), language),
        _section("other errors", "bad", map(_finding_card, elsewhere), len(elsewhere), language),
        _section(
            "page conflicts", "bad", (_conflict_card(line, language) for line in conflicts), len(conflicts), language
        ),
        _section("page missing", "caution", map(_missing_card, missing), len(missing), language),
        *(
            _section(key, tone, map(_finding_card, lines), len(lines), language)
            for key, tone, lines in (
                ("page waiting", "bad", [line for line in findings if line.code == _STOP]),
                ("page warnings", "caution", [line for line in warnings if line.code != _STOP]),
                ("page notes", "", [line for line in findings if line.severity == "info"]),
            )
        ),
    )
    return tuple(section for section in sections if section.cards)


def _section(key: str, tone: str, cards: Iterable[Card], total: int, language: str) -> Section:
    shown = tuple(card for _, card in zip(range(MOST_CARDS), cards, strict=False))
    return Section(
        title=counted_title(word(key, language), total, language),
        tone=tone,
        cards=shown,
        note=word(f"{key} note", language) if key in {"page conflicts", "page missing"} else "",
        more=word("page more", language, n=total - len(shown)) if total > len(shown) else "",
    )


def _row(sheet: str, cell: str) -> tuple[str, str]:
    """Return sheet and row number of a cell; the row is empty for a whole sheet."""
    found = re.search(r"\d+$", cell)
    return sheet, found.group() if found else ""


def _place(sheet: str, cell: str) -> str:
    return f"{sheet}!{cell}" if sheet and cell else sheet or cell


def _finding_card(line: FindingLine) -> Card:
    return Card(_place(line.sheet, line.cell), line.code, (line.message,), (line.hint,) if line.hint else ())


def _held_card(line: HeldLine, errors: Sequence[FindingLine]) -> Card:
    """Return a held row with the findings of its row, by cell, where they are known."""
    own = [error for error in errors if _row(error.sheet, error.cell) == _row(line.sheet, line.cell)]
    reasons = tuple(f"{error.cell}：{error.message}" for error in own) or (line.reasons,)
    hints = tuple(dict.fromkeys(filter(None, (line.hint, *(error.hint for error in own)))))
    return Card(_place(line.sheet, line.cell), f"{line.register_title}　{line.key}", reasons, hints)


def _conflict_card(line: ConflictLine, language: str) -> Card:
    values = (
        ("base", line.base),
        ("ours", line.ours),
        ("theirs", line.theirs),
        ("other workbook", line.other_workbook),
    )
    return Card(
        place=line.number,
        title=f"{line.register_title}　{line.key}　{line.field}",
        lines=(),
        values=tuple((word(key, language), value) for key, value in values),
    )


def _missing_card(line: MissingLine) -> Card:
    return Card(line.number, f"{line.register_title}　{line.key}", ())
