"""While files wait for their turn, half of the daemon's time is theirs, within bounds."""

from __future__ import annotations

import pytest

from sync.pace import Pace


def test_half_of_the_time_is_reading() -> None:
    """A run that left files is followed by one that reads as long as all else took; one that left none is not."""
    pace = Pace()
    first = pace.seconds
    pace.ran(2.8, left=True, in_vain=False)
    assert pace.seconds == pytest.approx(2.8 - first)
    pace.ran(2 * pace.seconds, left=True, in_vain=False)
    assert pace.seconds == pytest.approx(2.8 - first)
    pace.ran(0.4, left=False, in_vain=False)
    assert pace.seconds == first


def test_nobody_waits_long_for_the_files_of_others() -> None:
    """However long merging and publishing take, a run reads some seconds at most."""
    pace = Pace()
    for _ in range(10):
        pace.ran(100.0, left=True, in_vain=False)
    assert pace.seconds <= 3.0


def test_what_belongs_together_is_read_in_the_end() -> None:
    """Where nothing could be taken before all is read, each run reads longer than the last one."""
    pace = Pace()
    read = []
    for _ in range(6):
        pace.ran(pace.seconds + 1, left=True, in_vain=True)
        read.append(pace.seconds)
    assert read == sorted(set(read))
    assert read[-1] > 10
