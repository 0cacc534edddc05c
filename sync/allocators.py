"""Memory that was freed goes back to the system: a daemon runs for months, and allocators keep what they had."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
"""The parameter's number in glibc's ``malloc.h``."""
_ARENAS = 2
"""As many as threads that work at the same time; glibc takes eight for each processor, and keeps pieces in all."""


def share_arenas() -> None:
    """Let the threads of this process have few arenas between them; nothing where the C library is not glibc."""
    if (library := _glibc()) is not None:
        library.mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return freed pages to the system, about a millisecond's work; nothing where the C library is not glibc."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None  # musl has none
