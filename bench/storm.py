"""A load generator that costs little: requests signed once and sent as bytes, in a process of its own."""

import http.client
import json
import multiprocessing
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import vedette
from bench.common import PICTURES, RunningServer
from doubles.trained import put_version
from vedette.vision.annotations import Sample

COOKIES = PICTURES / "cookies" / "dataset-files" / "training-images"


@dataclass(frozen=True)
class Storm:
    """What came of it: each request's status and seconds, how long all took, and the generator's own work."""

    answers: list[tuple[int, float]]
    wall_s: float
    own_s: float

    @property
    def good(self) -> list[float]:
        """How long those took that were answered."""
        return [elapsed_s for status, elapsed_s in self.answers if status == 200]

    @property
    def per_second(self) -> float:
        """Answers a second of the cores that the generator left over."""
        cores = multiprocessing.cpu_count()
        return len(self.good) * cores / (cores * self.wall_s - self.own_s)

    def count(self, *statuses: int) -> int:
        """How many had one of these statuses."""
        return sum(status in statuses for status, _ in self.answers)


def cookies(count: int) -> list[Path]:
    """Return real JPEG pictures of some 500 KB."""
    return sorted(COOKIES.glob("*.jpg"))[:count]


def probe(to: Path) -> Path:
    """Train the quickest image-level model, on two kinds of cookies."""
    pictures = [*sorted(COOKIES.glob("anomaly*.jpg"))[:8], *sorted(COOKIES.glob("normal*.jpg"))[:8]]
    samples = [Sample(path, labels=(path.name.partition("-")[0],)) for path in pictures]
    vedette.train(samples, out=to, budget="fast")
    return to


def put_model(server: RunningServer, package: Path, project: str) -> str:
    """Put a package on the server as a trained version; return its ARN."""
    import shutil

    account = server.client("sts").get_caller_identity()["Account"]
    version = put_version(server.data, "rekognition", project, "classification", account=account)
    place = server.data / "versions" / version.folder / "package"
    shutil.rmtree(place)
    shutil.copytree(package, place)
    return str(version.arn)


def start(server: RunningServer, arn: str, least: int, most: int | None = None) -> float:
    """Start a version; return how long it took until it ran."""
    client = server.client("rekognition")
    began = time.perf_counter()
    more = {"MaxInferenceUnits": most} if most else {}
    client.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=least, **more)
    while state(client, arn) == "STARTING":
        time.sleep(0.02)
    assert state(client, arn) == "RUNNING", state(client, arn)
    return time.perf_counter() - began


def stop(server: RunningServer, arn: str) -> None:
    """Stop a version and wait until it has stopped."""
    client = server.client("rekognition")
    client.stop_project_version(ProjectVersionArn=arn)
    while state(client, arn) == "STOPPING":
        time.sleep(0.02)


def state(client: Any, arn: str) -> str:
    """Return what the version is."""
    project = client.describe_projects(ProjectNames=[arn.split("/")[1]])["ProjectDescriptions"][0]
    result = client.describe_project_versions(
        ProjectArn=project["ProjectArn"], VersionNames=[arn.split("/")[3]]
    )
    return str(result["ProjectVersionDescriptions"][0]["Status"])


def signed(server: RunningServer, request: dict[str, Any]) -> bytes:
    """Return a DetectCustomLabels request as bytes, signed now."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    body = json.dumps(request).encode()
    headers = {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "RekognitionService.DetectCustomLabels",
        "Host": urlsplit(server.address).netloc,
    }
    options = AWSRequest("POST", server.address + "/", data=body, headers=headers)
    SigV4Auth(Credentials(*server.key), "rekognition", "us-east-1").add_auth(options)
    lines = [f"{name}: {value}" for name, value in options.headers.items()]
    head = "\r\n".join(["POST / HTTP/1.1", *lines, f"Content-Length: {len(body)}", "", ""])
    return head.encode() + body


def storm(
    server: RunningServer, requests: list[bytes], *, clients: int, seconds: float, pause_s: float = 0.0
) -> Storm:
    """Send the requests round and round for some seconds, every client one at a time."""
    own, peer = multiprocessing.Pipe()
    port = urlsplit(server.address).port
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_rage, args=(peer, port, requests, clients, seconds, pause_s))
    process.start()
    result = Storm(*own.recv())
    process.join()
    return result


def _rage(pipe: Any, port: int, requests: list[bytes], clients: int, seconds: float, pause_s: float) -> None:
    answers: list[tuple[int, float]] = []
    own, began = time.process_time(), time.perf_counter()
    threads = [
        threading.Thread(
            target=_client,
            args=(port, requests[number:] + requests[:number], began + seconds, pause_s, answers),
        )
        for number in (item % len(requests) for item in range(clients))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send((answers, time.perf_counter() - began, time.process_time() - own))


def _client(
    port: int, requests: list[bytes], until: float, pause_s: float, answers: list[tuple[int, float]]
) -> None:
    line = socket.create_connection(("127.0.0.1", port))
    number = 0
    # Once at least: of 64 threads most begin later than a short storm is long.
    while not number or time.perf_counter() < until:
        began = time.perf_counter()
        line.sendall(requests[number % len(requests)])
        answer = http.client.HTTPResponse(line)
        answer.begin()
        answer.read()
        answers.append((answer.status, time.perf_counter() - began))
        number += 1
        if pause_s:
            time.sleep(pause_s)
