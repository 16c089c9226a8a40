"""`vedette demo`: the main workflow from an empty server to findings, on synthetic pictures.

It starts a server of its own on a folder of its own, and uses it as any customer's program does.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from PIL import Image

from vedette.cli.client import open_client
from vedette.cli.demo_services import SERVICES, UNDER_WAY
from vedette.cli.remote import Server
from vedette.cli.remote_models import CustomLabelsModels, LookoutModels, RemoteModel
from vedette.cli.showing import command
from vedette.errors import Wrong
from vedette.exchange.items import Item, write_item
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import change_line
from vedette.manifest.segmentation import MaskRef, write_mask
from vedette.vision.annotations import Finding
from vedette.vision.draw import draw_findings
from vedette.vision.drawn_sets import COLORS, SIDE, DrawnPicture, draw_set

T = TypeVar("T")

BUCKET = "vedette-demo"
FRESH = 4


@dataclass(frozen=True, slots=True)
class ModelKind:
    """A kind of model: its service, the size of its synthetic set, and what it detects."""

    name: str
    service: str
    count: int
    detects: str


KINDS = (
    ModelKind("classification", "rekognition", 36, "which part lies on the tray"),
    ModelKind("multilabel", "rekognition", 56, "which of three parts lie on the tray"),
    ModelKind("detection", "rekognition", 60, "where each part lies"),
    ModelKind("anomaly", "lookoutvision", 60, "whether a plate has a flaw"),
    ModelKind("segmentation", "lookoutvision", 96, "where scratches and rust are"),
)


def demo(
    kind: Annotated[
        str, typer.Option(help="One of " + ", ".join(choice.name for choice in KINDS))
    ] = "anomaly",
    *,
    every: Annotated[bool, typer.Option("--all", help="Show all kinds, one after the other.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the server and the pictures lie.")] = Path(
        "vedette-demo"
    ),
    budget: Annotated[str, typer.Option(help="fast, balanced or best.")] = "fast",
) -> None:
    """Draw pictures, train on them, and show what the model finds: in under two minutes."""
    kinds = [choice for choice in KINDS if every or choice.name == kind]
    if not kinds:
        print(
            f"There is no kind {kind}; there are {', '.join(choice.name for choice in KINDS)}.",
            file=sys.stderr,
        )
        raise typer.Exit(2)
    try:
        with _server(folder, budget) as address:
            for choice in kinds:
                Demonstration(choice, address, folder).all()
    except Wrong as wrong:
        print(wrong.sentence, file=sys.stderr)
        raise typer.Exit(2) from None
    print(_farewell(folder))


@contextlib.contextmanager
def _server(folder: Path, budget: str) -> Iterator[str]:
    """Yield the address of a server that ends with this block."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and our own module)
            [sys.executable, "-m", "vedette", "serve", "--port", "0", "--data", str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "VEDETTE_TRAINING_BUDGET": budget, "VEDETTE_DATABASE": ""},
        )
    try:
        assert process.stdout is not None
        match = re.search(r"https?://\S+", process.stdout.readline())
        if match is None:
            raise Wrong(f"The server did not start; {folder / 'server.log'} says why.")
        print(f"A server of its own answers at {match.group()}; its log is {folder / 'server.log'}.\n")
        yield match.group()
    finally:
        process.terminate()
        process.wait()


class Demonstration:
    """One kind of model, from drawing to findings."""

    def __init__(self, kind: ModelKind, address: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder / kind.name
        server = Server(kind.service, address, folder / "data")
        self._s3 = open_client("s3", endpoint=address, data=folder / "data")
        # A second run in the same folder is another project.
        self._project = f"demo-{kind.name}-{int(time.time())}"
        self._service = SERVICES[kind.service](server, self._project)

    def all(self) -> None:
        """Run it, printing each call, its time and its result."""
        print(f"== {self._kind.name}: {self._kind.detects}")
        place = self._folder / "drawn"
        pictures = self._do("draw", f"{self._kind.count} pictures into {place}", lambda: self._draw(place))
        with contextlib.suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._do("s3 CreateBucket", BUCKET, lambda: self._s3.create_bucket(Bucket=BUCKET))
        self._do(
            "s3 PutObject", f"{len(pictures)} pictures and their manifest", lambda: self._upload(pictures)
        )
        create = partial(self._service.create, BUCKET, f"{self._project}/all.manifest")
        models = self._do(f"{self._kind.service} CreateProject, CreateDataset", self._project, create)
        output = f"s3://{BUCKET}/{self._project}/results"
        trained = self._do(
            "train until it is over",
            output,
            lambda: self._settled(models, models.train(self._service.model_name, *_split(output))),
        )
        if trained.f1 is None:
            raise Wrong(f"The training failed: {trained.message}")
        print(f"     F1 {trained.f1:.3f} on pictures that it was not trained with")
        self._do(
            "start, one unit",
            trained.name,
            lambda: self._settled(models, models.start(trained.name, {"MinInferenceUnits": 1})),
        )
        self._look(trained)
        self._do("stop", trained.name, lambda: self._settled(models, models.stop(trained.name)))
        print()

    def _do(self, call: str, about: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        result = work()
        print(f"{time.perf_counter() - began:6.2f} s  {call}: {about}", flush=True)
        return result

    def _draw(self, place: Path) -> list[DrawnPicture]:
        pictures = list(draw_set(self._kind.name, self._kind.count, seed=1))
        place.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            picture.image.save(place / picture.name)
            if picture.mask is not None:
                picture.mask.save(place / f"mask-{picture.name}")
        return pictures

    def _upload(self, pictures: Sequence[DrawnPicture]) -> None:
        for picture in pictures:
            self._put(picture.name, _png(picture.image))
            if picture.mask is not None and self._kind.name == "segmentation":
                self._put(f"mask-{picture.name}", _png(picture.mask))
        lines = [self._line(picture) for picture in pictures]
        self._put("all.manifest", "\n".join(lines).encode())

    def _put(self, name: str, data: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=f"{self._project}/{name}", Body=data)

    def _line(self, picture: DrawnPicture) -> str:
        stamp = Stamp(job="labeling-job/demo")
        prefix = f"s3://{BUCKET}/{self._project}/"
        item = Item(picture.name, picture.labels, picture.boxes, Size(SIDE, SIDE), picture.is_anomalous)
        line = write_item(item, prefix=prefix, stamp=stamp)
        if self._kind.name == "segmentation" and picture.kinds:
            colors = {COLORS[kind]: kind for kind in picture.kinds}
            mask = MaskRef(f"{prefix}mask-{picture.name}", colors)
            line = change_line(line, write_mask(mask, stamp=stamp))
        return line.text

    def _settled(self, models: CustomLabelsModels | LookoutModels, version: RemoteModel) -> RemoteModel:
        while UNDER_WAY.search(version.status):
            time.sleep(0.2)
            version = models.find(version.name)
        return version

    def _look(self, trained: RemoteModel) -> None:
        """Detect in new pictures, and draw the findings."""
        fresh = list(draw_set(self._kind.name, FRESH, seed=2))
        place = self._folder / "found"
        place.mkdir(parents=True, exist_ok=True)
        for picture in fresh:
            data = _png(picture.image)
            findings, caption, mask = self._do(
                self._service.operation, picture.name, partial(self._service.detect, trained, data)
            )
            print(f"     {caption}; drawn: {_truth(picture)}")
            drawing = draw_findings(
                picture.image.resize((3 * SIDE, 3 * SIDE)),
                findings,
                labels=_labels(findings),
                caption=caption,
            )
            if mask:
                drawing = Image.blend(drawing, Image.open(io.BytesIO(mask)).resize(drawing.size), 0.4)
            drawing.save(place / picture.name)
        print(f"     the findings are drawn in {place}")


def _truth(picture: DrawnPicture) -> str:
    if picture.is_anomalous is not None:
        return " and ".join(picture.kinds) or "no flaw"
    return ", ".join(picture.labels or [label for label, _ in picture.boxes or ()])


def _labels(findings: Sequence[Finding]) -> list[str]:
    return sorted({finding.label for finding in findings})


def _split(address: str) -> tuple[str, str]:
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return bucket, prefix


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _farewell(folder: Path) -> str:
    name, data = command(), shlex.quote(str(folder / "data"))
    return "\n".join(
        [
            "Type next:",
            f"  {name} demo --all   # the other kinds of model",
            f"  {name} serve --data {data}   # the same server, to stay; then, in another terminal:",
            f'  eval "$({name} credentials --data {data})"   # its keys',
            f"  {name} projects   # what is in it",
        ]
    )
