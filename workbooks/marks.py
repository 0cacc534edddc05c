"""How a marked copy speaks: the fill of a severity, the note at a cell, what belongs to people."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.findings import Finding, Severity

NOTE_MARK = "⟦HQ⟧"
"""Every note of ours begins with it; readers leave such notes out."""
FINDINGS_NAME = "hq_findings"
"""Defined name on the sheet of findings, which keeps it from being read as input."""
CHOICES_NAME = "hq_choices"
"""Defined names on the sheets in which a department chooses begin with it: the one own sheet that is read."""
ORIGIN_PATH, ORIGIN_SHA256 = "hq_origin_path", "hq_origin_sha256"
"""Custom document properties of a marked copy: which version of which workbook it was made from."""

FILLS = {Severity.ERROR: "FFC7CE", Severity.WARNING: "FFEB9C", Severity.INFO: "BDE0F2"}
SEVERITY_WORDS = {
    "zh": {Severity.ERROR: "错误", Severity.WARNING: "提醒", Severity.INFO: "提示"},
    "en": {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"},
}
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_EARLIER = "―― 原有批注 ――"
"""Between our words and the note that was there before; the same in every language."""
_MOST_SHOWN = 8


def cell_of(found: Finding) -> str:
    """Return the cell that shows a finding: its own, the first of its row, or none ("")."""
    return found.cell or (f"A{found.row}" if found.row else "")


def worst(findings: Sequence[Finding]) -> Severity:
    """Return the gravest severity of at least one finding."""
    return min((found.severity for found in findings), key=_RANK.__getitem__)


def note_of(findings: Sequence[Finding], language: str, earlier: str = "") -> str:
    """Return the note for one cell: each message with what to do, then the note people wrote."""
    ordered = sorted(findings, key=lambda found: _RANK[found.severity])
    lines = [f"{NOTE_MARK}{'后勤校验' if language == 'zh' else 'Check'}"]
    lines += [_line(found, language) for found in ordered[:_MOST_SHOWN]]
    if len(ordered) > _MOST_SHOWN:
        lines.append(f"… +{len(ordered) - _MOST_SHOWN}")
    people = note_of_people(earlier)
    return "\n".join([*lines, _EARLIER, people] if people else lines)


def note_of_people(note: str) -> str:
    """Return the part of a note that people wrote: all of it, or what stands below our words."""
    if not note.startswith(NOTE_MARK):
        return note
    return note.partition(f"\n{_EARLIER}\n")[2]


def _line(found: Finding, language: str) -> str:
    hint = found.hint(language)
    message = f"{SEVERITY_WORDS[language][found.severity]} {found.code}: {found.message(language)}"
    if not hint:
        return message
    return f"{message}\n→ {hint}"
