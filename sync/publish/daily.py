"""The page of the day, 日报.html: what came in, what waits for whom, what does not agree; readable on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from schemas.masking import masked_numbers
from sync.nights import NightRecord, PastNight
from sync.publish.charts import Chart, bars, columns
from sync.publish.model import HeldLine, Publication, State, StockLine
from sync.publish.pages import Card, Section, counted_title, page_template
from sync.publish.paths import MASTER, page_link
from sync.publish.words import word

DAILY = "published/日报.html"
MOST_CARDS = 10
"""A section shows this many cards at most: the page is read in a minute."""
MOST_NIGHTS = 14
SOON_DAYS = 7
"""Plan tasks due within this many days are told of."""

COLOURS = {"good": "#1e7b4f", "caution": "#d98a1f", "bad": "#b3261e"}
"""Tone of a series to its colour."""
_ADMIN_STATES = frozenset({State.WAITING, State.DAMAGED})

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class DepartmentDay:
    """One department: rows that came in since the last report, and what stands now."""

    code: str
    name: str
    added: int = 0
    changed: int = 0
    held: int = 0
    conflicts: int = 0
    missing: int = 0

    @property
    def pending(self) -> int:
        """Return how many things wait for it."""
        return self.held + self.conflicts + self.missing


@dataclass(frozen=True)
class DifferenceLine:
    """Two figures that should be the same and are not."""

    title: str
    place: str
    book: str
    """The name and the figure of one side."""
    found: str
    """And of the other."""
    difference: str
    status: str = ""
    """Whether somebody has explained it."""
    causes: str = ""
    """Why it may be so."""
    serious: bool = False


@dataclass(frozen=True)
class TaskLine:
    """A plan task that is late or due soon."""

    task: str
    department: str
    person: str
    due: date
    status: str


@dataclass(frozen=True)
class Day:
    """Everything that the page of the day tells."""

    publication: Publication
    since: datetime | None
    """The moment from which rows are counted as new, None for the beginning of the ledger."""
    departments: Sequence[DepartmentDay]
    tasks: Sequence[TaskLine]
    differences: Sequence[DifferenceLine]
    past: Sequence[PastNight]
    """Earlier nights, oldest first."""
    record: NightRecord
    """The night as far as it has come."""

    @property
    def added(self) -> int:
        """Return how many rows came in."""
        return sum(each.added for each in self.departments)

    @property
    def changed(self) -> int:
        """Return how many rows were amended."""
        return sum(each.changed for each in self.departments)

    def sum_of(self, what: Callable[[DepartmentDay], int]) -> int:
        """Return a number of all departments together."""
        return sum(map(what, self.departments))

    def figures(self, ended: str) -> PastNight:
        """Return what later reports show of this day."""
        return PastNight(
            ended,
            self.publication.today.isoformat(),
            self.publication.revision,
            self.added + self.changed,
            self.sum_of(lambda each: each.held),
            self.sum_of(lambda each: each.conflicts),
            self.sum_of(lambda each: each.missing),
        )


@dataclass(frozen=True)
class DailyPage:
    """The page and everything that it shows."""

    language: str
    school: str
    title: str
    day: str
    as_of: str
    tone: str
    summary_lines: tuple[str, ...]
    """The principal's summary: the first line says it all."""
    counts: tuple[tuple[str, int, str], ...]
    """Label, number and tone."""
    charts: tuple[Chart, ...]
    department_titles: tuple[str, ...]
    departments: tuple[tuple[str, tuple[int, ...]], ...]
    sections: tuple[Section, ...]
    steps: tuple[tuple[bool, str, str], ...]
    """Whether a step of the night went well, its name, what it says."""
    links: tuple[tuple[str, str], ...]

    def html(self) -> str:
        """Return the page as one self-contained document; all text is escaped, personal numbers are masked."""
        language = self.language
        labels = {key: word(key, language) for key in ("day departments", "day steps", "hint")}
        html_language = "en" if language == "en" else "zh-CN"
        page = page_template("daily.html").render(
            page=self, labels=labels, colours=COLOURS, html_language=html_language
        )
        return masked_numbers(page)


def daily_page(day: Day) -> DailyPage:
    """Return the page of a day."""
    publication, language = day.publication, day.publication.language
    today = publication.today
    weekdays = word("weekdays", language)
    weekday = (weekdays.split() if " " in weekdays else weekdays)[today.weekday()]
    at = {"at": publication.at, "revision": publication.revision}
    tone, summary = _summary(day)
    return DailyPage(
        language=language,
        school=publication.school,
        title=word("day title", language),
        day=word("day of", language, day=today, weekday=weekday),
        as_of=word("day as of", language, **at),
        tone=tone,
        summary_lines=summary,
        counts=_counts(day),
        charts=tuple(chart for chart in (_department_chart(day), _night_chart(day)) if chart is not None),
        department_titles=tuple(
            word(key, language)
            for key in ("department", "tile added", "tile changed", "held", "conflicting", "missing")
        ),
        departments=tuple(
            (each.name, (each.added, each.changed, each.held, each.conflicts, each.missing)) for each in day.departments
        ),
        sections=_sections(day),
        steps=tuple(
            (step.ok, word(f"step {step.name}", language), step.message(language)) for step in day.record.steps
        ),
        links=((word("open master", language), page_link(MASTER, DAILY)),),
    )


def _stops(day: Day) -> list[str]:
    return [each.path for each in day.publication.workbooks if each.state in _ADMIN_STATES]


def _low(day: Day) -> list[StockLine]:
    return [line for line in day.publication.stock if line.is_low]


def _late(day: Day) -> list[TaskLine]:
    return [task for task in day.tasks if task.due < day.publication.today]


def _summary(day: Day) -> tuple[str, tuple[str, ...]]:
    """Return the tone and the lines at the top."""
    language = day.publication.language
    pending = day.sum_of(lambda each: each.pending)
    low, late, stops = len(_low(day)), len(_late(day)), len(_stops(day))
    failed = len(day.record.failed)
    waiting = pending + stops + low + late + len(day.differences)
    if failed:
        tone, first = "bad", word("day failed", language, n=failed)
    elif waiting:
        tone, first = "caution", word("day to do", language, n=waiting)
    else:
        tone, first = "good", word("day good", language)
    parts = {"held": "held", "conflicts": "conflicts", "missing": "missing"}
    sums = {name: sum(getattr(each, part) for each in day.departments) for name, part in parts.items()}
    lines = [first, _came_in(day)]
    if pending + stops:
        lines.append(word("day pending", language, **sums, stops=stops))
    if low:
        lines.append(word("day low", language, n=low))
    if day.differences:
        lines.append(word("day differences", language, n=len(day.differences)))
    elif any(step.name == "reconcile" and step.ok for step in day.record.steps):
        lines.append(word("day agree", language))
    if day.tasks:
        lines.append(word("day tasks", language, late=late, soon=len(day.tasks) - late))
    return tone, (*lines, *([_backup_line(day)] if day.record.steps else []))


def _came_in(day: Day) -> str:
    language = day.publication.language
    start = "day since start" if day.since is None else "day since"
    since = word(start, language, **({} if day.since is None else {"since": day.since}))
    if not day.added + day.changed:
        return word("day nothing came in", language, since=since)
    return word("day came in", language, since=since, added=day.added, changed=day.changed)


def _backup_line(day: Day) -> str:
    language, made = day.publication.language, day.record.backup
    if made is None:
        return word("day no backup", language)
    at = datetime.fromisoformat(made.made_at).astimezone(day.publication.at.tzinfo)
    return word("day backup" if made.verified else "day backup unproven", language, at=at)


def _counts(day: Day) -> tuple[tuple[str, int, str], ...]:
    tiles = (
        ("tile added", day.added, ""),
        ("tile changed", day.changed, ""),
        ("held", day.sum_of(lambda each: each.held), "bad"),
        ("conflicting", day.sum_of(lambda each: each.conflicts), "bad"),
        ("missing", day.sum_of(lambda each: each.missing), "bad"),
        ("tile low", len(_low(day)), "bad"),
        ("tile differences", len(day.differences), "bad"),
        ("tile tasks", len(_late(day)), "bad"),
    )
    language = day.publication.language
    return tuple((word(key, language), number, tone if number else "") for key, number, tone in tiles)


def _department_chart(day: Day) -> Chart | None:
    language = day.publication.language
    rows = [(each.name, (each.added + each.changed, each.pending)) for each in day.departments]
    legend = (("good", word("in ledger", language)), ("bad", word("day pending column", language)))
    return bars(word("day departments chart", language), rows, legend)


def _night_chart(day: Day) -> Chart | None:
    """Return the curve of the nights up to this one; the first night has none."""
    language = day.publication.language
    nights = {night.day: night for night in (*day.past, day.figures(""))}
    shown = [nights[name] for name in sorted(nights)][-MOST_NIGHTS:]
    rows = [(night.day[5:], (night.accepted, night.held + night.conflicts + night.missing)) for night in shown]
    legend = (("good", word("in ledger", language)), ("caution", word("day pending column", language)))
    return columns(word("day nights chart", language), rows, legend) if len(rows) > 1 else None


def _sections(day: Day) -> tuple[Section, ...]:
    publication, language = day.publication, day.publication.language
    steps = [Card(word(f"step {step.name}", language), "", (step.message(language),)) for step in day.record.failed]
    sections = (
        _section("day failures", "bad", steps, len(steps), language),
        _waits(day),
        _section("day held", "bad", map(_held_card, publication.held), len(publication.held), language),
        _section("day stock", "caution", (_stock_card(line, language) for line in _low(day)), len(_low(day)), language),
        _section(
            "day difference",
            "bad",
            (_difference_card(line, language) for line in day.differences),
            len(day.differences),
            language,
        ),
        _section("day task", "caution", _task_cards(day), len(day.tasks), language),
    )
    return tuple(section for section in sections if section.cards)


def _section(key: str, tone: str, cards: Iterable[Card], total: int, language: str) -> Section:
    shown = tuple(_first(cards, MOST_CARDS))
    more = word("day more", language, n=total - len(shown)) if total > len(shown) else ""
    return Section(counted_title(word(key, language), total, language), tone, shown, more=more)


def _first(things: Iterable[Thing], count: int) -> Iterator[Thing]:
    for _, thing in zip(range(count), things, strict=False):
        yield thing


def _waits(day: Day) -> Section:
    """Return a card per department for which something waits, and one for the admin."""
    language = day.publication.language
    cards = [
        Card(
            each.name,
            each.code,
            (
                word("day waits department", language, held=each.held, conflicts=each.conflicts, missing=each.missing),
                *_workbooks(day, each),
            ),
            (word("day waits hint", language),),
        )
        for each in sorted(day.departments, key=lambda each: -each.pending)
        if each.pending
    ]
    if stops := _stops(day):
        said = word("day waits stop", language, n=len(stops))
        hint = word("day waits stop hint", language)
        cards.append(Card(word("day waits admin", language), "", (said, *stops[:MOST_CARDS]), (hint,)))
    return Section(counted_title(word("day waits", language), len(cards), language), "caution", tuple(cards))


def _workbooks(day: Day, department: DepartmentDay) -> Iterator[str]:
    """Yield the workbooks of a department with things that wait, those with the most first."""
    pending = [
        (each.held + each.conflicting + each.missing, each.name)
        for each in day.publication.workbooks
        if each.department == department.code
    ]
    for count, name in sorted(pending, key=lambda item: (-item[0], item[1]))[:MOST_CARDS]:
        if count:
            yield f"{name}　{count}"


def _held_card(line: HeldLine) -> Card:
    name = line.workbook.rsplit("/", 1)[-1]
    place = f"[{name}]{line.sheet}!{line.cell}" if line.cell else f"[{name}]{line.sheet}"
    return Card(place, f"{line.register_title}　{line.key}", (line.reasons,), (line.hint,) if line.hint else ())


def _stock_card(line: StockLine, language: str) -> Card:
    figures = {"quantity": line.quantity, "unit": line.unit, "minimum": line.minimum}
    said = word("day stock line", language, **{name: _plain(value) for name, value in figures.items()})
    return Card(line.name or line.item, f"{line.item}　{line.warehouse_name or line.warehouse}", (said,))


def _plain(value: object) -> str:
    """Return a quantity without zeros behind its point."""
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _difference_card(line: DifferenceLine, language: str) -> Card:
    figures = {"book": line.book, "found": line.found, "difference": line.difference}
    said = (word("day difference line", language, **figures), " · ".join(filter(None, (line.status, line.causes))))
    return Card(line.title, line.place, tuple(filter(None, said)))


def _task_cards(day: Day) -> Iterator[Card]:
    language, today = day.publication.language, day.publication.today
    for task in day.tasks:
        days = (task.due - today).days
        when = word("day task late", language, days=-days) if days < 0 else word("day task soon", language, days=days)
        said = word("day task line", language, due=task.due, status=task.status)
        yield Card(task.task, f"{task.department}　{task.person}".strip(), (f"{said}（{when}）",))
