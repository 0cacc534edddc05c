"""One thing that ``houqin doctor`` looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One thing looked at: its state and what to say about it."""

    name: str
    state: Literal["ok", "warning", "error"]
    zh: str
    en: str

    def message(self, language: str) -> str:
        """Return what was found and what to do."""
        return self.en if language == "en" else self.zh
