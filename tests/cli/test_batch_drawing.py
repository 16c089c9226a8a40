"""Drawings of a batch: what was found lies where it was found, whatever way the picture lies."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vedette.cli.batch_calls import BatchEnds
from vedette.cli.batch_drawing import BatchDrawings, DrawingFolder, DrawingObjects, drawn, open_drawings
from vedette.cli.batch_pictures import FolderPictures
from vedette.errors import Wrong

BOX = {"Left": 0.0, "Top": 0.0, "Width": 0.25, "Height": 0.5}
BOLT = {"CustomLabels": [{"Name": "bolt", "Confidence": 90.0, "Geometry": {"BoundingBox": BOX}}]}
RED = "#FF0000"


def jpeg(size=(80, 40), orientation=1):
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.new("RGB", size, "white").save(stream, "JPEG", exif=exif)
    return stream.getvalue()


def crack(mask):
    area = {"TotalPercentageArea": 0.25, "Color": RED}
    kinds = [
        {"Name": "background", "PixelAnomaly": {"TotalPercentageArea": 0.75, "Color": "#FFFFFF"}},
        {"Name": "crack", "PixelAnomaly": area},
    ]
    result = {"IsAnomalous": True, "Confidence": 0.75, "Anomalies": kinds, "AnomalyMask": mask}
    return {"DetectAnomalyResult": result}


def a_mask(size=(80, 40)):
    """The right half of the stored picture is a crack."""
    mask, stream = Image.new("RGB", size, "white"), io.BytesIO()
    mask.paste(RED, (size[0] // 2, 0, *size))
    mask.save(stream, "PNG")
    return stream.getvalue()


def reds(image):
    """Which pixels are redder than a white picture is."""
    pixels = np.asarray(image).astype(int)
    return (pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 180) & (pixels[:, :, 2] < 180)


def test_a_box_of_the_stored_picture_lies_where_the_upright_one_has_it():
    upright = drawn(jpeg(), BOLT)
    turned = drawn(jpeg(orientation=6), BOLT)  # to be turned by 90 degrees to the right
    assert (upright.size, turned.size) == ((80, 40), (40, 80))

    # The left upper corner of what is stored is the right upper one of what is seen.
    def dark(image, place):
        return sum(image.getpixel(place)) < 3 * 250

    assert dark(turned, (39, 19))
    assert not dark(turned, (2, 60))
    assert dark(upright, (19, 15))


@pytest.mark.parametrize("form", [bytes, lambda mask: base64.b64encode(mask).decode()])
def test_a_mask_is_painted_over_the_picture_however_it_comes(form):
    mask, size = form(a_mask((400, 200))), (400, 200)
    painted = reds(drawn(jpeg(size), crack(mask)))
    assert painted[190, 300]
    assert not painted[190, 100]
    turned = reds(drawn(jpeg(size, orientation=6), crack(mask)))
    assert turned[300, 150]
    assert not turned[150, 150]


def test_drawings_and_masks_have_the_names_of_their_pictures(tmp_path):
    pictures = tmp_path / "in"
    (pictures / "a").mkdir(parents=True)
    (pictures / "a" / "1.jpg").write_bytes(jpeg())
    (pictures / "a" / "1.png").write_bytes(jpeg())
    drawings = open_drawings(str(tmp_path / "out"), str(pictures), FolderPictures(pictures), None)
    drawings.draw("a/1.jpg", crack(a_mask()))
    drawings.draw("a/1.png", BOLT)
    files = sorted(path.name for path in (tmp_path / "out" / "a").iterdir())
    assert files == ["1.jpg.drawn.jpg", "1.jpg.mask.png", "1.png.drawn.jpg"]
    assert (tmp_path / "out/a/1.jpg.mask.png").read_bytes() == a_mask()


def test_a_picture_that_cannot_be_decoded_here_has_no_drawing(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"none")
    BatchDrawings(FolderPictures(tmp_path / "in"), DrawingFolder(tmp_path / "out")).draw("a.jpg", BOLT)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("out", "source"),
    [("in", "in"), ("in/drawn", "in"), ("s3://b/in/drawn", "s3://b/in"), ("s3://b/in", "s3://b/in/")],
)
def test_drawings_never_come_among_the_pictures(tmp_path, monkeypatch, out, source):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    with pytest.raises(Wrong, match="would take drawings for pictures"):
        open_drawings(out, source, FolderPictures(Path("in")), None)
    open_drawings("beside", source, FolderPictures(Path("in")), None)


def test_a_place_that_takes_no_drawing_ends_the_batch_and_blames_no_picture(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Wrong, match="is a file"):
        DrawingFolder(tmp_path / "file")
    with pytest.raises(BatchEnds, match=r"drawing of a/\.\./\.\./b\.jpg was not written"):
        DrawingFolder(tmp_path / "out").put("a/../../b.jpg", ".drawn.jpg", b"x")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").write_bytes(b"a file where a folder should be")
    with pytest.raises(BatchEnds, match=r"was not written: File exists|Not a directory"):
        DrawingFolder(tmp_path / "out").put("a/b.jpg", ".drawn.jpg", b"x")


def test_objects_have_the_names_of_the_keys():
    class Bucket:
        def put_object(self, **members):
            self.put = members

    bucket = Bucket()
    DrawingObjects(bucket, "s3://drawn/night").put("s3://pictures/line/1.jpg", ".drawn.jpg", b"x")
    assert (bucket.put["Bucket"], bucket.put["Key"]) == ("drawn", "night/line/1.jpg.drawn.jpg")
    assert bucket.put["ContentType"] == "image/jpeg"
