"""Weights that trainings of a server may begin from: added there, listed, taken away."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli.client import PATIENCE_S, open_client
from vedette.cli.credentials import Data
from vedette.cli.models import Endpoint
from vedette.errors import Wrong

# Weights are opened and timed before there is an answer; who asks again meanwhile finds the name taken.
CHECK_S = 900.0


@dataclass(frozen=True, slots=True)
class BackbonePlace:
    """Whose weights are meant: those of a server, where somebody says which, or else this machine's."""

    endpoint: Endpoint = ""
    data: Data = None

    @property
    def is_server(self) -> bool:
        """Whether somebody said which server."""
        return bool(self.endpoint) or self.data is not None

    def client(self, service: str, *, patience_s: float = PATIENCE_S) -> Any:
        """Return a client of the server."""
        return open_client(service, endpoint=self.endpoint, data=self.data, patience_s=patience_s)


def add_to_server(name: str, file: Path, licence: str, to: str, place: BackbonePlace) -> Mapping[str, Any]:
    """Put a file into a bucket, and have the server take it in; what lay in the bucket goes away again."""
    bucket, _, prefix = to.removeprefix("s3://").partition("/")
    if not to.startswith("s3://") or not bucket:
        raise Wrong("Say --to: a bucket that the file may pass through, s3://bucket/prefix.")
    # A name that nothing else has, since what lies there goes away.
    parts = (prefix.strip("/"), "backbones", f"{secrets.token_hex(8)}{file.suffix.lower()}")
    target = {"Bucket": bucket, "Key": "/".join(filter(None, parts))}
    s3 = place.client("s3")
    with file.open("rb") as stream:
        s3.put_object(**target, Body=stream)
    try:
        answer = place.client("vedette", patience_s=CHECK_S).add_backbone(
            BackboneName=name, S3Object={"Bucket": bucket, "Name": target["Key"]}, Licence=licence
        )
    finally:
        s3.delete_object(**target)
    added: Mapping[str, Any] = answer["Backbone"]
    return added


def list_of_server(place: BackbonePlace) -> list[dict[str, Any]]:
    """Return what trainings of a server may begin from, as the list of this machine has it."""
    return [
        {
            "name": weights["BackboneName"],
            "network": weights["Network"],
            "licence": weights["Licence"],
            "built_in": weights["BuiltIn"],
            "megabytes": _megabytes(weights),
            "milliseconds": weights.get("Milliseconds"),
        }
        for weights in place.client("vedette").list_backbones()["Backbones"]
    ]


def remove_from_server(name: str, place: BackbonePlace) -> None:
    """Take weights away, where no training under way begins from them."""
    place.client("vedette").delete_backbone(BackboneName=name)


def _megabytes(weights: Mapping[str, Any]) -> float | None:
    return None if "Size" not in weights else round(weights["Size"] / 1e6, 1)
