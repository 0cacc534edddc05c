"""How long a run reads: long enough that many files get their turn, and no longer than others can wait."""

from __future__ import annotations

_SHORTEST = 0.5
"""What is saved meanwhile shall not wait behind a hundred files that are built to take long."""
_SHORTEST_WITH_OTHERS_LEFT = 1.5
"""Two workers that were killed over the last files take half of this to start again."""
_LONGEST = 3.0
_LONGEST_IN_VAIN = 60.0


class Pace:
    """How long the next run reads, by what became of the last one."""

    def __init__(self) -> None:
        self.seconds = _SHORTEST

    def ran(self, took_seconds: float, *, left: bool, in_vain: bool) -> None:
        """Note how long a run took, whether it left files unread, and whether it took nothing of what it read.

        While files are left half of the time is theirs: the next run reads as long as the rest of this one took. Where
        all that was read waits for what was not, for it belongs together, it reads twice as long as this one.
        """
        if not left:
            self.seconds = _SHORTEST
        elif in_vain:
            self.seconds = min(_LONGEST_IN_VAIN, 2 * self.seconds)
        else:
            self.seconds = min(_LONGEST, max(_SHORTEST_WITH_OTHERS_LEFT, took_seconds - self.seconds))
