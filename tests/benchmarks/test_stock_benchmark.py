"""The benchmark of the stock book measures a valid book."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks import stock


def test_a_small_run_prints_its_ratio(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line is one JSON document; no posting of the sample is short."""
    monkeypatch.setattr("sys.argv", ["stock", "3000", "20"])
    stock.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["movements"], told["breaches"]) == (3_000, 0)
    assert told["ratio"] > 0
