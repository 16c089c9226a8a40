"""`vedette model import`: an ONNX file that was trained elsewhere, with its card, as a version or a package.

With `--project` the file and its card go into a bucket, and a version is asked for whose tag names them:
what a training would end with stands there then, judged on the project's test dataset. With `--out` the same
is made on this machine, as a package.
"""

import hashlib
import json
import re
import time
from pathlib import Path
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.models import Endpoint, Of, RemoteOptions, follow_training, translate_client_errors
from vedette.cli.parts import require_part
from vedette.cli.remote_models import open_models
from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Missing, Wrong

# As `training/order.py` reads it; the tag is the wire's, so that any client can ask for the same.
NETWORK_TAG = "vedette:network"
# As much as a package holds (runtime/package.py), asked before anything is sent.
MOST_NETWORK = 2 * 1024**3
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

Picked = Annotated[
    Path | None, Option(help="Labelled pictures: a folder with a subfolder a label, or a manifest.")
]


def import_model(  # noqa: PLR0913  (two ways, with as many options as they have)
    network: Annotated[Path, Argument(help="The ONNX file.")],
    card: Annotated[
        Path | None, Option(help="Its card; without it the JSON file of the same name beside it.")
    ] = None,
    *,
    project: Annotated[str, Option(help="The project to bring it into.")] = "",
    to: Annotated[str, Option(help="Where the file and the results go: s3://bucket/prefix.")] = "",
    name: Annotated[str, Option(help="The new version's name (Rekognition alone names them).")] = "",
    out: Annotated[Path | None, Option(help="Instead of a project: the package to write here.")] = None,
    train: Picked = None,
    test: Picked = None,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Bring in a model that was trained elsewhere: an ONNX file and a card that says what it is."""
    with translate_client_errors():
        card = card or network.with_suffix(".json")
        _refuse_unclear(network, card, project, to, out)
        if out is not None:
            _pack(network, card, out, train, test)
            return
        if train or test:
            raise Wrong("A project judges with its own datasets: leave out --train and --test.")
        remote = RemoteOptions(service, endpoint, data)
        _send(network, card, project, to, name, remote)


def _refuse_unclear(network: Path, card: Path, project: str, to: str, out: Path | None) -> None:
    for file, part in (network, "ONNX file"), (card, "card"):
        if not file.is_file():
            raise Missing(f"There is no {part} at {file}.", kind=part, name=str(file))
    if bool(project) == (out is not None):
        raise Wrong("Say either --project, for a version on the server, or --out, for a package here.")
    if project and not to.startswith("s3://"):
        raise Wrong("Say --to: where the file and the results go, s3://bucket/prefix.")
    if (size := network.stat().st_size) > MOST_NETWORK:
        raise Wrong(f"{network} has {size:,} bytes; {MOST_NETWORK:,} are the most.")
    try:
        json.loads(card.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{card} is not JSON: {error}.") from error


def _send(network: Path, card: Path, project: str, to: str, name: str, remote: RemoteOptions) -> None:
    """Put both files into the bucket, ask for a version of them, and wait until that is over."""
    server = remote.reach()
    versions = open_models(server, project, remote.service)
    bucket, _, prefix = to.removeprefix("s3://").partition("/")
    with network.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    folder = "/".join(part for part in (prefix.strip("/"), "networks", digest) if part)
    key = f"{folder}/{_UNSAFE.sub('-', network.stem)}"
    s3 = server.client("s3")
    with network.open("rb") as stream:
        s3.put_object(Bucket=bucket, Key=f"{key}.onnx", Body=stream)
    s3.put_object(Bucket=bucket, Key=f"{key}.json", Body=card.read_bytes())
    tags = {NETWORK_TAG: f"s3://{bucket}/{key}.onnx"}
    version = follow_training(server, versions, versions.train(name, bucket, prefix, tags))
    print(f"{version.name}: {version.status}. {version.message}")
    if version.f1 is None:
        raise Exit(1)
    print(f"  F1 {version.f1:.3f}")


def _pack(network: Path, card: Path, out: Path, train: Path | None, test: Path | None) -> None:
    """Make a package here, in a process of its own: a file from elsewhere is never opened in this one."""
    require_part("train")
    from vedette.cli.train import follow, report_training
    from vedette.engines.choose import open_engine
    from vedette.engines.port import Job

    places = {"network": network, "card": card, "out": out, "train": train, "test": test}
    order = {part: str(place) for part, place in places.items() if place}
    began = time.monotonic()
    last = follow(open_engine(), Job("bring-model", order))
    raise Exit(report_training(last, seconds=time.monotonic() - began))
