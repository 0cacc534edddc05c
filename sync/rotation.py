"""Which backups are kept: the newest of some days, weeks and months."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sync.config import BackupSettings
from sync.nights import NightBackup


@dataclass(frozen=True)
class Rotated:
    """What a rotation left and removed."""

    kept: tuple[NightBackup, ...]
    """Oldest first; what could not be removed stays among them."""
    removed: tuple[Path, ...]
    stuck: tuple[Path, ...] = ()
    """Files that could not be removed."""


def to_keep(moments: Iterable[datetime], keep: BackupSettings, zone: ZoneInfo) -> set[datetime]:
    """Return the moments of the backups that stay: the newest of each of the newest days, weeks and months.

    Only periods that have a backup count; they are those of the school's calendar.
    """
    newest_first = sorted(moments, reverse=True)
    days = [(keep.daily, _day), (keep.weekly, _week), (keep.monthly, _month)]
    return {moment for count, period in days for moment in _newest_of_each(newest_first, period, count, zone)}


def rotate(made: Sequence[NightBackup], keep: BackupSettings, zone: ZoneInfo) -> Rotated:
    """Remove the backups that are no longer kept; only those that a night made are ever looked at."""
    moments = {each: datetime.fromisoformat(each.made_at) for each in made}
    stay = to_keep(moments.values(), keep, zone)
    kept: list[NightBackup] = []
    removed: list[Path] = []
    stuck: list[Path] = []
    for each, moment in sorted(moments.items(), key=lambda item: item[1]):
        path = Path(each.path)
        if moment in stay:
            kept.append(each)
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError:
            kept.append(each)
            stuck.append(path)
        else:
            removed.append(path)
    return Rotated(tuple(kept), tuple(removed), tuple(stuck))


def _newest_of_each(
    newest_first: Iterable[datetime], period: Callable[[date], tuple[int, ...]], count: int, zone: ZoneInfo
) -> Iterable[datetime]:
    found: dict[tuple[int, ...], datetime] = {}
    for moment in newest_first:
        found.setdefault(period(moment.astimezone(zone).date()), moment)
    return list(found.values())[:count]


def _day(day: date) -> tuple[int, ...]:
    return day.year, day.month, day.day


def _week(day: date) -> tuple[int, ...]:
    return day.isocalendar()[:2]


def _month(day: date) -> tuple[int, ...]:
    return day.year, day.month
