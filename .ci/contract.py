#!/usr/bin/env python3
"""Fail unless the ledger's contract passed on every database: ``contract.py REPORT``, a JUnit file of the tests."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

BACK_ENDS = ("sqlite", "postgresql")
_SUITE = "tests.sync.test_ledger.TestContract"


def passed(report: Path) -> Counter[str]:
    """Return how many tests of the contract passed on each back end."""
    counts: Counter[str] = Counter()
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest a moment ago
        named = re.search(r"\[(\w+)", case.get("name", ""))
        troubled = any(case.find(state) is not None for state in ("failure", "error", "skipped"))
        if case.get("classname", "").endswith(_SUITE) and named and not troubled:
            counts[named[1]] += 1
    return counts


def main() -> None:
    """Compare the back ends and say what ran."""
    counts = passed(Path(sys.argv[1]))
    print(f"contract of the ledger: {dict(counts)}")  # noqa: T201 - the log of the run
    ran = {counts[name] for name in BACK_ENDS}
    if len(ran) != 1 or ran == {0}:
        sys.exit(f"the contract of the ledger must pass on {' and '.join(BACK_ENDS)} alike")


if __name__ == "__main__":
    main()
