"""Giving memory back to the system: the C library keeps what each thread has freed, a little more with every hundred documents."""

from __future__ import annotations

import ctypes
import os
from itertools import count

# walking its lists takes 1 to 20 ms
FILES_BETWEEN = 50
# glibc makes a heap for each of the first 8 threads a core, and each keeps its own spare memory; Python's small objects are in none of them
M_ARENA_MAX, MOST_HEAPS = -8, 2

_library = ctypes.CDLL(None)
# glibc has it, others give memory back by themselves or not at all
_trim = getattr(_library, "malloc_trim", None)
if _trim is not None and "MALLOC_ARENA_MAX" not in os.environ:
    _library.mallopt(M_ARENA_MAX, MOST_HEAPS)
_files = count(1)


def file_done() -> None:
    """Count a file that was read; now and then, give back what reading left unused. From any thread."""
    if next(_files) % FILES_BETWEEN == 0 and _trim is not None:
        _trim(0)
