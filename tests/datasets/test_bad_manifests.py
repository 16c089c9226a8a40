"""What cannot be a manifest, line by line and as a whole, in creations and in updates."""

import json

import pytest

from doubles.houses import ELSEWHERE, HERE
from doubles.lines import a_box_line, a_line, a_room, an_anomaly_line, refs_of
from vedette.datasets.dataset import ManifestSource

CONTENTS = "The manifest file extension or contents are invalid."
TOO_MANY = "The manifest file has too many terminal errors."
GOOD = [a_line(number, "a") for number in range(20)]


def nested(levels):
    return '{"source-ref":"s3://pictures/deep.png","x":' + "[" * levels + "]" * levels + "}"


# One bad line among twenty good ones: dropped without a word (rekognition.md 4.2).
DROPPED = {
    "not JSON": b"{nope",
    "an array": b"[1, 2]",
    "blank": b"",
    "not UTF-8": b'{"source-ref":"s3://pictures/\xff.png"}',
    "ten megabytes": b'{"source-ref":"s3://pictures/long.png","x":"' + b"y" * 10_000_000 + b'"}',
    "100,001 characters": json.dumps({"source-ref": "s3://pictures/l.png", "x": "y" * 99_960}).encode()[:-2]
    + b'yyyyyyyyyyyyyyyyyyyyyyyyyy"}',
    "a key twice": b'{"source-ref":"s3://pictures/a.png","source-ref":"s3://pictures/b.png"}',
    "NaN": b'{"source-ref":"s3://pictures/a.png","x":NaN}',
    "deeply nested": nested(5000).encode(),
    "no source-ref": b'{"x":1}',
    "a directory": b'{"source-ref":"s3://pictures/folder/"}',
    "a number": b'{"source-ref":5}',
    "the same picture again": GOOD[3].encode(),
}
# One line that becomes an entry with an error (4.3), or one without.
KEPT = {
    "percent signs and emoji": (a_line("100%25 \N{SNOWMAN}\N{PILE OF POO}", "a"), False),
    "a picture that is nowhere": (a_line("nowhere", "a"), False),
    "a negative box": (a_box_line("n", "a", box=(-50, 0, 10, 10)), True),
    "a box of no size": (a_box_line("n", "a", box=(5, 5, 0, 0)), True),
    "a huge box": (a_box_line("n", "a", box=(5, 5, 1e300, 10)), True),
    "a box of fractions": (a_box_line("n", "a", box=(5.25, 5.5, 10.75, 10.125)), False),
    "a label of one character": (a_line("n", "x"), False),
    "a label of 255": (a_line("n", "x" * 255), False),
    "a label of 256": (a_line("n", "x" * 256), False),
    "a label of 257": (a_line("n", "x" * 257), True),
    "another scheme": (json.dumps({**json.loads(a_line("n", "a")), "source-ref": "https://x/y.png"}), True),
    "fifty labels": (a_line("n", *(f"l{n}" for n in range(50))), False),
    "fifty-one labels": (a_line("n", *(f"l{n}" for n in range(51))), True),
    "a label of control characters": (a_line("n", "\x00\x01\x7f\n\t"), False),
}


@pytest.mark.parametrize("bad", DROPPED.values(), ids=DROPPED)
def test_a_bad_line_is_dropped_and_the_rest_is_used(room, bad):
    made = room.create(b"\n".join([*(line.encode() for line in GOOD), bad, a_line("last", "b").encode()]))
    assert (made.status, made.counts.total) == ("created", 21)
    assert refs_of(room.lines())[-1] == "last"
    assert made.counts.errors == 0


@pytest.mark.parametrize(("line", "has_errors"), KEPT.values(), ids=KEPT)
def test_an_odd_line_becomes_an_entry(room, line, has_errors):
    made = room.create([*GOOD, line])
    assert (made.status, made.counts.total, made.counts.errors) == ("created", 21, int(has_errors))
    assert room.lines()[-1] == line
    for label in room.labels():
        assert refs_of(room.lines(labels=(label,)))
    source = json.loads(line)["source-ref"]
    assert line in room.lines(contains=source)


THEIRS = "The bucket {} is not of the project's account."
FAR = "The bucket {} is in the region us-east-1; it must be in eu-west-1, as the project is."


@pytest.mark.parametrize("bucket", ["manifests", "pictures"])
@pytest.mark.parametrize(
    ("where", "sentence"), [({"account": ELSEWHERE}, THEIRS), ({"region": "us-east-1"}, FAR)]
)
def test_a_lookout_dataset_has_buckets_of_its_own_account_and_region(
    database, tmp_path, clock, bucket, where, sentence
):
    with a_room(database, tmp_path, clock, service="lookoutvision") as room:
        room.blobs.make_bucket(bucket, **{"account": HERE, "region": "eu-west-1", **where})
        if bucket != "manifests":
            room.blobs.make_bucket("manifests", account=HERE, region="eu-west-1")
        room.blobs.put("manifests", "m.manifest", an_anomaly_line(1, "normal").encode())
        made = room.create_from(ManifestSource("manifests", "m.manifest"))
        assert (made.status, made.message) == ("create-failed", sentence.format(bucket))
        empty = room.create(None, "test")
        assert empty.status == "created"
        if bucket == "pictures":
            changed = room.update([an_anomaly_line(1, "normal")], "test")
            assert (changed.status, changed.message) == ("update-failed", sentence.format(bucket))


def test_a_mark_at_the_start_and_carriage_returns_are_no_part_of_a_line(room):
    room.create(b"\xef\xbb\xbf" + b"\r\n".join(line.encode() for line in GOOD) + b"\r\n")
    assert room.lines() == GOOD


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The manifest file is empty."),
        (b"\x00\x01\x02", CONTENTS),
        (b"\n\n\n", CONTENTS),
        ("\n".join([*GOOD[:15], *["{"] * 5]).encode(), TOO_MANY),
        (
            "\n".join([GOOD[0], a_line("b", "a", bucket="others")]).encode(),
            "The manifest file contains images from multiple S3 buckets.",
        ),
        (
            "\n".join(a_line(number, f"l{number}") for number in range(251)).encode(),
            "The manifest file has too many labels.",
        ),
    ],
    ids=["empty", "binary", "blank lines", "a quarter is bad", "two buckets", "251 labels"],
)
def test_what_is_no_manifest_fails_whole(room, body, message):
    made = room.create(body)
    assert (made.status, made.fault, made.message, made.counts.total) == (
        "create-failed",
        "client",
        message,
        0,
    )


def test_a_fifth_of_bad_lines_is_still_a_manifest(room):
    assert room.create([*GOOD[:16], *["{"] * 4]).counts.total == 16


def test_a_manifest_of_another_account_is_refused(database, clock, tmp_path):
    with a_room(database, tmp_path, clock, may_read=lambda caller, bucket, *_: bucket != "manifests") as room:
        made = room.create(GOOD)
    assert (made.status, made.message) == ("create-failed", "The S3 bucket permissions are incorrect.")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "Line 2: The line is not a JSON object."),
        (an_anomaly_line(1, "normal"), "Line 2: The image s3://pictures/boards/1.png is there twice."),
        (
            an_anomaly_line(2, "normal", bucket="others"),
            "Line 2: The images and masks are in more than one bucket: pictures and others.",
        ),
        (an_anomaly_line(2, "normal", x="y" * 8200), "Line 2: The line has more than 8192 characters."),
        (json.dumps({"source-ref": "file:///a.png"}), "source-ref"),
    ],
    ids=["not JSON", "twice", "another bucket", "too long", "no address"],
)
def test_lookout_refuses_a_manifest_for_one_line(lookout_room, line, message):
    made = lookout_room.create([an_anomaly_line(1, "normal"), line])
    assert (made.status, made.fault, made.counts.total) == ("create-failed", "client", 0)
    assert message in made.message


def test_lookout_says_which_manifest_it_could_not_read(lookout_room):
    made = lookout_room.create_from(ManifestSource("nowhere", "x.manifest"))
    assert made.message == "The manifest could not be read: there is no s3://nowhere/x.manifest."
