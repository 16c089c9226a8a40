"""The work of `vedette demo`, apart from its options: draw, train, start, detect."""

import contextlib
import io
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PIL import Image

from vedette.cli.client import open_client
from vedette.cli.demo_services import SERVICES, UNDER_WAY, ModelKind
from vedette.cli.remote import Server
from vedette.cli.remote_models import CustomLabelsModels, LookoutModels, RemoteModel
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
