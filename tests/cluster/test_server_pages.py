"""The pages on PostgreSQL and on two servers: their shell lines run, with this test's addresses."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from doubles.clusters import until
from doubles.servers import start_server, stop_server

pytestmark = pytest.mark.cluster

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


class Typed:
    """A page's shell lines, typed one after the other; servers stay until the end."""

    def __init__(self, page, replaced):
        self.text = (HOW_TO / page).read_text("utf-8")
        self.replaced = replaced
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self.servers: dict[int, subprocess.Popen[bytes]] = {}
        self.printed: list[str] = []

    def type(self):
        lines = [
            line
            for block in re.findall(r"```sh\n(.*?)```", self.text, re.DOTALL)
            for line in block.splitlines()
        ]
        for line in lines:
            for old, new in self.replaced.items():
                line = line.replace(old, new)
            words = line.partition(" #")[0].split()
            if words[0] == "export":
                self.environment.update(word.split("=", 1) for word in words[1:])
            elif words[:2] == ["vedette", "serve"]:
                self.serve(words)
            elif words[0] != "pip":
                ran = subprocess.run(
                    words, env=self.environment, capture_output=True, text=True, timeout=120, check=False
                )
                self.printed += ran.stdout.splitlines()

    def serve(self, words):
        port = free_port()
        words = [word for word in words if word != "&"]
        words = [*words[:2], "--port", str(port)]
        log = Path(self.environment["VEDETTE_DATA"]).with_name(f"{port}.log").open("wb")
        with log:
            self.servers[port] = subprocess.Popen(
                words, env=self.environment, stdout=subprocess.DEVNULL, stderr=log
            )
        until(lambda: answers(port), True, 60)

    def stop(self):
        for process in self.servers.values():
            process.terminate()
        assert [process.wait(60) for process in self.servers.values()] == [0] * len(self.servers)


def test_the_page_on_two_servers_runs(tmp_path, postgres_maker):
    s3 = start_server(tmp_path / "s3")
    page = Typed(
        "two-servers.md",
        {
            "/srv/vedette": str(tmp_path / "data"),
            "postgresql://vedette:secret@db.example/vedette": postgres_maker.empty(),
            "https://s3.example": s3.address,
            "ACCESS_KEY=…": f"ACCESS_KEY={s3.key[0]}",
            "SECRET_KEY=…": f"SECRET_KEY={s3.key[1]}",
            "10.0.0.5": "127.0.0.1",
        },
    )
    try:
        page.type()
        assert len(page.servers) == 2
        for sentence in (
            "PostgreSQL ",
            "2 of release ",
            f"{s3.address} shows ",
            f"any number may share this database, this S3 and the folder {tmp_path / 'data'}",
        ):
            assert any(sentence in line for line in page.printed), page.printed
        # What the page shows has the subjects that the command prints.
        for subject in re.findall(r"^✓ (\S[^:]*?)  ", page.text, re.MULTILINE):
            assert any(line[2:].startswith(subject) for line in page.printed), subject
    finally:
        page.stop()
        stop_server(s3)


def test_the_page_on_postgresql_runs(tmp_path, postgres_maker):
    address = postgres_maker.empty()
    page = Typed("postgresql.md", {"postgresql://vedette:secret@db.example/vedette": address})
    page.environment["VEDETTE_DATA"] = str(tmp_path / "data")
    try:
        page.type()
        assert len(page.servers) == 1
        assert not (tmp_path / "data" / "vedette.db").exists()
    finally:
        page.stop()
