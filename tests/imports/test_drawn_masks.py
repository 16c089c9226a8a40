"""Masks of outlines by an import: drawn, put beside the pictures, read as they were drawn."""

import json
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from imports.test_imports import BUCKET, Bench, house  # noqa: F401  (a fixture)
from vedette.datasets.editing import EntryEditor
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Wrong
from vedette.exchange.items import Item
from vedette.exchange.pieces import NoteList
from vedette.imports.mask_copies import MaskCopies
from vedette.imports.mask_drawings import MaskDrawings
from vedette.imports.naming import PictureIndex, PlacedPicture
from vedette.imports.pieces import FilePiece, Piece
from vedette.imports.values import ImportSource
from vedette.manifest.detection import Size
from vedette.manifest.lines import read_line
from vedette.vision.annotations import Box

SIDES = (96, 64)


@pytest.fixture
def lookout(house):  # noqa: F811
    return Bench(house, "lookoutvision")


def a_picture(number):
    file = BytesIO()
    Image.new("RGB", SIDES, (number, 9, 9)).save(file, "JPEG")
    return file.getvalue()


def cvat(*images):
    return ("<annotations>" + "".join(images) + "</annotations>").encode()


def image(name, *shapes, sides=SIDES):
    return f'<image name="{name}" width="{sides[0]}" height="{sides[1]}">{"".join(shapes)}</image>'


SQUARE = '<polygon label="dent" points="8,8;28,8;28,18;8,18"/>'
BOX = '<box label="hole" xtl="50" ytl="30" xbr="60" ybr="40"/>'
SET = cvat(
    image("a.jpg", SQUARE, BOX),
    image("b.jpg"),
    image("c.jpg", BOX),
    image("d.jpg", SQUARE, sides=(960, 640)),
    image("e.jpg", '<polygon label="dent" points="8,8;8.1,8;8,8.1"/>'),
)


def mask_of(bench, line):
    """Return the pixels of a line's mask by label, out of the bucket."""
    ref = LOOKOUT.judge_line(read_line(json.dumps(line))).mask
    bucket, _, key = ref.ref.removeprefix("s3://").partition("/")
    pixels = np.asarray(Image.open(BytesIO(bench.house.blobs.read(bucket, key))).convert("RGB")).astype(int)
    codes = pixels[:, :, 0] << 16 | pixels[:, :, 1] << 8 | pixels[:, :, 2]
    return {label: np.argwhere(codes == int(color[1:], 16)) for color, label in ref.colors.items()}


def verdicts(bench):
    lines = {line["source-ref"].rpartition("/")[2]: line for line in bench.entries()}
    return lines, {name: LOOKOUT.judge_line(read_line(json.dumps(line))) for name, line in lines.items()}


@pytest.mark.parametrize("wish", ["polygons", "shapes"])
def test_outlines_in_a_bucket_come_in_as_masks_and_what_is_lost_is_shown(lookout, wish):
    for number, name in enumerate("abcde"):
        lookout.put(f"set/{name}.jpg", a_picture(number))
    lookout.put("set/annotations.xml", SET)
    source = ImportSource("bucket", "cvat", f"s3://{BUCKET}/set", masks_from=wish)
    state = lookout.bring(source)
    assert (state.status, state.message) == ("ready", "")
    notes = {
        (row.name, problem[2], problem[1]) for row in lookout.lines(state) for problem in row.problems
    }  # fmt: skip
    assert ("d.jpg", "refused", "d.jpg should have 960 x 640 pixels, and has 96 x 64.") in notes
    lost = ("e.jpg", "warning", "e.jpg has a shape of dent that covers the centre of no pixel, and is lost.")
    assert lost in notes
    unfilled = ("a.jpg", "warning", "a.jpg has boxes that are not drawn: 1 (hole).")
    assert (unfilled in notes) == (wish == "polygons")
    assert lookout.run(state).status == "done"
    lines, judged = verdicts(lookout)
    assert {name: verdict.is_anomalous for name, verdict in judged.items()} == {
        "a.jpg": True, "b.jpg": False, "c.jpg": True, "e.jpg": True,
    }  # fmt: skip
    shown = mask_of(lookout, lines["a.jpg"])
    assert (shown["dent"].min(axis=0).tolist(), shown["dent"].max(axis=0).tolist()) == ([8, 8], [17, 27])
    assert [len(shown[label]) for label in sorted(shown)] == ([200] if wish == "polygons" else [200, 100])
    assert (judged["c.jpg"].mask is None) == (wish == "polygons")
    assert judged["e.jpg"].mask is None


def test_masks_of_uploads_lie_in_the_bucket_of_the_uploads(lookout):
    ref = lookout.put(f"uploads/{'0' * 64}/a.jpg", a_picture(1))
    piece = Piece(
        [FilePiece("cvat.xml", 0, cvat(image("a.jpg", SQUARE)))], [PlacedPicture("a.jpg", ref, *SIDES)]
    )
    for _ in range(2):  # once more is the same object
        state = lookout.bring(ImportSource("files", "cvat", masks_from="polygons"), piece)
        assert state.status == "ready"
    lookout.run(state)
    lines, judged = verdicts(lookout)
    assert judged["a.jpg"].mask.ref.startswith(f"s3://{BUCKET}/uploads/")
    assert judged["a.jpg"].mask.ref.endswith("/a.png")
    assert len(mask_of(lookout, lines["a.jpg"])["dent"]) == 200
    assert len([item for item in lookout.house.blobs.list(BUCKET) if item.key.endswith(".png")]) == 1


def pngs(bench):
    return [item.key for item in bench.house.blobs.list(BUCKET) if item.key.endswith(".png")]


def a_set(bench, *, labels=SET):
    for number, name in enumerate("abcde"):
        bench.put(f"set/{name}.jpg", a_picture(number))
    bench.put("set/annotations.xml", labels)
    return bench.bring(ImportSource("bucket", "cvat", f"s3://{BUCKET}/set", masks_from="polygons"))


def test_an_import_that_nobody_runs_leaves_no_mask_behind(lookout):
    state = a_set(lookout)
    assert state.status == "ready"
    assert pngs(lookout) == []
    lookout.house.imports.delete(lookout.project, state.id)
    assert pngs(lookout) == []


def test_labels_that_are_others_when_the_import_runs_are_refused_and_bring_nothing(lookout):
    state = a_set(lookout)
    lookout.put("set/annotations.xml", cvat(image("a.jpg", SQUARE.replace("28", "38"))))
    after = lookout.run(state)
    assert after.status == "ready"
    assert "is drawn otherwise than when the import was read" in after.message
    assert (lookout.entries(), pngs(lookout)) == ([], [])


def test_entries_that_stay_as_they_are_bring_no_masks(lookout):
    lookout.run(a_set(lookout, labels=cvat(image("a.jpg"))))
    lookout.run(a_set(lookout))
    assert pngs(lookout) == []
    assert verdicts(lookout)[1]["a.jpg"].is_anomalous is False


def test_a_run_that_was_cut_off_puts_the_rest(lookout, monkeypatch):
    state, real = a_set(lookout), EntryEditor.update

    def cut(self, *words):
        raise RuntimeError("cut off")

    monkeypatch.setattr(EntryEditor, "update", cut)
    assert lookout.run(state).status == "ready"
    assert len(pngs(lookout)) == 1  # of the batch that was to be put in
    monkeypatch.setattr(EntryEditor, "update", real)
    assert lookout.run(state).status == "done"
    assert len(mask_of(lookout, verdicts(lookout)[0]["a.jpg"])["dent"]) == 200


def test_who_may_not_write_into_the_bucket_brings_no_masks_and_is_told(lookout):
    lookout.house.blobs.make_bucket("theirs", account="210987654321", region="eu-west-1")
    elsewhere = PlacedPicture("a.jpg", "s3://theirs/a.jpg", *SIDES)
    piece = Piece([FilePiece("cvat.xml", 0, cvat(image("a.jpg", SQUARE)))], [elsewhere])
    state = lookout.bring(ImportSource("files", "cvat", masks_from="polygons"), piece)
    assert state.status == "failed"
    assert "is not authorized to perform: s3:PutObject on theirs/uploads/" in state.message
    assert list(lookout.house.blobs.list("theirs")) == []


def test_masks_are_for_a_service_that_has_them_and_for_formats_with_shapes(house, lookout):  # noqa: F811
    with pytest.raises(Wrong, match="masks has no shapes that masks could be drawn of"):
        lookout.bring(ImportSource("files", "masks", masks_from="polygons"))
    state = lookout.bring(ImportSource("files", "cvat"))
    with pytest.raises(Wrong, match="has no shapes"):
        house.imports.read(lookout.project, state.id, ImportSource("files", "voc2", masks_from="polygons"))


def test_masks_that_are_not_looked_at_are_not_copied(house, monkeypatch):  # noqa: F811
    """Custom Labels takes what is normal and what is not from MVTec AD, and no masks."""
    copied = []
    monkeypatch.setattr(MaskCopies, "write", lambda self, form, pictures, folder: copied.append(form))
    bench = Bench(house, "rekognition")
    bench.put("nut/train/good/0.png", a_picture(0))
    bench.put("nut/ground_truth/bent/1_mask.png", a_picture(1))
    state = bench.bring(ImportSource("bucket", "mvtec", f"s3://{BUCKET}/nut"))
    sentences = [problem[1] for row in bench.lines(state) for problem in row.problems]
    assert "ground_truth/bent/1_mask.png is a mask, and is not brought." in sentences
    assert copied == []


class Undrawable:
    """A shape that is not to be drawn."""

    order = 0

    def draw(self, size, place):
        pytest.fail("it was drawn")


def test_nothing_is_drawn_for_a_picture_that_is_not_there(tmp_path):
    item = Item("none.jpg", (), (("dent", Box(0, 0, 1, 1)),), Size(8000, 8000), shapes=(Undrawable(),))
    notes = NoteList(are_shapes_drawn=True)
    drawings = MaskDrawings(tmp_path, PictureIndex([]))
    assert list(drawings.masks(notes, with_boxes=False).masked(iter([item]))) == []
    [note] = notes.notes
    assert note.sentence == "There is no picture none.jpg, beside which its mask would lie."
