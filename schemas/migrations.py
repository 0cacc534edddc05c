"""How a register's columns came to be what they are: changes that its former rows have to follow.

A new column, or one more value to choose from, needs nothing. A register that renames a column or
gives a number other decimal places names it here, oldest first, for good: a ledger of any earlier
program follows when it is opened, and ``houqin verify`` follows the way back.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Renamed:
    """A column has another name: ``Renamed("qty", "quantity")``."""

    before: str
    now: str

    @property
    def name(self) -> str:
        """Return the name of the migration."""
        return f"{self.before} is called {self.now}"


@dataclass(frozen=True)
class Rescaled:
    """A number has other decimal places: ``Rescaled("unit_price", 2, 4)``."""

    column: str
    before: int
    now: int

    @property
    def name(self) -> str:
        """Return the name of the migration."""
        return f"{self.column} has {self.now} decimal places instead of {self.before}"


Change = Renamed | Rescaled
