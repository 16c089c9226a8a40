"""The demonstration application: a page with your models, where a picture of yours is looked at.

    python demo_application.py            # then open the address that it prints

It shows each model of the account, starts and stops them, and draws what a running one detects in a picture
from your disk. It has your credentials: it listens on this computer alone, and does only what its own page
asks.
"""

import json
import secrets
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import BotoCoreError, ClientError
from common import arguments, client, run

MOST_BYTES = 4_000_000  # what the service takes in a request; larger pictures go by way of a bucket
PAGE = Path(__file__).with_suffix(".html")


def list_models() -> list[dict[str, str]]:
    """Return each version of each project of the account."""
    rekognition, models = client("rekognition"), []
    for page in rekognition.get_paginator("describe_projects").paginate():
        for project in page["ProjectDescriptions"]:
            pages = rekognition.get_paginator("describe_project_versions").paginate(
                ProjectArn=project["ProjectArn"]
            )
            for version in (one for page in pages for one in page["ProjectVersionDescriptions"]):
                arn = version["ProjectVersionArn"]
                names = {"project": arn.split("/")[1], "version": arn.split("/")[3]}
                models.append({"arn": arn, "status": version["Status"], **names})
    return models


def start(model: str, _: bytes) -> Any:
    """Start a model with one inference unit."""
    return client("rekognition").start_project_version(ProjectVersionArn=model, MinInferenceUnits=1)["Status"]


def stop(model: str, _: bytes) -> Any:
    """Stop a model."""
    return client("rekognition").stop_project_version(ProjectVersionArn=model)["Status"]


def detect(model: str, picture: bytes) -> Any:
    """Return what a model detects in a picture."""
    answer = client("rekognition").detect_custom_labels(ProjectVersionArn=model, Image={"Bytes": picture})
    return answer["CustomLabels"]


ACTIONS: dict[str, Callable[[str, bytes], Any]] = {"/start": start, "/stop": stop, "/detect": detect}


class DemoRequest(BaseHTTPRequestHandler):
    """One request of the page."""

    token = secrets.token_urlsafe()

    def do_GET(self) -> None:
        """Answer with the page, or with the list of models."""
        if self.path == "/" and self.is_for_us():
            page = PAGE.read_text("utf-8").replace("TOKEN", self.token)
            self.answer(HTTPStatus.OK, page.encode(), "text/html; charset=utf-8")
        elif self.path == "/models" and self.is_by_our_page():
            self.answer_with(list_models)
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "There is no such page.")

    def do_POST(self) -> None:
        """Start, stop or ask a model."""
        address = urlsplit(self.path)
        action, model = ACTIONS.get(address.path), parse_qs(address.query).get("model", [""])[0]
        length = self.headers.get("Content-Length", "")
        if action is None or not self.is_by_our_page():
            self.refuse(HTTPStatus.NOT_FOUND, "There is no such page.")
        elif not length.isdecimal() or int(length) > MOST_BYTES:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "A picture may have 4 MB at most.")
        else:
            body = self.rfile.read(int(length))
            self.answer_with(lambda: action(model, body))

    def is_for_us(self) -> bool:
        """Return whether the request names this address: another name that leads here is somebody's trick."""
        return self.headers.get("Host") == f"127.0.0.1:{self.server.server_address[1]}"

    def is_by_our_page(self) -> bool:
        """Return whether our page asks; another page in the same browser does not know the token."""
        token = self.headers.get("X-Token", "").encode()
        return self.is_for_us() and secrets.compare_digest(token, self.token.encode())

    def answer_with(self, result_of: Callable[[], Any]) -> None:
        """Answer with a result as JSON, or with the service's sentence."""
        try:
            self.answer(HTTPStatus.OK, json.dumps(result_of()).encode())
        except (ClientError, BotoCoreError, ValueError) as error:
            self.refuse(HTTPStatus.BAD_REQUEST, str(error))

    def refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer with a sentence; what was not read of the request ends with the connection."""
        self.close_connection = True
        self.answer(status, json.dumps({"message": message}).encode())

    def answer(self, status: HTTPStatus, body: bytes, kind: str = "application/json") -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Print nothing for each request."""


def main() -> None:
    """Serve the page until Ctrl+C."""
    args = arguments(__doc__, port=8090)
    with ThreadingHTTPServer(("127.0.0.1", args.port), DemoRequest) as server:
        print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("Ended. Models that run go on running.")


if __name__ == "__main__":
    run(main)
