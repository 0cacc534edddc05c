"""Decide which register a sheet is: by its marker, its header, its name and its title (DOMAIN.md 6.6 S24)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

from schemas.headers import ENOUGH, HeaderMatch, best_headers, heading, without_brackets
from schemas.layout_meta import row_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register
    from schemas.values import Grid

_NOT_A_REGISTER = ("说明", "须知", "目录", "封面", "汇总", "统计", "透视", "图表", "示例", "样例")
"""Words in a sheet's name that make it something else than the register it also names."""
_DATE_WORDS = re.compile(r"[\d年月日份第季度学期上下.()\-_/一二三四五六七八九十]+")


class Naming(IntEnum):
    """How clearly words name a register."""

    NOT = 0
    KEYWORD = 1
    """A keyword of the register (入库)."""
    WITHIN = 2
    """The register's title among other words."""
    TITLE = 3
    """Exactly the register's title."""


@dataclass(frozen=True)
class Choice:
    """The register that a sheet is, or is meant to be."""

    register: type[Register] | None = None
    """None where the sheet is no known register."""
    match: HeaderMatch | None = None
    """Its header, None where none was found."""
    rivals: tuple[type[Register], ...] = ()
    """Registers that the sheet fits equally well, so that none was taken."""
    alias: bool = False
    """True where the name of the sheet had to be interpreted: neither marker nor title says it."""


@dataclass(frozen=True)
class _Candidate:
    register: type[Register]
    match: HeaderMatch | None
    sheet: Naming
    title: Naming
    length: int
    """Length of the longest word that names it: the more particular one wins."""

    @property
    def naming(self) -> Naming:
        return max(self.sheet, self.title)

    @property
    def share(self) -> float:
        return self.match.share if self.match else 0.0

    @property
    def complete(self) -> bool:
        return self.match is not None and self.match.complete

    @property
    def places(self) -> frozenset[int]:
        return frozenset(self.match.columns.values()) if self.match else frozenset()


def choose(grid: Grid, registers: Mapping[str, type[Register]]) -> Choice:
    """Return the register of a sheet that has content.

    A marker decides. Else the sheet's name and title decide between registers whose header is
    complete; without such words the header must fit one register only. A sheet whose words or
    header mean a register that it does not have the columns of is chosen too, with what is missing.
    """
    if grid.marker is not None and grid.marker in registers:
        register = registers[grid.marker]
        return Choice(register, best_headers(grid, (register,)).get(register))
    matches = best_headers(grid, tuple(registers.values()))
    candidates = [_candidate(grid, register, matches.get(register)) for register in registers.values()]
    choice = _by_words(candidates) or _by_header(candidates) or _intended(candidates) or Choice()
    return _with_alias(choice, grid, candidates)


def _candidate(grid: Grid, register: type[Register], match: HeaderMatch | None) -> _Candidate:
    sheet, length = _naming(register, heading(grid.sheet))
    other = any(word in grid.sheet and word not in register.title for word in _NOT_A_REGISTER)
    if other and sheet is not Naming.TITLE:
        sheet, length = Naming.NOT, 0
    if match is None:
        return _Candidate(register, None, sheet, Naming.NOT, length)
    above = grid.cells[: match.window.first_row - grid.first_row]
    words = " ".join(row_text(row) for row in above)
    title, title_length = _naming(register, heading(words))
    if title is Naming.KEYWORD and any(word in words and word not in register.title for word in _NOT_A_REGISTER):
        title, title_length = Naming.NOT, 0
    return _Candidate(register, match, sheet, title, max(length, title_length))


def _naming(register: type[Register], words: str) -> tuple[Naming, int]:
    titles = titles_of(register)
    if words in titles:
        return Naming.TITLE, len(words)
    within = [len(title) for title in titles if title in words]
    if within:
        return Naming.WITHIN, max(within)
    keywords = [len(word) for word in map(heading, register.keywords) if word and word in words]
    return (Naming.KEYWORD, max(keywords)) if keywords else (Naming.NOT, 0)


def titles_of(register: type[Register]) -> frozenset[str]:
    """Return the spellings of a register's title: in full, without brackets, as a sheet name, in English."""
    title = heading(register.title)
    stem = without_brackets(title)
    spellings = {title, stem, title.replace("/", ""), stem.replace("/", ""), heading(register.title_en), register.id}
    return frozenset(spelling for spelling in spellings if spelling)


def _by_words(candidates: Sequence[_Candidate]) -> Choice | None:
    """Choose by title, else by keyword among complete headers, the clearest words first."""
    titled = [one for one in candidates if one.naming >= Naming.WITHIN and one.share >= ENOUGH]
    if titled:
        return _best(titled)
    return _best([one for one in candidates if one.naming is Naming.KEYWORD and one.complete])


def _best(candidates: Sequence[_Candidate]) -> Choice | None:
    if not candidates:
        return None
    top = max((one.naming, one.complete, one.length) for one in candidates)
    return _widest([one for one in candidates if (one.naming, one.complete, one.length) == top])


def _by_header(candidates: Sequence[_Candidate]) -> Choice | None:
    """Choose the only register whose header is complete, or the one that takes in all the others."""
    complete = [one for one in candidates if one.complete]
    if not complete:
        return None
    choice = _widest(complete)
    chosen = frozenset(choice.match.columns.values()) if choice.match else frozenset()
    wider = [one for one in candidates if one.share >= ENOUGH and not one.complete and one.places > chosen]
    return _intended(wider) if wider and choice.register else choice


def _widest(candidates: Sequence[_Candidate]) -> Choice:
    best = max(candidates, key=lambda one: len(one.places))
    if all(one is best or best.places > one.places for one in candidates):
        return Choice(best.register, best.match)
    return Choice(rivals=tuple(one.register for one in candidates))


def _intended(candidates: Sequence[_Candidate]) -> Choice | None:
    """Choose the register that an incomplete sheet is meant for, None where it is none at all."""
    meant = [one for one in candidates if one.naming or one.share >= ENOUGH]
    if not meant:
        return None
    best = max(meant, key=lambda one: (one.naming, one.share, one.length, len(one.places)))
    return Choice(best.register, best.match)


def _with_alias(choice: Choice, grid: Grid, candidates: Sequence[_Candidate]) -> Choice:
    """Note whether the sheet's name had to be interpreted.

    It had not where the name is the title (a template without its marker), and where it is only a
    date (``11月``) under a title row that names the register.
    """
    if choice.register is None:
        return choice
    candidate = next(one for one in candidates if one.register is choice.register)
    own_name = candidate.sheet is Naming.TITLE and grid.sheet == grid.sheet.strip()
    dated = _DATE_WORDS.fullmatch(heading(grid.sheet)) is not None and candidate.title is not Naming.NOT
    return replace(choice, alias=not own_name and not dated)
