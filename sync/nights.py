"""When nights are due, and what the last one did: a record in the state folder.

A night is due once a day at one time of the school's clocks. Pure functions of that time, the zone and
the record: a computer that was off, a change to summer time and a clock that was set back make no night
twice and lose none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbooks.write import replace_bytes

NIGHT_NAME = "night.json"
PROOFS = frozenset({"verify", "backup", "restore"})
"""Steps of a night without which nothing can be relied on: no old backup is removed when one of them failed."""
MOST_ATTEMPTS = 3
"""A night that was cut off is made up this many times: a program that ends in it must not begin it for ever."""
MOST_PAST = 60
"""Nights that the record remembers for the report."""
_DAY = timedelta(days=1)
_HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Step:
    """One step of a night: whether it went well, and what it says of itself."""

    name: str
    ok: bool
    zh: str
    en: str
    seconds: float = 0.0

    def message(self, language: str) -> str:
        """Return what it says of itself."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class NightBackup:
    """A backup that a night made; points in time are UTC in ISO form."""

    path: str
    made_at: str
    revision: int
    verified: bool = False
    """Whether it was restored into a scratch place and was the ledger."""
    announced: bool = False
    """Whether it was to be made, and nobody has noted since that it was."""


@dataclass(frozen=True)
class Sent:
    """What became of a message on one channel; the channel is named without its address."""

    channel: str
    ok: bool
    zh: str
    en: str

    def message(self, language: str) -> str:
        """Return what became of it."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class PastNight:
    """The figures of a night, for the curve of the report."""

    ended: str
    day: str
    """The school's day."""
    revision: int
    accepted: int
    held: int
    conflicts: int
    missing: int


@dataclass(frozen=True)
class NightRecord:
    """The last night that ended; points in time are UTC in ISO form."""

    started: str
    ended: str
    revision: int
    steps: tuple[Step, ...] = ()
    backup: NightBackup | None = None
    notified: tuple[Sent, ...] = ()
    report: str = ""
    """Path of the report below the share, empty where there is none."""

    @property
    def failed(self) -> tuple[Step, ...]:
        """Return the steps that failed."""
        return tuple(step for step in self.steps if not step.ok)

    @property
    def restore_verified(self) -> bool:
        """Tell whether its backup was proven to be one that can be restored."""
        return self.backup is not None and self.backup.verified


@dataclass(frozen=True)
class Nights:
    """What is known of the nights of a school."""

    last: NightRecord | None = None
    begun: str | None = None
    """When a night began that has not ended: it runs, or was cut off."""
    attempts: int = 0
    """How often it began."""
    kept: tuple[NightBackup, ...] = ()
    """The backups that nights made and that were not removed since, oldest first."""
    past: tuple[PastNight, ...] = ()

    def began(self, now: datetime) -> Nights:
        """Return them with a night begun."""
        return replace(self, begun=stamp(now), attempts=self.attempts + 1)

    def ended(self, record: NightRecord, kept: Sequence[NightBackup], figures: PastNight | None) -> Nights:
        """Return them after a night, with the backups there are now."""
        past = (*self.past, *([] if figures is None else [figures]))[-MOST_PAST:]
        return Nights(record, None, 0, tuple(kept), past)

    def reported_until(self, now: datetime) -> int | None:
        """Return the revision of the newest report that is at least half a day old, None where there is none.

        A night that is repeated within hours tells of the same day again.
        """
        old = [night for night in self.past if datetime.fromisoformat(night.ended) <= now - _HALF_A_DAY]
        return old[-1].revision if old else None


def stamp(moment: datetime) -> str:
    """Return a moment, UTC in ISO form to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def read_nights(state: Path) -> Nights:
    """Return what is known of the nights of a school; a damaged record is none."""
    try:
        stored: Mapping[str, Any] = json.loads((state / NIGHT_NAME).read_text(encoding="utf-8"))
        last = stored["last"]
        return Nights(
            None if last is None else _record(last),
            stored["begun"],
            int(stored["attempts"]),
            tuple(NightBackup(**each) for each in stored["kept"]),
            tuple(PastNight(**each) for each in stored["past"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Nights()


def write_nights(state: Path, nights: Nights) -> None:
    """Write the record, whole or not at all."""
    text = json.dumps(asdict(nights), ensure_ascii=False, indent=1)
    replace_bytes(state / NIGHT_NAME, text.encode())


def _record(stored: Mapping[str, Any]) -> NightRecord:
    backup = stored["backup"]
    return NightRecord(
        **{
            **stored,
            "steps": tuple(Step(**each) for each in stored["steps"]),
            "backup": None if backup is None else NightBackup(**backup),
            "notified": tuple(Sent(**each) for each in stored["notified"]),
        }
    )


def due_before(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the newest moment, ``now`` included, at which a night was due."""
    day = now.astimezone(zone).date() + _DAY
    while (moment := _due_on(day, at, zone)) > now:
        day -= _DAY
    return moment


def due_after(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first moment after ``now`` at which a night is due."""
    day = now.astimezone(zone).date() - _DAY
    while (moment := _due_on(day, at, zone)) <= now:
        day += _DAY
    return moment


def _due_on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a day's night is due: in an hour that comes twice the first time, in one left out an hour later."""
    return datetime.combine(day, at.replace(tzinfo=None, fold=0), zone).astimezone(UTC)


def next_due(nights: Nights, at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when the next night is due; one that ended already, before the clock was set back, is not due again."""
    moment = due_after(at, zone, now)
    return due_after(at, zone, moment) if _serves(nights.last, moment) else moment


def missed_due(nights: Nights, at: time, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the moment of the newest night if it did not come to its end, None if it did.

    A record from a future that is more than a day away was written while the clock was wrong.
    """
    moment = due_before(at, zone, now)
    last = None if nights.last is None else datetime.fromisoformat(nights.last.started)
    if last is not None and moment <= last <= now + _DAY:
        return None
    begun = nights.begun is not None and datetime.fromisoformat(nights.begun) >= moment
    return None if begun and nights.attempts >= MOST_ATTEMPTS else moment


def _serves(last: NightRecord | None, moment: datetime) -> bool:
    """Tell whether a night stands for one that is due at a moment: it began then or within the day after it."""
    return last is not None and moment <= datetime.fromisoformat(last.started) < moment + _DAY
