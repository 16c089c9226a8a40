"""The console's copy-ready programs as a customer runs them: the golden files' text, a version in service.

The console's own test holds these files to what its page shows (console/src/features/use/snippets.test.ts).
"""

import io
import re
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from doubles.clients import run
from doubles.servers import RunningServer
from doubles.trained import put_version
from vedette.projects.version import Version

PROGRAMS = Path(__file__).parent.parent / "golden" / "programs"
# As the golden files name them.
PROJECT, ENDPOINT = "programs-doors", "http://127.0.0.1:8080"
ARN = re.compile(r"arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/\d+")
PATIENCE_S = 60.0
# What each service's model says of the red picture.
FINDING = {"rekognition": "red", "lookoutvision": "rust"}


@dataclass(frozen=True)
class ServedVersion:
    """A version in service, which the programs of its service ask."""

    server: RunningServer
    service: str
    version: Version

    def program(self, name: str) -> str:
        """Return a program as the page shows it for this version."""
        text = (PROGRAMS / self.service / name).read_text("utf-8")
        return ARN.sub(str(self.version.arn), text.replace(ENDPOINT, self.server.address))

    def run(self, folder: Path, name: str, *interpreter: str, env: dict[str, str]) -> str:
        """Write a program into a folder beside its picture, and return what it printed."""
        (folder / "picture.jpg").write_bytes(red_picture())
        (folder / name).write_text(self.program(name), "utf-8")
        return run(*interpreter, name, cwd=folder, env=env)

    def run_trusting(self, folder: Path, trust: str, name: str, interpreter: str, env: dict[str, str]) -> str:
        """Run a program of a server with a certificate of its own, after the lines that make it trusted."""
        (folder / "picture.jpg").write_bytes(red_picture())
        (folder / name).write_text(self.program(name), "utf-8")
        (folder / "self.crt").write_bytes((self.server.data / "tls" / "self.crt").read_bytes())
        lines = (PROGRAMS / "trust" / f"{trust}.sh").read_text("utf-8") if trust else ""
        return run("bash", "-e", "-c", f"{lines}{interpreter} {name}", cwd=folder, env=env)


def red_picture() -> bytes:
    """Return a picture that the tiny models know: red is a label of the one, and rust to the other."""
    stream = io.BytesIO()
    Image.new("RGB", (96, 64), (250, 0, 0)).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def serve_version(server: RunningServer, service: str) -> ServedVersion:
    """Make a version of the golden files' name and put it into service; made once on a server."""
    task = "classification" if service == "rekognition" else "segmentation"
    version = put_version(server.data, service, PROJECT, task, account="000000000000")
    assert version.name == "1", "the golden files name the first version"
    client = server.client(service)
    if service == "rekognition":
        client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    else:
        client.start_model(ProjectName=PROJECT, ModelVersion="1", MinInferenceUnits=1)
    end = time.monotonic() + PATIENCE_S
    while _status(client, service, version) not in ("RUNNING", "HOSTED"):
        assert time.monotonic() < end, _status(client, service, version)
        time.sleep(0.1)
    return ServedVersion(server, service, version)


def stop_version(served: ServedVersion) -> None:
    """Take the version out of service."""
    client = served.server.client(served.service)
    if served.service == "rekognition":
        client.stop_project_version(ProjectVersionArn=str(served.version.arn))
    else:
        client.stop_model(ProjectName=PROJECT, ModelVersion="1")


def _status(client: object, service: str, version: Version) -> str:
    if service == "rekognition":
        answer = client.describe_project_versions(ProjectArn=str(version.project.arn))  # type: ignore[attr-defined]
        return str(answer["ProjectVersionDescriptions"][0]["Status"])
    answer = client.describe_model(ProjectName=PROJECT, ModelVersion="1")  # type: ignore[attr-defined]
    return str(answer["ModelDescription"]["Status"])
