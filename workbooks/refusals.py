"""The one reason to stop reading a file: a code and its words, raised inside and returned as a finding."""

from __future__ import annotations

from schemas.findings import Finding, reader_finding

MAX_FILE = 200 << 20
"""Bytes of a file; the largest honest workbook of a school has a few MB."""


class RefusedError(Exception):
    """The file cannot or must not be read.

    Args:
        code: A ``FILE-…`` code.
        places: Arguments of its words (``reason``, ``reason_en``) or fields of the finding (``value``, ``sheet``).
    """

    def __init__(self, code: str, **places: object) -> None:
        super().__init__(code, places)
        self.code = code
        self.places = places

    def finding(self, workbook: str) -> Finding:
        """Return the finding that says why, under the name people know the file by."""
        return reader_finding(self.code, workbook, severity=None, **self.places)


def corrupt(reason: str, reason_en: str) -> RefusedError:
    """Return the refusal of a file that is cut off or damaged."""
    return RefusedError("FILE-CORRUPT", reason=reason, reason_en=reason_en)


def hostile(reason: str, reason_en: str) -> RefusedError:
    """Return the refusal of a file that is built to do harm."""
    return RefusedError("FILE-HOSTILE", reason=reason, reason_en=reason_en)


def too_large(reason: str, reason_en: str) -> RefusedError:
    """Return the refusal of a file over the limits."""
    return RefusedError("FILE-TOO-LARGE", reason=reason, reason_en=reason_en)


def contradictory(reason: str, reason_en: str, sheet: str = "") -> RefusedError:
    """Return the refusal of a file whose structure and whose cells as read disagree."""
    return RefusedError("FILE-STRUCTURE", reason=reason, reason_en=reason_en, sheet=sheet)
