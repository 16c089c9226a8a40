"""DescribeProjects, signed, one client, keep-alive: beside a static answer of the same uvicorn.

Bar: p50 ≤ 3 ms, and at least half as fast as a static JSON of the same size.
Both are asked in turn within one run, so that the machine's noise meets both alike.
"""

import http.client
import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.common import machine, median, own_server, percentile, row

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


def main() -> None:
    print(machine())
    with own_server() as server:
        rekognition = server.client("rekognition")
        for number in range(10):
            rekognition.create_project(ProjectName=f"project-{number}", Tags={"number": str(number)})
        where = urlsplit(server.address)
        ours = http.client.HTTPConnection(where.hostname or "", where.port)
        body = b"{}"
        _, said = ask(ours, body, signed_headers(server, body))
        assert len(json.loads(said)["ProjectDescriptions"]) == 10
        static = subprocess.Popen(
            [sys.executable, "-c", STATIC], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert static.stdin is not None
        assert static.stdout is not None
        static.stdin.write(said + b"\n")
        static.stdin.flush()
        plain = http.client.HTTPConnection("127.0.0.1", int(static.stdout.readline()))
        try:
            times: dict[str, list[float]] = {"ours": [], "static": []}
            for _ in range(ROUNDS):
                headers = signed_headers(server, body)
                times["ours"].append(ask(ours, body, headers)[0])
                times["static"].append(ask(plain, body, headers)[0])
        finally:
            static.kill()
            static.wait()
    p50, bare = median(times["ours"]), median(times["static"])
    print(f"ours p50 {p50:.2f} ms, p99 {percentile(times['ours'], 0.99):.2f} ms; static p50 {bare:.2f} ms")
    row("DescribeProjects p50", f"{p50:.2f} ms", "≤ 3 ms", p50 <= 3)
    row("speed beside a static answer", f"{bare / p50:.2f}", "≥ 0.5", bare / p50 >= 0.5)


if __name__ == "__main__":
    main()
