from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from ledger_samples import rows, unlisted

from schemas import columns as c
from schemas.migrations import Renamed, Rescaled
from schemas.register import Register
from sync.ledger import Ledger, LedgerMismatch, content_hashes, row_keys
from sync.ledger.dump import load
from sync.ledger.errors import MigrationLosesDigits


def declared(*migrations: Renamed | Rescaled, **columns: c.Column) -> type[Register]:
    """Return one form of a register of keys: its columns as a program of some year declares them."""
    own = {"title": "钥匙", "title_en": "Keys", "number": 997, "group": "T", "key": ("code",)}
    code = c.code("编号", "Code", required=True)
    return unlisted(type("KeyLoan", (Register,), {**own, "code": code, **columns, "migrations": migrations}))


def former() -> type[Register]:
    """Return the register as the first program declared it: a price of 2 places, ``lent`` for the borrower."""
    return declared(lent=c.text("借用人", "Lent to", 20), price=c.money("押金", "Deposit"))


def today(*migrations: Renamed | Rescaled) -> type[Register]:
    """Return the register as today's program declares it: other names, other places, one more column."""
    named = migrations or (Renamed("lent", "borrower"), Rescaled("price", 2, 4))
    columns = {"borrower": c.text("借用人", "Borrower", 20), "price": c.price("押金", "Deposit")}
    return declared(*named, **columns, room=c.text("房间", "Room", 20))


def typed(register: type[Register], *cells: dict[str, Any]) -> pl.DataFrame:
    """Return rows of a register with everything the ledger wants beside them."""
    types = {column.name: column.dtype for column in register.columns}
    frame = pl.DataFrame([{name: row.get(name) for name in types} for row in cells], schema=types, orient="row")
    meta = rows({}).select("^_(status|workbook|sheet|row|sha256|post_date|post_period)$")
    repeated = pl.concat([meta] * frame.height)
    return pl.concat([frame, repeated, row_keys(register, frame).to_frame()], how="horizontal")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database of each kind."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("empty_postgresql")
        return address
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def kept(url: str) -> str:
    """A ledger of the first program: A changed once, B withdrawn, C as it was, and what waits for somebody."""
    register = former()
    with Ledger.open(url, {register.id: register}) as ledger:
        with ledger.write("sync") as writer:
            three = (
                {"code": code, "lent": name, "price": Decimal("1.50")}
                for code, name in zip("ABC", "甲乙丙", strict=True)
            )
            writer.add(register, typed(register, *three))
            payload = {"cells": {"code": "D", "lent": "丁"}, "department": "ZW", "reading": [{"field": "lent"}]}
            held = {"workbook": "w", "register": register.id, "row_key": "D", "payload": payload, "findings": []}
            writer.put("held", [held, {**held, "register": "another"}])
            hashes = content_hashes(register, typed(register, {"code": "C", "lent": "丙", "price": Decimal("1.50")}))
            claim = {"workbook": "w2", "register": register.id, "content_hash": hashes[0]}
            writer.put("claim", [{**claim, "row_key": "C", "base_version": 3}])
            sides = {side: {"code": "A", "lent": side} for side in ("base", "ours", "theirs")}
            writer.put("conflict", [{"workbook": "w", "register": register.id, "fields": ["lent"], **sides}])
        with ledger.write("sync") as writer:
            writer.close(register, [1, 2])
            writer.add(register, typed(register, {"code": "A", "lent": "甲", "price": Decimal("2.25")}))
        assert ledger.verify() == []
    return url


def upgraded(url: str, register: type[Register] | None = None) -> Ledger:
    """Open a ledger with today's program."""
    register = register or today()
    return Ledger.open(url, {register.id: register})


def tamper(url: str, statement: str) -> None:
    """Change the database behind the ledger's back."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount, statement
    engine.dispose()


class TestUpgrade:
    """A ledger of an earlier program follows when it is opened."""

    def test_rows_follow(self, kept: str) -> None:
        """Current rows have the new names and places, the same keys, sources and revisions, and today's hash."""
        register = today()
        with upgraded(kept, register) as ledger:
            now = ledger.rows(register)
            assert now.select("code", "borrower", "price", "room", "_from", "_row").rows() == [
                ("A", "甲", Decimal("2.2500"), None, 2, 4),
                ("C", "丙", Decimal("1.5000"), None, 1, 4),
            ]
            assert now["_hash"].to_list() == content_hashes(register, now).to_list()

    def test_history_and_earlier_states(self, kept: str) -> None:
        """Former versions and states as of former revisions are still there, in the new form."""
        register = today()
        with upgraded(kept, register) as ledger:
            then = ledger.rows(register, as_of=1)
            assert then.select("code", "borrower", "price").rows() == [
                (code, name, Decimal("1.5000")) for code, name in zip("ABC", "甲乙丙", strict=True)
            ]
            versions = ledger.history(register, "A").select("price", "_from", "_to", "_hash")
            assert versions.drop("_hash").rows() == [(Decimal("2.2500"), 2, None), (Decimal("1.5000"), 1, 2)]
            assert versions["_hash"].to_list() == content_hashes(register, ledger.history(register, "A")).to_list()

    def test_recorded(self, kept: str) -> None:
        """The migration is a revision of its own under the chain, named, and carried out once."""
        with upgraded(kept) as ledger:
            newest = ledger.revisions()[-1]
            assert (newest.number, newest.kind) == (3, "migration")
            assert newest.note == "key_loan: lent is called borrower; price has 4 decimal places instead of 2"
            assert ledger.verify(newest.digest) == []
        with upgraded(kept) as ledger:
            assert ledger.head().number == 3

    def test_what_waits_follows(self, kept: str) -> None:
        """Held rows, bases and conflicts of the register have the new names and hashes, others stay as they are."""
        register = today()
        with upgraded(kept, register) as ledger:
            held = {row["register"]: json.loads(row["payload"]) for row in ledger.table("held").to_dicts()}
            assert held["key_loan"]["cells"] == {"code": "D", "borrower": "丁"}
            assert held["key_loan"]["reading"] == [{"field": "borrower"}]
            assert held["another"]["cells"] == {"code": "D", "lent": "丁"}
            (claim,) = ledger.table("claim").to_dicts()
            assert claim["content_hash"] == ledger.rows(register, keys=["C"])["_hash"][0]
            (conflict,) = ledger.table("conflict").to_dicts()
            assert json.loads(conflict["ours"]) == {"code": "A", "borrower": "ours"}
            assert json.loads(conflict["fields"]) == ["borrower"]

    def test_the_ledger_goes_on(self, kept: str) -> None:
        """After a migration rows are changed and closed as before, and a second migration follows the first."""
        register = today()
        with upgraded(kept, register) as ledger:
            with ledger.write("sync") as writer:
                writer.close(register, ledger.rows(register, keys=["C"])["_version"].to_list())
                writer.add(register, typed(register, {"code": "C", "borrower": "丙", "price": Decimal("1.1234")}))
            assert ledger.verify() == []
        both = (*today().migrations, Renamed("borrower", "holder"))
        next_year = declared(*both, holder=c.text("借用人", "Holder", 20), price=c.price("押金", "Deposit"))
        with upgraded(kept, next_year) as ledger:
            assert ledger.rows(next_year).select("code", "holder", "price").rows() == [
                ("A", "甲", Decimal("2.2500")),
                ("C", "丙", Decimal("1.1234")),
            ]
            assert ledger.rows(next_year, as_of=1)["holder"].to_list() == ["甲", "乙", "丙"]
            assert ledger.verify() == []

    def test_all_at_once(self, kept: str) -> None:
        """A ledger that was not opened for years follows all changes in one step."""
        both = (*today().migrations, Renamed("borrower", "holder"))
        next_year = declared(*both, holder=c.text("借用人", "Holder", 20), price=c.price("押金", "Deposit"))
        with upgraded(kept, next_year) as ledger:
            assert ledger.head().number == 3
            assert ledger.rows(next_year)["holder"].to_list() == ["甲", "丙"]
            assert ledger.verify() == []

    def test_new_ledger(self, url: str) -> None:
        """A ledger that begins with today's declarations has nothing to follow."""
        with upgraded(url) as ledger:
            assert ledger.head().number == 0

    def test_restored(self, kept: str, tmp_path: Path) -> None:
        """A copy of a migrated ledger is proven like the ledger itself."""
        with upgraded(kept) as ledger, ledger.snapshot() as snapshot:
            other = sa.create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
            with other.begin() as connection:
                load(connection, snapshot.tables(), snapshot.slices)
            other.dispose()
            head = snapshot.head.digest
        with upgraded(f"sqlite:///{tmp_path / 'copy.db'}") as ledger:
            assert ledger.verify(head) == []


class TestRefused:
    """What cannot be followed leaves the ledger as it was."""

    def test_not_named(self, kept: str) -> None:
        """Other decimal places without a migration are refused."""
        silent = declared(lent=c.text("借用人", "Lent to", 20), price=c.price("押金", "Deposit"))
        with pytest.raises(LedgerMismatch, match="price"):
            upgraded(kept, silent)

    def test_digits_would_be_lost(self, kept: str) -> None:
        """Fewer decimal places are refused where a row needs them, and nothing is changed."""
        whole = c.price("押金", "Deposit")
        whole.places = 0
        with pytest.raises(MigrationLosesDigits) as caught:
            upgraded(kept, declared(Rescaled("price", 2, 0), lent=c.text("借用人", "Lent to", 20), price=whole))
        assert "price" in caught.value.message("en")
        with Ledger.open(kept, {"key_loan": former()}) as ledger:
            assert (ledger.head().number, ledger.verify()) == (2, [])


class TestVerify:
    """What is altered in a migrated ledger is found, in the rows of today and in those of then."""

    @pytest.mark.parametrize(
        ("change", "code", "revision"),
        [
            ("UPDATE reg_key_loan SET borrower = 'x' WHERE _version = 3", "VERIFY-MIGRATED", 1),
            ("UPDATE reg_key_loan SET price = 1 WHERE _version = 1", "VERIFY-MIGRATED", 1),
            ("UPDATE reg_key_loan SET _hash = 'x' WHERE _version = 1", "VERIFY-MIGRATED", 1),
            ("UPDATE reg_key_loan SET room = 'x' WHERE _version = 4", "VERIFY-MIGRATED", 2),
            ("UPDATE reg_key_loan SET _to = NULL WHERE _version = 2", "VERIFY-CLOSED", 2),
            ("UPDATE reg_key_loan SET _to = 3 WHERE _version = 3", "VERIFY-CLOSED", 3),
            ("DELETE FROM reg_key_loan WHERE _version = 3", "VERIFY-MIGRATED", 3),
            ("UPDATE reg_key_loan_before_3 SET lent = 'x' WHERE _version = 3", "VERIFY-INSERTED", 1),
            ("UPDATE reg_key_loan_before_3 SET price = 1 WHERE _version = 3", "VERIFY-INSERTED", 1),
            ("UPDATE reg_key_loan_before_3 SET _to = NULL WHERE _version = 2", "VERIFY-MIGRATED", 1),
            ("DELETE FROM reg_key_loan_before_3 WHERE _version = 3", "VERIFY-INSERTED", 1),
            ("UPDATE migration SET steps = REPLACE(steps, '2', '3') WHERE steps IS NOT NULL", "VERIFY-INSERTED", 3),
        ],
    )
    def test_tampered(self, kept: str, change: str, code: str, revision: int) -> None:
        """An altered or deleted row of either form is found with its revision."""
        with upgraded(kept) as ledger:
            assert ledger.verify() == []
            tamper(kept, change)
            assert (code, revision) in {(one.code, one.revision) for one in ledger.verify()}
