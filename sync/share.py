"""A shared folder opened for work: its configuration, its state, its ledger, what day it is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.register import VERSION, all_registers
from schemas.rules import Facts
from sync import __version__
from sync.config import Config, load_config, school_today
from sync.state import refuse_another_account

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from schemas.parse import Reading
    from schemas.register import Register
    from sync.ledger import Ledger


@dataclass(frozen=True)
class Share:
    """One school's shared folder."""

    path: Path
    config: Config

    @classmethod
    def open(cls, path: Path) -> Share:
        """Open a shared folder.

        Raises:
            ConfigError: there is no houqin.toml, or it cannot be understood.
            StateElsewhere: a service keeps its ledger under another account.
        """
        config = load_config(path)
        refuse_another_account(path)
        return cls(path.resolve(), config)

    @property
    def state(self) -> Path:
        """Return the folder on the local disk that keeps ledger, archive and logs."""
        return self.config.state

    @property
    def today(self) -> date:
        """Return the school's today."""
        return school_today(self.config)

    def local(self, moment: datetime) -> str:
        """Return a point in time as the school's clocks show it, to the minute."""
        return f"{moment.astimezone(self.config.zone):%Y-%m-%d %H:%M}"

    @property
    def registers(self) -> Mapping[str, type[Register]]:
        """Return the registers in use, by id."""
        return self.config.registers_in_use

    def writers_of(self, register_id: str) -> list[str]:
        """Return the codes of the departments that may write a register."""
        return [code for code in self.config.departments if self.config.may_write(code, register_id)]

    def fingerprint(self) -> str:
        """Return what the findings of a file depend on besides its content: settings, declarations, program."""
        read_by = {"departments", "registers", "class_aliases", "term_start"}
        settings = self.config.model_dump_json(include=read_by | {"parameters", "roles", "school"})
        versions = ",".join(f"{name}:{len(register.columns)}" for name, register in self.registers.items())
        return hashlib.sha256(f"{settings}|{versions}|{VERSION}|{__version__}".encode()).hexdigest()[:16]

    def facts(self) -> Facts:
        """Return what the rules know besides the rows."""
        in_use = frozenset(self.registers)
        parameters = {**self.config.parameters, "roles": self.config.roles, "school": self.config.school}
        return Facts(self.today, parameters, in_use, in_use)

    def reading(self) -> Reading:
        """Return what reading cells needs to know of this school."""
        from schemas.parse import Reading  # noqa: PLC0415 - reading costs start-up time

        return Reading(self.today, self.config.class_aliases, self.config.term_start)

    def open_ledger(self) -> Ledger:
        """Open the ledger of this school.

        Raises:
            LedgerUnreachable: the database cannot be opened.
        """
        from sync.ledger import Ledger  # noqa: PLC0415 - SQLAlchemy costs start-up time

        return Ledger.open(self.config.ledger_url, all_registers())
