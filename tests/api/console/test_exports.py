"""Datasets that leave by the console, and come back as they were."""

import asyncio
import io
import json
import uuid
import zipfile
from urllib.parse import urlencode

import pytest
from PIL import Image

from doubles.console import a_user, signed_in
from vedette.api.console.exports import ExportRoute, ExportStream
from vedette.exchange.formats import to_lines
from vedette.exchange.items import read_item
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line
from vedette.manifest.marks import strip_marks
from vedette.server.asgi import ClientGone, send_answer
from vedette.store.working_copies import MemorySealedFolder
from vedette.wire.http import Response

SIDES = (64, 48)
PAIR = {
    "type": "groundtruth/image-classification", "class-name": "", "confidence": 1, "human-annotated": "yes",
    "job-name": "labeling-job/x", "creation-date": "2026-11-28T10:00:00",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


def a_picture(number, form="JPEG"):
    file = io.BytesIO()
    Image.new("RGB", SIDES, (number * 9 % 256, 40, 90)).save(file, form)
    return file.getvalue()


def labelled(source, label):
    return {"source-ref": source, "kind": 1, "kind-metadata": PAIR | {"class-name": label}}


def boxed(source, *boxes):
    names = sorted({name for name, *_ in boxes})
    annotations = [
        {"class_id": names.index(name), "left": left, "top": top, "width": width, "height": height}
        for name, left, top, width, height in boxes
    ]
    size = [{"width": SIDES[0], "height": SIDES[1], "depth": 3}]
    metadata = {
        "objects": [{"confidence": 1}] * len(boxes),
        "class-map": {str(number): name for number, name in enumerate(names)},
        "type": "groundtruth/object-detection", "human-annotated": "yes",
        "creation-date": "2026-11-28T10:00:00", "job-name": "labeling-job/x",
    }  # fmt: skip
    return {"source-ref": source, "parts": {"image_size": size, "annotations": annotations},
            "parts-metadata": metadata}  # fmt: skip


@pytest.fixture(scope="module")
def bucket(server):
    name = f"pictures-{uuid.uuid4().hex[:8]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    for number in range(6):
        s3.put_object(Bucket=name, Key=f"a/part {number}.jpg", Body=a_picture(number))
    return name


def a_project(server, lines):
    client = server.client("rekognition")
    arn = client.create_project(ProjectName=f"out-{uuid.uuid4().hex[:6]}")["ProjectArn"]
    dataset = client.create_dataset(ProjectArn=arn, DatasetType="TRAIN")["DatasetArn"]
    body = "\n".join(map(json.dumps, lines)).encode()
    client.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": body})
    while client.describe_dataset(DatasetArn=dataset)["DatasetDescription"]["Status"].endswith("IN_PROGRESS"):
        pass
    return arn


@pytest.fixture(scope="module")
def boxes(server, bucket):
    lines = [
        boxed(f"s3://{bucket}/a/part 0.jpg", ("bolt", 4, 5, 20, 10), ("nut", 30, 8, 12, 12)),
        boxed(f"s3://{bucket}/a/part 1.jpg", ("nut", 0, 0, 64, 48)),
        boxed(f"s3://{bucket}/a/part 2.jpg"),
    ]
    return a_project(server, lines)


@pytest.fixture(scope="module")
def sorted_parts(server, bucket):
    kinds = ("bolt", "nut", "bolt", "screw")
    return a_project(
        server, [labelled(f"s3://{bucket}/a/part {n}.jpg", kind) for n, kind in enumerate(kinds)]
    )


def export(browser, arn, form, *, pictures=False, **more):
    query = {"project": arn, "type": "train", "format": form, **({"pictures": "yes"} if pictures else {})}
    return browser.ask("GET", f"/console/api/export?{urlencode(query | more)}")


def unpack(answer, folder):
    assert answer.status == 200, answer.body
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def meaning(lines):
    """What lines say: labels and boxes by the picture's name."""
    items = [read_item(line) for line in lines]
    return {
        item.name.rpartition("/")[2]: (
            item.labels if not item.boxes else (),
            [
                (name, *(round(side * of) for side, of in zip(box_sides(box), SIDES * 2, strict=True)))
                for name, box in item.boxes or ()
            ],
        )
        for item in items
    }


def box_sides(box):
    return box.left, box.top, box.width, box.height


def entries(server, arn):
    client = server.client("rekognition")
    name = arn.split("/")[1]
    (project,) = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    answer = client.list_dataset_entries(DatasetArn=project["Datasets"][0]["DatasetArn"])
    return [strip_marks(read_line(text)) for text in answer["DatasetEntries"]]


def test_a_manifest_comes_out_as_it_went_in(server, root, sorted_parts):
    answer = export(root, sorted_parts, "manifest")
    assert answer.status == 200
    assert answer.headers["content-disposition"].endswith("-train.manifest")
    written = [json.loads(line) for line in answer.body.decode().splitlines()]
    assert written == [json.loads(line.text) for line in entries(server, sorted_parts)]
    assert export(root, sorted_parts, "manifest", check="yes").json == {"entries": 4, "losses": {}}


def test_a_check_counts_what_the_format_does_not_hold(root, sorted_parts, boxes):
    assert export(root, boxes, "coco", check="yes").json == {"entries": 3, "losses": {}}
    assert export(root, sorted_parts, "coco", check="yes").json["losses"]["labels"] > 0
    assert export(root, sorted_parts, "labelme", check="yes").json["losses"] == {}


# What lies where in an archive: the labels for `vedette import`, which looks for pictures in images/.
PLACES = {"manifest": "dataset.manifest", "coco": "annotations.json", "voc": "Annotations", "yolo": ".",
          "csv": "labels.csv", "folder": "."}  # fmt: skip


@pytest.mark.parametrize(
    ("form", "kind"),
    [("manifest", "boxes"), ("coco", "boxes"), ("voc", "boxes"), ("yolo", "boxes"),
     ("manifest", "sorted_parts"), ("csv", "sorted_parts"), ("folder", "sorted_parts")],
)  # fmt: skip
def test_what_went_out_with_its_pictures_comes_in_the_same(server, root, tmp_path, request, form, kind):
    arn = request.getfixturevalue(kind)
    folder = unpack(export(root, arn, form, pictures=True), tmp_path)
    pictures = {path.name: path.read_bytes() for path in folder.rglob("*.jpg")}
    count = 3 if kind == "boxes" else 4
    assert pictures == {f"part {number}.jpg": a_picture(number) for number in range(count)}
    lines = to_lines(form, folder / PLACES[form], stamp=Stamp())
    assert meaning(lines) == meaning(entries(server, arn))
    assert not (folder / "left-out.txt").exists()


@pytest.mark.parametrize(("form", "kind"), [("coco", "boxes"), ("csv", "sorted_parts")])
def test_labels_alone_name_pictures_where_they_lie(server, root, tmp_path, request, form, kind):
    arn = request.getfixturevalue(kind)
    path = tmp_path / "labels"
    path.write_bytes(export(root, arn, form).body)
    lines = list(to_lines(form, path, stamp=Stamp()))
    assert [line.source for line in lines] == [line.source for line in entries(server, arn)]
    assert meaning(lines) == meaning(entries(server, arn))


def test_sides_that_no_line_tells_are_read_from_the_picture(root, tmp_path, sorted_parts):
    answer = export(root, sorted_parts, "coco")
    images = answer.json["images"]
    assert [(image["width"], image["height"]) for image in images] == [SIDES] * 4


def test_what_a_format_cannot_hold_is_refused_beforehand(root, boxes, sorted_parts):
    answer = export(root, boxes, "folder", pictures=True, check="yes")
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert "has boxes, which folders cannot hold" in answer.json["message"]
    assert export(root, sorted_parts, "folder", check="yes").status == 400
    assert export(root, sorted_parts, "zip").code == "BadRequest"


def test_a_picture_that_is_gone_is_named_and_the_rest_goes_out(server, root, tmp_path, bucket):
    arn = a_project(server, [labelled(f"s3://{bucket}/a/part {n}.jpg", "bolt") for n in (4, 5)])
    server.client("s3").delete_object(Bucket=bucket, Key="a/part 4.jpg")
    folder = unpack(export(root, arn, "csv", pictures=True), tmp_path)
    assert "part 4.jpg" in (folder / "left-out.txt").read_text()
    assert (folder / "labels.csv").read_text() == "a/part 5.jpg,bolt\n"


def test_names_stay_below_the_folder_and_never_meet(server, root, tmp_path):
    name = f"odd-{uuid.uuid4().hex[:8]}"
    s3 = server.client("s3")
    s3.create_bucket(Bucket=name)
    digest = "ab" * 32
    keys = ["x/../../up.jpg", "A.jpg", "a.JPG", f"uploads/{digest}/a.jpg", f"uploads/{'cd' * 32}/a.jpg",
            "con.jpg", "<b>\u202egpj.jpg"]  # fmt: skip
    for number, key in enumerate(keys):
        s3.put_object(Bucket=name, Key=key, Body=a_picture(number))
    arn = a_project(server, [labelled(f"s3://{name}/{key}", "bolt") for key in keys])
    answer = export(root, arn, "manifest", pictures=True)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        names = [item for item in archive.namelist() if item.startswith("images/")]
        assert {archive.read(item) for item in names} == {a_picture(number) for number in range(len(keys))}
    assert len({item.casefold() for item in names}) == len(keys)
    assert not any(".." in item or item.startswith("/") for item in names)


def test_who_may_not_list_takes_nothing_and_who_may_not_read_gets_no_picture(server, tmp_path, sorted_parts):
    nobody = signed_in(server, a_user(server, f"n-{uuid.uuid4().hex[:6]}"))
    assert export(nobody, sorted_parts, "manifest").code == "AccessDenied"
    viewer = signed_in(server, a_user(server, f"v-{uuid.uuid4().hex[:6]}", "viewer"))
    assert export(viewer, sorted_parts, "manifest").status == 200


def test_an_export_that_is_left_leaves_no_files(root, sorted_parts):
    for _ in range(6):
        assert export(root, sorted_parts, "csv", pictures=True).status == 200


@pytest.mark.parametrize("leaves", ["before", "never"])
def test_a_browser_that_leaves_before_the_first_byte_holds_no_turn(leaves, tmp_path):
    # A server sends to a closed line as to any other: without a look the archive is made to its end.
    made = []

    def blocks():
        for number in range(100):
            made.append(number)
            yield b"block"

    async def gone():
        if leaves == "never":
            await asyncio.Event().wait()

    async def read():
        route = ExportRoute(under_way=1)
        stream = ExportStream(route, blocks(), MemorySealedFolder(tmp_path / "place"), gone)
        await asyncio.sleep(0.05)
        return len([part async for part in stream]), route.under_way

    assert asyncio.run(read()) == ((0, 0) if leaves == "before" else (100, 0))
    assert len(made) == (0 if leaves == "before" else 100)


def test_an_answer_whose_head_could_not_be_sent_is_closed():
    closed = []

    class Parts:
        def __aiter__(self):
            return self

        async def __anext__(self):
            raise StopAsyncIteration

        async def aclose(self):
            closed.append(True)

    async def send(message):
        raise RuntimeError("the handler is closed")

    with pytest.raises(ClientGone):
        asyncio.run(send_answer(Response(200, [], Parts()), send, head_only=False))
    assert closed == [True]
