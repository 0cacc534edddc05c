"""Compare the lines of open count sheets with the books, by the arithmetic of ``houqin count differences``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.candidates import batch_of
from schemas.check import ProposeAll, check_batch
from schemas.findings import Severity
from sync.books.count_forms import SHEET
from sync.books.counts import AGREES
from sync.counting import counted_lines

if TYPE_CHECKING:
    from schemas.check import Checked
    from schemas.findings import Finding
    from schemas.values import Table
    from sync.bookkeeping import Bookkeeping

SAME, NOT_COUNTED, COUNT_AGAIN, TO_MEND = "相符", "未盘", "需复盘", "有错待改"
"""States besides the kinds of difference: the line agrees; it has no count; the first count is off by more than is
allowed; a mistake holds it."""
TOLD_ELSEWHERE, NO_PLAN, NO_BOOK = "并入同物另一行", "计划未入账", "无账可对"
"""States of lines that are not compared: another line of the goods stands for both; the books do not have the plan, or
keep no goods in that room."""
_NOTHING = Decimal("0.00")
_USUAL = (SAME, NOT_COUNTED, COUNT_AGAIN)

FIGURES = ("book_qty", "final_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty", "diff_amount")
"""What is told of a line besides its state."""


@dataclass(frozen=True)
class CountedLine:
    """One line of a count sheet beside the books."""

    sheet: str
    row: int
    """1-based worksheet row."""
    state: str
    figures: Mapping[str, Decimal]
    """Those of ``FIGURES`` that are known; none of a line that is still to be counted, so that nobody counts by
    the books."""


@dataclass(frozen=True)
class Totals:
    """The sums of some lines; amounts in yuan."""

    lines: int
    states: Mapping[str, int]
    """State to number of lines, the usual order of states."""
    surplus: Decimal
    shortage: Decimal

    @property
    def net(self) -> Decimal:
        """Return surplus and shortage together."""
        return self.surplus + self.shortage


def reconciled(tables: Sequence[Table], department: str, books: Bookkeeping) -> tuple[CountedLine, ...]:
    """Return every line of the count sheets among some tables, compared with ``books``, in the order of the sheets.

    The lines are judged as the next run would judge them: what it would hold has a state and no figures. The
    others have exactly the figures that ``houqin count differences`` gives once they are taken.
    """
    counts = [table for table in tables if table.register.id == SHEET]
    fresh = replace(books)
    batch, read = batch_of([(table, department) for table in counts])
    if not batch.frames:
        return ()
    checked = check_batch(batch, fresh.books, ProposeAll())
    plans = checked.frames[SHEET].select("plan_no").unique()
    taken = {row["_id"]: row for row in counted_lines(fresh, plans).iter_rows(named=True) if row["_id"] >= 0}
    codes = _holding(checked, read)
    places = checked.frames[SHEET].select("_id", "_sheet", "_row").iter_rows()
    return tuple(
        _taken(sheet, row, taken[row_id])
        if row_id in taken
        else CountedLine(sheet, row, _why_not(codes.get((sheet, row), set())), {})
        for row_id, sheet, row in places
    )


def _holding(checked: Checked, read: Sequence[Finding]) -> dict[tuple[str, int], set[str]]:
    """Return sheet and row of every line that is held, with the codes of what holds it."""
    found: dict[tuple[str, int], set[str]] = {}
    for finding in (*read, *checked.findings()):
        if finding.severity is Severity.ERROR:
            found.setdefault((finding.sheet, finding.row), set()).add(finding.code)
    return found


def _why_not(codes: set[str]) -> str:
    if "CNT-01" in codes:
        return NOT_COUNTED
    return COUNT_AGAIN if codes == {"CNT-04"} else TO_MEND


def _taken(sheet: str, row: int, line: Mapping[str, object]) -> CountedLine:
    figures = {name: value for name in FIGURES if isinstance(value := line[name], Decimal)}
    return CountedLine(sheet, row, _state(line), figures)


def _state(line: Mapping[str, object]) -> str:
    kind = line["diff_kind"]
    if kind is not None:
        return SAME if kind == AGREES else str(kind)
    if line["cutoff"] is None:
        return NO_PLAN
    return NO_BOOK if line["moved_in_after"] is None else TOLD_ELSEWHERE


def totals_of(lines: Sequence[CountedLine]) -> Totals:
    """Return the sums of some lines; a difference without an amount is in none."""
    ordered = sorted((line.state for line in lines), key=lambda state: (state not in _USUAL, state))
    over, short = (
        sum((line.figures.get("diff_amount", _NOTHING) for line in lines if sign * _off(line) > 0), _NOTHING)
        for sign in (1, -1)
    )
    return Totals(len(lines), dict(Counter(ordered)), over, short)


def _off(line: CountedLine) -> Decimal:
    return line.figures.get("diff_qty", _NOTHING)
