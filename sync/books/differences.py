"""Differences (对账差异): what an agreement found, what people say about it, and how serious it is.

Source: DOMAIN.md 2.2, register 107.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.exact import MONEY_PLACES, scaled
from schemas.system.recon_difference import AGREES, DIFFERS, EXPLAINED, OPEN, SERIOUS, SETTLED, WITHIN
from sync.books.agreements import LINES, Compared, Kept

REGISTER = "recon_difference"
PEOPLE = ("explanation", "action", "owner", "approver")
"""What people fill in."""

_SAID = {"recon_id": pl.String(), "line_no": pl.Int64(), **dict.fromkeys(PEOPLE, pl.String())}
JUDGED = {
    **{name: dtype for name, dtype in LINES.items() if name != "said"},
    "tolerance": pl.Int64(),
    "severity": pl.String(),
    **dict.fromkeys(PEOPLE, pl.String()),
    "status": pl.String(),
    "is_stated": pl.Boolean(),
}
"""``is_stated``: a workbook says something about the line."""


@dataclass(frozen=True)
class Judged:
    """One agreement in one month, with what people say about its lines."""

    compared: Compared
    lines: pl.DataFrame
    """``JUDGED``: every object, agreeing ones too."""

    def count(self, *severities: str) -> int:
        """Return how many lines are of some severities."""
        return self._of(pl.col("severity").is_in(severities)).height

    @property
    def differing(self) -> pl.DataFrame:
        """Return the lines outside the tolerance."""
        return self._of(outside())

    @property
    def of_interest(self) -> pl.DataFrame:
        """Return the lines outside the tolerance, and those that agree by now and have been explained before."""
        return self._of(outside() | pl.col("is_stated"))

    @property
    def unexplained(self) -> pl.DataFrame:
        """Return the lines outside the tolerance that nobody has explained: the month cannot be closed on them."""
        return self._of(outside() & (pl.col("status") == OPEN))

    def _of(self, condition: pl.Expr) -> pl.DataFrame:
        """Return the lines that meet a condition; most agreements have none, and every filter takes its time."""
        return self.lines if self.lines.is_empty() else self.lines.filter(condition)


def outside() -> pl.Expr:
    """Tell which lines are outside the tolerance."""
    return pl.col("severity").is_in([DIFFERS, SERIOUS])


def judge(compared: Compared, kept: Kept) -> Judged:
    """Return the lines of an agreement with their severity and status, and with what people say.

    A difference is serious (严重) while nobody has explained it and it is as large as
    ``recon_critical_amount``, or its month is closed. It is settled (已处理) once the sides agree, or
    somebody has approved the explanation.
    """
    if compared.lines.is_empty():
        return Judged(compared, pl.DataFrame(schema=JUDGED))
    agreement = compared.agreement
    said = _said(kept)
    tolerance = _fen(kept, "recon_tolerance")
    critical = _fen(kept, "recon_critical_amount")
    is_closed = bool(agreement.book) and kept.closes.is_closed(agreement.book, compared.month)
    lines = compared.lines.join(said, on=["recon_id", "line_no"], how="left", maintain_order="left").with_columns(
        pl.coalesce("explanation", "said").alias("explanation"), pl.col("is_stated").fill_null(value=False)
    )
    gap, gap_qty = pl.col("diff").abs(), pl.col("diff_qty").fill_null(0)
    explained = pl.col("explanation").is_not_null()
    differs = (gap > tolerance) | (gap_qty != 0)
    serious = ~explained & (pl.lit(is_closed) | (gap >= critical))
    severity = (
        pl.when(~differs & (gap == 0)).then(pl.lit(AGREES))
        .when(~differs).then(pl.lit(WITHIN))
        .when(serious).then(pl.lit(SERIOUS))
        .otherwise(pl.lit(DIFFERS))
    )  # fmt: skip
    settled = ~differs | (explained & pl.col("approver").is_not_null())
    status = pl.when(settled).then(pl.lit(SETTLED)).when(explained).then(pl.lit(EXPLAINED)).otherwise(pl.lit(OPEN))
    judged = lines.with_columns(
        pl.lit(tolerance, pl.Int64).alias("tolerance"), severity.alias("severity"), status.alias("status")
    )
    return Judged(compared, judged.select(*JUDGED))


def _said(kept: Kept) -> pl.DataFrame:
    """Return what people say, by number and line."""
    rows = kept.rows(REGISTER)
    frame = pl.DataFrame(schema=_SAID) if rows is None else rows
    typed = frame.select(pl.col(name).cast(dtype) for name, dtype in _SAID.items())
    return typed.with_columns(pl.lit(value=True).alias("is_stated"))


def _fen(kept: Kept, parameter: str) -> int:
    return int(kept.facts.number(parameter) * 10**MONEY_PLACES)


def fen(name: str) -> pl.Expr:
    """Return an amount of the registers in fen, 0 where it is blank."""
    return scaled(pl.col(name), MONEY_PLACES).fill_null(0)
