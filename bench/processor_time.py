"""Processor time of this process and what it has started, by what each is: true also on a busy machine."""

import os
from collections import Counter
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_s() -> Counter[str]:
    """Return the seconds of processor time that each kind of process has taken so far."""
    parents, names, seconds = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended meanwhile
            continue
        number = int(folder.name)
        parents[number] = int(fields[1])
        names[number] = _kind([word.decode(errors="replace") for word in words])
        seconds[number] = (int(fields[11]) + int(fields[12])) / TICKS
    used: Counter[str] = Counter()
    for number in names:
        if _is_ours(number, parents):
            used["the server" if number == os.getpid() else names[number]] += seconds[number]
    return used


def _is_ours(number: int, parents: dict[int, int]) -> bool:
    while number > 1:
        if number == os.getpid():
            return True
        number = parents.get(number, 0)
    return False


def _kind(words: list[str]) -> str:
    """Return what people call a process with this command line."""
    line = " ".join(words)
    for sign, name in (
        ("vedette.workers.infer", "units here"),
        ("vedette.engines.ray_relay", "the relay"),
        ("ray::NodeUnit", "units on Ray"),
        ("gcs_server", "Ray's controller"),
        ("raylet/raylet", "raylets"),
    ):
        if sign in line:
            return name
    return "other processes"
