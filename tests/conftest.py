"""What tests share: LibreOffice, a state folder of their own, a fixed day."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("houqin", deadline=None)  # a busy machine is no mistake
settings.load_profile("houqin")


@pytest.fixture(scope="session")
def soffice() -> str:
    """Return the LibreOffice program; without it the test is skipped, in CI it fails."""
    program = shutil.which("soffice")
    if program is None:
        said = "LibreOffice is not installed"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return program


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the state and the day of this machine."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
