"""`vedette` on the PATH of a script, forked from the nursery, not begun anew: for pages of many commands.

What stands on the PATH is a program of a few lines that hands over its words, environment, folder and files,
and ends as the forked process does. That the real one starts is tested by other pages (test_label_page.py).
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doubles.nursery import LONGEST_REQUEST, ForkedProcess, Nursery

PROGRAM = """#!{python} -ISs
import json, os, socket, sys
line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
line.connect({address!r})
request = {{"words": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}}
socket.send_fds(line, [json.dumps(request).encode()], [0, 1, 2])
sys.exit(int(line.recv(16) or b"1"))
"""


@contextmanager
def forked_command(nursery: Nursery, folder: Path) -> Iterator[str]:
    """Yield a PATH on which `vedette` is forked."""
    address = f"\0vedette-tests-{os.getpid()}"  # a name that is no file: those of tests are too long
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as door:
        door.bind(address)
        door.listen()
        program = folder / "vedette"
        program.write_text(PROGRAM.format(python=sys.executable, address=address), "utf-8")
        program.chmod(0o755)
        thread = threading.Thread(target=_answer_all, args=(door, nursery), daemon=True)
        thread.start()
        yield f"{folder}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        door.shutdown(socket.SHUT_RDWR)
        thread.join()


def _answer_all(door: socket.socket, nursery: Nursery) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:  # it was shut
            return
        threading.Thread(target=_answer, args=(line, nursery), daemon=True).start()


def _answer(line: socket.socket, nursery: Nursery) -> None:
    with line, Path(os.devnull).open() as nothing:
        text, files, _, _ = socket.recv_fds(line, LONGEST_REQUEST, 3)
        try:
            pid = nursery.ask(json.loads(text), files)
        finally:
            for file in files:
                os.close(file)
        assert pid is not None
        status = ForkedProcess(nursery, pid, nothing).wait(timeout=120)
        line.sendall(str(status & 0xFF).encode())


def run_script(script: str, nursery: Nursery, place: Path, environment: dict[str, str]) -> str:
    """Run lines of shell with it, and return what they printed."""
    (place / "bin").mkdir()
    with forked_command(nursery, place / "bin") as path:
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=place, env={**environment, "PATH": path}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
