"""When a file that people save has come to rest (DESIGN 10)."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sync.settling import Glance, Settling

BOOK, OTHER = Path("ZW/库房.xlsx"), Path("ST/食堂.xlsx")
SMALL, LARGE = (10, 1), (20, 2)
QUIET = 2.0


def test_new_file_rests_for_the_quiet_time() -> None:
    """A file is taken when two looks, the quiet time apart, saw the same size and time."""
    settling = Settling()
    assert not settling.look({BOOK: SMALL}, 0, QUIET).settled
    assert not settling.look({BOOK: SMALL}, 1.9, QUIET).settled
    assert settling.next_rest(QUIET, 0) == QUIET
    assert settling.look({BOOK: SMALL}, 2, QUIET).settled == {BOOK}


def test_growing_file_is_left() -> None:
    """A file that grows begins to rest anew; what rests beside it is taken without it."""
    settling = Settling()
    settling.look({BOOK: SMALL, OTHER: SMALL}, 0, QUIET)
    look = settling.look({BOOK: LARGE, OTHER: SMALL}, 2, QUIET)
    assert (look.settled, look.restless) == ({OTHER}, {BOOK})
    settling.taken(look)
    assert settling.look({BOOK: LARGE, OTHER: SMALL}, 3.9, QUIET).restless == {BOOK}
    assert settling.look({BOOK: LARGE, OTHER: SMALL}, 4, QUIET).settled == {BOOK}


def test_vanishing_file_is_being_saved() -> None:
    """A known file that is gone for less than the quiet time is being saved: programs save by delete and rename."""
    settling = Settling()
    settling.look({BOOK: SMALL}, 0, QUIET)
    settling.taken(settling.look({BOOK: SMALL}, 2, QUIET))
    settling.look({OTHER: SMALL, BOOK: SMALL}, 3, QUIET)
    look = settling.look({OTHER: SMALL}, 5, QUIET)
    assert (look.settled, look.restless) == ({OTHER}, {BOOK})
    back = settling.look({OTHER: SMALL, BOOK: LARGE}, 5.5, QUIET)
    assert (back.settled, back.restless) == ({OTHER}, {BOOK})


def test_file_that_stays_away_is_gone() -> None:
    """A file that is away for the quiet time has settled as gone."""
    settling = Settling()
    settling.look({BOOK: SMALL}, 0, QUIET)
    settling.taken(settling.look({BOOK: SMALL}, 2, QUIET))
    settling.look({}, 3, QUIET)
    look = settling.look({}, 5, QUIET)
    assert look.settled == {BOOK}
    settling.taken(look)
    assert not settling.look({}, 9, QUIET).settled


def test_how_long_there_was_no_calm() -> None:
    """Unrest is told from the last look at which every file had come to rest, from the first look at the latest."""
    settling = Settling()
    looks = [settling.look({BOOK: (size, 1)}, size, QUIET) for size in range(100, 140)]
    assert [look.unrest_seconds for look in looks] == list(range(40))
    assert settling.look({BOOK: (139, 1)}, 142, QUIET).unrest_seconds == 0


LOOKS = st.lists(
    st.tuples(
        st.floats(0.1, 3),
        st.dictionaries(st.sampled_from([BOOK, OTHER]), st.sampled_from([SMALL, LARGE, (10, 3)])),
        st.booleans(),
    ),
    max_size=12,
)


@given(LOOKS)
def test_only_rested_changes_are_taken(looks: list[tuple[float, dict[Path, Glance], bool]]) -> None:
    """What settles differs from what was taken last, and every look of the quiet time saw it as it is."""
    settling = Settling()
    now, past, taken = 0.0, [], {}
    for pause, seen, run in looks:
        now += pause
        past.append((now, seen))
        look = settling.look(seen, now, QUIET)
        changed = {path for path in {*seen, *taken} if seen.get(path) != taken.get(path)}
        assert look.settled | look.restless == changed
        for path in look.settled:
            recent = [each.get(path) for when, each in past if when >= now - QUIET]
            before = [each.get(path) for when, each in past if when <= now - QUIET][-1:]
            assert {*recent, *before} == {seen.get(path)}
            assert before
        if run:
            settling.taken(look)
            taken = {path: seen.get(path) if path not in look.restless else taken.get(path) for path in {*seen, *taken}}
            taken = {path: glance for path, glance in taken.items() if glance is not None}
