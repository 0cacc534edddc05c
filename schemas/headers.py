"""Match header rows with the columns of registers: spellings, units in brackets, two levels (DOMAIN.md 6.6 S03–S07)."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from schemas.columns import TEXTUAL, UNITS, Column, Kind
from schemas.layout_meta import value_above
from schemas.normal import matching

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemas.register import Register
    from schemas.values import Cell, Grid

SEARCHED_ROWS = 15
"""The header stands in one of the first 15 rows (S05)."""
ENOUGH = 0.6
"""Share of the required columns that makes a row the header of a register (S05)."""
FEWEST_NAMES = 2
"""One known word alone is no header."""
SERIAL = "序号"
_NUMBERING = frozenset((SERIAL, "序", "顺序号", "编号", "行次", "no", "no.", "#"))
"""Headers of columns that only number the lines, where they mean nothing else to the register."""

_COLLOQUIAL_UNITS = ("公斤", "斤", "两", "kg", "g", "m2", "m3", "m", "l", "ml", "t", "個", "平米", "公升")
_UNIT_NAMES = frozenset(UNITS) | frozenset(_COLLOQUIAL_UNITS)
_DIRECTIONS = frozenset({"方向", "借贷", "借贷方向", "余额方向", "期初方向", "期末方向"})
_MONEY_UNITS = frozenset({"元", "人民币", "人民币元", "¥", "rmb", "cny"})
_LARGE_MONEY = re.compile(r"(人民币)?[十百千万亿]+元")
_SUFFIX = re.compile(r"(.+?)\(([^()]*)\)|(.+)/(元|[十百千万亿]+元|.{1,2})")
_BRACKETS = re.compile(r"\([^()]*\)")
_IN_BRACKETS = re.compile(r"^\(([^()]*)\)$")
_CODE_WORDS = re.compile("[编代]码|[编工学单代]号|code|no")
_OTHER_MEANING = frozenset({"大写", "汉字", "中文"})
"""Brackets that make another thing of the column: an amount in words is not the amount."""

_NAMES: dict[type[Register], Mapping[str, str]] = {}
_INDEXES: dict[tuple[type[Register], ...], Mapping[str, frozenset[type[Register]]]] = {}
"""Registers do not change while the program runs; their spellings are collected once."""


class _Hit(NamedTuple):
    """What one header text means in one register."""

    column: str
    suffix: str
    """Unit or remark in brackets, empty without one."""


@dataclass(frozen=True)
class Window:
    """One reading of one or two rows as a header; rows and columns are 1-based."""

    first_row: int
    last_row: int
    texts: Mapping[int, tuple[str, ...]]
    """Column to its text in the spellings that may match, the most telling one first."""
    shown: Mapping[int, str]
    """Column to its text as people see it."""
    levels: int


class Side(NamedTuple):
    """One side of a balance that stands in one worksheet column."""

    number: int
    """The worksheet column of the balance."""
    direction: int | None
    """That of 借 or 贷; without one a negative balance is on the credit side."""
    is_debit: bool


@dataclass(frozen=True)
class HeaderMatch:
    """How well a window is the header of a register."""

    register: type[Register]
    window: Window
    columns: Mapping[str, int]
    """Column name to worksheet column."""
    duplicates: Mapping[str, tuple[int, ...]]
    """Column name to all worksheet columns that claim it, where there is more than one."""
    unknown: Mapping[int, str]
    """Worksheet column to header, for headers that mean no column of the register, or one taken already."""
    remarks: Mapping[int, str]
    """Those of them whose content belongs into the remark: unknown ones, and further remarks."""
    suffixes: Mapping[str, str]
    """Column name to what its header has in brackets."""
    default_unit: str | None
    sides: Mapping[str, Side] = field(default_factory=dict)
    """Column to the one worksheet column in which it stands together with the other side."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Column that the sheet lacks to what stands above the table for all its rows."""
    missing: tuple[Column, ...] = field(default=())
    share: float = 0.0
    """Part of the required columns that is there, 0 to 1."""

    @property
    def complete(self) -> bool:
        """Tell whether every column that a row cannot do without is there."""
        return not self.missing


@lru_cache(maxsize=4096)
def heading(text: str) -> str:
    """Return a header as it is compared: like ``matching``, lower case, without marks around it."""
    plain = matching(text).casefold().strip("*★※:、。.,;")
    return _IN_BRACKETS.sub(r"\1", plain)


def without_brackets(title: str) -> str:
    """Return a normalised title without what it has in brackets: 保质期 for 保质期(天)."""
    return _BRACKETS.sub("", title)


def needed_columns(register: type[Register]) -> tuple[Column, ...]:
    """Return the columns without which a sheet is rejected: required ones and keys that people fill."""
    wanted = [column for column in register.columns if not column.system]
    needed = tuple(column for column in wanted if column.required or column.name in register.key)
    return needed or register.columns


def names_of(register: type[Register]) -> Mapping[str, str]:
    """Return every heading that means a column of the register, mapped to the column's name."""
    if register not in _NAMES:
        _NAMES[register] = _collected_names(register)
    return _NAMES[register]


def _collected_names(register: type[Register]) -> Mapping[str, str]:
    names: dict[str, str] = {}
    columns = register.columns
    for column in columns:
        names.setdefault(heading(column.title), column.name)
    for column in columns:
        for other in (*column.aliases, column.title_en, column.name, column.name.replace("_", " ")):
            names.setdefault(heading(other), column.name)
    for column in columns:
        names.setdefault(without_brackets(heading(column.title)), column.name)
    names.pop("", None)
    return names


def _index(registers: tuple[type[Register], ...]) -> Mapping[str, frozenset[type[Register]]]:
    """Return the registers that know a heading, so that a sheet is not compared with each of them."""
    if registers not in _INDEXES:
        _INDEXES[registers] = _collected_index(registers)
    return _INDEXES[registers]


def _collected_index(registers: tuple[type[Register], ...]) -> Mapping[str, frozenset[type[Register]]]:
    found: defaultdict[str, set[type[Register]]] = defaultdict(set)
    for register in registers:
        for name in names_of(register):
            found[name].add(register)
    return {name: frozenset(owners) for name, owners in found.items()}


def best_headers(grid: Grid, registers: Sequence[type[Register]]) -> dict[type[Register], HeaderMatch]:
    """Return for each register the rows that are most likely its header, where any are.

    The window with the most known names wins; of equal ones the single row, then the upper one.
    """
    index = _index(tuple(registers))
    best: dict[type[Register], tuple[tuple[int, int], Window]] = {}
    for window in _windows(grid):
        for register, count in _counts(window, index).items():
            rank = (count, -window.levels)
            if count >= FEWEST_NAMES and (register not in best or rank > best[register][0]):
                best[register] = (rank, window)
    return {register: match_header(register, window, grid) for register, (_, window) in best.items()}


def _counts(window: Window, index: Mapping[str, frozenset[type[Register]]]) -> dict[type[Register], int]:
    owners: defaultdict[type[Register], set[str]] = defaultdict(set)
    for texts in window.texts.values():
        known = {text for text in texts for text in (text, _split(text)[0]) if text in index}
        for register in {register for text in known for register in index[text]}:
            hit = _meaning(register, texts)
            if hit is not None:
                owners[register].add(hit.column)
    return {register: len(columns) for register, columns in owners.items()}


def match_header(register: type[Register], window: Window, grid: Grid) -> HeaderMatch:
    """Return how the window fits the register: its columns, what is double, unknown and missing."""
    claims: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    unknown: dict[int, str] = {}
    for column, texts in window.texts.items():
        hit = _meaning(register, texts)
        if hit is not None:
            claims[hit.column].append((column, hit.suffix))
        elif texts[0] not in _NUMBERING:
            unknown[column] = window.shown[column]
    remarks = dict(unknown)
    columns: dict[str, int] = {}
    suffixes: dict[str, str] = {}
    duplicates: dict[str, tuple[int, ...]] = {}
    for name, claimed in claims.items():
        kept = _strongest(register.column(name), claimed, window)
        columns[name], suffixes[name] = kept[0]
        if len(kept) > 1:
            duplicates[name] = tuple(column for column, _ in kept)
        left = {column: window.shown[column] for column, _ in claimed if (column, _) not in kept}
        unknown |= {} if _other_choice(register.column(name)) else left
        remarks |= left if name == "remark" else {}
    sides = _sides(register, columns, window)
    for name, side in sides.items():
        columns[name], suffixes[name] = side.number, ""
        for number in (side.number, side.direction):
            unknown.pop(number or 0, None)
            remarks.pop(number or 0, None)
    unit = _default_unit(register, columns, suffixes)
    needed = needed_columns(register)
    above = _said_above(register, columns, grid, window)
    missing = tuple(
        column
        for column in needed
        if column.name not in columns and column.name not in above and not (unit and column.kind is Kind.UNIT)
    )
    share = 1 - len(missing) / len(needed)
    return HeaderMatch(
        *(register, window, columns, duplicates, dict(sorted(unknown.items())), remarks, suffixes, unit),
        *(sides, above, missing, share),
    )


def _sides(register: type[Register], columns: Mapping[str, int], window: Window) -> dict[str, Side]:
    """Return the columns that stand in one column with their other side: 期初余额, with 方向 beside it."""
    found = {}
    for pair in register.sided:
        wanted = {heading(name) for name in pair.headers}
        numbers = [number for number, texts in window.texts.items() if wanted.intersection(texts)]
        if numbers and pair.debit not in columns and pair.credit not in columns:
            beside = [each for each in (numbers[0] - 1, numbers[0] + 1) if _DIRECTIONS & {*window.texts.get(each, ())}]
            direction = beside[0] if beside else None
            found[pair.debit] = Side(numbers[0], direction, is_debit=True)
            found[pair.credit] = Side(numbers[0], direction, is_debit=False)
    return found


def _said_above(register: type[Register], columns: Mapping[str, int], grid: Grid, window: Window) -> dict[str, str]:
    rows = grid.cells[: window.first_row - grid.first_row]
    absent = [column for column in register.columns if column.above and column.name not in columns]
    said = ((column.name, value_above(column, rows, grid.sheet)) for column in absent)
    return {name: value for name, value in said if value is not None}


def _strongest(column: Column, claimed: list[tuple[int, str]], window: Window) -> list[tuple[int, str]]:
    """Return the claims that count: a plain header beats one with a remark in brackets.

    A second text for the remark (说明 beside 备注) and a second system column are no contradiction,
    nor are code and name of the same thing (物品编码 beside 品名): the code counts. Of two 序号 the
    first one numbers the lines of the sheet. A ranked column has one header that counts.
    """
    if len(claimed) == 1:
        return claimed
    if column.ranked:
        return [min(claimed, key=lambda claim: _rank(column, window.texts[claim[0]]))]
    own = [claim for claim in claimed if heading(column.title) in window.texts[claim[0]]]
    if column.name == "remark" or column.system:
        return (own or claimed)[:1]
    if column.kind is Kind.REFERENCE and len(own) < 2:
        coded = [claim for claim in claimed if _CODE_WORDS.search(window.texts[claim[0]][-1])]
        return coded if len(coded) == 1 else own or claimed
    if heading(column.title) == SERIAL:
        return claimed[-1:]
    plain = [claim for claim in claimed if not claim[1] or _is_unit(claim[1])]
    return plain or claimed


def _other_choice(column: Column) -> bool:
    """Tell whether a further header of a column only says the same again: the day on which it was booked, too."""
    return column.ranked and column.kind not in TEXTUAL


def _rank(column: Column, texts: Sequence[str]) -> int:
    """Return the place of a header among title and aliases of its column."""
    known = [heading(name) for name in (column.title, *column.aliases)]
    said = [word for text in texts for word in (text, _split(text)[0])]
    return min((known.index(word) for word in said if word in known), default=len(known))


def _is_unit(suffix: str) -> bool:
    return suffix in _UNIT_NAMES or suffix in _MONEY_UNITS or bool(_LARGE_MONEY.fullmatch(suffix))


def _meaning(register: type[Register], texts: Sequence[str]) -> _Hit | None:
    names = names_of(register)
    for text in texts:
        if text in names:
            return _Hit(names[text], "")
        stem, suffix = _split(text)
        if stem in names and suffix not in _OTHER_MEANING:
            return _Hit(names[stem], suffix)
    return None


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[str, str]:
    """Return stem and bracket of ``数量(个)`` or ``金额/元``; ``("", "")`` for a plain text."""
    found = _SUFFIX.fullmatch(text)
    if found is None:
        return "", ""
    stem, suffix = (found[1], found[2]) if found[1] else (found[3], found[4])
    suffix = suffix.removeprefix("单位:").removeprefix("单位")
    return (stem, suffix) if found[1] or _is_unit(suffix) else ("", "")


def _default_unit(register: type[Register], columns: Mapping[str, int], suffixes: Mapping[str, str]) -> str | None:
    """Return the unit of ``数量（个）`` when the sheet has no unit column and only one unit is named."""
    units = {
        suffixes[column.name]
        for column in register.columns
        if column.unit and column.unit not in columns and suffixes.get(column.name) in _UNIT_NAMES
    }
    return units.pop() if len(units) == 1 else None


def large_money_units(match: HeaderMatch) -> dict[int, str]:
    """Return the columns whose header says 万元 or the like, worksheet column to unit (S35)."""
    return {
        match.columns[name]: suffix
        for name, suffix in match.suffixes.items()
        if _LARGE_MONEY.fullmatch(suffix) and match.register.column(name).kind in {Kind.MONEY, Kind.PRICE}
    }


def _windows(grid: Grid) -> Iterator[Window]:
    """Yield every reading of the first rows, single rows before the two-level reading of the same row."""
    rows = [_texts(row) for row in grid.cells[:SEARCHED_ROWS]]
    for offset, row in enumerate(rows):
        if not row:
            continue
        number = grid.first_row + offset
        yield _single(grid, number, row)
        below = rows[offset + 1] if offset + 1 < len(rows) else {}
        if below:
            yield _two_levels(grid, number, row, below)


def _texts(row: Sequence[Cell]) -> dict[int, str]:
    return {place: cell for place, cell in enumerate(row) if isinstance(cell, str) and matching(cell)}


def _single(grid: Grid, number: int, row: Mapping[int, str]) -> Window:
    texts = {grid.first_column + place: (heading(text),) for place, text in row.items()}
    shown = {grid.first_column + place: text for place, text in row.items()}
    last = max((low for top, left, low, _ in grid.details.merged if top == number and left in texts), default=number)
    within = last <= min(number + 1, grid.first_row + len(grid.cells) - 1)
    return Window(number, last if within else number, texts, shown, 1)


def _two_levels(grid: Grid, number: int, row: Mapping[int, str], below: Mapping[int, str]) -> Window:
    """Return the flattened header: first level and second level together (S04)."""
    over = _spread(grid, number, row, below)
    texts: dict[int, tuple[str, ...]] = {}
    shown: dict[int, str] = {}
    for place in sorted({*row, *below}):
        upper, lower = over.get(place, ""), below.get(place, "")
        column = grid.first_column + place
        spellings = (heading(upper + lower), heading(lower)) if upper and lower else (heading(upper + lower),)
        texts[column], shown[column] = spellings, upper + lower
    return Window(number, number + 1, texts, shown, 2)


def _spread(grid: Grid, number: int, row: Mapping[int, str], below: Mapping[int, str]) -> dict[int, str]:
    """Return the first level with each group's text over all of its columns.

    Without merged ranges a group reaches over the blank cells to its right that have a text below.
    """
    over = dict(row)
    if grid.details.merged:
        for top, left, low, right in grid.details.merged:
            place = left - grid.first_column
            if top == number == low and place in row:
                over |= dict.fromkeys(range(place, right - grid.first_column + 1), row[place])
        return over
    for place in sorted(below):
        if place not in over and place - 1 in below and place - 1 in over:
            over[place] = over[place - 1]
    return over
