"""Twenty thousand hostile requests at a running server.

Bar: no 5xx, no hang, no file outside the
data folder, no secret in an answer, and the server still ready after.

    python -m bench.hostile [--requests N] [--seed N] [--tls] [--doors] [--url URL --data DIR]

Without --url a server is started on a folder of its own, with --tls over https.
With --doors the requests are at IAM, KMS, CloudWatch and CloudTrail (bench/hostile_doors.py).
"""

import argparse
import asyncio
import contextlib
import json
import ssl
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.common import RunningServer, machine, own_server, resident_mib, row
from bench.hostile_cases import BUCKET, Case, Cases
from bench.hostile_doors import DoorCases, stage
from vedette.clock import system_clock

LINES = 24
# A request that is whole is answered within this, on two busy cores; the rest is closed on.
DEADLINE_S = 15.0
# A request that stops early is given up by us after this; the server is then to let go as well.
PATIENCE_S = 0.2
# One request in so many holds its socket open and silent: heads have 30 s in all.
SILENT_LINES = 8
SILENCE_S = 45.0
CANARY = b"canary-5e0c1d7a"


@dataclass
class Tally:
    """What came back."""

    classes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    hangs: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: str = ""
    tls: ssl.SSLContext | None = None

    def take(self, case: Case, answer: bytes) -> None:
        """Count one answer; keep what breaks a bar."""
        status = answer[9:12].decode("latin-1") if answer.startswith(b"HTTP/1.") else ""
        self.classes[f"{status[0]}xx" if status else "closed"] += 1
        if status.startswith("5"):
            self.faults.append(f"{case.family}: {case.data[:300]!r}\n    -> {answer[:600]!r}")
        if CANARY in answer or b"root:x:0" in answer:
            self.leaks.append(f"{case.family}: {case.data[:300]!r}")


async def send(case: Case, host: str, port: int, tally: Tally) -> None:
    """Send one case on a line of its own, and wait for the answer or the end of the line."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, port, ssl=tally.tls)
    try:
        async with asyncio.timeout(DEADLINE_S):
            tally.take(case, await exchange(case, reader, writer))
    except TimeoutError:
        tally.hangs.append(f"{case.family}: {case.data[:300]!r}")
    finally:
        tally.slowest_s, tally.slowest = max(
            (tally.slowest_s, tally.slowest), (time.perf_counter() - began, case.family)
        )
        writer.transport.abort()


async def exchange(case: Case, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Return the answer to the case, or what came of it."""
    with contextlib.suppress(ConnectionError):  # refused before it was all sent: the answer may be there
        writer.write(case.data)
        await writer.drain()
    answer = asyncio.ensure_future(read_answer(reader, is_head=case.data.startswith(b"HEAD")))
    # Whether the server takes a strange request for whole is its own affair; after a while we hang up.
    count, _ = await asyncio.wait([answer], timeout=PATIENCE_S if case.cut else 2.0)
    if not count:
        with contextlib.suppress(OSError, NotImplementedError):
            # TLS has no half-closed lines: there the whole line is dropped.
            writer.transport.abort() if writer.get_extra_info("ssl_object") else writer.write_eof()
    return await answer


async def read_answer(reader: asyncio.StreamReader, *, is_head: bool) -> bytes:
    """Return head and body of the last answer on the line; what a broken line gave otherwise."""
    head = b""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100"):
            head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        return head + (b"" if is_head else await reader.readexactly(length))
    except (asyncio.IncompleteReadError, OSError, asyncio.LimitOverrunError):
        return head


async def stay_silent(host: str, port: int, start: bytes, tally: Tally) -> None:
    """Open a line, begin, and say no more: the server is to close it."""
    reader, writer = await asyncio.open_connection(host, port, ssl=tally.tls)
    writer.write(start)
    try:
        async with asyncio.timeout(SILENCE_S):
            while await reader.read(4096):
                pass
    except TimeoutError:
        tally.hangs.append(f"silent line: {start!r}")
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()


async def storm(cases: Cases, count: int, address: tuple[str, int], tally: Tally) -> Tally:
    """Send so many cases over several lines at once, beside some that stay silent."""
    remaining = iter(range(count))
    drawing = asyncio.Lock()

    async def line() -> None:
        for _ in remaining:
            async with drawing:
                # Drawn beside the loop: a case of some megabytes held up all lines, and was told as a hang.
                case = await asyncio.to_thread(cases.next)
            await send(case, *address, tally)

    starts = [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A", b"P"]
    silent = [stay_silent(*address, starts[number % len(starts)], tally) for number in range(SILENT_LINES)]
    await asyncio.gather(*(line() for _ in range(LINES)), *silent)
    return tally


def outside(data: Path) -> set[Path]:
    """Return everything where objects have no business: beside the buckets, and beside the data folder."""
    buckets = data / "buckets"
    result = {path for path in data.parent.rglob("*") if buckets not in [path, *path.parents]}
    # The audit trail grows by what is asked, and signs itself.
    own = ("-wal", "-shm", "-journal", "head.json", ".jsonl", ".jsonl.gz", ".digest.json")
    trails = data / "trails"
    return {path for path in result if not path.name.endswith(own) and trails not in [path, *path.parents]}


def trusting(server: RunningServer) -> ssl.SSLContext | None:
    """Return what believes the server's own certificate, where it has one."""
    if not server.address.startswith("https"):
        return None
    return ssl.create_default_context(cafile=str(server.data / "tls" / "self.crt"))


def is_ready(address: str, tls: ssl.SSLContext | None) -> bool:
    """Ask the server whether it will answer."""
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{address}/readyz", timeout=10, context=tls) as answer,
    ):
        return bool(answer.status == 200)
    return False


def answers_clients(server: RunningServer) -> bool:
    """Put, get and describe as an honest client does."""
    s3, rekognition = server.client("s3"), server.client("rekognition")
    s3.put_object(Bucket=BUCKET, Key="honest", Body=b"work")
    rekognition.describe_projects()
    return bool(s3.get_object(Bucket=BUCKET, Key="honest")["Body"].read() == b"work")


@contextlib.contextmanager
def server_of(options: argparse.Namespace) -> Iterator[RunningServer]:
    """Yield the server that was named, or one of our own."""
    if options.url:
        yield RunningServer(options.url.rstrip("/"), Path(options.data).resolve(), None)
        return
    with own_server(*(["--tls", "self"] if options.tls else [])) as server:
        yield server


def tracebacks(log: str) -> list[str]:
    """Return where each traceback of a log ended, and with which error."""
    ends = [text.partition('"}\n')[0] for text in log.split("Traceback (most recent")[1:]]
    return [text.replace("\\n", "\n")[-900:] for text in ends]


def report(tally: Tally, count: int, strays: set[Path], *, ready: bool) -> int:
    """Print what came of it; return 1 when a bar was missed."""
    for fault in [*tally.faults[:10], *tally.hangs[:10], *tally.leaks[:10]]:
        print(fault)
    for stray in sorted(strays)[:10]:
        print(f"outside the data folder: {stray}")
    print("answers:", json.dumps(dict(sorted(tally.classes.items()))))
    is_met = [not tally.faults, not tally.hangs, not strays and not tally.leaks, ready]
    row("server errors", str(len(tally.faults)), f"0 of {count}", is_met[0])
    row(
        "hangs",
        f"{len(tally.hangs)}, slowest {tally.slowest_s:.1f} s ({tally.slowest})",
        f"0 above {DEADLINE_S:.0f} s",
        is_met[1],
    )
    row("files outside, secrets in answers", f"{len(strays)}, {len(tally.leaks)}", "0, 0", is_met[2])
    row("ready after, and working", "yes" if ready else "no", "yes", is_met[3])
    return 0 if all(is_met) else 1


def main() -> int:
    """Run the storm."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--url", default="")
    parser.add_argument("--data", default="vedette-data")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--doors", action="store_true")
    options = parser.parse_args()
    print(machine(), f"seed {options.seed}")
    with server_of(options) as server:
        server.client("s3").create_bucket(Bucket=BUCKET)
        (server.data.parent / "secret.txt").write_bytes(CANARY)
        address = urlsplit(server.address)
        before, began = outside(server.data), time.perf_counter()
        where = (options.seed, address.netloc, server.key, system_clock)
        cases = DoorCases(*where, stage(server.client)) if options.doors else Cases(*where)
        place = (address.hostname or "", address.port or 80)
        tally = asyncio.run(storm(cases, options.requests, place, Tally(tls=trusting(server))))
        print(f"{options.requests} requests in {time.perf_counter() - began:.0f} s")
        if server.process:
            log = (server.data.parent / f"{server.data.name}.log").read_text("utf-8")
            memory = resident_mib(server.process.pid)
            print(f"resident after: {memory:.0f} MiB; tracebacks in the log: {log.count('Traceback')}")
            if "Traceback" in log:
                print(*tracebacks(log), sep="\n")
        ready = is_ready(server.address, tally.tls) and answers_clients(server)
        return report(tally, options.requests, outside(server.data) - before, ready=ready)


if __name__ == "__main__":
    sys.exit(main())
