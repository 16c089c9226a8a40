"""The restrictions that a handler's process puts itself under, for good: limits, another user, Landlock.

Like `runner.py`, which loads it, this is run by its path and imports nothing of Vedette.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 8, 38
# The third form of the kernel's capabilities, and the one that reads whatever Landlock lets be read.
CAPABILITIES, READ_SEARCH = 0x20080522, 1 << 2
# Landlock's numbers are the same on every architecture of Linux (linux/landlock.h).
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READS = 1 << 0 | 1 << 2 | 1 << 3
OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15
# How many rights of files each version of Landlock knows, from its first on.
RIGHTS = (13, 14, 15, 15, 16)
SCOPES_SINCE, SCOPES = 6, 0b11


def confine(order: dict[str, Any]) -> None:
    """Put this process under its limits, for good; raise where one that was promised cannot be had."""
    for name, most in order["limits"].items():
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (bound, bound))
    os.nice(order["nice"])
    if order["uid"]:
        _change_user(order["uid"], keeps_reading=order["keeps_reading"])
    # After the change of user, which clears it.
    set_process(PR_SET_PDEATHSIG, signal.SIGKILL)
    set_process(PR_SET_NO_NEW_PRIVS, 1)
    if order["landlock"]:
        _landlock(order["reads"], order["writes"])


def _change_user(number: int, *, keeps_reading: bool) -> None:
    """Become a user that nobody is. One who keeps reading sees files of others, where Landlock lets it."""
    if keeps_reading:
        set_process(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(number)
    os.setuid(number)
    if keeps_reading:
        head, bits = struct.pack("=Ii", CAPABILITIES, 0), (READ_SEARCH, READ_SEARCH, 0)
        if ctypes.CDLL(None, use_errno=True).capset(head, struct.pack("=IIIIII", *bits, 0, 0, 0)) != 0:
            raise OSError(ctypes.get_errno(), "capset")


def landlock_version() -> int:
    """Return which version of Landlock this system has; 0 where it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(CREATE_RULESET, None, 0, 1)))


def _landlock(reads: list[str], writes: list[str]) -> None:
    """Let this process and its children see these places alone, and signal nobody else."""
    library = ctypes.CDLL(None, use_errno=True)
    version = landlock_version()
    rights = (1 << RIGHTS[min(version, len(RIGHTS)) - 1]) - 1
    scopes = SCOPES if version >= SCOPES_SINCE else 0
    attributes = struct.pack("=QQQ", rights, 0, scopes)[: 24 if scopes else 8]
    rules = int(library.syscall(CREATE_RULESET, attributes, len(attributes), 0))
    if rules < 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    for paths, allowed in ((reads, READS), (writes, rights)):
        for path in paths:
            _allow(library, rules, path, allowed & rights)
    if library.syscall(RESTRICT_SELF, rules, 0) != 0:
        raise OSError(ctypes.get_errno(), "Landlock")
    os.close(rules)


def _allow(library: Any, rules: int, path: str, allowed: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a library folder that this system does not have, or that this user may not see anyway
    if not Path(path).is_dir():
        allowed &= OF_FILES
    rule = struct.pack("=Qi", allowed, place)
    if library.syscall(ADD_RULE, rules, 1, rule, 0) != 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {path}")
    os.close(place)


def set_process(option: int, value: int) -> None:
    """Set one of this process's own attributes; where the system is not Linux there is none."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
