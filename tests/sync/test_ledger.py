from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
import sqlalchemy as sa
from ledger_samples import CELLS, MONDAY, OWN_ROWS, REGISTERS, TRIAL, fill, rows, ticking, unlisted

from schemas import columns as c
from schemas.register import Register
from sync.ledger import (
    ZERO_DIGEST,
    Ledger,
    LedgerMismatch,
    LedgerUnreachable,
    NotCurrent,
    NotFitting,
    content_hashes,
    join_key,
    row_keys,
)
from sync.versioned import OWN_TABLES, content_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.versioned import VersionedTable

KEY = "RK-202611-0001\x1f1"
CONTENT = content_table(TRIAL)


KILLED = """
import sys
from ledger_samples import OWN_ROWS, REGISTERS, TRIAL, rows
from sync.ledger import Ledger
with Ledger.open(sys.argv[1], REGISTERS) as ledger, ledger.write("sync") as writer:
    writer.close(TRIAL, [2])
    writer.add(TRIAL, rows({"doc_no": "RK-9"}))
    writer.put("held", [OWN_ROWS["held"]])
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database of each kind."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("empty_postgresql")
        return address
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """An empty ledger whose clock moves a minute with every revision, from Monday 8:00 UTC."""
    clock = ticking(MONDAY)
    with Ledger.open(url, REGISTERS, now=lambda: next(clock)) as opened:
        yield opened


def database(server: sa.Engine, name: str) -> str:
    """Return the address of a database of a server."""
    return server.url.set(database=name).render_as_string(hide_password=False)


def tamper(url: str, statement: str) -> None:
    """Change the database behind the ledger's back."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount, statement
    engine.dispose()


def changed(table: str, column: str, type_: pl.DataType) -> str:
    """Return the assignment that alters a column whatever it holds."""
    if isinstance(type_, pl.String):
        return f"UPDATE {table} SET \"{column}\" = COALESCE(\"{column}\", '') || 'x'"  # noqa: S608 - own names
    return f'UPDATE {table} SET "{column}" = COALESCE("{column}", 0) + 1000'  # noqa: S608 - own names


def stored_columns() -> list[tuple[str, str, str, pl.DataType]]:
    """Return every column of every versioned table but the version number: table, version column, name, type."""
    tables = [CONTENT, *OWN_TABLES.values()]
    return [
        (table.name, table.version, name, dtype if name not in table.fields else stored_type(dtype))
        for table in tables
        for name, dtype in table.stored.items()
        if name != table.version
    ]


def stored_type(dtype: pl.DataType) -> pl.DataType:
    """Return how the database keeps a type: exact numbers and yes/no as whole numbers, the rest as text."""
    whole = isinstance(dtype, (pl.Decimal, pl.Int64, pl.Boolean)) or dtype == pl.Datetime("us", "UTC")
    return pl.Int64() if whole else pl.String()


class TestContract:
    """What every back end must do."""

    def test_empty(self, ledger: Ledger) -> None:
        """An empty ledger stands at number 0 with a digest of zeros and has no rows."""
        head = ledger.head()
        assert (head.number, head.digest, ledger.revisions()) == (0, ZERO_DIGEST, [])
        assert ledger.rows(TRIAL).is_empty()
        assert ledger.table("held").is_empty()
        assert ledger.verify() == []

    def test_rows_come_back_exactly(self, ledger: Ledger) -> None:
        """Every kind of column comes back with its type and its value."""
        given = rows({}, {name: None for name in CELLS if name not in {"doc_no", "line_no"}} | {"line_no": 2})
        with ledger.write("sync") as writer:
            versions = writer.add(TRIAL, given)
        found = ledger.rows(TRIAL)
        assert found.select(given.columns).equals(given)
        assert found.select(given.columns).schema == given.schema
        assert found["_version"].to_list() == versions.to_list() == [1, 2]
        assert found["_hash"].to_list() == content_hashes(TRIAL, given).to_list()

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("amount", "90071992547409.93"),
            ("amount", "-90071992547409.93"),
            ("amount", "-0.01"),
            ("unit_price", "922337203685477.5807"),
            ("qty", "0.001"),
        ],
    )
    def test_exact_numbers(self, ledger: Ledger, column: str, value: str) -> None:
        """Amounts beyond what a binary float can hold are kept to the last cent."""
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows({column: Decimal(value)}))
        assert ledger.rows(TRIAL)[column].to_list() == [Decimal(value)]

    def test_many_rows_come_back_exactly(self, ledger: Ledger) -> None:
        """Whatever thousands of rows have in common, each is kept and proved as it was given."""
        odd = "O'Neil's \"50%\" :x ?1 %s\\ 甲\n--"
        whole = rows(*({"line_no": line} for line in range(10_001, 17_502)))
        line = pl.col("line_no")
        given = whole.with_columns(
            pl.lit(odd).alias("remark"),
            pl.when(line == 14_000).then(None).otherwise(pl.lit("袋")).alias("unit"),
            pl.when(line == 10_001).then(pl.lit("停用")).otherwise("status").alias("status"),
            pl.when(line < 12_501).then(pl.lit("甲'.xlsx")).otherwise(pl.lit("乙.xlsx")).alias("_workbook"),
        )
        with ledger.write("sync") as writer:
            writer.add(TRIAL, given)
        found = ledger.rows(TRIAL).sort("line_no")
        assert found.select(whole.columns).equals(given)
        assert ledger.verify() == []

    def test_versions_are_returned_in_the_order_of_the_rows(self, ledger: Ledger) -> None:
        """Whatever order rows are given in, each gets the number of its own version."""
        given = rows({"doc_no": "RK-3"}, {"doc_no": "RK-1"}, {"doc_no": "RK-2"})
        with ledger.write("sync") as writer:
            versions = writer.add(TRIAL, given)
        found = ledger.rows(TRIAL)
        by_version = dict(zip(found["_version"], found["doc_no"], strict=True))
        assert [by_version[version] for version in versions] == ["RK-3", "RK-1", "RK-2"]
        assert found["doc_no"].to_list() == ["RK-1", "RK-2", "RK-3"]

    def test_new_version(self, ledger: Ledger) -> None:
        """A new version ends the former one, and both stay."""
        fill(ledger)
        current = ledger.rows(TRIAL)
        assert current["qty"].to_list() == [Decimal("13.000"), Decimal("12.500"), Decimal("12.500")]
        both = ledger.versions(TRIAL, [KEY])
        assert both.select("_version", "_from", "_to").rows() == [(1, 1, 2), (4, 2, None)]

    def test_as_of_revision(self, ledger: Ledger) -> None:
        """Any earlier revision can be asked for, in content tables and in the ledger's own."""
        fill(ledger)
        assert ledger.rows(TRIAL, as_of=0).is_empty()
        assert ledger.rows(TRIAL, as_of=1)["qty"].to_list() == [Decimal("12.500")] * 3
        assert ledger.rows(TRIAL, as_of=2)["qty"][0] == Decimal("13.000")
        assert ledger.table("held", as_of=1)["version_id"].to_list() == [1, 2]
        assert ledger.table("held")["version_id"].to_list() == [2, 3]

    def test_as_of_moment(self, ledger: Ledger) -> None:
        """A moment means the newest revision written by then."""
        fill(ledger)
        second = MONDAY + timedelta(minutes=1)
        moments = [MONDAY - timedelta(microseconds=1), MONDAY, second - timedelta(microseconds=1), second]
        assert [ledger.revision_at(moment) for moment in moments] == [0, 1, 1, 2]

    def test_moment_needs_a_time_zone(self, ledger: Ledger) -> None:
        """A moment without a time zone is refused: it could be school time or UTC."""
        with pytest.raises(ValueError, match="2026"):
            ledger.revision_at(datetime(2026, 11, 23, 8))  # noqa: DTZ001 - the wrong moment is the case

    def test_history(self, ledger: Ledger) -> None:
        """History tells all versions of one row, newest first, with the times of their revisions."""
        fill(ledger)
        found = ledger.history(TRIAL, join_key(["RK-202611-0001", "1"]))
        second = MONDAY + timedelta(minutes=1)
        assert found.select("qty", "_from_at", "_to_at", "_kind").rows() == [
            (Decimal("13.000"), second, None, "confirm"),
            (Decimal("12.500"), MONDAY, second, "sync"),
        ]
        assert ledger.history(TRIAL, "nothing").is_empty()

    def test_statuses(self, ledger: Ledger) -> None:
        """Missing rows stay in the books, withdrawn ones do not, and each can be asked for."""
        given = rows({"line_no": 1}, {"line_no": 2}, {"line_no": 3})
        states = pl.Series("_status", ["accepted", "missing", "withdrawn"])
        with ledger.write("sync") as writer:
            writer.add(TRIAL, given.with_columns(states))
        assert ledger.rows(TRIAL)["line_no"].to_list() == [1, 2]
        assert ledger.rows(TRIAL, statuses=["withdrawn"])["line_no"].to_list() == [3]

    def test_rows_of_some_keys(self, ledger: Ledger) -> None:
        """Rows can be asked for by key, unknown keys and doubled ones included."""
        fill(ledger)
        found = ledger.rows(TRIAL, keys=[KEY, KEY, "unknown"])
        assert found["_version"].to_list() == [4]
        assert ledger.rows(TRIAL, keys=[]).is_empty()

    def test_changed_since(self, ledger: Ledger) -> None:
        """What changed after a revision is what it added and what it closed."""
        fill(ledger)
        assert ledger.changed_since(TRIAL, 1)["_version"].to_list() == [1, 4]
        assert ledger.changed_since(TRIAL, 2).is_empty()

    def test_touched_since(self, ledger: Ledger) -> None:
        """Registers touched after a revision are counted: versions added and closed."""
        fill(ledger)
        assert ledger.touched_since(0) == {TRIAL.id: 5}
        assert ledger.touched_since(1) == {TRIAL.id: 2}
        assert ledger.touched_since(2) == {}

    def test_current_versions_of_a_revision(self, ledger: Ledger) -> None:
        """The rows in force at a revision, of any status, come in slices that make up the whole."""
        fill(ledger)
        with ledger.write("sync") as writer:
            writer.close(TRIAL, [3])
            writer.add(TRIAL, rows({"line_no": 3}).with_columns(pl.lit("withdrawn").alias("_status")))
        for revision, versions in ((0, []), (1, [1, 2, 3]), (2, [2, 3, 4]), (3, [2, 4, 5])):
            found = [version for piece in ledger.current(TRIAL, revision) for version in piece["_version"]]
            assert found == versions

    def test_revision_by_number(self, ledger: Ledger) -> None:
        """A revision is found by its number; 0 is the empty ledger, and others are none."""
        fill(ledger)
        known = ledger.revision(2)
        assert known == ledger.head()
        assert [ledger.revision(number) is None for number in (0, 1, 3)] == [False, False, True]

    @pytest.mark.parametrize("name", sorted(OWN_ROWS))
    def test_own_tables(self, ledger: Ledger, name: str) -> None:
        """The ledger's own tables give back what was put in, JSON as text with sorted names."""
        with ledger.write("sync") as writer:
            assert writer.put(name, [OWN_ROWS[name]]).to_list() == [1]
        (row,) = ledger.table(name).iter_rows(named=True)
        plain = {key: value for key, value in OWN_ROWS[name].items() if not isinstance(value, (dict, list))}
        assert {key: row[key] for key in plain} == plain
        for field in OWN_TABLES[name].json_fields:
            assert row[field] == f'{{"amount":"12.50","zh":"{field}"}}'

    def test_own_tables_by_value(self, ledger: Ledger) -> None:
        """Rows of an own table are found by one value, by several, or by having none."""
        with ledger.write("sync") as writer:
            writer.put("setting", [{"name": name} for name in ("a", "b", "c")] + [{"value": "1"}])
        assert ledger.table("setting", name="b")["version_id"].to_list() == [2]
        assert ledger.table("setting", name=["a", "c"])["version_id"].to_list() == [1, 3]
        assert ledger.table("setting", name=None)["version_id"].to_list() == [4]

    def test_nothing_written(self, ledger: Ledger) -> None:
        """A run that writes nothing makes no revision."""
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows().clear())
            writer.close(TRIAL, [])
        assert writer.revision is None
        assert ledger.head().number == 0

    def test_rollback(self, ledger: Ledger) -> None:
        """An error in the middle leaves nothing behind, and the number is used again."""
        fill(ledger)
        before, state = ledger.head(), ledger.rows(TRIAL)
        with pytest.raises(ZeroDivisionError), ledger.write("sync") as writer:  # noqa: PT012 - in the middle
            writer.close(TRIAL, [2])
            writer.add(TRIAL, rows({"doc_no": "RK-9"}))
            writer.put("held", [OWN_ROWS["held"]])
            writer.want({"总账.xlsx": None})
            raise ZeroDivisionError
        assert (ledger.head(), ledger.publications().height) == (before, 0)
        assert ledger.rows(TRIAL).equals(state)
        assert ledger.verify(before.digest) == []
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows({"doc_no": "RK-9"}))
        assert writer.revision is not None
        assert (writer.number, writer.revision, ledger.verify()) == (3, ledger.head(), [])

    def test_readers_see_the_committed_state(self, ledger: Ledger) -> None:
        """Whoever asks while a revision is being written sees the one before."""
        fill(ledger)
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows({"doc_no": "RK-9"}))
            assert ledger.rows(TRIAL).height == 3
            assert ledger.head().number == 2
        assert ledger.rows(TRIAL).height == 4

    @pytest.mark.parametrize("versions", [[1], [99], [2, 2]], ids=["closed", "unknown", "twice"])
    def test_only_current_versions_can_be_closed(self, ledger: Ledger, versions: list[int]) -> None:
        """Closing what is closed already, unknown or named twice is an error, and nothing is written."""
        fill(ledger)
        with pytest.raises(NotCurrent, match="reg_"), ledger.write("sync") as writer:
            writer.close(TRIAL, versions)
        assert ledger.head().number == 2

    def test_a_version_lives_through_its_own_revision(self, ledger: Ledger) -> None:
        """What a revision adds it cannot close."""
        with pytest.raises(NotCurrent), ledger.write("sync") as writer:
            writer.close_in("held", writer.put("held", [OWN_ROWS["held"]]).to_list())

    def test_one_current_version_for_each_key(self, ledger: Ledger) -> None:
        """The database itself refuses a second current version of a key."""
        fill(ledger)
        with pytest.raises(sa.exc.IntegrityError), ledger.write("sync") as writer:
            writer.add(TRIAL, rows({}))
        assert ledger.verify() == []

    @pytest.mark.parametrize(
        "wrong",
        [
            rows({}).drop("qty"),
            rows({}).with_columns(pl.lit("x").alias("unexpected")),
            rows({}).with_columns(pl.col("qty").cast(pl.Float64)),
            rows({}).with_columns(pl.col("amount").cast(pl.Decimal(38, 4))),
            rows({"amount": Decimal("100000000000000000.00")}),
        ],
        ids=["missing", "unknown", "float", "other places", "beyond 64 bits"],
    )
    def test_frames_that_do_not_fit(self, ledger: Ledger, wrong: pl.DataFrame) -> None:
        """Columns that differ from the declaration are refused, never rounded or dropped."""
        with pytest.raises(NotFitting), ledger.write("sync") as writer:
            writer.add(TRIAL, wrong)

    @pytest.mark.parametrize("wrong", [{"naem": "x"}, {"name": 5}], ids=["unknown", "type"])
    def test_mappings_that_do_not_fit(self, ledger: Ledger, wrong: dict[str, Any]) -> None:
        """Unknown fields and values of another type are refused in the ledger's own tables too."""
        with pytest.raises(NotFitting, match="setting"), ledger.write("sync") as writer:
            writer.put("setting", [wrong])

    def test_reopening(self, ledger: Ledger, url: str) -> None:
        """A ledger that is opened again goes on where it stood."""
        fill(ledger)
        head, state = ledger.head(), ledger.rows(TRIAL)
        ledger.close()
        with Ledger.open(url, REGISTERS) as again:
            assert again.head() == head
            assert again.rows(TRIAL).equals(state)
            assert again.verify(head.digest) == []

    def test_killed_in_the_middle(self, ledger: Ledger, url: str) -> None:
        """A process that is killed while it writes leaves the revision before, whole and verifiable."""
        fill(ledger)
        head, state = ledger.head(), ledger.rows(TRIAL)
        folder = Path(__file__).parent
        search = os.pathsep.join([str(folder), str(folder.parents[1]), *sys.path])
        command = [sys.executable, "-c", KILLED, url]
        environment = {**os.environ, "PYTHONPATH": search}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, env=environment, text=True, **pipes) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "writing\n"
            process.kill()
        assert (ledger.head(), ledger.verify(head.digest)) == (head, [])
        assert ledger.rows(TRIAL).equals(state)
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows({"doc_no": "RK-9"}))
        assert ledger.head().number == head.number + 1

    def test_clock_going_back(self, url: str) -> None:
        """Revision times never go back, even when the computer's clock does."""
        moments = iter([MONDAY, MONDAY - timedelta(days=1), MONDAY + timedelta(seconds=1)])
        with Ledger.open(url, REGISTERS, now=lambda: next(moments)) as ledger:
            for number in range(3):
                with ledger.write("sync") as writer:
                    writer.put("setting", [{"name": f"{number}"}])
            assert [one.at for one in ledger.revisions()] == [MONDAY, MONDAY, MONDAY + timedelta(seconds=1)]

    def test_the_same_content_gives_the_same_digest(self, url: str, tmp_path: Path) -> None:
        """The digest depends on content only: not on the order of calls, columns or rows."""
        given = rows({}, {"line_no": 2}, {"line_no": 3})
        digests = []
        for name, frame in (("one", given), ("two", given[::-1].select(sorted(given.columns)))):
            place = url if name == "one" else f"sqlite:///{tmp_path / name}.db"
            with Ledger.open(place, REGISTERS, now=lambda: MONDAY) as ledger:
                with ledger.write("sync") as writer:
                    writer.add(TRIAL, frame)
                digests.append(ledger.head().digest)
        assert digests[0] == digests[1]

    def test_publication(self, ledger: Ledger) -> None:
        """What is to be published is kept with the revision, what was published is noted later."""
        with ledger.write("sync") as writer:
            writer.add(TRIAL, rows({}))
            writer.want({"总账.xlsx": "h1", "日报.html": None})
        ledger.published(1, {"总账.xlsx": ("h1", "s1", "m1")})
        ledger.want({"日报.html": "h2"})
        unpublished = (None, None, None, None)
        assert ledger.publications().rows() == [
            ("总账.xlsx", 1, "h1", 1, "h1", "s1", "m1"),
            ("日报.html", 1, "h2", *unpublished),
        ]
        ledger.published(2, {"总账.xlsx": None, "封面.xlsx": ("h3", "", "m3")})
        assert ledger.publications().rows() == [
            ("封面.xlsx", 2, "h3", 2, "h3", "", "m3"),
            ("总账.xlsx", 2, None, 2, None, None, None),
            ("日报.html", 1, "h2", *unpublished),
        ]
        assert ledger.verify() == []


def test_postgresql_without_a_driver(empty_postgresql: str) -> None:
    """An address that names no driver is opened with the one that the program brings."""
    with Ledger.open(empty_postgresql.replace("+psycopg", "", 1), REGISTERS) as ledger:
        assert ledger.head().number == 0


class TestMigration:
    """New tables and columns come by themselves, anything else is refused."""

    def test_new_column(self, url: str) -> None:
        """A column that is declared later is added, recorded, and leaves earlier digests valid."""

        def declared(**more: c.Column) -> type[Register]:
            own = {"title": "x", "title_en": "x", "number": 998, "group": "T", "key": ("code",)}
            return unlisted(type("Grown", (Register,), {**own, "code": c.code("码", "Code"), **more}))

        def row(register: type[Register], code: str) -> pl.DataFrame:
            cells = pl.DataFrame({"code": [code]}).with_columns(
                *(pl.lit(None, column.dtype).alias(column.name) for column in register.columns[1:])
            )
            meta = rows({}).select("^_(status|workbook|sheet|row|sha256|post_date|post_period)$")
            return pl.concat([cells, meta, row_keys(register, cells).to_frame()], how="horizontal")

        before, after = declared(), declared(price=c.price("单价", "Price"))
        with Ledger.open(url, {before.id: before}) as ledger, ledger.write("sync") as writer:
            writer.add(before, row(before, "A"))
        with Ledger.open(url, {after.id: after}) as ledger:
            with ledger.write("sync") as writer:
                writer.add(
                    after, row(after, "B").with_columns(pl.lit(Decimal("1.5000"), pl.Decimal(38, 4)).alias("price"))
                )
            assert ledger.rows(after).select("code", "price").rows() == [("A", None), ("B", Decimal("1.5000"))]
            assert ledger.table("migration", table_name="reg_grown")["columns"][-1] == '{"price":"decimal(4)"}'
            assert ledger.verify() == []
            kept = ledger.rows(after)
            assert content_hashes(after, kept)[0] == kept["_hash"][0]
        other = declared(price=c.money("单价", "Price"))
        with pytest.raises(LedgerMismatch, match=r"reg_grown\.price"):
            Ledger.open(url, {other.id: other})

    def test_register_out_of_use(self, url: str) -> None:
        """The rows of a register that is no longer declared stay, and are verified."""
        with Ledger.open(url, REGISTERS) as ledger:
            fill(ledger)
        with Ledger.open(url, {}) as ledger:
            assert ledger.verify() == []
            tamper(url, "UPDATE reg_trial_slip SET unit = 'x' WHERE _version = 2")
            assert [(one.code, one.revision) for one in ledger.verify()] == [("VERIFY-INSERTED", 1)]


class TestUnreachable:
    """A database that cannot be used is named, without its password."""

    def test_not_a_database(self, tmp_path: Path) -> None:
        """A file that is no database is reported with its address."""
        (tmp_path / "ledger.db").write_bytes(b"not a database at all" * 100)
        with pytest.raises(LedgerUnreachable, match=r"ledger\.db"):
            Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", REGISTERS)

    def test_no_folder(self, tmp_path: Path) -> None:
        """A folder that cannot be made is reported."""
        (tmp_path / "file").write_text("x")
        with pytest.raises(LedgerUnreachable):
            Ledger.open(f"sqlite:///{tmp_path / 'file' / 'ledger.db'}", REGISTERS)

    def test_lost_later(self, tmp_path: Path) -> None:
        """A database that gets lost while the ledger is open is reported by the next question."""
        path = tmp_path / "ledger.db"
        with Ledger.open(f"sqlite:///{path}", REGISTERS) as ledger:
            ledger.close()
            path.write_bytes(b"not a database at all" * 100)
            with pytest.raises(LedgerUnreachable):
                ledger.head()

    @pytest.mark.parametrize("url", ["nonsense", "nosuch://user:secret@host/db"])
    def test_wrong_address(self, url: str) -> None:
        """A wrong address is reported in both languages, and passwords are not."""
        with pytest.raises(LedgerUnreachable) as caught:
            Ledger.open(url, REGISTERS)
        assert "houqin.toml" in caught.value.message("zh")
        assert "secret" not in caught.value.message("en")


class TestVerify:
    """Whatever is altered behind the ledger's back is found."""

    @pytest.fixture(scope="class")
    @staticmethod
    def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
        """A SQLite ledger with two revisions in which every table has versions."""
        path = tmp_path_factory.mktemp("sample") / "ledger.db"
        with Ledger.open(f"sqlite:///{path}", REGISTERS) as ledger:
            fill(ledger)
            assert ledger.verify(ledger.head().digest) == []
        return path

    @pytest.fixture(scope="class")
    @staticmethod
    def server(postgresql: str) -> Iterator[sa.Engine]:
        """A PostgreSQL server with the database ``sample``, filled like the sample, to be copied."""
        engine = sa.create_engine(postgresql, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE sample")
        with Ledger.open(database(engine, "sample"), REGISTERS) as ledger:
            fill(ledger)
        yield engine
        engine.dispose()

    @pytest.fixture
    def filled(self, url: str, sample: Path, request: pytest.FixtureRequest) -> str:
        """Address of a ledger of its own that is filled like the sample."""
        if url.startswith("sqlite"):
            shutil.copy(sample, url.removeprefix("sqlite:///"))
            return url
        server: sa.Engine = request.getfixturevalue("server")
        with server.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS trial WITH (FORCE)")
            connection.exec_driver_sql("CREATE DATABASE trial TEMPLATE sample STRATEGY FILE_COPY")
        return database(server, "trial")

    @staticmethod
    def problems(url: str) -> list[tuple[str, int, str]]:
        """Return what verify finds, as code, revision and table."""
        with Ledger.open(url, REGISTERS) as ledger:
            return [(one.code, one.revision, one.table) for one in ledger.verify()]

    @pytest.mark.parametrize(
        ("table", "version", "column", "type_"),
        stored_columns(),
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_changed_field(self, filled: str, table: str, version: str, column: str, type_: pl.DataType) -> None:
        """A change in one field of one version is found, with its table."""
        tamper(filled, f"{changed(table, column, type_)} WHERE {version} = 2")
        found = self.problems(filled)
        assert found
        assert {name for _, _, name in found} == {table}

    @pytest.mark.parametrize("table", [CONTENT, *OWN_TABLES.values()], ids=lambda table: table.name)
    def test_renumbered_version(self, filled: str, table: VersionedTable) -> None:
        """A version that is given another number is found."""
        tamper(filled, f"UPDATE {table.name} SET {table.version} = 99 WHERE {table.version} = 2")  # noqa: S608
        assert ("VERIFY-INSERTED", 1, table.name) in self.problems(filled)

    @pytest.mark.parametrize("table", [CONTENT, *OWN_TABLES.values()], ids=lambda table: table.name)
    def test_deleted_version(self, filled: str, table: VersionedTable) -> None:
        """A version that was deleted is found."""
        tamper(filled, f"DELETE FROM {table.name} WHERE {table.version} = 2")  # noqa: S608 - own names
        assert ("VERIFY-INSERTED", 1, table.name) in self.problems(filled)

    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.parametrize("table", [CONTENT, *OWN_TABLES.values()], ids=lambda table: table.name)
    def test_inserted_version(self, filled: str, table: VersionedTable, number: int) -> None:
        """A version that was put in is found, also under a revision that does not exist."""
        names = (table.version, table.start, *(["_key"] if "_key" in table.fields else []))
        named = ", ".join(f'"{name}"' for name in names)
        values = f"99, {number}" + (", 'RK-9'" if "_key" in table.fields else "")
        tamper(filled, f"INSERT INTO {table.name} ({named}) VALUES ({values})")  # noqa: S608 - own names
        code = "VERIFY-STRAY" if number == 3 else "VERIFY-INSERTED"
        assert (code, number, table.name) in self.problems(filled)

    @pytest.mark.parametrize("value", ["NULL", "3", "1"])
    @pytest.mark.parametrize("table", [CONTENT, *map(OWN_TABLES.__getitem__, OWN_ROWS)], ids=lambda table: table.name)
    def test_changed_end(self, filled: str, table: VersionedTable, value: str) -> None:
        """A closed version that is opened again, or closed by another revision, is found."""
        if table is CONTENT:
            tamper(filled, f"DROP INDEX ux_{table.name}_key")
        tamper(filled, f"UPDATE {table.name} SET {table.end} = {value} WHERE {table.version} = 1")  # noqa: S608
        assert ("VERIFY-CLOSED", 2, table.name) in self.problems(filled)

    @pytest.mark.parametrize("table", [CONTENT, *OWN_TABLES.values()], ids=lambda table: table.name)
    def test_closed_behind_its_back(self, filled: str, table: VersionedTable) -> None:
        """A current version that was closed is found."""
        tamper(filled, f"UPDATE {table.name} SET {table.end} = 2 WHERE {table.version} = 2")  # noqa: S608
        assert ("VERIFY-CLOSED", 2, table.name) in self.problems(filled)

    @pytest.mark.parametrize(
        ("column", "value"),
        [("at", '"at" + 1'), ("kind", "'other'"), ("note", "'other'"), ("previous", "'x'"), ("digest", "'x'")],
    )
    def test_changed_revision(self, filled: str, column: str, value: str) -> None:
        """A change in the record of a revision is found there."""
        tamper(filled, f'UPDATE revision SET "{column}" = {value} WHERE number = 1')  # noqa: S608 - own names
        assert ("VERIFY-REVISION", 1, "") in self.problems(filled)

    def test_renumbered_revision(self, filled: str) -> None:
        """A revision with another number leaves a gap."""
        tamper(filled, "UPDATE revision SET number = 7 WHERE number = 2")
        assert ("VERIFY-GAP", 2, "") in self.problems(filled)

    def test_deleted_revision(self, filled: str) -> None:
        """A revision that was deleted leaves a gap."""
        tamper(filled, "DELETE FROM revision WHERE number = 1")
        assert ("VERIFY-GAP", 1, "") in self.problems(filled)

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE revision_part SET inserted = inserted + 1 WHERE number = 1",
            "UPDATE revision_part SET inserted_digest = 'x' WHERE number = 1",
            "UPDATE revision_part SET closed = closed + 1 WHERE number = 1",
            "UPDATE revision_part SET closed_digest = 'x' WHERE number = 1",
            "UPDATE revision_part SET table_name = table_name || 'x' WHERE number = 1",
            "UPDATE revision_part SET number = 9 WHERE number = 1",
            "DELETE FROM revision_part WHERE number = 1",
            "INSERT INTO revision_part VALUES (1, 'x', 0, 'x', 0, 'x')",
        ],
    )
    def test_changed_part(self, filled: str, change: str) -> None:
        """A change in what a revision recorded of its tables is found."""
        tamper(filled, change)
        assert ("VERIFY-REVISION", 1, "") in self.problems(filled)

    def test_changed_content_names_the_version(self, filled: str) -> None:
        """A changed cell of a register is pinned down to its version, in plain words."""
        tamper(filled, "UPDATE reg_trial_slip SET amount = amount + 1 WHERE _version = 3")
        with Ledger.open(filled, REGISTERS) as ledger:
            (found,) = [one for one in ledger.verify() if one.code == "VERIFY-CONTENT"]
        assert (found.revision, found.version) == (1, 3)
        assert found.what("zh") != found.what("en")

    def test_dropped_table(self, filled: str) -> None:
        """A table that was dropped is missed by the revisions that wrote to it."""
        tamper(filled, "DROP TABLE held")
        assert {("VERIFY-INSERTED", 1, "held"), ("VERIFY-CLOSED", 2, "held")} <= set(self.problems(filled))

    def test_removed_newest_revision(self, filled: str) -> None:
        """A newest revision removed without a trace is found by the digest that was printed."""
        with Ledger.open(filled, REGISTERS) as ledger:
            earlier, newest = (revision.digest for revision in ledger.revisions())
            for table in [CONTENT, *map(OWN_TABLES.__getitem__, OWN_ROWS)]:
                tamper(filled, f"DELETE FROM {table.name} WHERE {table.start} = 2")  # noqa: S608 - own names
                tamper(filled, f"UPDATE {table.name} SET {table.end} = NULL WHERE {table.end} = 2")  # noqa: S608
            tamper(filled, "DELETE FROM revision_part WHERE number = 2")
            tamper(filled, "DELETE FROM revision WHERE number = 2")
            assert ledger.verify() == []
            assert [one.code for one in ledger.verify(newest)] == ["VERIFY-HEAD"]
            assert ledger.verify(earlier) == []


class TestDigests:
    """Keys and hashes are pure functions of a frame."""

    def test_row_keys(self) -> None:
        """Key parts are joined with U+001F, and an empty part is an ordinary one."""
        keys = row_keys(TRIAL, rows({}, {"line_no": None}))
        assert keys.to_list() == ["RK-202611-0001\x1f1", "RK-202611-0001\x1f"]
        assert join_key(["RK-202611-0001", None]) == keys[1]

    @pytest.mark.parametrize("column", [column.name for column in TRIAL.columns if not column.system])
    def test_hash_covers_what_people_state(self, column: str) -> None:
        """A change in any declared cell changes the hash, also to nothing."""
        first, second = content_hashes(TRIAL, rows({}, {column: None}))
        assert len(first) == 32
        assert first != second

    @pytest.mark.parametrize("column", ["year", "qty_base"])
    def test_hash_leaves_out_what_is_computed(self, column: str) -> None:
        """Values that the system computes do not make another content."""
        first, second = content_hashes(TRIAL, rows({}, {column: None}))
        assert first == second

    def test_nothing_and_empty_differ(self) -> None:
        """No text and an empty text are two contents."""
        first, second = content_hashes(TRIAL, rows({"remark": None}, {"remark": ""}))
        assert first != second

    def test_neighbouring_fields_do_not_run_together(self) -> None:
        """Moving a piece of text from one field to the next is another content."""
        shifted = rows({"status": "在用", "unit": "个;x=1"}, {"status": "在用;unit=3:个", "unit": "x=1"})
        first, second = content_hashes(TRIAL, shifted)
        assert first != second
