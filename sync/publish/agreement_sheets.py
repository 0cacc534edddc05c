"""The sheets of the master ledger about agreements: what was compared with what, and every difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.system.recon_difference import DIFFERS, OPEN, SERIOUS
from sync.publish.sheets import Heading, Listing, Look, Toned, Value, named_listing
from sync.publish.words import word

if TYPE_CHECKING:
    from sync.publish.model import AgreementLine, DifferenceLine, Publication

MOST_LINES = 2_000
"""A sheet shows this many differences at most; ``houqin reconcile`` lists all of them."""
_TONES = {DIFFERS: "caution", SERIOUS: "bad"}


def agreement_listings(publication: Publication) -> list[Listing]:
    """Return the summary of all agreements, and the list of what differs, the most serious first."""
    return [_summary(publication), _differences(publication)]


def _summary(publication: Publication) -> Listing:
    language = publication.language
    rows: list[list[Value]] = [
        [
            *(line.period, line.title, line.kind, line.left_name, line.right_name),
            *(_counts(line) if line.is_compared else (None,) * 6),
            line.remark,
        ]
        for line in publication.agreements
    ]
    headings = [
        *(Heading("period", Look.CENTRED), Heading("agreement"), Heading("agreement kind", Look.CENTRED)),
        *(Heading("left side"), Heading("right side"), Heading("lines", Look.COUNT), Heading("agreeing", Look.COUNT)),
        *(Heading("differing", Look.COUNT), Heading("serious", Look.COUNT), Heading("unexplained", Look.COUNT)),
        *(Heading("difference", Look.MONEY), Heading("agreement remark", width=40)),
    ]
    compared = [line for line in publication.agreements if line.is_compared]
    differing = sum(1 for line in compared if line.differing)
    note = word("agreements note", language, n=len(compared), differing=differing)
    return named_listing("agreements", language, headings, rows, note)


def _counts(line: AgreementLine) -> tuple[Value, ...]:
    return (
        line.lines,
        line.agreeing,
        Toned(line.differing, "caution") if line.differing else 0,
        Toned(line.serious, "bad") if line.serious else 0,
        Toned(line.unexplained, "caution") if line.unexplained else 0,
        line.amount,
    )


def _differences(publication: Publication) -> Listing:
    language = publication.language
    ordered = sorted(publication.differences, key=lambda line: (line.severity != SERIOUS, line.status != OPEN))
    shown = ordered[:MOST_LINES]
    headings = [
        *(Heading("difference number", Look.CENTRED), Heading("agreement"), Heading("object")),
        *(Heading("left value", Look.MONEY), Heading("right value", Look.MONEY), Heading("difference", Look.MONEY)),
        *(Heading("difference in quantity", Look.QUANTITY), Heading("seriousness", Look.CENTRED)),
        *(Heading("difference status", Look.CENTRED), Heading("explanation", width=30)),
        Heading("candidate causes", width=44),
    ]
    total = len(ordered)
    note = word("differences note", language, n=total, open=sum(line.status == OPEN for line in ordered))
    return named_listing("differences", language, headings, [_difference(line) for line in shown], note)


def _difference(line: DifferenceLine) -> list[Value]:
    tone = _TONES.get(line.severity, "")
    return [
        *(line.number, line.title, line.object, line.left_value, line.right_value, line.diff, line.diff_qty),
        Toned(line.severity, tone) if tone else line.severity,
        Toned(line.status, "caution") if line.status == OPEN else line.status,
        *(line.explanation, line.causes),
    ]
