"""The command line as scripts see it: in this process with warm workers, or in a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync.cli import main
from tests.sync.school import POOL

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401 - whatever the document holds
        """Return the one document on standard output."""
        return json.loads(self.out)

    def error(self) -> str:
        """Return the code of the one error that was reported."""
        told = self.json()
        assert set(told) == {"error"}
        assert set(told["error"]) == {"code", "message"}
        assert told["error"]["message"]
        return str(told["error"]["code"])


def houqin(*arguments: object, state: Path | None = None, **variables: str) -> Answer:
    """Run one command in this process; it knows the registers that tests have declared, too."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
        for name, value in _with_state(state, variables).items():
            patched.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main([str(each) for each in arguments], POOL)
    code = left.value.code
    assert isinstance(code, int)
    return Answer(code, _written(out), _written(err))


def houqin_itself(*arguments: object, state: Path | None = None, **variables: str) -> Answer:
    """Run one command in a process of its own, as an admin does."""
    environment = {**os.environ, **_with_state(state, variables)}
    command = [sys.executable, "-m", "sync.cli", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, encoding="utf-8")
    return Answer(done.returncode, done.stdout, done.stderr)


def _with_state(state: Path | None, variables: dict[str, str]) -> dict[str, str]:
    return variables if state is None else {**variables, "HOUQIN_STATE": str(state)}


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
