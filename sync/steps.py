"""Progress of long work: who wants to know is told, nobody has to."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told how far a run is."""

    def step(self, name: str, total: int) -> None:
        """Begin a step of ``total`` parts."""

    def advance(self) -> None:
        """Finish one part of the current step."""


class Quiet:
    """Progress that nobody watches."""

    def step(self, name: str, total: int) -> None:
        """Begin a step."""

    def advance(self) -> None:
        """Finish one part."""
