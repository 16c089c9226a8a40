"""Tracks of CVAT's films: what a frame shows, between key frames too, and what no film has."""

import pytest

from vedette.errors import Wrong
from vedette.exchange.cvat import read_cvat
from vedette.exchange.formats import read_format
from vedette.exchange.pieces import NoteList

HEAD = """<meta><task><mode>interpolation</mode><start_frame>{first}</start_frame>
<stop_frame>{last}</stop_frame><frame_filter>{step}</frame_filter>
<updated>2026-03-01 09:30:00+00:00</updated>
<original_size><width>100</width><height>50</height></original_size></task></meta>"""


def box(frame, left, *, outside=0, key=1, right=None):
    """Return an entry of a track, ten pixels wide unless said otherwise."""
    return (
        f'<box frame="{frame}" keyframe="{key}" outside="{outside}" occluded="0" xtl="{left}" ytl="10" '
        f'xbr="{right or left + 10}" ybr="30" z_order="0"/>'
    )


def film(tmp_path, *tracks, first=0, last=6, step=""):
    """Write a file of tracks, each a label and its entries."""
    path = tmp_path / "annotations.xml"
    told = [
        f'<track id="{n}" label="{label}">{"".join(shapes)}</track>'
        for n, (label, shapes) in enumerate(tracks)
    ]
    head = HEAD.format(first=first, last=last, step=step)
    path.write_text(f"<annotations>{head}{''.join(told)}</annotations>", "utf-8")
    return path


def shown(items):
    """Return each frame's boxes by label and left edge in pixels."""
    return {
        item.name: item.boxes and [(label, round(box.left * 100, 4)) for label, box in item.boxes]
        for item in items
    }


def test_a_box_goes_in_a_straight_line_between_entries_and_ends_with_the_last(tmp_path):
    path = film(tmp_path, ("car", [box(1, 10), box(4, 40)]), ("dog", [box(4, 0), box(5, 2)]))
    items = list(read_cvat(path))
    assert shown(items) == {
        "frame_000000.PNG": (),
        "frame_000001.PNG": [("car", 10)],
        "frame_000002.PNG": [("car", 20)],
        "frame_000003.PNG": [("car", 30)],
        "frame_000004.PNG": [("car", 40), ("dog", 0)],
        "frame_000005.PNG": [("dog", 2)],
        "frame_000006.PNG": (),
    }
    assert (items[0].size.width, items[0].size.height, items[0].stamp.job) == (100, 50, "cvat")


def test_a_track_without_a_box_is_in_no_frame_and_stops_no_other(tmp_path):
    # Found by drawing bytes; a film of points alone has such tracks too.
    points = '<points frame="0" outside="0" occluded="0" keyframe="1" points="1.0,1.0" z_order="0"></points>'
    notes = NoteList(str(tmp_path))
    path = film(tmp_path, ("empty", []), ("dots", [points]), ("car", [box(1, 10)]), last=1)
    # Something is in the first frame, if nothing that becomes a box: it is no picture without objects.
    assert shown(read_cvat(path, notes)) == {"frame_000000.PNG": None, "frame_000001.PNG": [("car", 10)]}
    note, tracks = notes.take()
    assert note.is_refused
    assert tracks.sentence == TRACKS


TRACKS = "annotations.xml has tracks: each frame keeps its boxes, but not which of them are one object."
AWAY = box(1, 300)
POINTS = '<points frame="{}" outside="{}" keyframe="1" points="1.0,1.0"/>'


@pytest.mark.parametrize(
    ("shapes", "doubtful"),
    [
        ([AWAY], [1]),
        ([AWAY, box(4, 20)], [1, 2, 3]),
        ([POINTS.format(1, 0), POINTS.format(3, 1)], [1, 2]),
        ([POINTS.format(1, 1), POINTS.format(3, 1)], []),
        ([box(0, 10), AWAY, box(3, 0, outside=1)], [1, 2]),
        ([box(0, 10), box(2, "x", right=9), box(3, 20)], [0, 1, 2, 3]),  # the whole track is refused
        ([box("?", 10)], [0, 1, 2, 3, 4, 5, 6]),
        (['<cuboid frame="2" outside="0"/>'], [2]),
        (['<something frame="2"/>'], [2]),
    ],
)
def test_frames_in_which_a_shape_was_refused_are_not_said_to_be_empty(tmp_path, shapes, doubtful):
    notes = NoteList(str(tmp_path))
    items = list(read_cvat(film(tmp_path, ("car", shapes)), notes))
    assert [number for number, item in enumerate(items) if item.boxes is None] == doubtful
    assert len(items) == 7


def test_an_object_outside_is_in_no_frame_until_it_comes_back(tmp_path):
    path = film(tmp_path, ("car", [box(0, 10), box(2, 50, outside=1), box(4, 80), box(5, 80, outside=1)]))
    assert {name: cars for name, cars in shown(read_cvat(path)).items() if cars} == {
        "frame_000000.PNG": [("car", 10)],
        "frame_000001.PNG": [("car", 10)],
        "frame_000004.PNG": [("car", 80)],
    }


def test_entries_that_cvat_wrote_for_every_frame_are_taken_as_they_are(tmp_path):
    path = film(tmp_path, ("car", [box(0, 10), box(1, 11, key=0), box(2, 50), box(3, 51, outside=1)]))
    assert [left for boxes in shown(read_cvat(path)).values() for _, left in boxes] == [10, 11, 50]


def test_a_polygon_between_key_frames_stays_and_that_is_said(tmp_path):
    polygon = '<polygon frame="{}" outside="0" keyframe="1" points="1,1;9,1;9,9"/>'
    notes = NoteList(str(tmp_path), are_shapes_drawn=True)
    path = film(
        tmp_path,
        ("car", [polygon.format(0), polygon.format(3)]),
        ("cat", [polygon.format(5), polygon.format(6)]),
    )
    list(read_cvat(path, notes))
    note, _ = notes.take()
    assert note.sentence.endswith(
        "track 0, has shapes at its key frames alone: between them each stays as it was."
    )


def test_only_frames_that_the_task_shows_are_pictures(tmp_path):
    path = film(tmp_path, ("car", [box(10, 0), box(20, 20)]), first=10, last=20, step="step=5")
    assert shown(read_cvat(path)) == {
        "frame_000010.PNG": [("car", 0)],
        "frame_000015.PNG": [("car", 10)],
        "frame_000020.PNG": [("car", 20)],
    }


def test_frames_without_a_picture_are_left_out_and_counted(tmp_path):
    path = film(tmp_path, ("car", [box(0, 0), box(6, 60)]))
    pictures = tmp_path / "images"
    pictures.mkdir()
    for number in (0, 3):
        (pictures / f"frame_{number:06d}.jpg").write_bytes(b"")
    notes = NoteList(str(tmp_path))
    items = list(read_format("cvat", path, notes=notes))
    assert shown(items) == {
        "images/frame_000000.jpg": [("car", 0)],
        "images/frame_000003.jpg": [("car", 30)],
    }
    assert [note.sentence for note in notes.take()] == [
        TRACKS,
        "5 of 7 frames of annotations.xml have no picture, and are left out.",
    ]


def test_polygons_and_turned_boxes_of_a_track_are_noted_as_their_boxes(tmp_path):
    polygon = '<polygon frame="0" keyframe="1" outside="0" points="10,10;20,10;20,40"/>'
    points = '<points frame="1" keyframe="1" outside="0" points="10,10"/>'
    notes = NoteList(str(tmp_path))
    items = list(read_cvat(film(tmp_path, ("car", [polygon, points]), last=0), notes))
    assert shown(items) == {"frame_000000.PNG": [("car", 10)]}
    assert [(note.sentence, note.is_refused) for note in notes.take()] == [
        ("annotations.xml, track 0, frame 0, has a polygon of car that becomes the box around it.", False),
        ("annotations.xml, track 0, frame 1, has points of car, which become no box.", True),
        (TRACKS, False),
    ]


def test_images_of_a_film_are_read_as_images(tmp_path):
    image = (
        '<image id="0" name="frame_000004" width="100" height="50">'
        + box(4, 10).replace("<box ", '<box label="car" ')
        + "</image>"
    )
    path = tmp_path / "annotations.xml"
    path.write_text(f"<annotations>{HEAD.format(first=0, last=900, step='')}{image}</annotations>", "utf-8")
    assert shown(read_cvat(path)) == {"frame_000004": [("car", 10)]}


WRONG = [
    ({"tracks": [("car", [box(0, 1), box(50_000_000, 1)])]}, "a frame that no film has"),
    ({"tracks": [("car", [box(-3, 1)])]}, "a frame that no film has: -3"),
    ({"tracks": [("car", [box("nan", 1)])]}, "no number for frame"),
    ({"tracks": [("", [box(0, 1)])]}, "a shape without a label"),
    ({"tracks": [("car", [box(0, 90, right=80)])]}, "not on its picture"),
    ({"tracks": [], "last": 900_000_000}, "more than 1,000,000 frames"),
]


@pytest.mark.parametrize(("wanted", "sentence"), WRONG)
def test_what_no_film_has_is_refused_in_a_sentence(tmp_path, wanted, sentence):
    tracks = wanted["tracks"]
    with pytest.raises(Wrong, match=sentence):
        list(read_cvat(film(tmp_path, *tracks, last=wanted.get("last", 6))))


def test_films_of_two_sizes_in_one_file_are_refused(tmp_path):
    path = film(tmp_path, ("car", [box(0, 1)]))
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("</task>", "<original_size><width>9</width></original_size></task>"), "utf-8"
    )
    with pytest.raises(Wrong, match="several sizes"):
        list(read_cvat(path))
