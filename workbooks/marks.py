"""How a marked copy speaks: the fill of a severity, the note at a cell, what belongs to people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.findings import Finding, Severity

NOTE_MARK = "⟦HQ⟧"
"""Every note of ours begins with it; readers leave such notes out."""
FINDINGS_NAME = "hq_findings"
"""Defined name on the sheet of findings, which keeps it from being read as input."""
CHOICES_NAME = "hq_choices"
"""Defined names on the sheets in which a department chooses begin with it: the one own sheet that is read."""
ORIGIN_PATH, ORIGIN_SHA256 = "hq_origin_path", "hq_origin_sha256"
"""Custom document properties of a marked copy: which version of which workbook it was made from."""

NO_FILL = "-"
"""What a note remembers of a cell without a fill; a fill of one colour is its six hexadecimal digits."""
UNSAYABLE = "~"
"""Hatched and gradient fills, which a note cannot remember and a check of the open workbook leaves alone."""
OWN_LIKE = "!"
"""Behind a remembered fill: people use our colours in this column, so that a bare fill there is theirs."""
FILLS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.INFO: "BDE0F2"}
SEVERITY_WORDS = {
    "zh": {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.INFO: "提示"},
    "en": {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"},
}
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_HEADINGS = {"zh": f"{NOTE_MARK}后勤校验", "en": f"{NOTE_MARK}Check"}
_HEADING = re.compile(f"^(?:{'|'.join(map(re.escape, _HEADINGS.values()))})$", re.MULTILINE)
_REMEMBERED = re.compile(r"^⟦HQ:([^⟧\n]+)⟧$", re.MULTILINE)
_EARLIER = "―― 原有批注 ――"
"""Between our words and the note that was there before; the same in every language."""
_MOST_SHOWN = 8


def cell_of(found: Finding) -> str:
    """Return the cell that shows a finding: its own, the first of its row, or none ("")."""
    return found.cell or (f"A{found.row}" if found.row else "")


def worst(findings: Sequence[Finding]) -> Severity:
    """Return the gravest severity of at least one finding."""
    return min((found.severity for found in findings), key=_RANK.__getitem__)


@dataclass(frozen=True)
class Before:
    """What stood at a cell before a check marked it."""

    note: str
    """The note, words that people added to ours since among it; "" for none."""
    remembered: str | None
    """What our note says of the fill, None where it says nothing."""


def note_of(findings: Sequence[Finding], language: str, earlier: str = "", remembered: str = NO_FILL) -> str:
    """Return the note for one cell: each message with what to do, then the note that was there.

    Args:
        findings: of this cell, at least one.
        language: ``zh`` or ``en``.
        earlier: the note at the cell, with or without a mark of ours.
        remembered: what the note is to say of the fill that was there.
    """
    ordered = sorted(findings, key=lambda found: _RANK[found.severity])
    lines = [_HEADINGS[language]]
    lines += [_line(found, language) for found in ordered[:_MOST_SHOWN]]
    if len(ordered) > _MOST_SHOWN:
        lines.append(f"… +{len(ordered) - _MOST_SHOWN}")
    lines.append(f"⟦HQ:{remembered}⟧")
    before = before_mark(earlier)
    kept = before.note if before else earlier
    return "\n".join([*lines, _EARLIER, kept] if kept else lines)


def before_mark(note: str) -> Before | None:
    """Return what stood at the cell before a check put this note there, None where no check did.

    Our words end at the line that remembers the fill; what people typed above or below them is theirs.
    """
    note = note.replace("\r\n", "\n").replace("\r", "\n")
    begin = _HEADING.search(note)
    if begin is None:
        return None
    above, ours = note[: begin.start()].rstrip("\n"), note[begin.end() :]
    told = _REMEMBERED.search(ours)
    if told is not None:
        below = ours[told.end() :].removeprefix("\n").removeprefix(_EARLIER).removeprefix("\n")
    else:
        below = ours.partition(f"\n{_EARLIER}\n")[2]
    kept = "\n".join(part for part in (above, below) if part)
    return Before(kept, told[1] if told else None)


def own_words(note: str) -> str:
    """Return what a check says in a note, without its heading and what it remembers; "" for no note of a check."""
    begin = _HEADING.search(note)
    if begin is None:
        return ""
    ours = note[begin.end() :].partition(f"\n{_EARLIER}\n")[0]
    told = _REMEMBERED.search(ours)
    return (ours[: told.start()] if told else ours).strip("\n")


def note_of_people(note: str) -> str:
    """Return the part of a note that people wrote: all of it, or what stands beside our words."""
    before = before_mark(note)
    kept = before.note if before else note
    return "" if kept.startswith(NOTE_MARK) else kept


def _line(found: Finding, language: str) -> str:
    hint = found.hint(language)
    message = f"{SEVERITY_WORDS[language][found.severity]} {found.code}: {found.message(language)}"
    if not hint:
        return message
    return f"{message}\n→ {hint}"


def note_box(text: str) -> tuple[int, int]:
    """Return width and height in points of a note's box that shows its text."""
    lines = sum(1 + len(line) // 22 for line in text.split("\n"))
    return 300, min(20 + 18 * lines, 400)
