"""What the published books say of the school: its departments, parameters, day and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from schemas.findings import Text
from schemas.parse import Reading
from schemas.register import Register, all_registers
from schemas.rules import Facts
from sync.day import today_in
from sync.errors import HouqinError
from sync.publish.manifest import Settings


class NotADay(HouqinError):  # noqa: N818 - says what is wrong
    """HOUQIN_TODAY is set to something that is no date (``value``)."""

    code = "CONFIG"
    text = Text(
        "环境变量 HOUQIN_TODAY “{value}”不是日期",
        "HOUQIN_TODAY “{value}” is not a date",
        "请填如 2026-11-22，或取消设置",
        "set it to something like 2026-11-22, or not at all",
    )


@dataclass(frozen=True)
class Department:
    """One department of the school."""

    code: str
    name: str
    folder: str
    """Name below ``departments/``."""
    registers: tuple[str, ...]
    """Ids of the registers that it may write."""


@dataclass(frozen=True)
class School:
    """What houqin.toml says that checks and books depend on."""

    name: str
    language: str
    zone: ZoneInfo
    departments: Mapping[str, Department]
    registers: tuple[str, ...]
    """Ids of the registers in use."""
    parameters: Mapping[str, object]
    roles: Mapping[str, tuple[str, ...]]
    class_aliases: Mapping[str, str]
    term_start: date | None

    @classmethod
    def of(cls, settings: Settings) -> School:
        """Return the school that the published settings describe."""
        return cls(
            settings.school,
            settings.language,
            ZoneInfo(settings.timezone),
            {
                code: Department(code, each["name"], each["folder"], tuple(each["registers"]))
                for code, each in settings.departments.items()
            },
            settings.registers,
            settings.parameters,
            settings.roles,
            settings.class_aliases,
            None if settings.term_start is None else date.fromisoformat(settings.term_start),
        )

    @property
    def today(self) -> date:
        """Return the school's today; ``HOUQIN_TODAY`` decides where it is set.

        Raises:
            NotADay: it is set to something else.
        """
        return today_here(self.zone)

    @property
    def registers_in_use(self) -> Mapping[str, type[Register]]:
        """Return the registers in use that this program knows, by id."""
        known = all_registers()
        return {name: known[name] for name in self.registers if name in known}

    def facts(self) -> Facts:
        """Return what the rules know besides the rows; which months are closed the books know."""
        in_use = frozenset(self.registers_in_use)
        parameters = {**self.parameters, "roles": self.roles, "school": self.name}
        return Facts(self.today, parameters, in_use, in_use)

    def reading(self) -> Reading:
        """Return what reading cells needs to know of this school."""
        return Reading(self.today, self.class_aliases, self.term_start)

    def may_write(self, department: str, register_id: str) -> bool:
        """Tell whether workbooks of a department may carry rows of a register."""
        known = self.departments.get(department)
        return known is not None and register_id in known.registers

    def writers_of(self, register_id: str) -> list[str]:
        """Return the codes of the departments that may write a register."""
        return [code for code in self.departments if self.may_write(code, register_id)]


def today_here(zone: ZoneInfo) -> date:
    """Return today's date in a time zone; ``HOUQIN_TODAY`` decides where it is set.

    Raises:
        NotADay: it is set to something else.
    """
    try:
        return today_in(zone)
    except ValueError as exc:
        raise NotADay(value=exc.args[0]) from exc
