"""The log: bounded, masked, and no reason for anything to stop."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.log import LOGGER, log_to

LINE = "收货人 13812345678 " + "x" * 4000
MEGABYTE = 1 << 20


def test_a_folder_that_cannot_be_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Without a place for its log the program works as it does with one, and says nothing."""
    (tmp_path / "logs").write_text("a file in the place of the folder", encoding="utf-8")
    with log_to(tmp_path, "watch"):
        LOGGER.info(LINE)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_a_full_disk(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A full disk costs entries and nothing else; none of them appears elsewhere with the numbers in it."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "watch.log").symlink_to("/dev/full")
    with log_to(tmp_path, "watch"):
        for _ in range(3):
            LOGGER.info(LINE)
    assert capfd.readouterr() == ("", "")


def test_files_are_bounded(tmp_path: Path) -> None:
    """However much is written, at most ten files of a megabyte stay, without telephone numbers."""
    with log_to(tmp_path, "watch") as path:
        for _ in range(3000):
            LOGGER.info(LINE)
    files = list(path.parent.iterdir())
    assert len(files) == 10
    assert max(file.stat().st_size for file in files) <= MEGABYTE
    assert "13812345678" not in path.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_turned(tmp_path: Path) -> None:
    """Where the files cannot be turned, as on Windows while another program reads one, entries go on, up to a bound."""
    (tmp_path / "logs" / "watch.log.9" / "in the way").mkdir(parents=True)
    (tmp_path / "logs" / "watch.log.8").touch()
    with log_to(tmp_path, "watch") as path:
        for number in range(600):
            LOGGER.info("%d %s", number, LINE)
        assert f" {599} 收货人" in path.read_text(encoding="utf-8")
        for _ in range(2000):
            LOGGER.info(LINE)
    assert MEGABYTE < path.stat().st_size < 9 * MEGABYTE
