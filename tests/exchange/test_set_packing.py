"""A dataset as the folders of MVTec AD and of VisA: what went out comes back, and the rest is said."""

import csv
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import WHEN, labels
from vedette.cli.exchanging import LocalExport, export_pictures
from vedette.errors import Wrong
from vedette.exchange.formats import read_format, to_lines, write_manifest
from vedette.exchange.items import Item, write_item
from vedette.exchange.losses import find_losses
from vedette.exchange.set_packing import RESERVED
from vedette.manifest.attributes import Stamp
from vedette.manifest.segmentation import MaskRef

STAMP = Stamp(moment=WHEN, job="labeling-job/test")
COLORS = ("#ffffff", "#17becf", "#ff0000")
WIDE, HIGH = 5, 3

masks = st.lists(st.integers(0, 3), min_size=WIDE * HIGH, max_size=WIDE * HIGH)
defects = st.lists(
    labels.filter(lambda name: name.casefold() not in RESERVED),
    min_size=3,
    max_size=3,
    unique_by=str.casefold,
)
pictures = st.lists(st.tuples(st.booleans(), st.none() | masks), min_size=1, max_size=5)


def a_set(folder, drawn, names):
    """Write pictures, masks of the colours, and their manifest; return that."""
    shutil.rmtree(folder, ignore_errors=True)
    lines = []
    for number, (is_anomalous, mask) in enumerate(drawn):
        # Of one name in folders of their own, as cameras number them.
        place = folder / f"day {number}" / "shot.png"
        place.parent.mkdir(parents=True)
        Image.new("L", (WIDE, HIGH), number).save(place)
        ref = None
        if is_anomalous and mask is not None:
            codes = np.asarray(mask, np.uint8).reshape(HIGH, WIDE)
            image = Image.fromarray(codes)
            image.putpalette(
                [0, 0, 0, *(int(color[at : at + 2], 16) for color in COLORS for at in (1, 3, 5))]
            )
            image.save(place.with_name("mask.png"))
            ref = MaskRef(f"day {number}/mask.png", dict(zip(COLORS, names, strict=True)))
        lines.append(
            write_item(Item(f"day {number}/shot.png", is_anomalous=is_anomalous, mask=ref), stamp=STAMP)
        )
    write_manifest(lines, folder / "set.manifest")
    return folder / "set.manifest"


def export(form, manifest, out, split="train"):
    return export_pictures(manifest, LocalExport(form, "", None, True, split=split), out=out)


def read_back(form, out):
    """Return by the pictures' grey: the class, what the mask shows, and where it shows that."""
    back = {}
    for item in read_format(form, out):
        with Image.open(out / item.name) as picture:
            grey = picture.getpixel((0, 0))
        mask, shown = None, None
        if item.mask:
            mask = np.asarray(Image.open(out / item.mask.ref))
            assert set(np.unique(mask)) <= {0, 255}
            (shown,) = item.mask.colors.values()
        back[grey] = (item.is_anomalous, shown, None if mask is None else (mask > 0).tolist())
    return back


def expected(form, drawn, names):
    back = {}
    for number, (is_anomalous, mask) in enumerate(drawn):
        present = sorted({code for code in mask or [] if code}) if is_anomalous else []
        label = None
        if present:
            label = "anomaly" if form == "visa" else "combined" if len(present) > 1 else names[present[0] - 1]
        bits = (np.asarray(mask).reshape(HIGH, WIDE) > 0).tolist() if present else None
        back[number] = (is_anomalous, label, bits)
    return back


@pytest.mark.parametrize("form", ["mvtec", "visa"])
@settings(max_examples=25, deadline=None)
@given(drawn=pictures, names=defects)
def test_what_goes_out_as_folders_comes_back(tmp_path_factory, form, drawn, names):
    folder = tmp_path_factory.mktemp("set")
    export(form, a_set(folder / "in", drawn, names), folder / "out")
    assert read_back(form, folder / "out") == expected(form, drawn, names)


DRAWN = [(False, None), (True, [1] * 15), (True, [1, 2] * 7 + [0]), (True, None), (True, [0] * 15)]
NAMES = ["bent", "scratch", "hole"]


def files_of(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_both_datasets_make_one_product_of_mvtec(tmp_path):
    export("mvtec", a_set(tmp_path / "in", DRAWN, NAMES), tmp_path / "nut")
    Image.new("L", (WIDE, HIGH), 99).save(tmp_path / "in" / "day 0" / "shot.png")
    write_manifest(
        [write_item(Item("day 0/shot.png", is_anomalous=False), stamp=STAMP)],
        tmp_path / "in" / "test.manifest",
    )
    export("mvtec", tmp_path / "in" / "test.manifest", tmp_path / "nut", split="test")
    assert files_of(tmp_path / "nut") == [
        "ground_truth/bent/shot_mask.png", "ground_truth/combined/shot_mask.png",
        "test/bent/shot.png", "test/combined/shot.png", "test/defect/shot-2.png", "test/defect/shot.png",
        "test/good/shot.png", "train/good/shot.png",
    ]  # fmt: skip
    # A third that would put another picture in the place of one is refused, and nothing is written.
    before = (tmp_path / "nut" / "train" / "good" / "shot.png").read_bytes()
    with pytest.raises(Wrong, match=r"train/good/shot\.png is there and holds something else"):
        export("mvtec", tmp_path / "in" / "test.manifest", tmp_path / "nut")
    assert (tmp_path / "nut" / "train" / "good" / "shot.png").read_bytes() == before


def test_the_tables_of_visa_name_defects_and_splits(tmp_path):
    export("visa", a_set(tmp_path / "in", DRAWN, NAMES), tmp_path / "out")
    tables = {
        name: list(csv.reader((tmp_path / "out" / name).read_text("utf-8").splitlines()))
        for name in ("product/image_anno.csv", "split_csv/1cls.csv")
    }
    data = "product/Data"
    assert tables["product/image_anno.csv"] == [
        ["image", "label", "mask"],
        [f"{data}/Images/Normal/shot.png", "normal", ""],
        [f"{data}/Images/Anomaly/shot.png", "bent", f"{data}/Masks/Anomaly/shot.png"],
        [f"{data}/Images/Anomaly/shot-2.png", "bent,scratch", f"{data}/Masks/Anomaly/shot-2.png"],
        [f"{data}/Images/Anomaly/shot-3.png", "defect", ""],
        [f"{data}/Images/Anomaly/shot-4.png", "defect", ""],
    ]
    assert [row[:3] for row in tables["split_csv/1cls.csv"]] == [
        ["object", "split", "label"],
        ["product", "train", "normal"],
        *[["product", "test", "anomaly"]] * 4,
    ]


def test_what_does_not_fit_is_said(tmp_path):
    lines = list(to_lines("manifest", a_set(tmp_path / "in", DRAWN, NAMES), stamp=STAMP))
    lines.append(write_item(Item("x.png", ("red",)), stamp=STAMP))
    assert find_losses("mvtec", lines) == [
        "4 pictures were an anomaly of the training dataset, which goes among the test pictures.",
        "3 pictures were given a mask whose color map names defects that are not read back, or several, "
        "which are one where it shows them.",
        "1 picture has labels, which mvtec does not hold.",
        "1 picture was neither normal nor an anomaly, and are not written.",
    ]
    assert len(find_losses("mvtec", lines, split="test")) == 3


@pytest.mark.parametrize("label", ["good", "Test", "ground_truth", "a/b", "..", "con", "x" * 201, " x"])
def test_a_defect_that_no_folder_is_called_after_is_refused_before_anything_is_written(tmp_path, label):
    manifest = a_set(tmp_path / "in", [(True, [1] * 15)], [label, "dent", "hole"])
    with pytest.raises(Wrong, match="cannot be the name of a folder"):
        export("mvtec", manifest, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    export("visa", manifest, tmp_path / "out")


def test_a_mask_that_cannot_be_used_leaves_its_picture_an_anomaly_and_is_said(tmp_path, capsys):
    manifest = a_set(
        tmp_path / "in", [(True, [1] * 15), (True, [2] * 15), (False, None), (True, [1] * 15)], NAMES
    )
    (tmp_path / "in" / "day 0" / "mask.png").write_bytes(b"no picture")
    Image.new("RGB", (WIDE, HIGH), "#123456").save(tmp_path / "in" / "day 1" / "mask.png")
    (tmp_path / "in" / "day 2" / "shot.png").unlink()
    Image.new("RGB", (WIDE, HIGH + 1), COLORS[0]).save(tmp_path / "in" / "day 3" / "mask.png")
    export("mvtec", manifest, tmp_path / "out")
    assert files_of(tmp_path / "out") == [
        "test/defect/shot-2.png",
        "test/defect/shot-3.png",
        "test/defect/shot.png",
    ]
    sentences = capsys.readouterr().err
    assert "day 0/mask.png: There is no file for it. Its picture goes without." in sentences
    assert "Left out: day 1/mask.png has 15 pixels of #123456, which its color map does not name" in sentences
    assert "day 3/mask.png is a mask of 5 x 4 pixels on a picture of 5 x 3." in sentences
    assert "day 2/shot.png: There is no file for it." in sentences


def test_a_dataset_without_a_class_is_refused(tmp_path):
    manifest = tmp_path / "a.manifest"
    write_manifest([write_item(Item("a.png", ("red",)), stamp=STAMP)], manifest)
    with pytest.raises(Wrong, match="No picture is normal or an anomaly"):
        export("mvtec", manifest, tmp_path / "out")
