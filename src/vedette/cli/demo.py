"""`vedette demo`: the main job from an empty server to findings, on pictures drawn here.

A server of its own is started on a folder of its own, and spoken to as any customer's program would.
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
from vedette.cli.demo_pictures import COLORS, SIDE, Drawn, draw_set
from vedette.cli.demo_services import SERVICES, UNDER_WAY
from vedette.cli.remote import Server
from vedette.cli.remote_models import CustomLabels, Found, Lookout
from vedette.cli.showing import command
from vedette.errors import Wrong
from vedette.exchange.items import Item, write_item
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import change_line
from vedette.manifest.segmentation import MaskRef, write_mask
from vedette.vision.annotations import Finding
from vedette.vision.draw import draw_findings

T = TypeVar("T")

BUCKET = "vedette-demo"
FRESH = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of model: which service speaks of it, and how many pictures are drawn to learn it."""

    name: str
    service: str
    count: int
    says: str


KINDS = (
    Kind("classification", "rekognition", 36, "which part lies on the tray"),
    Kind("multilabel", "rekognition", 56, "which of three parts lie on the tray"),
    Kind("detection", "rekognition", 60, "where each part lies"),
    Kind("anomaly", "lookoutvision", 60, "whether a plate has a flaw"),
    Kind("segmentation", "lookoutvision", 96, "where scratches and rust are"),
)


def demo(
    kind: Annotated[str, typer.Option(help="One of " + ", ".join(each.name for each in KINDS))] = "anomaly",
    *,
    every: Annotated[bool, typer.Option("--all", help="Walk all kinds, one after the other.")] = False,
    folder: Annotated[Path, typer.Option(help="Where the server and the pictures lie.")] = Path(
        "vedette-demo"
    ),
    budget: Annotated[str, typer.Option(help="fast, balanced or best.")] = "fast",
) -> None:
    """Draw pictures, train on them, and show what the model finds: in under two minutes."""
    wanted = [each for each in KINDS if every or each.name == kind]
    if not wanted:
        print(
            f"There is no kind {kind}; there are {', '.join(each.name for each in KINDS)}.", file=sys.stderr
        )
        raise typer.Exit(2)
    try:
        with _server(folder, budget) as address:
            for each in wanted:
                Walk(each, address, folder).all()
    except Wrong as wrong:
        print(wrong.sentence, file=sys.stderr)
        raise typer.Exit(2) from None
    print(_farewell(folder))


@contextlib.contextmanager
def _server(folder: Path, budget: str) -> Iterator[str]:
    """Yield the address of a server of our own, which ends with the walk."""
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
        found = re.search(r"https?://\S+", process.stdout.readline())
        if found is None:
            raise Wrong(f"The server did not start; {folder / 'server.log'} says why.")
        print(f"A server of its own answers at {found.group()}; its log is {folder / 'server.log'}.\n")
        yield found.group()
    finally:
        process.terminate()
        process.wait()


class Walk:
    """One kind of model, from drawing to findings."""

    def __init__(self, kind: Kind, address: str, folder: Path) -> None:
        self._kind = kind
        self._folder = folder / kind.name
        server = Server(kind.service, address, folder / "data")
        self._s3 = open_client("s3", endpoint=address, data=folder / "data")
        # A second walk in the same folder is another project.
        self._project = f"demo-{kind.name}-{int(time.time())}"
        self._service = SERVICES[kind.service](server, self._project)

    def all(self) -> None:
        """Walk it, printing each call, how long it took, and what came of it."""
        print(f"== {self._kind.name}: {self._kind.says}")
        place = self._folder / "drawn"
        drawn = self._do("draw", f"{self._kind.count} pictures into {place}", lambda: self._draw(place))
        with contextlib.suppress(self._s3.exceptions.BucketAlreadyOwnedByYou):
            self._do("s3 CreateBucket", BUCKET, lambda: self._s3.create_bucket(Bucket=BUCKET))
        self._do("s3 PutObject", f"{len(drawn)} pictures and their manifest", lambda: self._upload(drawn))
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

    def _draw(self, place: Path) -> list[Drawn]:
        drawn = list(draw_set(self._kind.name, self._kind.count, seed=1))
        place.mkdir(parents=True, exist_ok=True)
        for each in drawn:
            each.image.save(place / each.name)
            if each.mask is not None:
                each.mask.save(place / f"mask-{each.name}")
        return drawn

    def _upload(self, drawn: Sequence[Drawn]) -> None:
        for each in drawn:
            self._put(each.name, _png(each.image))
            if each.mask is not None and self._kind.name == "segmentation":
                self._put(f"mask-{each.name}", _png(each.mask))
        lines = [self._line(each) for each in drawn]
        self._put("all.manifest", "\n".join(lines).encode())

    def _put(self, name: str, data: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=f"{self._project}/{name}", Body=data)

    def _line(self, drawn: Drawn) -> str:
        stamp = Stamp(job="labeling-job/demo")
        prefix = f"s3://{BUCKET}/{self._project}/"
        item = Item(drawn.name, drawn.labels, drawn.boxes, Size(SIDE, SIDE), drawn.is_anomalous)
        line = write_item(item, prefix=prefix, stamp=stamp)
        if self._kind.name == "segmentation" and drawn.kinds:
            colors = {COLORS[kind]: kind for kind in drawn.kinds}
            mask = MaskRef(f"{prefix}mask-{drawn.name}", colors)
            line = change_line(line, write_mask(mask, stamp=stamp))
        return line.text

    def _settled(self, models: CustomLabels | Lookout, found: Found) -> Found:
        while UNDER_WAY.search(found.status):
            time.sleep(0.2)
            found = models.find(found.name)
        return found

    def _look(self, trained: Found) -> None:
        """Show pictures to the model that it has not seen, and draw what it says of them."""
        fresh = list(draw_set(self._kind.name, FRESH, seed=2))
        place = self._folder / "found"
        place.mkdir(parents=True, exist_ok=True)
        for each in fresh:
            data = _png(each.image)
            findings, said, mask = self._do(
                self._service.operation, each.name, partial(self._service.detect, trained, data)
            )
            print(f"     {said}; drawn: {_truth(each)}")
            shown = draw_findings(
                each.image.resize((3 * SIDE, 3 * SIDE)), findings, labels=_labels(findings), caption=said
            )
            if mask:
                shown = Image.blend(shown, Image.open(io.BytesIO(mask)).resize(shown.size), 0.4)
            shown.save(place / each.name)
        print(f"     the findings are drawn in {place}")


def _truth(drawn: Drawn) -> str:
    if drawn.is_anomalous is not None:
        return " and ".join(drawn.kinds) or "no flaw"
    return ", ".join(drawn.labels or [label for label, _ in drawn.boxes or ()])


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
