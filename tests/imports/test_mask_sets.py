"""Pictures with masks by an import: taken as they are, or as boxes, or refused by name."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imports.test_imports import BUCKET, Bench, house  # noqa: F401  (a fixture)
from vedette.dialects.registry import LOOKOUT
from vedette.errors import NoSpace
from vedette.imports.mask_copies import MaskCopies, pixels_in
from vedette.imports.mask_sets import is_mask
from vedette.imports.naming import PlacedPicture
from vedette.imports.pieces import FilePiece, Piece
from vedette.imports.values import ImportSource
from vedette.manifest.lines import read_line

SIDES = (96, 64)


def png(*areas, mode="L", sides=SIDES):
    """Return a PNG with a rectangle of a value in each area: value, left, top, width, height."""
    shape = (sides[1], sides[0]) if mode == "L" else (sides[1], sides[0], 3)
    pixels = np.zeros(shape, np.uint8)
    for value, left, top, width, height in areas:
        pixels[top : top + height, left : left + width] = value
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def a_picture(number):
    file = BytesIO()
    Image.new("RGB", SIDES, (number, 9, 9)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(params=["rekognition", "lookoutvision"])
def bench(request, house):  # noqa: F811
    return Bench(house, request.param)


@pytest.fixture
def lookout(house):  # noqa: F811
    return Bench(house, "lookoutvision")


def notes_of(bench, state):
    return {
        row.name: [(code, sentence) for code, sentence, *_ in row.problems]
        for row in bench.lines(state)
        if not row.counts
    }


def put_set(bench):
    """Put pictures into the bucket: with a scratch and a dent, nothing, no mask; and some that are odd."""
    for number, name in enumerate(("a", "b", "c", "wide", "soft")):
        bench.put(f"set/images/line 1/{name}.jpg", a_picture(number))
    bench.put("set/masks/line 1/a.png", png((1, 8, 8, 20, 10), (2, 50, 30, 16, 16)))
    bench.put("set/masks/line 1/b.png", png())
    bench.put("set/masks/line 1/wide.png", png((1, 8, 8, 20, 10), sides=(128, 64)))
    bench.put("set/masks/line 1/soft.png", png((1, 8, 8, 20, 10), (7, 30, 30, 3, 1)))
    bench.put("set/masks/nobody's.png", png((1, 8, 8, 20, 10)))
    bench.put("set/labels.csv", b"0,background\n1,scratch\n2,dent\n")


def test_masks_of_a_bucket_come_in_as_the_service_takes_them(bench):
    put_set(bench)
    state = bench.bring(ImportSource("bucket", "masks", f"s3://{BUCKET}/set/"))
    assert (state.status, state.message) == ("ready", "")
    notes = notes_of(bench, state)
    assert {name: [code for code, _ in codes] for name, codes in notes.items()} == {
        "masks/nobody's.png": ["PIECE_REFUSED"],
        "images/line 1/wide.jpg": ["PIECE_REFUSED"],
        "images/line 1/soft.jpg": ["PIECE_REFUSED"],
    }
    assert "of 128 x 64 pixels on a picture of 96 x 64" in notes["images/line 1/wide.jpg"][0][1]
    assert "has 3 pixels of 7, which labels.csv does not name" in notes["images/line 1/soft.jpg"][0][1]
    assert bench.run(state, with_unlabelled=False).status == "done"
    lines = {
        line["source-ref"].removeprefix(f"s3://{BUCKET}/set/images/line 1/"): line for line in bench.entries()
    }
    # In Custom Labels, one in which nothing was found has no label.
    assert sorted(lines) == (["a.jpg", "b.jpg"] if bench.project.dialect.class_labels else ["a.jpg"])
    if bench.project.dialect.class_labels:
        verdict = LOOKOUT.judge_line(read_line(json.dumps(lines["a.jpg"])))
        assert (verdict.is_anomalous, verdict.mask.ref) == (True, f"s3://{BUCKET}/set/masks/line 1/a.png")
        assert verdict.mask.colors == {"#010101": "scratch", "#020202": "dent"}
        assert LOOKOUT.judge_line(read_line(json.dumps(lines["b.jpg"]))).is_anomalous is False
    else:
        [value] = [
            value for value in lines["a.jpg"].values() if isinstance(value, dict) and "annotations" in value
        ]
        boxes = [
            tuple(box[side] for side in ("left", "top", "width", "height")) for box in value["annotations"]
        ]
        assert boxes == [(8, 8, 20, 10), (50, 30, 16, 16)]


def test_masks_that_a_browser_sent_go_by_the_paths_that_they_had(lookout):
    """Uploads lie by their hashes, where no mask has its picture's name."""
    pictures = [
        PlacedPicture(path, lookout.put(f"uploads/{number:064x}/x{path[-4:]}", body), *SIDES)
        for number, (path, body) in enumerate(
            {
                "images/a.jpg": a_picture(1),
                "masks/a.png": png(((255, 0, 0), 8, 8, 20, 10), mode="RGB"),
                "images/b.jpg": a_picture(2),
            }.items()
        )
    ]
    table = FilePiece("labels.csv", 0, b"#ff0000,crack\n")
    state = lookout.bring(ImportSource("files", "masks"), Piece([table], pictures))
    assert (state.status, state.message) == ("ready", "")
    assert lookout.run(state).status == "done"
    lines = {line["source-ref"]: line for line in lookout.entries()}
    assert sorted(lines) == [pictures[0].ref, pictures[2].ref]
    verdict = LOOKOUT.judge_line(read_line(json.dumps(lines[pictures[0].ref])))
    assert (verdict.mask.ref, verdict.mask.colors) == (pictures[1].ref, {"#ff0000": "crack"})


@pytest.mark.parametrize("form", ["mvtec", "visa"])
def test_sets_of_anomalies_bring_their_masks_to_lookout(lookout, form):
    places = {
        "mvtec": (
            "train/good/0.png", "test/hole/1.png",
            "ground_truth/hole/1_mask.png", "ground_truth/hole/9_mask.png",
        ),
        "visa": (
            "Data/Images/Normal/0.JPG", "Data/Images/Anomaly/1.JPG",
            "Data/Masks/Anomaly/1.png", "Data/Masks/Anomaly/9.png",
        ),
    }[form]  # fmt: skip
    good, bad, mask, nobodys = places
    for number, place in enumerate((good, bad)):
        lookout.put(f"product/{place}", png(sides=SIDES) if form == "mvtec" else a_picture(number))
    for place in (mask, nobodys):
        lookout.put(f"product/{place}", png((255, 8, 8, 20, 10)))
    state = lookout.bring(ImportSource("bucket", form, f"s3://{BUCKET}/product"))
    assert {name: [code for code, _ in codes] for name, codes in notes_of(lookout, state).items()} == {
        nobodys: ["PIECE_REFUSED"]
    }
    lookout.run(state)
    verdicts = {
        line["source-ref"].removeprefix(f"s3://{BUCKET}/product/"): LOOKOUT.judge_line(
            read_line(json.dumps(line))
        )
        for line in lookout.entries()
    }
    assert {name: verdict.is_anomalous for name, verdict in verdicts.items()} == {good: False, bad: True}
    label = "hole" if form == "mvtec" else "anomaly"
    assert verdicts[bad].mask.colors == {"#ffffff": label}
    assert verdicts[bad].mask.ref == f"s3://{BUCKET}/product/{mask}"


def test_a_mask_that_the_caller_may_not_read_or_that_is_another_accounts_is_not_looked_at(lookout):
    lookout.house.blobs.make_bucket("others-bucket", account="999999999999", region="eu-west-1")
    lookout.house.blobs.put("others-bucket", "a.png", png((1, 8, 8, 20, 10)))
    pictures = [
        PlacedPicture("images/a.jpg", lookout.put("a.jpg", a_picture(1)), *SIDES),
        PlacedPicture("masks/a.png", "s3://others-bucket/a.png", *SIDES),
    ]
    table = FilePiece("labels.csv", 0, b"1,crack\n")
    state = lookout.bring(ImportSource("files", "masks"), Piece([table], pictures))
    [(code, sentence)] = notes_of(lookout, state)["images/a.jpg"]
    assert (code, "masks/a.png is a mask that is not to be had" in sentence) == ("PIECE_REFUSED", True)


def test_masks_without_a_table_or_with_a_bad_one_are_refused_in_a_sentence(lookout):
    pictures = [PlacedPicture("images/a.jpg", lookout.put("a.jpg", a_picture(1)), *SIDES)]
    for table, problem in (
        (b"1,crack\n1,dent\n", "has the value 1 twice"),
        (b"0,background\n", "names no label"),
    ):
        piece = Piece([FilePiece("labels.csv", 0, table)], pictures)
        state = lookout.bring(ImportSource("files", "masks"), piece)
        assert (state.status, problem in state.message) == ("failed", True)
    state = lookout.bring(ImportSource("files", "masks"), Piece([], pictures))
    assert state.status == "failed"
    assert "labels.csv, which says what the values of the masks mean" in state.message


def test_masks_are_read_in_another_process_where_they_are_many(lookout):
    put_set(lookout)
    object.__setattr__(lookout.house.imports._tools, "small", 10)
    state = lookout.bring(ImportSource("bucket", "masks", f"s3://{BUCKET}/set"))
    assert (state.status, state.message) == ("ready", "")
    assert state.totals["labels"]["scratch"][0] == 1


def test_what_a_mask_is_goes_by_its_place():
    assert is_mask("masks", "masks/x/a.png")
    assert not is_mask("masks", "masks/a.jpg")
    assert not is_mask("masks", "images/masks/a.png")
    assert is_mask("mvtec", "hole/ground_truth/bent/0.png")
    assert not is_mask("folder", "ground_truth/bent/0.png")


def test_keys_that_are_no_paths_leave_their_own_masks_out(lookout):
    long = f"{'n' * 300}"
    for number, name in enumerate(("a", "b:c", "d", long)):
        lookout.put(f"set/images/{name}.jpg", a_picture(number))
        lookout.put(f"set/masks/{name}.png", png((1, 8, 8, 20, 10)))
    lookout.put("set/masks/a.png/d.png", png((1, 8, 8, 20, 10)))
    lookout.put("set/labels.csv", b"1,crack\n")
    state = lookout.bring(ImportSource("bucket", "masks", f"s3://{BUCKET}/set"))
    assert (state.status, state.message) == ("ready", "")
    assert state.totals["labels"]["crack"][0] >= 2
    assert "is a mask that is not to be had" in notes_of(lookout, state)[f"images/{long}.jpg"][0][1]


@pytest.mark.parametrize("form", ["mvtec", "visa"])
def test_a_mask_with_a_key_that_no_disk_takes_leaves_its_picture(lookout, form):
    long = f"{'n' * 300}"
    picture, mask = {
        "mvtec": (f"test/hole/{long}.png", f"ground_truth/hole/{long}_mask.png"),
        "visa": (f"Data/Images/Anomaly/{long}.JPG", f"Data/Masks/Anomaly/{long}.png"),
    }[form]
    lookout.put(f"p/{picture}", png(sides=SIDES) if form == "mvtec" else a_picture(1))
    lookout.put(f"p/{mask}", png((255, 8, 8, 20, 10)))
    state = lookout.bring(ImportSource("bucket", form, f"s3://{BUCKET}/p"))
    assert (state.status, state.message) == ("ready", "")
    assert "is a mask that is not to be had" in notes_of(lookout, state)[mask][0][1]
    assert lookout.run(state).status == "done"
    [line] = lookout.entries()
    assert LOOKOUT.judge_line(read_line(json.dumps(line))).is_anomalous is True


def test_a_full_disk_gets_no_copies(lookout):
    def refuse():
        raise NoSpace("The disk is full.")

    copies = MaskCopies(lookout.house.blobs, None, lookout.caller, lambda: False, refuse)
    with pytest.raises(NoSpace):
        copies.write("masks", iter([PlacedPicture("masks/a.png", f"s3://{BUCKET}/a.png")]), None)


def test_masks_are_weighed_by_their_pixels(tmp_path):
    """Of one value, many pixels are a small file: to look at them is for a process of its own."""
    folder = tmp_path / "masks"
    (folder / "x").mkdir(parents=True)
    for name in ("a.png", "x/b.PNG"):
        (folder / name).write_bytes(png(sides=(3000, 2000)))
    (folder / "c.png").write_bytes(b"no picture")
    assert sum(path.stat().st_size for path in folder.rglob("*.*")) < 50_000
    assert pixels_in(folder) == 2 * 3000 * 2000 + 10
