"""`vedette device …`: devices with models over the air, on a running server."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.client import open_client
from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.errors import Missing, Wrong
from vedette.manifest.places import is_s3

app = CommandGroup("Devices beside the line that take their models from a running server.")

Name = Annotated[str, Argument(help="The device's name.", metavar="NAME")]
DEVICE_COLUMNS: Columns = {
    "name": "DeviceName",
    "state": "State",
    "models": lambda device: device.get("ModelCount", 0),
    "problem": "Problem",
}
AsJson = Annotated[bool, Option("--json", help="As JSON.")]


@app.define("add")
def add(
    name: Name,
    *,
    description: Annotated[str, Option(help="What people call it by.")] = "",
    tags: Annotated[list[str] | None, Option("--tag", help="KEY=VALUE; may be repeated.")] = None,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Register a device; print the token that its agent begins with, which is shown once."""
    with translate_client_errors():
        client = _client(endpoint, data)
        answer = client.create_device(DeviceName=name, Description=description, Tags=_pairs(tags or []))
        _print_token(answer["Token"], str(answer["TokenExpiration"]))


@app.define("token")
def token(name: Name, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """Print a new token for a device, whose agent begins anew with it."""
    with translate_client_errors():
        answer = _client(endpoint, data).create_device_token(DeviceName=name)
        _print_token(answer["Token"], str(answer["TokenExpiration"]))


@app.define("list")
@prints_records
def list_devices(as_json: AsJson = False, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """List the devices: whether they answer, how many models they have, what is wrong."""
    with translate_client_errors():
        pages = _client(endpoint, data).get_paginator("list_devices").paginate()
        devices = [device for page in pages for device in page["Devices"]]
    if as_json:
        print(json.dumps(devices, default=str, indent=1, ensure_ascii=False))
        return
    if not is_for_people():
        print_records(DEVICE_COLUMNS, devices)
        return
    for device in devices:
        words = (device["DeviceName"], device["State"], f"{device.get('ModelCount', 0)} models")
        print("  ".join(filter(None, (*words, device.get("Problem", "")))))


@app.define("show")
def show(name: Name, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """Show a device as JSON: what it is to have, and what it says of itself."""
    with translate_client_errors():
        device = _client(endpoint, data).describe_device(DeviceName=name)["Device"]
    print(json.dumps(device, default=str, indent=1, ensure_ascii=False))


@app.define("order")
def order(
    names: Annotated[list[str], Argument(help="The devices' names.", metavar="NAME...")],
    *,
    packages: Annotated[
        list[str] | None,
        Option(
            "--package",
            help="PROJECT/COMPONENT/VERSION, packaged already, or s3://BUCKET/NAME.zip of `vedette edge "
            "package --sign`; may be repeated.",
        ),
    ] = None,
    signed_by: Annotated[
        str, Option(help="The public key of your own that signed the packages in buckets.")
    ] = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Say which models devices are to have: these and no others."""
    with translate_client_errors():
        client = _client(endpoint, data)
        choices = [
            _own_package(text, signed_by) if is_s3(text) else _package(client, endpoint, data, text)
            for text in packages or []
        ]
        for name in names:
            client.update_device(DeviceName=name, Packages=choices)
            print(f"{name} is to have {', '.join(packages or []) or 'nothing'}")


@app.define("delete")
def delete(name: Name, *, endpoint: Endpoint = "", data: Data = None) -> None:
    """Remove a device; its agent runs on with what it has."""
    with translate_client_errors():
        _client(endpoint, data).delete_device(DeviceName=name)


@app.define("key")
def key(*, endpoint: Endpoint = "", data: Data = None) -> None:
    """Print the public key that the account's packages are signed with (--require-signature)."""
    with translate_client_errors():
        print(_client(endpoint, data).get_device_signing_key()["PublicKey"])


def _client(endpoint: str, data: Path | None) -> Any:
    return open_client("vedette", endpoint=endpoint, data=data)


def _print_token(text: str, expires: str) -> None:
    print(text)
    print(f"It works once, until {expires}: vedette edge agent --server … --token-file FILE", file=sys.stderr)


def _pairs(tags: list[str]) -> dict[str, str]:
    pairs = {}
    for text in tags:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Wrong(f"{text!r} is no tag: KEY=VALUE.")
        pairs[name] = value
    return pairs


def _own_package(address: str, key: str) -> dict[str, str]:
    if not key:
        raise Wrong(
            f"Say by --signed-by which public key {address} is signed with (`vedette edge key FILE`)."
        )
    return {"Address": address, "PublicKey": key}


def _package(client: Any, endpoint: str, data: Path | None, text: str) -> dict[str, str]:
    """Return a package as an order names it."""
    project, _, rest = text.partition("/")
    component, _, version = rest.rpartition("/")
    if not (project and component and version):
        raise Wrong(f"{text!r} is no package: PROJECT/COMPONENT/VERSION.")
    for arn in _project_arns(endpoint, data, project):
        for page in client.get_paginator("list_edge_packages").paginate(ProjectArn=arn):
            for job in page["Packages"]:
                if (job["ComponentName"], job["ComponentVersion"], job["Status"]) == (
                    component,
                    version,
                    "succeeded",
                ):
                    return {"ProjectArn": arn, "JobName": job["JobName"]}
    raise Missing(f"{project} has no package {component} {version}; `vedette device order` takes those that "
                  "StartModelPackagingJob or the console has written.")  # fmt: skip


def _project_arns(endpoint: str, data: Path | None, name: str) -> list[str]:
    """Return the ARNs of the projects of a name, of either service."""
    lookout = open_client("lookoutvision", endpoint=endpoint, data=data)
    rekognition = open_client("rekognition", endpoint=endpoint, data=data)
    arns = [
        project["ProjectArn"]
        for page in lookout.get_paginator("list_projects").paginate()
        for project in page["Projects"]
        if project["ProjectName"] == name
    ]
    described = rekognition.describe_projects(ProjectNames=[name]) if _is_project_name(name) else {}
    return arns + [project["ProjectArn"] for project in described.get("ProjectDescriptions", [])]


def _is_project_name(name: str) -> bool:
    return all(letter.isascii() and (letter.isalnum() or letter in "_.-") for letter in name)
