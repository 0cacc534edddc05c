"""Which lines of the bank journal and of the bank's statement are the same payment: exact, and never guessed.

The lines of one account are compared in steps, the surest first. A step settles only what can be meant in
one way; what could be meant in several stays open with its candidates. A line is settled once at most, and
the order in which lines are given does not matter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_TELLING = 6
"""Characters from which on a number names one payment by itself: 4 or 12 is counted up by everybody."""
_NAME = 2
"""Characters of the shortest name that is looked for."""
_MOST_CANDIDATES = 10


class Way(StrEnum):
    """By what lines were found to be the same."""

    REFERENCE = "reference"
    """The same settlement number and amount."""
    COUNTERPARTY = "counterparty"
    """The same amount within some days, and the other party is named."""
    DATE = "date"
    """The same amount within some days."""
    SUM = "sum"
    """Several lines of one day or batch that come to one line of the other side."""
    OFFSET = "offset"
    """A red entry takes back another one of its own side."""
    AMOUNT = "amount"
    """The only two lines left with this amount."""


@dataclass(frozen=True, order=True)
class Line:
    """A line of one side: what came in is positive, what went out negative."""

    day: date
    key: str
    """Names the line on its side, as its register does."""
    fen: int
    references: tuple[str, ...] = ()
    """Settlement, cheque and voucher numbers, as they are compared (``same_number``)."""
    party: str = ""
    summary: str = ""
    red: bool = False
    """True where it takes back another line."""
    on_statement: bool = False
    """True for a line of the statement, False for one of the journal."""
    number: str = field(default="", compare=False)
    """Its settlement or serial number as written."""
    words: str = field(default="", compare=False)
    """Other party and summary as written."""


@dataclass(frozen=True)
class Match:
    """Lines of both sides that come to the same amount; an offset has lines of one side only."""

    book: tuple[Line, ...]
    bank: tuple[Line, ...]
    way: Way

    @property
    def lines(self) -> tuple[Line, ...]:
        """Return all its lines."""
        return (*self.book, *self.bank)


@dataclass(frozen=True)
class Matching:
    """What was found to be the same, and what stays open."""

    matches: tuple[Match, ...]
    book: tuple[Line, ...]
    """Open lines of the journal, in order."""
    bank: tuple[Line, ...]
    """Open lines of the statement, in order."""
    candidates: Mapping[Line, tuple[Line, ...]]
    """Open line to the open lines of the other side that it may be, the nearest first; only where there are any."""


Fits = Callable[[Line, Line], bool]


def match_lines(book: Iterable[Line], bank: Iterable[Line], days: int) -> Matching:
    """Return which lines of one account are the same; ``days`` may lie between journal and statement."""

    def near(one: Line, other: Line) -> bool:
        return abs((one.day - other.day).days) <= days

    sides = _Sides(sorted(book), sorted(bank))
    sides.settle(_paired(_closed_groups(sides.book, sides.bank, _numbers_and_amount, _share_number), Way.REFERENCE))
    sides.settle(_sums_of_numbers(sides))
    disputed = _disputed(sides)
    for way, fits in (
        (Way.COUNTERPARTY, lambda one, other: near(one, other) and names_party(one, other)),
        (Way.DATE, lambda one, other: one.day == other.day),
        (Way.DATE, near),
    ):
        _settle_equal(sides, way, fits, disputed)
    sides.settle(_sums_of_batches(sides, near, disputed))
    sides.settle((*_offsets(sides.book), *_offsets(sides.bank)))
    _settle_equal(sides, Way.AMOUNT, lambda _one, _other: True, disputed)
    return Matching(tuple(sides.matches), tuple(sides.book), tuple(sides.bank), _candidates(sides, near))


def same_number(text: str | None) -> str:
    """Return a settlement number as it is compared: letters and digits, zeros in front left out."""
    return "".join(letter for letter in (text or "").upper() if letter.isalnum()).lstrip("0")


def names_party(one: Line, other: Line) -> bool:
    """Tell whether two lines name the same other party, or one names that of the other in its summary."""
    pairs = ((one.party, other.party), (one.party, other.summary), (other.party, one.summary))
    return any(len(party) >= _NAME and party in text for party, text in pairs)


class _Sides:
    """The open lines of both sides while they are compared."""

    def __init__(self, book: Sequence[Line], bank: Sequence[Line]) -> None:
        self.book, self.bank = list(book), list(bank)
        self.matches: list[Match] = []

    def settle(self, matches: Iterable[Match]) -> None:
        """Take the lines of some matches out; they share none."""
        found = list(matches)
        self.matches += found
        settled = {line for match in found for line in match.lines}
        self.book = [line for line in self.book if line not in settled]
        self.bank = [line for line in self.bank if line not in settled]


def _numbers_and_amount(line: Line) -> list[Hashable]:
    return [(number, line.fen) for number in line.references]


def _share_number(one: Line, other: Line) -> bool:
    return not set(one.references).isdisjoint(other.references)


def _telling(line: Line) -> list[Hashable]:
    return [number for number in line.references if len(number) >= _TELLING]


def _sums_of_numbers(sides: _Sides) -> list[Match]:
    """Return the lines of one number and direction that come to the same on both sides."""
    book, bank = (_grouped(lines, _telling) for lines in (sides.book, sides.bank))
    found = []
    for number, own in book.items():
        match = Match(tuple(own), tuple(bank.get(number, ())), Way.REFERENCE)
        one_way = len({line.fen > 0 for line in match.lines}) == 1
        if one_way and sum(line.fen for line in match.book) == sum(line.fen for line in match.bank):
            found.append(match)
    return _apart(found)


def _disputed(sides: _Sides) -> frozenset[Line]:
    """Return the open lines whose number the other side has with another amount: they are nothing else."""
    book, bank = (_grouped(lines, _telling) for lines in (sides.book, sides.bank))
    common = book.keys() & bank.keys()
    return frozenset(line for lines in (book, bank) for number in common for line in lines[number])


def _settle_equal(sides: _Sides, way: Way, fits: Fits, disputed: frozenset[Line]) -> None:
    """Settle lines with equal amounts where it does not matter which is which."""
    book, bank = ([line for line in lines if line not in disputed] for lines in (sides.book, sides.bank))
    sides.settle(_paired(_closed_groups(book, bank, _amount, fits), way))


def _amount(line: Line) -> list[Hashable]:
    return [line.fen]


def _closed_groups(
    book: Sequence[Line], bank: Sequence[Line], keys: Callable[[Line], list[Hashable]], fits: Fits
) -> list[tuple[list[Line], list[Line]]]:
    """Return the groups of lines that may be each other and nothing else: as many on both sides, all with all."""
    by_key = _grouped(bank, keys)
    others = {
        line: sorted({other for key in keys(line) for other in by_key.get(key, ()) if fits(line, other)})
        for line in book
    }
    back: defaultdict[Line, list[Line]] = defaultdict(list)
    for line, found in others.items():
        for other in found:
            back[other].append(line)
    groups = []
    for line, found in others.items():
        partners = back[found[0]] if found else []
        if not partners or partners[0] != line or len(partners) != len(found):
            continue
        if all(others[each] == found for each in partners) and all(back[each] == partners for each in found):
            groups.append((partners, found))
    return groups


def _paired(groups: Iterable[tuple[list[Line], list[Line]]], way: Way) -> list[Match]:
    return [Match((one,), (other,), way) for group in groups for one, other in zip(*group, strict=True)]


def _sums_of_batches(sides: _Sides, near: Fits, disputed: frozenset[Line]) -> list[Match]:
    """Return one line with all lines of a day, or of a batch of a day, that come to its amount.

    Lines that have an equal one on the other side close by are left alone: they may be that one.
    """
    book, bank = ([line for line in lines if line not in disputed] for lines in (sides.book, sides.bank))
    amounts = _grouped(bank, _amount)
    equal = ((one, other) for one in book for other in amounts.get(one.fen, ()) if near(one, other))
    unclear = {line for pair in equal for line in pair}
    found = {
        *(Match((one,), batch, Way.SUM) for one, batch in _summing(book, bank, near)),
        *(Match(batch, (one,), Way.SUM) for one, batch in _summing(bank, book, near)),
    }
    settled = _apart(sorted(found, key=lambda match: match.lines))
    return [match for match in settled if unclear.isdisjoint(match.lines)]


def _summing(lines: Sequence[Line], others: Sequence[Line], near: Fits) -> Iterator[tuple[Line, tuple[Line, ...]]]:
    """Yield lines with the batches of the other side, close by, that come to their amount."""
    by_sum: defaultdict[int, set[tuple[Line, ...]]] = defaultdict(set)
    for batch in _batches(others):
        by_sum[sum(line.fen for line in batch)].add(batch)
    for line in lines:
        for batch in by_sum.get(line.fen, ()):
            if near(line, batch[0]):
                yield line, batch


def _batches(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Yield what belongs together in one direction: a whole day, and what has one party or summary in it."""
    for words in (lambda _line: "*", lambda line: line.party, lambda line: line.summary):
        batches: defaultdict[tuple[date, bool, str], list[Line]] = defaultdict(list)
        for line in lines:
            if words(line):
                batches[line.day, line.fen > 0, words(line)].append(line)
        yield from (tuple(batch) for batch in batches.values() if len(batch) > 1)


def _offsets(lines: Sequence[Line]) -> list[Match]:
    """Return the red entries of one side with the only line, not after them, that they take back."""
    found = []
    for red in (line for line in lines if line.red):
        twins = [line for line in lines if line.fen in (red.fen, -red.fen)]
        taken_back = [line for line in twins if line.fen == -red.fen and not line.red and line.day <= red.day]
        if len(twins) == 2 and len(taken_back) == 1:
            pair = (taken_back[0], red)
            found.append(Match((), pair, Way.OFFSET) if red.on_statement else Match(pair, (), Way.OFFSET))
    return found


def _apart(matches: Sequence[Match]) -> list[Match]:
    """Return the matches that share no line with another one."""
    uses = Counter(line for match in matches for line in match.lines)
    return [match for match in matches if all(uses[line] == 1 for line in match.lines)]


def _candidates(sides: _Sides, near: Fits) -> dict[Line, tuple[Line, ...]]:
    """Return what people should look at: the same number, or the same amount close by."""
    found = {}
    for own, others in ((sides.book, sides.bank), (sides.bank, sides.book)):
        numbers, amounts = _grouped(others, _telling), _grouped(others, _amount)
        for line in own:
            same = {other for number in _telling(line) for other in numbers.get(number, ())}
            same |= {other for other in amounts.get(line.fen, ()) if near(line, other)}
            if same:
                nearest = sorted((abs((other.day - line.day).days), other) for other in same)
                found[line] = tuple(other for _, other in nearest[:_MOST_CANDIDATES])
    return found


def _grouped(lines: Iterable[Line], keys: Callable[[Line], list[Hashable]]) -> dict[Hashable, list[Line]]:
    found: defaultdict[Hashable, list[Line]] = defaultdict(list)
    for line in lines:
        for key in keys(line):
            found[key].append(line)
    return dict(found)
