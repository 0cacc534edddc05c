"""houqin.toml: the school, its departments and what they may write, parameters, ledger, schedule."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from schemas.register import Register, all_registers
from sync import config_checks as checks
from sync.config_errors import ConfigError, problem_lines
from sync.day import TODAY_VARIABLE, today_in
from sync.state import state_dir
from workbooks.reasons import reason_of

CONFIG_NAME = "houqin.toml"
DEPARTMENTS_FOLDER = "departments"

DEPARTMENT_NAMES = {
    "ZW": "总务处",
    "CW": "财务",
    "ST": "食堂",
    "BJ": "卫生保健",
    "MW": "门卫",
    "WX": "维修水电",
    "TS": "图书",
    "DJ": "电教",
    "WY": "文印",
    "SS": "宿舍",
    "JC": "教材",
    "RS": "人事",
    "JW": "教务",
    "DY": "德育",
}
"""Department codes with their names (DOMAIN.md 2.2, department)."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


RegisterIds = Annotated[tuple[str, ...], AfterValidator(checks.known_registers)]


class Department(_Part):
    """One department: its folder, and the registers that workbooks in it may carry."""

    name: str = ""
    folder: Annotated[str, AfterValidator(checks.folder_name)] = ""
    """Name below ``departments/``; empty is the department's code."""
    registers: RegisterIds | None = None
    """Ids of the registers it may write; None is those that name it as owner or writer."""


class LedgerSettings(_Part):
    """Where the ledger is kept."""

    url: str = ""
    """Database address; empty is SQLite in the state folder."""


class Schedule(_Part):
    """When the daemon works."""

    quiet_seconds: Annotated[float, Field(ge=0)] = 2
    """How long a file must not have changed before it is read."""
    rescan_seconds: Annotated[float, Field(gt=0)] = 300
    """How often the content of every file is looked at, whatever was reported."""
    watching: Literal["auto", "native", "polling"] = "auto"
    """Whether the operating system reports changes, or the folder is looked through; ``auto``: by where it lies."""
    poll_seconds: Annotated[float, Field(gt=0)] = 2
    """How often a folder is looked through whose changes nobody reports."""
    nightly: time = time(20, 0)
    """Local time of the nightly run."""


class Notifications(_Part):
    """Who is told what the daemon found."""

    urls: tuple[str, ...] = ()
    """Addresses of mail, WeCom, DingTalk or Feishu."""


class BackupSettings(_Part):
    """Where the nightly run keeps its backups, and how many of them."""

    folder: str = ""
    """A folder, best on another machine; empty is ``backups`` in the state folder, a relative one lies in that."""
    daily: Annotated[int, Field(ge=1)] = 7
    """The newest backup of each of this many days is kept."""
    weekly: Annotated[int, Field(ge=0)] = 4
    """And the newest of each of this many weeks (Monday to Sunday)."""
    monthly: Annotated[int, Field(ge=0)] = 12
    """And the newest of each of this many months."""


def default_departments() -> dict[str, Department]:
    """Return the departments of DOMAIN.md 2.2, each with its own folder and the registers of its group."""
    return {code: Department(name=name) for code, name in DEPARTMENT_NAMES.items()}


class Config(_Part):
    """The settings of one shared folder, checked and with their defaults."""

    id: str = ""
    """Tells this share from others; a ledger takes nothing from one with another id."""
    school: str = ""
    language: Literal["zh", "en"] = "zh"
    timezone: Annotated[str, AfterValidator(checks.zone_name)] = "Asia/Shanghai"
    campuses: tuple[str, ...] = ()
    departments: Annotated[dict[str, Department], AfterValidator(checks.department_codes)] = Field(
        default_factory=default_departments
    )
    registers: RegisterIds | None = None
    """Ids of the registers in use; None is every register that exists."""
    parameters: Annotated[dict[str, Any], AfterValidator(checks.typed_parameters)] = Field(default_factory=dict)
    """The school's own values of parameters, typed as their defaults (text, Decimal or bool)."""
    roles: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Approving role (``GA_HEAD``) to the staff numbers that hold it: a workbook cannot grant one."""
    ledger: LedgerSettings = LedgerSettings()
    schedule: Schedule = Schedule()
    notifications: Notifications = Notifications()
    backup: BackupSettings = BackupSettings()
    class_aliases: dict[str, str] = Field(default_factory=dict)
    """What teachers write for a class, to its code: ``"301" = "G3C1"``."""
    term_start: date | None = None
    """First day of the term, from which school weeks count (第12周)."""

    _share: Path = PrivateAttr(default=Path())
    _state: Path = PrivateAttr(default=Path())

    def model_post_init(self, context: Mapping[str, Path] | None, /) -> None:
        """Remember the shared folder, which the file itself does not name, and what state belongs to it now."""
        if context is not None:
            self._share = context["share"]
        self._state = state_dir(self._share)

    @model_validator(mode="after")
    def _folders_differ(self) -> Config:
        checks.one_folder_each({code: self.folder_of(code) for code in self.departments})
        return self

    @property
    def share(self) -> Path:
        """Return the shared folder that the settings belong to."""
        return self._share

    @property
    def state(self) -> Path:
        """Return the state folder, as it was named when the settings were read."""
        return self._state

    @property
    def zone(self) -> ZoneInfo:
        """Return the school's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def ledger_url(self) -> str:
        """Return the database address; a relative SQLite path lies in the state folder."""
        url = self.ledger.url or "sqlite:///ledger.db"
        scheme, found, path = url.partition(":///")
        if not found or not scheme.startswith("sqlite") or not path or path == ":memory:":
            return url
        return f"{scheme}:///{(self.state / path).as_posix()}"

    @property
    def backup_folder(self) -> Path:
        """Return the folder in which the nightly run keeps its backups."""
        return self.state / (self.backup.folder or "backups")

    @cached_property
    def registers_in_use(self) -> dict[str, type[Register]]:
        """Return the registers in use by id, in the order of their numbers."""
        chosen = None if self.registers is None else set(self.registers)
        return {key: value for key, value in all_registers().items() if chosen is None or key in chosen}

    def folder_of(self, department: str) -> str:
        """Return the name of a department's folder below ``departments/``."""
        return self.departments[department].folder or department

    @property
    def folders(self) -> dict[str, Path]:
        """Return the folder of every department by its code."""
        return {code: self.share / DEPARTMENTS_FOLDER / self.folder_of(code) for code in self.departments}

    def registers_of(self, department: str) -> tuple[str, ...]:
        """Return the ids of the registers in use that a department may write, none for an unknown one."""
        known = self.departments.get(department)
        if known is None:
            return ()
        listed = known.registers
        return tuple(
            key
            for key, register in self.registers_in_use.items()
            if register.is_written() and (writes_by_default(register, department) if listed is None else key in listed)
        )

    def may_write(self, department: str, register_id: str) -> bool:
        """Tell whether workbooks of a department may carry rows of a register."""
        return register_id in self.registers_of(department)

    def department_of(self, path: str | PurePosixPath) -> str | None:
        """Return the code of the department in whose folder a file lies, None outside of all.

        ``path`` is relative to the share (``departments/ST/食堂台账.xlsx``). Case and the two ways of
        writing an accented letter make no difference.
        """
        parts = PurePosixPath(path.replace("\\", "/") if isinstance(path, str) else path.as_posix()).parts
        if len(parts) < 3 or _folded(parts[0]) != DEPARTMENTS_FOLDER or ".." in parts:
            return None
        by_folder = {_folded(self.folder_of(code)): code for code in self.departments}
        return by_folder.get(_folded(parts[1]))


def writes_by_default(register: type[Register], department: str) -> bool:
    """Tell whether a department owns a register or is one of its writers (``*`` is everybody)."""
    if register.owner is None:
        return False
    return department == register.owner or department in register.writers or "*" in register.writers


def load_config(share: Path) -> Config:
    """Return the settings in ``houqin.toml`` of a shared folder.

    Raises:
        ConfigError: the file is missing, cannot be read, or a setting is wrong; all of them are named.
    """
    path = share / CONFIG_NAME
    raw = _read(path)
    try:
        return Config.model_validate(raw, context={"share": share})
    except ValidationError as exc:
        raise ConfigError(path, problem_lines(exc, Config)) from exc


def _read(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal)
    except FileNotFoundError as exc:
        raise ConfigError.of(path, "missing_file") from exc
    except OSError as exc:
        raise ConfigError.of(path, "unreadable_file", **reason_of(exc).args()) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError.of(path, "not_utf8") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError.of(path, "not_toml", reason=str(exc)) from exc


def school_today(config: Config) -> date:
    """Return today's date at the school; ``HOUQIN_TODAY`` decides where it is set.

    Raises:
        ConfigError: ``HOUQIN_TODAY`` is not a date such as 2026-11-22.
    """
    try:
        return today_in(config.zone)
    except ValueError as exc:
        raise ConfigError.of(TODAY_VARIABLE, "not_a_day", value=exc.args[0]) from exc


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
