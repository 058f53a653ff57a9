"""What this computer has to spare for a model: memory and processor cores."""

from __future__ import annotations

import os
from pathlib import Path


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or None where the system does not say (not Linux)."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def free_cores() -> int:
    """Cores that nothing else keeps busy, at least one.

    llama.cpp's threads wait for each other at every layer, so one thread that shares its core with another program
    holds all of them up: on two cores beside one busy neighbour two threads made 0.4-0.8 tokens a second where one
    made 37-163.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - round(os.getloadavg()[0]))
