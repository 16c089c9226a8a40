"""PUT and GET of 500 KB objects by one boto3 client, with fsync, beside moto_server in the same run.

    python -m bench.s3 [--objects 300] [--moto PATH]

moto is no dependency: it lives in an environment of its own,

    python3 -m venv /tmp/moto && /tmp/moto/bin/pip install 'moto[server,s3]'

and is found there or by `--moto /path/to/moto_server`. The two servers take turns, and ratios are
what counts: moto keeps everything in memory and checks no signature; ours writes, syncs and verifies.
Bars: PUT 1.5 times and GET 2.8 times moto's.
"""

import argparse
import os
import socket
import statistics
import subprocess
import time
from pathlib import Path

import boto3
from botocore.config import Config

from bench.common import machine, own_server, row

SIZE = 500_000
USUAL_MOTO = Path("/tmp/moto/bin/moto_server")
BARS = {"PUT": 1.5, "GET": 2.8}
# Objects before the clock counts.
WARM = 10


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start_moto(command: Path) -> tuple[subprocess.Popen, str]:
    """Start moto and wait until it listens."""
    port = free_port()
    process = subprocess.Popen(
        [command, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    return process, f"http://127.0.0.1:{port}"


def moto_client(address: str):
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="y",
        config=Config(retries={"total_max_attempts": 1}),
    )


def put(client, key: str, body: bytes) -> None:
    client.put_object(Bucket="bench", Key=key, Body=body)


def get(client, key: str, body: bytes) -> None:
    assert len(client.get_object(Bucket="bench", Key=key)["Body"].read()) == len(body)


def compare(clients: dict[str, object], objects: int) -> dict[str, dict[str, float]]:
    """Return each server's objects a second, by the median of its times.

    The servers take turns with every object, so that a busy moment meets both alike, and a
    busy second cannot decide.
    """
    body = os.urandom(SIZE)
    times: dict[str, dict[str, list[float]]] = {name: {"PUT": [], "GET": []} for name in clients}
    for client in clients.values():
        client.create_bucket(Bucket="bench")
    for number in range(-WARM, objects):
        for subject, do in (("PUT", put), ("GET", get)):
            for name, client in clients.items():
                began = time.perf_counter()
                do(client, f"{number}.jpg", body)
                if number >= 0:
                    times[name][subject].append(time.perf_counter() - began)
    return {
        name: {subject: 1 / statistics.median(used) for subject, used in kinds.items()}
        for name, kinds in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=300)
    parser.add_argument("--moto", type=Path, default=USUAL_MOTO)
    options = parser.parse_args()
    print(machine())
    moto = None
    with own_server() as server:
        clients = {"vedette": server.client("s3")}
        try:
            if options.moto.exists():
                moto, address = start_moto(options.moto)
                clients["moto"] = moto_client(address)
            else:
                print(f"There is no {options.moto}: only our own figures, without their bar.")
            rates = compare(clients, options.objects)
        finally:
            if moto is not None:
                moto.terminate()
                moto.wait()
    report(rates)


def report(rates: dict[str, dict[str, float]]) -> None:
    print("| what | measured | bar | |\n|---|---|---|---|")
    for subject, bar in BARS.items():
        own = rates["vedette"][subject]
        peer = rates.get("moto", {}).get(subject)
        measured = f"{own:.0f}/s" + (f" beside moto's {peer:.0f}/s: {own / peer:.2f} ×" if peer else "")
        bars = f"{bar} × moto"
        row(f"{subject} 500 KB, one client", measured, bars, peer is not None and own >= bar * peer)


if __name__ == "__main__":
    main()
