"""`vedette encryption-key`: what a key of KMS encrypts on a running server."""

import sys
from typing import Annotated, Any

from vedette.cli.client import open_client
from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.models import Endpoint, translate_client_errors
from vedette.cli.signatures import Argument, CommandGroup

encryption_keys = CommandGroup("Keys that encrypt; `aws kms` makes and ends them.")

COLUMNS: Columns = {name: name for name in ("kind", "name", "objects", "bytes", "devices")}


@encryption_keys.define("uses")
@prints_records
def list_uses(
    key: Annotated[str, Argument(help="The key's id, ARN or alias.", metavar="KEY")],
    *,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """List what nobody reads without a key: models, objects by their buckets, packages of devices."""
    with translate_client_errors():
        answer = open_client("vedette", endpoint=endpoint, data=data).list_key_uses(KeyId=key)
    print_list(COLUMNS, _rows(answer), _words)
    if answer["MoreModels"]:
        print("There are more models.", file=sys.stderr)


def _rows(answer: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [_row("model", arn) for arn in answer["ModelArns"]]
    for bucket in answer["Buckets"]:
        facts = {"objects": bucket["Objects"], "bytes": bucket["Bytes"]}
        kind = "bucket, by default" if bucket["IsDefault"] else "bucket"
        rows.append(_row(kind, bucket["BucketName"]) | facts)
    for package in answer.get("DevicePackages", []):
        devices = [arn.partition("/")[2] for arn in package["DeviceArns"]]
        name = f"{package['ComponentName']} {package['ComponentVersion']}"
        rows.append(_row("package", name) | {"bytes": package["Bytes"], "devices": devices})
    return rows


def _row(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "objects": None, "bytes": None, "devices": []}


def _words(row: dict[str, Any]) -> tuple[str, ...]:
    facts = {**row, "devices": " ".join(row["devices"])}
    return tuple("" if facts[name] is None else str(facts[name]) for name in COLUMNS)
