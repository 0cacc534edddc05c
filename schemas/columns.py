"""The column types of a register (DOMAIN.md 2.0.1): what a cell of each may hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

UNITS = (
    *("个", "只", "支", "本", "包", "盒", "箱", "瓶", "桶", "袋", "张", "把", "台", "套", "件", "双", "条"),
    *("米", "平方米", "千克", "克", "升", "毫升", "册", "盘", "卷", "块", "打", "令", "刀", "吨", "度", "立方米"),
)
"""Units of measure in the order of the drop-down list (DOMAIN.md 2.2 item_catalogue.base_unit)."""

PHONE = r"(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8})"
"""A mobile or landline number, to be matched in full."""

MEASURED_UNITS = frozenset({"米", "平方米", "千克", "克", "升", "毫升", "吨", "度", "立方米"})
"""Units that may have decimals; all the others are counted."""


class Kind(StrEnum):
    """What a column holds; decides how its cells are read, shown, stored and compared."""

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    CLASS = "class"
    INT = "int"
    QTY = "qty"
    PRICE = "price"
    MONEY = "money"
    PCT = "pct"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    MONTH = "month"
    SEMESTER = "semester"
    ENUM = "enum"
    BOOL = "bool"
    UNIT = "unit"
    REFERENCE = "reference"
    ENUM_LIST = "enum list"
    REFERENCE_LIST = "reference list"
    CODE_LIST = "code list"


NUMERIC = frozenset({Kind.INT, Kind.QTY, Kind.PRICE, Kind.MONEY, Kind.PCT})
DECIMALS = frozenset({Kind.QTY, Kind.PRICE, Kind.MONEY, Kind.PCT})
TEXTUAL = frozenset({Kind.TEXT, Kind.NAME, Kind.ENUM, Kind.REFERENCE, Kind.UNIT})
LISTS = frozenset({Kind.ENUM_LIST, Kind.REFERENCE_LIST, Kind.CODE_LIST})

_DTYPES: dict[Kind, pl.DataType] = {
    Kind.INT: pl.Int64(),
    Kind.DATE: pl.Date(),
    Kind.DATETIME: pl.Datetime("us"),
    Kind.TIME: pl.Time(),
    Kind.BOOL: pl.Boolean(),
}


class Need(StrEnum):
    """Required, optional, or computed by the system (DOMAIN.md 2.0.1)."""

    REQUIRED = "R"
    OPTIONAL = "O"
    SYSTEM = "S"


@dataclass
class Column:
    """One column of a register.

    Written as a class attribute of a ``Register``; its attribute name is the English field name, with
    an underscore behind it where the register itself has an attribute of that name (``kind_``).
    List kinds are stored as text, their values sorted and joined with ``、``.
    """

    title: str
    """Header in Chinese, as the templates print it."""
    title_en: str
    kind: Kind
    need: Need = Need.OPTIONAL
    name: str = ""
    limit: int | None = None
    """Longest text, in characters."""
    places: int = 0
    """Decimals of a number."""
    pattern: str | None = None
    """Regular expression that a code matches in full after normalisation."""
    example: str = ""
    """A right value, shown in messages and input hints."""
    values: tuple[str, ...] = ()
    """Allowed values, in the order of the drop-down list."""
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Other spellings of an allowed value."""
    refs: tuple[str, ...] = ()
    """What the value must resolve to, as ``register.column``."""
    pending_allowed: bool = False
    """True for a document that may still arrive: W REF-PENDING instead of an error."""
    inactive_allowed: bool = False
    """True for a reference that may point to a row that is switched off or has left."""
    active_on: str | None = None
    """Date on which the referenced row has to be in force, where that is not the date of the row."""
    future: bool = False
    """True where a date after today is allowed."""
    time_required: bool = True
    """False where a date without a time of day is read as 00:00 with a warning."""
    midnight_usual: bool = False
    """True where 00:00 is an ordinary time: spreadsheets show and store it like a date without a time of day."""
    minimum: int | None = None
    maximum: int | None = None
    positive: bool = False
    """True where zero is not allowed either."""
    negative: bool = False
    """True where red entries (negative numbers) are allowed."""
    nonzero: bool = False
    required_when: Callable[[], pl.Expr] | None = None
    """Condition under which the column must be filled, over the columns of the same row."""
    required_hint: tuple[str, str] = ("", "")
    """The condition in words, zh and en."""
    hint: str = ""
    hint_en: str = ""
    """The rule in words, for the input hint of the template."""
    aliases: tuple[str, ...] = ()
    """Other headers that mean this column."""
    ranked: bool = False
    """True where of several headers that mean it one counts: the first of title and aliases in their order."""
    running: bool = False
    """True for what is left after a row: a total of it means nothing."""
    timed: bool = False
    """True where a time of day usually stands behind the date, so that leaving it out needs no word."""
    above: tuple[str, ...] = ()
    """Labels before a value above the table that stands for all rows of a sheet without this column; for a month
    the title says it too."""
    unit: str | None = None
    item: str | None = None
    """For a quantity: the columns that say in which unit, and of which item, it is measured."""
    formula: str | None = None
    """Template formula, with other columns of the row as ``[name]``."""
    precision_code: str = "ID-PRECISION"
    """What a number is told that has lost digits in Excel (DOMAIN.md 6.6 C04)."""
    empty_code: str = "REQ-EMPTY"
    """What a blank is told where every row must fill the column."""
    masked: bool = False
    """True for personal numbers, masked outside the ledger (DOMAIN.md 2.0.5)."""
    fill: object = None
    """What a blank means in a “blank = …” column."""
    is_serial: bool = False
    none_is_value: bool = False
    """True for a text where 无 is an answer of its own instead of a blank."""

    def __set_name__(self, owner: type, name: str) -> None:
        if not self.name:
            self.name = name.removesuffix("_")

    @property
    def required(self) -> bool:
        """Tell whether every row must fill it."""
        return self.need is Need.REQUIRED

    @property
    def system(self) -> bool:
        """Tell whether the system computes it: never read from a workbook."""
        return self.need is Need.SYSTEM

    @property
    def dtype(self) -> pl.DataType:
        """Return the polars type of the parsed column."""
        if self.kind in DECIMALS:
            return decimal(self.places)
        return _DTYPES.get(self.kind, pl.String())

    @property
    def register_refs(self) -> tuple[str, ...]:
        """Return the ids of the registers it points to."""
        return tuple(ref.partition(".")[0] for ref in self.refs)

    @property
    def type_name(self) -> str:
        """Return the type as the command line lists it, such as ``qty`` or ``text(30)``."""
        if self.kind is Kind.TEXT and self.limit:
            return f"text({self.limit})"
        return str(self.kind)


def _make(kind: Kind, title: str, title_en: str, options: dict[str, object], **own: object) -> Column:
    need = options.pop("need", None)
    if need is None:
        required, computed = options.pop("required", False), options.pop("system", False)
        need = Need.REQUIRED if required else Need.SYSTEM if computed else Need.OPTIONAL
    return Column(title, title_en, kind, need, **{**own, **options})  # type: ignore[arg-type]


def text(title: str, title_en: str, limit: int | None = None, **options: object) -> Column:
    """Free text of at most ``limit`` characters."""
    return _make(Kind.TEXT, title, title_en, options, limit=limit)


def name_of(title: str, title_en: str, **options: object) -> Column:
    """A person's name: 2 to 20 Chinese characters, or Latin with spaces."""
    return _make(Kind.NAME, title, title_en, options, limit=30)


def code(title: str, title_en: str, pattern: str | None = None, **options: object) -> Column:
    """A code: upper case without spaces, never a number."""
    return _make(Kind.CODE, title, title_en, options, pattern=pattern)


def phone(title: str, title_en: str, **options: object) -> Column:
    """A mobile number, or a landline with its area code."""
    words = {"hint": "手机或带区号的固定电话", "hint_en": "a mobile number, or a landline with its area code"}
    return _make(Kind.CODE, title, title_en, options, pattern=PHONE, example="13800000000", **words)


def class_code(title: str, title_en: str, **options: object) -> Column:
    """A class, such as ``G3C1``; the spellings of schools (三（1）班) are understood.

    One that the student roster does not have is reported, it holds no row.
    """
    return _make(
        Kind.CLASS,
        title,
        title_en,
        options,
        pattern=r"[A-Z]{1,3}\d{1,2}(C\d{1,2})?",
        example="G3C1",
        refs=("student_roster.class_code",),
        pending_allowed=True,
    )


def integer(title: str, title_en: str, **options: object) -> Column:
    """A whole number."""
    return _make(Kind.INT, title, title_en, options)


def qty(title: str, title_en: str, places: int = QTY_PLACES, **options: object) -> Column:
    """A quantity with 3 places; ``unit`` and ``item`` name the columns that it is measured by."""
    return _make(Kind.QTY, title, title_en, options, places=places)


def price(title: str, title_en: str, **options: object) -> Column:
    """A unit price in yuan with 4 places."""
    return _make(Kind.PRICE, title, title_en, options, places=PRICE_PLACES)


def money(title: str, title_en: str, **options: object) -> Column:
    """An amount in yuan with 2 places."""
    return _make(Kind.MONEY, title, title_en, options, places=MONEY_PLACES)


def pct(title: str, title_en: str, **options: object) -> Column:
    """A percentage with 2 places: 12.50 means 12.5 %."""
    return _make(Kind.PCT, title, title_en, options, places=2)


def day(title: str, title_en: str, **options: object) -> Column:
    """A local school date."""
    return _make(Kind.DATE, title, title_en, options)


def moment(title: str, title_en: str, **options: object) -> Column:
    """A local date with a time of day."""
    return _make(Kind.DATETIME, title, title_en, options)


def clock(title: str, title_en: str, **options: object) -> Column:
    """A time of day."""
    return _make(Kind.TIME, title, title_en, options)


def month(title: str, title_en: str, **options: object) -> Column:
    """A month, ``yyyy-mm``."""
    return _make(Kind.MONTH, title, title_en, options)


def semester(title: str, title_en: str, **options: object) -> Column:
    """A semester, ``2026-2027-1`` in autumn and ``-2`` in spring."""
    return _make(Kind.SEMESTER, title, title_en, options, pattern=r"\d{4}-\d{4}-[12]", example="2026-2027-1")


def enum(title: str, title_en: str, values: tuple[str, ...], **options: object) -> Column:
    """One of the listed values."""
    return _make(Kind.ENUM, title, title_en, options, values=values)


def enum_list(title: str, title_en: str, values: tuple[str, ...], **options: object) -> Column:
    """Several of the listed values in one cell."""
    return _make(Kind.ENUM_LIST, title, title_en, options, values=values)


def unit_of(title: str, title_en: str, **options: object) -> Column:
    """A unit of measure."""
    return _make(Kind.UNIT, title, title_en, options, values=UNITS)


def yes_no(title: str, title_en: str, **options: object) -> Column:
    """是 or 否."""
    return _make(Kind.BOOL, title, title_en, options, values=("是", "否"))


def reference(title: str, title_en: str, *refs: str, **options: object) -> Column:
    """A code of another register, or a name that stands for exactly one active row there."""
    return _make(Kind.REFERENCE, title, title_en, options, refs=refs)


def reference_list(title: str, title_en: str, *refs: str, **options: object) -> Column:
    """Several codes of another register, or names there, in one cell."""
    return _make(Kind.REFERENCE_LIST, title, title_en, options, refs=refs)


def person(title: str, title_en: str, **options: object) -> Column:
    """A person of the staff roster."""
    return reference(title, title_en, "staff_roster.staff_no", **options)


def department(title: str, title_en: str, **options: object) -> Column:
    """A department."""
    return reference(title, title_en, "department.dept_code", **options)


def room(title: str, title_en: str, **options: object) -> Column:
    """A room or place."""
    return reference(title, title_en, "location.room_code", **options)


def item(title: str, title_en: str, **options: object) -> Column:
    """An item of the catalogue."""
    return reference(title, title_en, "item_catalogue.item_code", **options)


def supplier(title: str, title_en: str, **options: object) -> Column:
    """A supplier."""
    return reference(title, title_en, "supplier_register.supplier_code", **options)


def asset(title: str, title_en: str, **options: object) -> Column:
    """An asset card."""
    return reference(title, title_en, "fixed_asset_card.asset_no", **options)


def document(title: str, title_en: str, *refs: str, **options: object) -> Column:
    """The number of a document that may still arrive (W REF-PENDING until it does)."""
    return _make(Kind.CODE, title, title_en, options, refs=refs, pending_allowed=True)
