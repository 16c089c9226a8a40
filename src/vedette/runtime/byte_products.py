"""Whether the processor multiplies bytes without losing anything, and what ONNX Runtime is told if not.

An 8-bit network multiplies bytes without a sign (what flows) by bytes with one (weights). Older x86
processors add two such products in 16 bits (`VPMADDUBSW`), where 255 · 127 · 2 finds no room and is cut:
answers are wrong, and no error tells. Those with VNNI or AMX add them in 32 bits, and ARM's kernels do. ONNX
Runtime takes the fast and wrong way as it comes. Its option `session.x64quantprecision` moves weights into
bytes without a sign, for which its kernels have room: the same products, exactly, slower.
"""

import platform
from functools import cache
from pathlib import Path
from typing import Any

CPUINFO = Path("/proc/cpuinfo")
X86 = frozenset({"x86_64", "amd64", "i386", "i686"})
# One of them, as Linux names them, adds products of bytes in 32 bits.
EXACT_FLAGS = frozenset({"avx512_vnni", "avx_vnni", "amx_int8"})
EXACT_OPTION = ("session.x64quantprecision", "1")


def multiplies_bytes_exactly(machine: str, cpuinfo: str) -> bool:
    """Return whether a processor does, by what Linux says of it; not where nothing is known of an x86 one."""
    if machine.lower() not in X86:
        return True
    flags = (line.partition(":")[2] for line in cpuinfo.splitlines() if line.startswith("flags"))
    return any(EXACT_FLAGS.intersection(line.split()) for line in flags)


@cache
def has_exact_bytes() -> bool:
    """Return whether the processor of this machine does."""
    try:
        cpuinfo = CPUINFO.read_text("utf-8", "replace")
    except OSError:  # macOS, Windows
        cpuinfo = ""
    return multiplies_bytes_exactly(platform.machine(), cpuinfo)


def want_exact_bytes(options: Any) -> None:
    """Have a session's options ask for exact products, where this processor's own are not."""
    if not has_exact_bytes():
        options.add_session_config_entry(*EXACT_OPTION)
