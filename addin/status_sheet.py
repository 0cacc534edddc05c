"""The sheet 状态: for each row of the workbook whether it is in the books, since when, or why not and what to do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from addin.book import add_own_sheet, link_to_row, undisturbed
from addin.listing import Listing, write_listing
from schemas.books import KEY_SEPARATOR, key_parts
from schemas.findings import Finding, Severity, Text
from schemas.register import all_registers
from workbooks.marks import FILLS, cell_of
from workbooks.xlsx_cells import place_of

if TYPE_CHECKING:
    import xlwings as xw

    from addin.checking import Checked, RowOutcome
    from addin.published import Published

STATUS_NAME = "hq_status"
TITLES = {"zh": "状态", "en": "Status"}
_HEADERS = {
    "zh": ("序号", "状态", "工作表", "行", "登记表", "编号", "账上版次", "原因", "怎么办"),
    "en": ("No.", "State", "Sheet", "Row", "Register", "Key", "Revision", "Why", "What to do"),
}
_WIDTHS = (6, 12, 19, 8, 16, 24, 9, 48, 40)
_STATE_PLACE, _LINK_PLACE, _REVISION_PLACE, _LEFT_PLACES = 2, 4, 7, frozenset({8, 9})
_MISSING = "missing"
_RED, _YELLOW, _BLUE = (FILLS[severity] for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO))


_SAYS_ITSELF = Text("", "")


@dataclass(frozen=True)
class _Word:
    """How one outcome is told: its name, and why and what to do where no finding says it."""

    name: Text
    fill: str = ""
    advice: Text = _SAYS_ITSELF


_WORDS: Mapping[str, _Word] = {
    "held": _Word(Text("搁置", "Held"), _RED, Text("", "", "改正后再提交", "correct it and submit again")),
    "conflict": _Word(
        Text("冲突", "Conflict"),
        _RED,
        Text(
            "另一工作簿“{other}”对这一行另有说法，账上保留原来的",
            "“{other}” says something else of this row; the ledger kept what it had",
            "与对方商定后，在“{choices}”里选择，或改成一致",
            "agree with them and choose in “{choices}”, or make both the same",
        ),
    ),
    "refused": _Word(
        Text("无权填报", "Refused"),
        _RED,
        Text(
            "本部门不能填报此表", "the department may not write this register", "请交给主管部门", "give it to its owner"
        ),
    ),
    "stopped": _Word(
        Text("等待确认", "Stopped"),
        _YELLOW,
        Text(
            "与账上相差太大，整个工作簿等待确认",
            "it differs from the books by so much that the whole workbook waits",
            "确实要这样改，请告诉管理员确认",
            "ask the administrator to confirm, if it is meant so",
        ),
    ),
    _MISSING: _Word(
        Text("疑似删除", "Missing"),
        _YELLOW,
        Text(
            "账上有、本工作簿里没有了；仍然算数，直到确认删除",
            "in the books and no longer in this workbook; it counts until somebody confirms",
            "误删的请补回；要作废请在“{choices}”里确认",
            "bring it back, or confirm it in “{choices}”",
        ),
    ),
    "changed": _Word(
        Text("改动待合并", "To be changed"),
        _YELLOW,
        Text("账上还是改动以前的内容", "the books have what it was before", "提交后等下次合并", "submit, then wait"),
    ),
    "accepted": _Word(
        Text("待合并", "To be taken"),
        _YELLOW,
        Text("校验通过，还没有入账", "it will be taken", "提交后等下次合并", "submit it, then wait for the next merge"),
    ),
    "mended": _Word(
        Text("改好待合并", "Corrected"),
        _YELLOW,
        Text(
            "上次合并时被搁置，现在已改好",
            "held in the last merge, correct now",
            "提交后等下次合并",
            "submit it, then wait for the next merge",
        ),
    ),
    "duplicate": _Word(
        Text("重复", "Twice"), _BLUE, Text("与本工作簿的另一行相同，只计一次", "the same as another row, counts once")
    ),
    "as base": _Word(
        Text("他处更新", "Newer elsewhere"),
        _BLUE,
        Text("另一来源后来改过这一行，账上是那边的内容", "another source changed this row since; the books have that"),
    ),
    "unchanged": _Word(Text("已入账", "In the books")),
}
_ORDER = {name: number for number, name in enumerate(_WORDS)}
_AS_OF = Text(
    "账簿第 {revision} 版，发布于 {when}；状态按工作簿现在的内容判断，没有保存的也算。",
    "Books of revision {revision}, published {when}; judged by what the workbook holds now, saved or not.",
)
_UNREAD = Text("总账还没有读到本工作簿：请先“提交”", "The ledger has not read this workbook yet: press “Submit” first")


@dataclass(frozen=True)
class Line:
    """One row and what became of it."""

    state: str
    sheet: str
    row: int
    """1-based; 0 for a row that the workbook no longer has."""
    register: str
    key: tuple[str, ...]
    revision: int | None
    """Since which the row in the books is as it is; None where it is not there."""
    why: str = ""
    what_to_do: str = ""


@dataclass(frozen=True)
class Known:
    """What the published books know of one workbook."""

    rows: Mapping[tuple[str, str], tuple[int, str]]
    """(register, key) of rows in the books to their revision and status."""
    missing: frozenset[tuple[str, str]]
    """Rows that were stated by this workbook, still count and are no longer in it."""
    held: frozenset[tuple[str, str]]
    """Rows that the last merge held back."""
    others: Mapping[tuple[str, str], str]
    """Rows in conflict to the other workbook."""
    was_read: bool


def known_of(published: Published, identity: str, registers: Iterable[str]) -> Known:
    """Return what the books know of a workbook and of the rows of some registers.

    Raises:
        PublicationError: the published books are damaged.
    """
    rows: dict[tuple[str, str], tuple[int, str]] = {}
    missing = set()
    in_use = published.school.registers_in_use
    for name in registers:
        if name not in in_use:
            continue
        frame = published.load(in_use[name]).select("_key", "_from", "_status", "_workbook")
        rows |= {(name, key): (since, status) for key, since, status, _ in frame.iter_rows()}
        gone = frame.filter((pl.col("_workbook") == identity) & (pl.col("_status") == _MISSING))
        missing |= {(name, key) for key in gone["_key"]}
    held = published.table("held", workbook=identity).select("register", "row_key")
    conflicts = published.table("conflict", workbook=identity).select("register", "row_key", "other_workbook")
    return Known(
        rows,
        frozenset(missing),
        frozenset(held.iter_rows()),
        {(register, key): other or "" for register, key, other in conflicts.iter_rows()},
        published.table("workbook", path=identity).height > 0,
    )


def lines_of(checked: Checked, known: Known, choices: str, language: str) -> list[Line]:
    """Return a line for each row of a workbook and each that it no longer has, those with something to do first.

    Args:
        checked: the workbook, checked against the books.
        known: what the books know of it.
        choices: path of the workbook in which its conflicts are decided.
        language: ``zh`` or ``en``.
    """
    told: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for found in checked.findings:
        if found.severity is Severity.ERROR and found.row:
            told[found.sheet, found.row].append(found)
    lines = [_line(row, known, told.get((row.sheet, row.row), ()), choices, language) for row in checked.rows]
    stated = {(row.register, KEY_SEPARATOR.join(row.key)) for row in checked.rows}
    for register, key in sorted(known.missing - stated):
        why, what = _advice(_MISSING, {"choices": choices}, language)
        since = known.rows[register, key][0]
        lines.append(Line(_MISSING, "", 0, register, key_parts(key), since, why, what))
    return sorted(lines, key=lambda line: _ORDER[line.state])


def _line(row: RowOutcome, known: Known, told: Sequence[Finding], choices: str, language: str) -> Line:
    place = row.register, KEY_SEPARATOR.join(row.key)
    since, status = known.rows.get(place, (None, ""))
    state = _state(row, place in known.held, is_known=since is not None and status != "withdrawn")
    why, what = _advice(state, {"other": known.others.get(place, ""), "choices": choices}, language)
    if told and state in {"held", "refused"}:
        why = "；".join(dict.fromkeys(found.message(language) for found in told))
        what = "；".join(filter(None, dict.fromkeys(found.hint(language) for found in told))) or what
    return Line(state, row.sheet, row.row, row.register, row.key, since, why, what)


def _state(row: RowOutcome, was_held: bool, *, is_known: bool) -> str:  # noqa: FBT001 - a fact beside another
    if row.outcome == "unchanged":
        return "as base" if row.reason == "as base" else "unchanged"
    if row.outcome == "superseded":
        return "as base"
    if row.outcome != "accepted":
        return row.outcome
    return "mended" if was_held else "changed" if is_known else "accepted"


def _advice(state: str, places: Mapping[str, object], language: str) -> tuple[str, str]:
    advice = _WORDS[state].advice
    return advice.message(language, places), advice.hint(language, places)


def counts_of(lines: Iterable[Line], language: str) -> str:
    """Return how many rows are in each state, the good news first."""
    count = Counter(line.state for line in lines)
    shown = sorted(count, key=_ORDER.__getitem__)
    parts = [f"{_WORDS[state].name.message(language, {})} {count[state]}" for state in reversed(shown)]
    rows = "" if language == "en" else " 行"
    return (", " if language == "en" else "、").join(f"{part}{rows}" for part in parts)


def show_status(
    book: xw.Book, lines: Sequence[Line], findings: Sequence[Finding], published: Published, known: Known, language: str
) -> str:
    """Write the sheet of states behind all others, bring it to the front, and return what it says in short."""
    counts = counts_of(lines, language)
    when = published.published_at.astimezone(published.school.zone).strftime("%Y-%m-%d %H:%M")
    as_of = _AS_OF.message(language, {"revision": published.revision, "when": when})
    unread = "" if known.was_read else _UNREAD.message(language, {})
    first = _first_cells(findings)
    listing = Listing(
        title=f"“{book.name}”{TITLES[language]}",
        headline=counts or unread,
        how=as_of,
        headers=_HEADERS[language],
        widths=_WIDTHS,
        lines=[_texts(number, line, language) for number, line in enumerate(lines, start=1)],
        links=[_link(line, first) for line in lines],
        link_place=_LINK_PLACE,
        fills=[_WORDS[line.state].fill for line in lines],
        fill_place=_STATE_PLACE,
        left_places=_LEFT_PLACES,
        number_places=frozenset({1, _REVISION_PLACE}),
    )
    with undisturbed(book):
        sheet = add_own_sheet(book, STATUS_NAME, TITLES[language])
        write_listing(sheet, listing)
    sheet.activate()
    return "\n".join(part for part in (counts, unread, as_of) if part)


def _texts(number: int, line: Line, language: str) -> list[str | int]:
    register = all_registers()[line.register]
    title = register.title_en if language == "en" else register.title
    row, since = str(line.row or ""), line.revision or ""
    name = _WORDS[line.state].name.message(language, {})
    return [number, name, line.sheet, row, title, " / ".join(line.key), since, line.why, line.what_to_do]


def _first_cells(findings: Iterable[Finding]) -> dict[tuple[str, int], str]:
    """Return the first cell with an error of each row (sheet, number)."""
    cells: dict[tuple[str, int], str] = {}
    for found in findings:
        if found.severity is Severity.ERROR and found.row:
            cells.setdefault((found.sheet, found.row), cell_of(found))
    return cells


def _link(line: Line, first: Mapping[tuple[str, int], str]) -> str:
    if not line.row:
        return ""
    return link_to_row(line.sheet, place_of(first.get((line.sheet, line.row), f"A{line.row}")))
