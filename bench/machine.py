"""What processes use, as the kernel counts it."""

import os
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """Return `pid` and all its descendants that live."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append(current)
        for thread in Path(f"/proc/{current}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in thread.read_text().split()]
            except OSError:
                continue
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds that the tree of `pid` has used so far."""
    return sum(_fields(one)[0] for one in tree(pid))


def resident_mb(pid: int) -> float:
    """Return what the tree of `pid` keeps in memory, in MB; pages that processes share are counted once (PSS)."""
    total = 0
    for one in tree(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def _fields(pid: int) -> tuple[float, int]:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0, 0
    return (int(fields[11]) + int(fields[12])) / TICK, int(fields[21]) * PAGE


def cores() -> tuple[str, str]:
    """Return the cores for server and load. Raises SystemExit on a machine with one core: nothing holds there."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SystemExit("The measurements need two cores: one for the server, one for the load.")
    return str(usable[0]), str(usable[1])
