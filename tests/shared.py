"""What several processes of one run of tests need and only read: the first of them makes it."""

from __future__ import annotations

import os
import pickle
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest

_PATIENCE_SECONDS = 1800
"""How long a process waits for the one that makes it; a machine may be busy."""

Made = TypeVar("Made")


def made_by_one(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """Return what ``make`` gives for a folder of that name; of all processes of this run of tests one calls it."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, kept = shared / name, shared / f"{name}.pickle"
    with closing(sqlite3.connect(shared / f"{name}.lock", _PATIENCE_SECONDS, isolation_level=None)) as turn:
        turn.execute("BEGIN EXCLUSIVE")  # the others wait here
        if not kept.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            kept.write_bytes(pickle.dumps(make(folder)))
    made: Made = pickle.loads(kept.read_bytes())  # noqa: S301 - written by our own process
    return made
