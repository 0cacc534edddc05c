"""Memory that was freed goes back to the system, whatever lies behind it."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_FREED_BELOW_WHAT_STAYS = """
import sys
from sync.allocators import give_back, share_arenas

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * 4096 // 2**20

share_arenas()
before = resident()
pieces = [bytes(4000) for _ in range(25_000)]
last = bytes(4000)  # the heap cannot shrink below it
del pieces
kept = resident() - before
give_back()
print(kept, resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is asked to give back")
def test_what_was_freed_goes_back() -> None:
    """Of a hundred mebibytes freed below a piece that stays, the system has nearly all afterwards."""
    told = subprocess.run([sys.executable, "-c", _FREED_BELOW_WHAT_STAYS], capture_output=True, text=True, check=True)
    kept, left = map(int, told.stdout.split())
    assert kept > 80
    assert left < 10
