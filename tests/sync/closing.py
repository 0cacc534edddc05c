"""A school whose months are closed: the commands of ``houqin month`` as JSON, and the stock figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.ledger_books import books_as_of
from sync.share import Share
from tests.command_line import houqin
from tests.sync.school import MASTER, School, counted, issue, receipt

BY, APPROVER = "T002", "T001"
ROLES = f'\n[roles]\nPRINCIPAL = ["{APPROVER}"]\nCUSTODIAN = ["{BY}"]\nGA_HEAD = ["T001"]\n'


IN_USE = [*MASTER, "stock_receipt", "stock_issue", "requisition", "period_close"]
LAST_DAY = "2026-11-30"
STORE = "ZW/库房.xlsx"


def november() -> Mapping[str, list[dict[str, object]]]:
    """Return what the store's workbook says of November: 25 brooms come for 212.50, 10 go."""
    return {"stock_receipt": [receipt()], "stock_issue": [issue()]}


def write_settings(
    school: School, registers: list[str], parameters: str = "requisition_required = false\n", ledger: str = ""
) -> None:
    """Say which registers are in use, set parameters and, where one is named, the database."""
    text = 'school = "青山小学"\nregisters = ' + json.dumps(registers) + "\n" + ROLES
    names = 'ZW = { name = "总务处" }\nCW = { name = "财务" }\nST = { name = "食堂" }\n'
    url = f'\n[ledger]\nurl = "{ledger}"\n' if ledger else ""
    (school.folder / "houqin.toml").write_text(
        f"{text}{url}\n[departments]\n{names}\n[parameters]\n{parameters}", "utf-8"
    )
    school.share = Share.open(school.folder)


def opened(school: School) -> None:
    """Merge the master data of a school whose store alone keeps registers."""
    write_settings(school, IN_USE)
    school.save("ZW/基础资料.xlsx", MASTER)
    school.sync()


def with_november(school: School) -> None:
    """Merge one receipt and one issue of November besides."""
    opened(school)
    school.save(STORE, november())
    assert counted(school.book(school.sync(), STORE)) == {"read": 2, "accepted": 2}


class ClosingSchool(School):
    """A school with master data, roles, and the registers of the store alone in use."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[School], object] = opened, ledger: str = ""
    ) -> None:
        super().__init__(folder)
        self._ledger = ledger
        self._monkeypatch = monkeypatch
        self.today(LAST_DAY)
        if ledger:
            self.set(IN_USE)
            self.save("ZW/基础资料.xlsx", MASTER)
            self.sync()
        else:
            self.become(make, LAST_DAY)

    def set(self, registers: list[str], parameters: str = "requisition_required = false\n") -> None:
        """Say which registers are in use, and set parameters."""
        write_settings(self, registers, parameters, self._ledger)

    def today(self, day: str) -> None:
        """Set the school's today."""
        self._monkeypatch.setenv("HOUQIN_TODAY", day)

    def month(self, *arguments: str) -> tuple[int, Any]:
        """Run ``houqin month …`` and return its exit code and its JSON document."""
        return self.run("month", *arguments)

    def run(self, *arguments: object) -> tuple[int, Any]:
        """Run a command of ``houqin`` and return its exit code and its JSON document."""
        told = houqin(*arguments, "--share", self.folder, "--json")
        return told.code, told.json()

    def close(self, period: str, *arguments: str) -> dict[str, Any]:
        """Close a month that nothing keeps open."""
        code, told = self.month("close", period, *arguments)
        assert code == 0, told
        done: dict[str, Any] = told
        return done

    def blocking(self, period: str, *arguments: str) -> list[str]:
        """Return the codes of what keeps a month open."""
        _, told = self.month("trial", period, *arguments)
        return [item["code"] for book in told["books"] for item in book["blocking"]]

    def balance(self, item: str = "QJ0001") -> tuple[Decimal, Decimal]:
        """Return quantity and amount of an item now."""
        with self.share.open_ledger() as ledger:
            left = books_as_of(self.share, ledger).stock.close.stock
        found = left.filter(left["item_code"] == item)
        return Decimal(int(found["qty"].sum())) / 1000, Decimal(int(found["amount"].sum())) / 100

    def closed_balance(self, period: str, item: str = "QJ0001") -> tuple[Decimal, Decimal]:
        """Return quantity and amount of an item at the end of a closed month."""
        with self.share.open_ledger() as ledger:
            left = books_as_of(self.share, ledger).closes.stock_months[period].close.stock
        found = left.filter(left["item_code"] == item)
        return Decimal(int(found["qty"].sum())) / 1000, Decimal(int(found["amount"].sum())) / 100
