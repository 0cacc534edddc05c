"""Kill the program while a ledger of an earlier one follows today's names and decimal places."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from schemas import columns as c
from schemas.migrations import Renamed, Rescaled
from schemas.register import Register
from sync.ledger import Ledger, row_keys
from tests.faults.kills import Attempt, driver, fault, order_for
from tests.faults.schools import History
from tests.sync.ledger_samples import rows, unlisted

_LENT = 300
"""Rows in the ledger, every third of which was changed since."""
_REVISIONS = 3
"""Revisions of the ledger once it has followed: two of rows and the migration."""


def former() -> type[Register]:
    """Return a register of keys as the first program declared it: ``lent``, and a deposit of 2 places."""
    return _declared(lent=c.text("借用人", "Lent to", 20), price=c.money("押金", "Deposit"))


def today() -> type[Register]:
    """Return the register as today's program declares it."""
    columns = {"borrower": c.text("借用人", "Borrower", 20), "price": c.price("押金", "Deposit")}
    return _declared(Renamed("lent", "borrower"), Rescaled("price", 2, 4), **columns)


def _declared(*migrations: Renamed | Rescaled, **columns: c.Column) -> type[Register]:
    own = {"title": "钥匙", "title_en": "Keys", "number": 997, "group": "T", "key": ("code",)}
    code = c.code("编号", "Code", required=True)
    return unlisted(type("KeyLoan", (Register,), {**own, "code": code, **columns, "migrations": migrations}))


def begun(state: Path) -> None:
    """Write the ledger of the first program into a state folder."""
    register = former()
    numbers = range(_LENT)
    with Ledger.open(_url(state), {register.id: register}) as ledger:
        with ledger.write("sync") as writer:
            writer.add(register, _lent(register, numbers, "1.50"))
        with ledger.write("sync") as writer:
            writer.close(register, [number + 1 for number in numbers[::3]])
            writer.add(register, _lent(register, numbers[::3], "2.25"))


def _lent(register: type[Register], numbers: Sequence[int], price: str) -> pl.DataFrame:
    types = {column.name: column.dtype for column in register.columns}
    cells = [{"code": f"K{number:03}", "lent": f"借用人{number}", "price": Decimal(price)} for number in numbers]
    frame = pl.DataFrame([dict.fromkeys(types) | each for each in cells], schema=types, orient="row")
    meta = rows({}).select("^_(status|workbook|sheet|row|sha256|post_date|post_period)$")
    return pl.concat([frame, pl.concat([meta] * frame.height), row_keys(register, frame).to_frame()], how="horizontal")


def upgrade(state: Path) -> dict[str, Any]:
    """Open the ledger with today's program and return what it holds then."""
    register = today()
    with Ledger.open(_url(state), {register.id: register}) as ledger:
        found = {revision: ledger.rows(register, as_of=revision).drop("_to").rows() for revision in (1, 2, _REVISIONS)}
        return {
            "head": ledger.head().number,
            "problems": ledger.verify(),
            "rows": {revision: sorted(map(repr, each)) for revision, each in found.items()},
        }


def _url(state: Path) -> str:
    return f"sqlite:///{state / 'ledger.db'}"


def killed_migrations(folder: Path, kills: int, seed: int, _histories: Sequence[History] = ()) -> Iterator[Attempt]:
    """Kill that many openings of the ledger at random; yield what became of each attempt."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    start, here = folder / "start" / "state", folder / "here" / "state"
    start.mkdir(parents=True)
    begun(start)
    with driver() as runs:
        order = {"command": "migrate"}
        shutil.copytree(start, here)
        length = runs.run(order_for(here.parent, **order))
        wanted = upgrade(here)
        if wanted["problems"] or wanted["head"] != _REVISIONS:
            raise AssertionError(wanted)
        done = 0
        while done < kills:
            shutil.rmtree(here)
            shutil.copytree(start, here)
            told = [
                runs.run(order_for(here.parent, **order, **fault(length, chance))) for _ in range(chance.randint(1, 3))
            ]
            found = upgrade(here)
            struck = Counter(f"migrate: {each.at}" for each in told if each.code < 0)
            wrong = [name for name, value in wanted.items() if found[name] != value]
            wrong += [each.said for each in told if each.said]
            done += struck.total()
            yield Attempt(struck, [f"migrated after {told}: {each}" for each in wrong])
