"""What the agent tells systemd (sd_notify(3)): that it answers, and that it lives. Elsewhere nothing."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def notified_systemd() -> Iterator[None]:
    """Tell systemd that the agent answers, and keep its watchdog quiet while the block runs."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        yield
        return
    _send(address, "READY=1")
    is_over = threading.Event()
    interval_us = os.environ.get("WATCHDOG_USEC", "")
    if interval_us.isdigit() and int(interval_us) > 0:
        # Twice within the interval, as sd_watchdog_enabled(3) has it.
        words = (address, int(interval_us) / 2e6, is_over)
        threading.Thread(target=_live, args=words, name="watchdog", daemon=True).start()
    try:
        yield
    finally:
        is_over.set()
        _send(address, "STOPPING=1")


def _live(address: str, interval_s: float, is_over: threading.Event) -> None:
    while not is_over.wait(interval_s):
        _send(address, "WATCHDOG=1")


def _send(address: str, text: str) -> None:
    # An abstract name begins with @ in the variable, and with a zero on the line.
    target = "\0" + address[1:] if address.startswith("@") else address
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(text.encode(), target)
