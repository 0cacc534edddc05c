"""What the books tell of the goods in some rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Quantities:
    """What the books have for some rows."""

    told: Mapping[int, Decimal]
    """Row to quantity in the base unit of its item."""
    where: Mapping[int, str] = field(default_factory=dict)
    """Row to the warehouses that hold the item, for rows that name none."""
    unknown: Sequence[int] = ()
    """Rows whose item or warehouse is not known."""
    still_blind: Sequence[int] = ()
    """Rows of a blind count sheet that are still to be counted."""
