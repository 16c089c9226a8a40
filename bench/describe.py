"""DescribeProjects, signed, one client, keep-alive: beside a static answer of the same uvicorn.

Bar: p50 ≤ 3 ms, and at least half as fast as a static JSON of the same size. Asked twice: by
boto3, as customers do, and by a bare connection with signatures made beforehand, which shows the
server alone. Both servers are asked in turn within one run, so that noise meets both alike.
"""

import http.client
import json
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.common import RunningServer, machine, median, own_server, percentile, row

ROUNDS = 2000
STATIC = """
import sys, asyncio, socket, uvicorn
body = sys.stdin.buffer.readline().strip()
async def app(scope, receive, send):
    await receive()
    headers = [(b"content-type", b"application/x-amz-json-1.1"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, access_log=False, log_level="error", lifespan="off")
uvicorn.Server(config).run(sockets=[listener])
"""


def signed_headers(server, body: bytes) -> dict[str, str]:
    request = AWSRequest(
        method="POST",
        url=server.address + "/",
        data=body,
        headers={
            "X-Amz-Target": "RekognitionService.DescribeProjects",
            "Content-Type": "application/x-amz-json-1.1",
        },
    )
    SigV4Auth(Credentials(*server.key), "rekognition", "us-east-1").add_auth(request)
    return dict(request.headers)


def ask(line: http.client.HTTPConnection, body: bytes, headers: dict[str, str]) -> tuple[float, bytes]:
    began = time.perf_counter()
    line.request("POST", "/", body, headers)
    answer = line.getresponse()
    said = answer.read()
    assert answer.status == 200, said
    return (time.perf_counter() - began) * 1000, said


def through_boto3(server: RunningServer, port: int) -> dict[str, list[float]]:
    request = {
        "ours": server.client("rekognition"),
        "static": replace(server, address=f"http://127.0.0.1:{port}").client("rekognition"),
    }
    times: dict[str, list[float]] = {name: [] for name in request}
    for _ in range(ROUNDS // 2):
        for name, client in request.items():
            began = time.perf_counter()
            client.describe_projects()
            times[name].append((time.perf_counter() - began) * 1000)
    return times


def through_a_bare_line(server: RunningServer, port: int) -> dict[str, list[float]]:
    address = urlsplit(server.address)
    lines = {
        "ours": http.client.HTTPConnection(address.hostname or "", address.port),
        "static": http.client.HTTPConnection("127.0.0.1", port),
    }
    times: dict[str, list[float]] = {name: [] for name in lines}
    for _ in range(ROUNDS):
        headers = signed_headers(server, b"{}")
        for name, line in lines.items():
            times[name].append(ask(line, b"{}", headers)[0])
    return times


def show(method: str, times: dict[str, list[float]]) -> None:
    p50, bare = median(times["ours"]), median(times["static"])
    p99 = percentile(times["ours"], 0.99)
    print(f"{method}: ours p50 {p50:.2f} ms, p99 {p99:.2f} ms; static p50 {bare:.2f} ms")
    row(f"DescribeProjects p50, {method}", f"{p50:.2f} ms", "≤ 3 ms", p50 <= 3)
    row(f"speed beside a static answer, {method}", f"{bare / p50:.2f}", "≥ 0.5", bare / p50 >= 0.5)


def main() -> None:
    print(machine())
    with own_server() as server:
        rekognition = server.client("rekognition")
        for number in range(10):
            rekognition.create_project(ProjectName=f"project-{number}", Tags={"number": str(number)})
        address = urlsplit(server.address)
        line = http.client.HTTPConnection(address.hostname or "", address.port)
        _, body = ask(line, b"{}", signed_headers(server, b"{}"))
        assert len(json.loads(body)["ProjectDescriptions"]) == 10
        static = subprocess.Popen(
            [sys.executable, "-c", STATIC], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert static.stdin is not None
        assert static.stdout is not None
        static.stdin.write(body + b"\n")
        static.stdin.flush()
        try:
            port = int(static.stdout.readline())
            show("boto3", through_boto3(server, port))
            show("bare line", through_a_bare_line(server, port))
        finally:
            static.kill()
            static.wait()


if __name__ == "__main__":
    main()
