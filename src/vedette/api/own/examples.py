"""Example projects: pictures drawn by our own code, labelled all or by half, to label and train on."""

import io
from dataclasses import dataclass
from typing import Any

import orjson
from PIL import Image

from vedette.api.house import Caller, House
from vedette.api.uploads import ensure_upload_bucket, put_upload
from vedette.arn import Arn
from vedette.datasets.dataset import Kind, NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.datasets.journal import ChangeOrigin
from vedette.dialects.dialect import Service
from vedette.errors import Taken, TooMuch
from vedette.exchange.items import Item, write_item
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import change_line
from vedette.manifest.segmentation import MaskRef, write_mask
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject
from vedette.vision.drawn_sets import COLORS, SIDE, DrawnPicture, draw_set

# Every so manieth picture is for testing, of every label alike: the sets take labels in turn.
TEST_EVERY = 5
MOST_OF_A_NAME = 20
JOB = "labeling-job/vedette-example"


@dataclass(frozen=True, slots=True)
class ExampleSet:
    """A task with pictures: what is drawn, how many, for which service."""

    name: str
    pictures: str
    service: Service
    count: int
    has_test: bool = True
    # Of a half that is labelled, so many pictures in a row are: a whole turn where the turn is even.
    run: int = 1


EXAMPLES = {
    example.name: example
    for example in (
        ExampleSet("sort-parts", "classification", "rekognition", 60),
        ExampleSet("parts-on-a-tray", "multilabel", "rekognition", 70),
        ExampleSet("locate-parts", "detection", "rekognition", 60),
        ExampleSet("find-scratches", "segmentation", "lookoutvision", 96, has_test=False, run=4),
    )
}


def create_example_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a project with its pictures and labels; its name is the example's, or that with a number."""
    example = EXAMPLES[request["Example"]]
    scope = Scope(example.service, caller.account, caller.region)
    resource = Arn(example.service, caller.region, caller.account, f"project/{example.name}*")
    caller.require("CreateExampleProject", resource)
    bucket = ensure_upload_bucket(house, caller.principal, caller.region)
    project = _create(house, scope, example.name)
    is_half = request.get("Labeled", "all") == "half"
    lines = _draw(house, caller, bucket, example, project, is_half=is_half)
    for kind, body in _divided(lines, has_test=example.has_test).items():
        dataset = house.datasets.create(project, NewDataset(kind, None, caller.principal, {}))
        edits = [EntryEdit(line) for line in body]
        origin = ChangeOrigin("example", caller.principal)
        house.datasets.editor.update(project, dataset, edits, caller.principal, origin)
    return {"ProjectArn": str(project.arn), "ProjectName": project.name, "Service": example.service}


def _create(house: House, scope: Scope, name: str) -> Project:
    for number in range(1, MOST_OF_A_NAME + 1):
        try:
            return house.projects.create(scope, NewProject(name if number == 1 else f"{name}-{number}"))
        except Taken:
            continue
    raise TooMuch(f"There are {MOST_OF_A_NAME} projects called {name}… already; delete one first.")


def _divided(lines: list[str], *, has_test: bool) -> dict[Kind, list[str]]:
    """Return the lines of each dataset. Without a test dataset the service divides them itself."""
    if not has_test:
        return {"train": lines}
    tested = lines[TEST_EVERY - 1 :: TEST_EVERY]
    return {"train": [line for line in lines if line not in set(tested)], "test": tested}


def _draw(
    house: House, caller: Caller, bucket: str, example: ExampleSet, project: Project, *, is_half: bool
) -> list[str]:
    lines = []
    prefix = f"examples/{project.name}-{project.id}"
    for number, picture in enumerate(draw_set(example.pictures, example.count, seed=1)):
        key = f"{prefix}/{picture.name}"
        source = put_upload(house, caller.principal, bucket, key, _png(picture.image), "image/png")
        if is_half and number // example.run % 2:
            lines.append(orjson.dumps({"source-ref": source}).decode())
            continue
        mask = ""
        if picture.mask is not None and picture.kinds:
            key = f"{prefix}-masks/{picture.name}"
            mask = put_upload(house, caller.principal, bucket, key, _png(picture.mask), "image/png")
        lines.append(_line(picture, source, mask))
    return lines


def _line(picture: DrawnPicture, source: str, mask: str) -> str:
    stamp = Stamp(job=JOB)
    item = Item(source, picture.labels, picture.boxes, Size(SIDE, SIDE), picture.is_anomalous)
    line = write_item(item, stamp=stamp)
    if mask:
        colors = {COLORS[kind]: kind for kind in picture.kinds}
        line = change_line(line, write_mask(MaskRef(mask, colors), stamp=stamp))
    return line.text


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
