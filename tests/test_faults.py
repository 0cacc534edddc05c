"""A run that is killed at any moment loses nothing and doubles nothing (DESIGN 14)."""

from __future__ import annotations

from pathlib import Path

from tests.faults import failures


def test_killed_runs_are_made_up(tmp_path: Path) -> None:
    """After kills at file operations and at random moments the next run gives what an undisturbed one gives."""
    assert failures(tmp_path, kills=4, seed=7) == []
