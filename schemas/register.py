"""Register: the declaration that everything else is made from (template, reading, rules, ledger)."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
from dataclasses import dataclass
from functools import lru_cache
from types import new_class
from typing import TYPE_CHECKING, ClassVar, TypeVar

import schemas
from schemas.columns import Column, Kind, Need, text
from schemas.exact import QTY_PLACES, decimal
from schemas.rules import CrossRule, RowRule

import polars as pl  # isort: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from schemas.migrations import Change
    from schemas.rules import Books, Facts

VERSION = 1
"""Version of the templates, carried by their defined names."""

EXTRA_REGISTERS = "HOUQIN_REGISTERS"
"""Environment variable: comma-separated modules with a school's own registers."""

_REGISTERS_KEPT = 1024
"""For how many declarations that is kept which follows from them alone; no program has as many."""

_Made = TypeVar("_Made")

_KNOWN: dict[str, type[Register]] = {}
_loaded: list[str] = []


def made_once(make: Callable[[type[Register]], _Made]) -> Callable[[type[Register]], _Made]:
    """Return the function so that what follows from a declaration is made only once for each register."""
    kept: Callable[..., _Made] = lru_cache(maxsize=_REGISTERS_KEPT)(make)
    return kept


@dataclass(frozen=True)
class StockPosting:
    """How an accepted row moves the stock book: one movement of ``sign`` times the base quantity."""

    sign: int
    kind_column: str
    """Column that says what kind of movement it is."""
    return_kind: str | None
    """Kind whose negative quantity is a return (红字); None where nothing is ever returned."""
    ranks: tuple[tuple[str, int], ...]
    """Kind to rank in the posting order of DOMAIN.md 4.7 (9)."""
    default_rank: int
    places: tuple[tuple[str, int], ...] = (("warehouse", 1),)
    """Columns that name a warehouse, each with the way the quantity goes there: a transfer has two legs."""


@dataclass(frozen=True)
class Sided:
    """Two columns, debit and credit, for which a sheet may have one: a balance, and on which side it is."""

    debit: str
    credit: str
    headers: tuple[str, ...]
    """What the one column may be called."""


class Register:
    """One register: columns as class attributes, rules as decorated functions beside them.

    Subclassing is all it takes: the id is the class name in snake case, ``remark`` is added, and
    templates, reading, checking, the ledger table and the command line follow from the declaration.
    Where columns and rules are too many for one module, the rules stand in a base class beside it.
    """

    title: ClassVar[str]
    title_en: ClassVar[str]
    number: ClassVar[int]
    """Number in DOMAIN.md 2.1, the order in which registers are listed."""
    group: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    owner: ClassVar[str | None] = None
    writers: ClassVar[tuple[str, ...]] = ()
    """Further departments that may write it by default; ``*`` is every department."""
    sided: ClassVar[tuple[Sided, ...]] = ()
    """Pairs of columns for which sheets may have one column with a balance, and its side beside it."""
    kind: ClassVar[str] = "entry"
    posts: ClassVar[tuple[str, ...]] = ()
    deletions: ClassVar[str] = "confirm"
    period: ClassVar[str] = ""
    sign: ClassVar[str] = ""
    """When it is written and who signs, in English words for docs/registers.md."""
    signatures: ClassVar[tuple[str, ...]] = ("制表人", "审核人", "负责人")
    """Who signs a printed page, in the order of the footer."""
    keywords: ClassVar[tuple[str, ...]] = ()
    """Words by which sheet names and titles of people are recognised (入库)."""
    cell_groups: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Dependent cells that merge as one (DESIGN 8)."""
    label: ClassVar[str | None] = None
    """Column with the name that stands for a row of this register in other registers."""
    label_scope: ClassVar[str | None] = None
    """Column that decides between equal names (the department of a person)."""
    active_column: ClassVar[str | None] = None
    """是/否 column that switches a row off."""
    valid_columns: ClassVar[tuple[str, str] | None] = None
    """First and last day on which a row is active."""
    date_column: ClassVar[str | None] = None
    """Date that decides the month of a row and which referenced rows are active."""
    month_in_title: ClassVar[bool] = True
    """Whether the month that a title names is that of the rows: a count of November may end in December."""
    document_column: ClassVar[str | None] = None
    line_column: ClassVar[str | None] = None
    duplicate_code: ClassVar[str] = "KEY-DUP"
    unknown_code: ClassVar[str] = "CODE-UNKNOWN"
    inactive_code: ClassVar[str] = "CODE-INACTIVE"
    stock: ClassVar[StockPosting | None] = None
    fills: ClassVar[Mapping[str, Callable[[Facts], pl.Expr]]] = {}
    """Column to what its blank means, computed from the same row before the rules."""
    derived: ClassVar[Mapping[str, tuple[pl.DataType, Callable[[Facts], pl.Expr]]]] = {}
    """Further values that are kept with each row, of no column of their own: type, and how it follows from the row."""
    key_parts: ClassVar[Mapping[str, Callable[[], pl.Expr]]] = {}
    """Key column that no one fills to how it follows from the same row: the year of a date."""
    migrations: ClassVar[tuple[Change, ...]] = ()
    """Renamed columns and other decimal places, oldest first, that ledgers of earlier programs follow."""
    fill_wants: ClassVar[tuple[str, ...]] = ()
    """Attributes of referenced rows that ``fills`` and ``derived`` look at, as in ``RowRule.wants``."""
    judged_after: ClassVar[tuple[str, ...]] = ()
    """Registers besides the referenced ones whose rows of the same run its rules look at."""

    id: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    """Declared columns in order, ``remark`` last."""
    row_rules: ClassVar[tuple[RowRule, ...]]
    cross_rules: ClassVar[tuple[CrossRule, ...]]

    def __init_subclass__(cls, *, listed: bool = True, **options: object) -> None:
        super().__init_subclass__(**options)
        cls.id = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        own = {name: value for base in reversed(cls.__mro__[:-1]) for name, value in vars(base).items()}
        columns = [value for value in own.values() if isinstance(value, Column)]
        if not any(column.name == "remark" for column in columns):
            remark = text("备注", "Remark", 200, aliases=("说明",))
            remark.name = "remark"
            columns.append(remark)
        cls.columns = tuple(columns)
        cls.row_rules = tuple(value for value in own.values() if isinstance(value, RowRule))
        cls.cross_rules = tuple(value for value in own.values() if isinstance(value, CrossRule))
        if listed:
            _KNOWN[cls.id] = cls

    @classmethod
    def as_form(cls, title: str, names: Sequence[str]) -> type[Register]:
        """Return the register with some of its columns and a title of its own, to be printed and filled.

        Columns that a sheet does not have make no statement; it is read as what it is.
        """
        told = {"title": title, "date_column": None}
        shown: type[Register] = new_class(cls.__name__, (cls,), {"listed": False}, lambda body: body.update(told))
        shown.columns = tuple(cls.column(name) for name in names)
        return shown

    @staticmethod
    def start_rows(today: date) -> Sequence[Mapping[str, object]]:
        """Return the rows with which the owner's new workbook begins, by column name; mostly none."""
        del today
        return ()

    @staticmethod
    def used_by(keys: pl.Series, books: Books) -> pl.DataFrame:
        """Return the rows that need some of its rows without naming them: ``_key, _user_register, _user_key``.

        Those that name them in a column with a reference are found without it.
        """
        del keys, books
        return pl.DataFrame(schema=dict.fromkeys(("_key", "_user_register", "_user_key"), pl.String()))

    @classmethod
    def column(cls, name: str) -> Column:
        """Return a column by its English name.

        Raises:
            KeyError: there is no such column.
        """
        for column in cls.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the English names of all columns, ``remark`` last."""
        return tuple(column.name for column in cls.columns)

    @classmethod
    def entry_columns(cls) -> tuple[Column, ...]:
        """Return the columns that people fill: a row with content in one of them is a row read."""
        return tuple(column for column in cls.columns if column.need is not Need.SYSTEM)

    @classmethod
    def is_written(cls) -> bool:
        """Tell whether people fill any of it; else every row is made by the program, and no workbook states one."""
        is_programs_own = cls.kind == "system" and cls.owner is None
        return not is_programs_own and any(column.name != "remark" for column in cls.entry_columns())

    @classmethod
    def computed(cls) -> dict[str, pl.DataType]:
        """Return the names and types of values that the check adds: quantities in the base unit, derived values."""
        measured = [column for column in cls.columns if column.kind is Kind.QTY and column.unit and column.item]
        bases = {f"{column.name}_base": decimal(QTY_PLACES) for column in measured}
        return {**bases, **{name: dtype for name, (dtype, _) in cls.derived.items()}}

    @classmethod
    def merge_groups(cls) -> tuple[tuple[str, ...], ...]:
        """Return all non-key, non-system columns as groups that merge together, single ones alone."""
        grouped = {name for group in cls.cell_groups for name in group}
        singles = [
            (column.name,)
            for column in cls.columns
            if column.name not in grouped and column.name not in cls.key and not column.system
        ]
        return (*cls.cell_groups, *singles)

    @classmethod
    def references(cls) -> tuple[str, ...]:
        """Return the ids of the registers that its rows point to and must resolve in."""
        targets = [target for column in cls.columns if not column.pending_allowed for target in column.register_refs]
        return tuple(dict.fromkeys(targets))

    @classmethod
    def rules(cls) -> list[RowRule | CrossRule]:
        """Return all declared rules, row rules first."""
        return [*cls.row_rules, *cls.cross_rules]


def blank_means(**columns: Callable[[Facts], pl.Expr]) -> Mapping[str, Callable[[Facts], pl.Expr]]:
    """Return ``Register.fills``: what a blank of each column means, from the same row."""
    return columns


def all_registers() -> dict[str, type[Register]]:
    """Return every register by id, in the order of their numbers.

    Registers are found in the folders under ``schemas`` and in the modules that the environment
    variable ``HOUQIN_REGISTERS`` names; nothing else lists them.
    """
    wanted = os.environ.get(EXTRA_REGISTERS, "")
    if _loaded != [wanted]:
        for folder in pkgutil.iter_modules(schemas.__path__):
            if folder.ispkg:
                package = importlib.import_module(f"schemas.{folder.name}")
                for module in pkgutil.iter_modules(package.__path__):
                    importlib.import_module(f"schemas.{folder.name}.{module.name}")
        for name in filter(None, (part.strip() for part in wanted.split(","))):
            importlib.import_module(name)
        _loaded[:] = [wanted]
    return dict(sorted(_KNOWN.items(), key=lambda known: (known[1].number, known[0])))


def register_of(register_id: str) -> type[Register]:
    """Return a register by its id.

    Raises:
        KeyError: there is no such register.
    """
    return all_registers()[register_id]
