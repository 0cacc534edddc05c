"""When nights are due, and which of their backups stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.config import BackupSettings
from sync.nights import (
    NightBackup,
    NightRecord,
    Nights,
    PastNight,
    Step,
    due_after,
    due_before,
    missed_due,
    next_due,
    read_nights,
    stamp,
    write_nights,
)
from sync.rotation import rotate, to_keep

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
EIGHT = time(20, 0)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """Return a moment of the school's clocks in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def done(text: str, zone: ZoneInfo = SHANGHAI) -> Nights:
    """Return nights of which the last began at a moment."""
    began = at(text, zone)
    return Nights(NightRecord(stamp(began), stamp(began + timedelta(minutes=10)), 1))


class TestDue:
    """A night is due once a day at the school's time."""

    @pytest.mark.parametrize(
        ("now", "before", "after"),
        [
            ("2026-11-22T19:59", "2026-11-21T20:00", "2026-11-22T20:00"),
            ("2026-11-22T20:00", "2026-11-22T20:00", "2026-11-23T20:00"),
            ("2026-11-22T20:01", "2026-11-22T20:00", "2026-11-23T20:00"),
            ("2026-11-23T00:30", "2026-11-22T20:00", "2026-11-23T20:00"),
        ],
    )
    def test_in_the_schools_time(self, now: str, before: str, after: str) -> None:
        """The zone of the school decides, not that of the computer."""
        assert due_before(EIGHT, SHANGHAI, at(now)) == at(before)
        assert due_after(EIGHT, SHANGHAI, at(now)) == at(after)

    @pytest.mark.parametrize(
        ("day", "moment"),
        [
            ("2026-03-29", "2026-03-29T01:30:00+00:00"),  # 02:30 is left out: it would be 03:30
            ("2026-10-25", "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice: the first one
        ],
    )
    def test_summer_time(self, day: str, moment: str) -> None:
        """In a night of which an hour is left out or comes twice, the night's work is due exactly once."""
        half_past_two = time(2, 30)
        start = datetime.combine(date.fromisoformat(day), time(), BERLIN).astimezone(UTC)
        due = [due_after(half_past_two, BERLIN, start)]
        due.append(due_after(half_past_two, BERLIN, due[0]))
        assert due[0] == datetime.fromisoformat(moment)
        assert due[1].astimezone(BERLIN).date() == date.fromisoformat(day) + timedelta(days=1)

    @settings(deadline=None)
    @given(
        st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: at("2020-01-01T00:00") + timedelta(minutes=minutes)),
        st.times(),
        st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
    )
    def test_around_any_moment(self, now: datetime, nightly: time, zone: ZoneInfo) -> None:
        """The newest due moment is not after now, the next one is, and they are of following days."""
        nightly = nightly.replace(tzinfo=None)
        before, after = due_before(nightly, zone, now), due_after(nightly, zone, now)
        assert before <= now < after
        assert after - before <= timedelta(hours=26)
        assert due_after(nightly, zone, before) == after


class TestMissed:
    """A night that was missed is made up once, and none is done twice."""

    def test_done_tonight(self) -> None:
        """After a night that ended nothing was missed."""
        nights = done("2026-11-22T20:00:01")
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-22T20:30")) is None
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-23T19:00")) is None

    def test_the_computer_was_off(self) -> None:
        """A computer that was off at eight makes the night up when it starts, whatever number of them it missed."""
        nights = done("2026-11-20T20:00:01")
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-23T07:30")) == at("2026-11-22T20:00")
        made_up = done("2026-11-23T07:31")
        assert missed_due(made_up, EIGHT, SHANGHAI, at("2026-11-23T12:00")) is None
        assert next_due(made_up, EIGHT, SHANGHAI, at("2026-11-23T12:00")) == at("2026-11-23T20:00")

    def test_a_night_by_hand_is_no_night(self) -> None:
        """A run by hand in the afternoon does not stand for the night."""
        nights = done("2026-11-22T15:00")
        assert next_due(nights, EIGHT, SHANGHAI, at("2026-11-22T16:00")) == at("2026-11-22T20:00")
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-22T21:00")) == at("2026-11-22T20:00")

    def test_the_clock_was_set_back_a_little(self) -> None:
        """A clock that is set back behind the time of the night that was just done does not do it again."""
        nights, now = done("2026-11-22T20:00:01"), at("2026-11-22T19:55")
        assert next_due(nights, EIGHT, SHANGHAI, now) == at("2026-11-23T20:00")
        assert missed_due(nights, EIGHT, SHANGHAI, now) is None

    def test_the_clock_was_wrong_by_years(self) -> None:
        """A night recorded in a far future does not keep the program from its work until then."""
        nights, now = done("2031-01-01T20:00:01"), at("2026-11-22T21:00")
        assert missed_due(nights, EIGHT, SHANGHAI, now) == at("2026-11-22T20:00")
        assert next_due(nights, EIGHT, SHANGHAI, now) == at("2026-11-23T20:00")

    def test_cut_off(self) -> None:
        """A night that was cut off is made up, but not for ever: a program that ends in it would never work."""
        began = at("2026-11-22T20:00")
        nights = done("2026-11-21T20:00")
        for _ in range(3):
            assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-22T20:30")) == began
            nights = nights.began(at("2026-11-22T20:05"))
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-22T20:30")) is None
        assert missed_due(nights, EIGHT, SHANGHAI, at("2026-11-23T20:30")) == at("2026-11-23T20:00")

    @settings(deadline=None)
    @given(st.lists(st.integers(1, 60 * 50), max_size=40))
    def test_every_day_has_one_night(self, pauses: list[int]) -> None:
        """A daemon that is started and stopped at any times does at most one night for each due moment."""
        now = at("2026-03-28T12:00", BERLIN)
        nights, served = Nights(NightRecord(stamp(now), stamp(now), 1)), []
        for minutes in pauses:
            now += timedelta(minutes=minutes)
            missed = missed_due(nights, EIGHT, BERLIN, now)
            if missed is not None:
                served.append(missed)
                nights = Nights(NightRecord(stamp(now), stamp(now), 1))
            assert missed_due(nights, EIGHT, BERLIN, now) is None
            assert next_due(nights, EIGHT, BERLIN, now) > now
        assert len(served) == len(set(served))


def test_the_record_comes_back(tmp_path: Path) -> None:
    """What is written is read again; a damaged record is none."""
    backup = NightBackup("/b/x.zip", "2026-11-22T12:00:00+00:00", 7, verified=True)
    record = NightRecord("2026-11-22T12:00:00+00:00", "2026-11-22T12:01:00+00:00", 7, (Step("sync", True, "好", "ok"),))
    nights = Nights(record, None, 0, (backup,), (PastNight("e", "2026-11-22", 7, 1, 2, 3, 4),))
    write_nights(tmp_path, nights)
    assert read_nights(tmp_path) == nights
    (tmp_path / "night.json").write_text('{"last": {}}', encoding="utf-8")
    assert read_nights(tmp_path) == Nights()


def evenings(days: Iterable[int]) -> list[datetime]:
    """Return eight o'clock of days counted from a Monday."""
    first = at("2024-01-01T20:00")
    return [first + timedelta(days=day) for day in days]


class TestRotation:
    """Newest of days, weeks and months."""

    def test_three_years(self) -> None:
        """After three years there are seven days, the Sundays of three weeks before this one, and ends of months."""
        stay = to_keep(evenings(range(3 * 365 + 1)), BackupSettings(), SHANGHAI)
        days = sorted(moment.astimezone(SHANGHAI).date() for moment in stay)
        assert days[-7:] == [date(2026, 12, 25) + timedelta(days=day) for day in range(7)]
        assert {date(2026, 12, 13), date(2026, 12, 20), date(2026, 12, 27)} <= set(days)
        ends = [date(2026, month, 1) - timedelta(days=1) for month in range(2, 13)]
        assert set(ends) <= set(days)
        assert len(days) == 7 + 2 + 11  # the 27th and the 31st of December are among the days

    @settings(deadline=None)
    @given(
        st.lists(st.integers(0, 900), unique=True, max_size=120),
        st.builds(BackupSettings, daily=st.integers(1, 10), weekly=st.integers(0, 6), monthly=st.integers(0, 14)),
    )
    def test_night_by_night(self, days: list[int], keep: BackupSettings) -> None:
        """Rotating every night leaves what one rotation at the end would: nothing is removed that is needed later."""
        there: set[datetime] = set()
        for moment in (moments := evenings(sorted(days))):
            there = to_keep({*there, moment}, keep, SHANGHAI)
            assert moment in there
        assert there == to_keep(moments, keep, SHANGHAI)
        assert len(there) <= keep.daily + keep.weekly + keep.monthly

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 400), unique=True, min_size=1), st.integers(1, 10))
    def test_the_newest_days_stay(self, days: list[int], daily: int) -> None:
        """The newest days that have a backup stay, however long ago they are."""
        moments = evenings(sorted(days))
        stay = to_keep(moments, BackupSettings(daily=daily, weekly=0, monthly=0), SHANGHAI)
        assert sorted(stay) == moments[-daily:]

    def test_several_in_a_day(self) -> None:
        """Of several backups of one day of the school the newest stays, though it is two days in UTC."""
        moments = [at("2026-11-22T07:00"), at("2026-11-22T09:00"), at("2026-11-22T23:00")]
        assert to_keep(moments, BackupSettings(weekly=0, monthly=0), SHANGHAI) == {moments[-1]}

    def test_files(self, tmp_path: Path) -> None:
        """Files that are too old are removed, other files stay, one that is gone already is no problem."""
        made = []
        for moment in evenings(range(5)):
            path = tmp_path / f"{moment:%Y%m%d}.zip"
            path.write_bytes(b"x")
            made.append(NightBackup(str(path), stamp(moment), 1))
        other = tmp_path / "houqin-20200101T000000Z-r1.zip"
        other.write_bytes(b"by hand")
        Path(made[0].path).unlink()
        done = rotate(made, BackupSettings(daily=2, weekly=0, monthly=0), SHANGHAI)
        assert [each.path for each in done.kept] == [each.path for each in made[-2:]]
        assert sorted(tmp_path.iterdir()) == sorted([other, *(Path(each.path) for each in made[-2:])])
        assert done.stuck == ()
