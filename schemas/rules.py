"""How a register declares its rules: row rules, and rules between registers with their effect."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from schemas.findings import LETTERS, Severity, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal

    import polars as pl


class Effect(StrEnum):
    """What a rule between registers does (DESIGN 7)."""

    ADMISSION = "admission"
    """Holds rows of exactly the register that declares it (E), or reports them (W)."""
    AGREEMENT = "agreement"
    """An equality between sums: a difference to reconcile, never holds a row."""
    COMPLETENESS = "completeness"
    """Something that must follow within some days: listed as due."""


@dataclass(frozen=True)
class Facts:
    """What the rules know besides the rows: the day, the school's parameters, what is in use."""

    today: date
    parameters: Mapping[str, object] = field(default_factory=dict)
    in_use: frozenset[str] = frozenset()
    """Ids of the registers that the school uses."""
    known: frozenset[str] = frozenset()
    """Ids of the registers whose rows are at hand; without a share these are the ones in the files."""
    closed: Mapping[str, str] = field(default_factory=dict)
    """Book to its newest closed month (``2026-11``)."""

    @property
    def small_unit(self) -> bool:
        """Tell whether the relaxed severities of a small unit apply (DOMAIN.md 2.0.1)."""
        return bool(self.parameters.get("small_unit", False))

    def number(self, name: str) -> Decimal:
        """Return a parameter as an exact number, by its name in DOMAIN.md 2.0.6."""
        from schemas.parameters import number_of  # noqa: PLC0415 - defaults are data, kept apart

        return number_of(name, self.parameters)

    def flag(self, name: str) -> bool:
        """Return a yes/no parameter."""
        from schemas.parameters import flag_of  # noqa: PLC0415

        return flag_of(name, self.parameters)


class Books(Protocol):
    """The rows in force while a batch is being checked."""

    facts: Facts

    def rows(self, register: str, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force of a register: columns as declared, computed ones, and ``_id``.

        They are the accepted rows of the ledger, with the rows of the batch that have passed so
        far in place of their earlier versions. Rows of the register being checked are the ledger's.
        With ``among`` only those that agree with one of its rows in all its columns: a register may
        have a million rows, and a rule seldom needs more than those of the items or documents of
        its candidates.
        """

    def others(self, register: str, candidates: pl.DataFrame, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return ``rows(register, among)`` without the business keys that ``candidates`` state anew."""

    def stated(self, register: str) -> pl.DataFrame:
        """Return all rows of the batch as their workbooks state them, taken or not, with ``_unread`` for bad cells."""

    def numbered(self, register: str) -> pl.DataFrame:
        """Return the rows in force and the withdrawn ones: their numbers stay used."""

    def made(self, register: str) -> pl.DataFrame:
        """Return the rows of a register that the program makes, or completes, from the books before the batch.

        There are none where no ledger is at hand.
        """


@dataclass(frozen=True)
class RowRule:
    """A condition on one row; ``broken`` is True where the row breaks it, null counts as kept."""

    code: str
    severity: Severity
    text: Text
    at: str
    """Column whose cell is marked."""
    broken: Callable[[Facts], pl.Expr]
    small: Severity | None = None
    wants: tuple[str, ...] = ()
    """Attributes of referenced rows, ``column.attribute`` (``item_code.nature``), joined before."""
    show: Mapping[str, Callable[[Facts], pl.Expr]] = field(default_factory=dict)
    """Further values for the message, by name."""
    needs: tuple[str, ...] = ()
    """Further registers that must be in use."""

    def severity_for(self, facts: Facts) -> Severity:
        """Return the severity in this school, relaxed in a small unit where the rule says so."""
        return self.small if self.small is not None and facts.small_unit else self.severity


@dataclass(frozen=True)
class CrossRule:
    """A rule between registers; ``failing`` returns the candidate rows that break it.

    ``failing(rows, books)`` gets the candidates in their order and returns a frame with ``_id`` and
    the values for the message. Admission rules that share something scarce take the rows in order
    and let the later ones fail.
    """

    code: str
    severity: Severity
    text: Text
    at: str
    failing: Callable[[pl.DataFrame, Books], pl.DataFrame]
    needs: tuple[str, ...] = ()
    effect: Effect = Effect.ADMISSION
    small: Severity | None = None

    def severity_for(self, facts: Facts) -> Severity:
        """Return the severity in this school, relaxed in a small unit where the rule says so."""
        return self.small if self.small is not None and facts.small_unit else self.severity


def row_rule(
    code: str,
    severity: str = "E",
    *,
    at: str,
    zh: str,
    en: str,
    hint_zh: str = "",
    hint_en: str = "",
    small: str | None = None,
    wants: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    show: Mapping[str, Callable[[Facts], pl.Expr]] | None = None,
) -> Callable[[Callable[[Facts], pl.Expr]], RowRule]:
    """Declare a condition on one row, beside the columns of its register.

    The decorated function returns an expression over the row that is True where the rule is broken.
    Messages may name any column of the row (``{qty}``) and the values of ``show``.
    """

    def declare(broken: Callable[[Facts], pl.Expr]) -> RowRule:
        return RowRule(
            code,
            LETTERS[severity],
            Text(zh, en, hint_zh, hint_en),
            at,
            broken,
            LETTERS[small] if small else None,
            wants,
            show or {},
            needs,
        )

    return declare


def cross_rule(
    code: str,
    severity: str = "E",
    *,
    at: str,
    zh: str,
    en: str,
    hint_zh: str = "",
    hint_en: str = "",
    needs: tuple[str, ...] = (),
    effect: Effect = Effect.ADMISSION,
    small: str | None = None,
) -> Callable[[Callable[[pl.DataFrame, Books], pl.DataFrame]], CrossRule]:
    """Declare a rule between registers, beside the columns of the register that it holds."""

    def declare(failing: Callable[[pl.DataFrame, Books], pl.DataFrame]) -> CrossRule:
        return CrossRule(
            code,
            LETTERS[severity],
            Text(zh, en, hint_zh, hint_en),
            at,
            failing,
            needs,
            effect,
            LETTERS[small] if small else None,
        )

    return declare
