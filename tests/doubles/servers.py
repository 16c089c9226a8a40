"""A real server process, and what a client needs to talk to it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doubles.nursery import ForkedProcess, Nursery


class Forks:
    """Where the servers of a run of tests are forked from; a benchmark, which times starts, forks none.

    `seed` puts a migrated database into a new data folder, as a first start leaves one that was killed then.
    """

    def __init__(self) -> None:
        self.wanted = False
        self.seed: Callable[[Path], object] | None = None
        self._nursery: Nursery | None = None

    def nursery(self) -> Nursery:
        """Return the nursery, made for the first server."""
        self._nursery = self._nursery or Nursery()
        return self._nursery

    def close(self) -> None:
        """End it."""
        if self._nursery is not None:
            self._nursery.close()


FORKS = Forks()


@dataclass(frozen=True)
class RunningServer:
    """A server process of this test run, and what a client needs to talk to it."""

    address: str
    data: Path
    process: "subprocess.Popen[str] | ForkedProcess"

    @property
    def key(self) -> tuple[str, str]:
        """The root access key and its secret."""
        result = json.loads((self.data / "credentials.json").read_text("utf-8"))
        return result["access_key_id"], result["secret_access_key"]

    def client(
        self,
        service: str,
        *,
        region: str = "us-east-1",
        key: tuple[str, ...] | None = None,
        checks: bool = True,
    ) -> Any:
        """Return a boto3 client that tries once, so that each answer is seen as it is.

        Without `checks` it sends also what it knows to be wrong.
        """
        import boto3
        from botocore.config import Config

        key = key or self.key
        return boto3.client(
            service,
            endpoint_url=self.address,
            region_name=region,
            aws_access_key_id=key[0],
            aws_secret_access_key=key[1],
            aws_session_token=key[2] if len(key) > 2 else None,
            verify=str(self.data / "tls" / "self.crt") if self.address.startswith("https") else None,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=checks),
        )

    def vedette(self, *words: str) -> str:
        """Run a command beside the server, on the same data folder; return what it printed."""
        environment = {**os.environ, "VEDETTE_DATA": str(self.data)}
        if FORKS.wanted:
            return FORKS.nursery().run(words, environment)
        ran = subprocess.run(
            [sys.executable, "-m", "vedette", *words],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
        return ran.stdout


def start_server(
    data: Path,
    *options: str,
    log: Path | None = None,
    own_group: bool = False,
    migrates: bool = False,
    **environment: str,
) -> RunningServer:
    """Start `vedette serve` on a free port and wait until it says where it is.

    In a group of its own it can be sent what a terminal sends: a signal to all of the group. A new database
    is copied, which takes a tenth of the time, unless the server is to migrate it.
    """
    log = log or data.parent / f"{data.name}.log"
    words = ["serve", "--port", "0", "--data", str(data), *options]
    environment = {**os.environ, "VEDETTE_LOG": "json", **environment}
    if FORKS.seed and not migrates and not data.exists() and "VEDETTE_DATABASE" not in environment:
        data.mkdir(mode=0o700)
        FORKS.seed(data)
    process: subprocess.Popen[str] | ForkedProcess
    with log.open("a") as errors:
        if FORKS.wanted:
            nursery = FORKS.nursery()
            process = nursery.start(words, errors=errors, environment=environment, own_group=own_group)
        else:
            process = subprocess.Popen(
                [sys.executable, "-m", "vedette", *words],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=own_group,
                env=environment,
            )
    assert process.stdout is not None
    line = process.stdout.readline()
    result = re.search(r"https?://\S+", line)
    if result is None:
        process.kill()
        process.wait()
        process.stdout.close()
        raise AssertionError(f"the server did not start: {log.read_text('utf-8')}")
    return RunningServer(result.group(), data, process)


def stop_server(server: RunningServer) -> int:
    """Stop the server in good order; return its exit status."""
    server.process.terminate()
    try:
        return server.process.wait(timeout=40)
    finally:
        server.process.kill()
        server.process.wait()
        if server.process.stdout:
            server.process.stdout.close()
