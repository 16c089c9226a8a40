"""The pictures of datasets: looked at once, in the background, whatever they do."""

import io
import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from doubles.houses import ELSEWHERE, HERE
from doubles.lines import BUCKET, a_box_line, a_line, a_ref, a_room, an_anomaly_line, refs_of
from doubles.pictures import a_bomb, a_jpeg, a_png, a_scene, encoded
from doubles.pools import PoolHere
from vedette.api.s3.reach import Reach
from vedette.datasets.dataset import Filter, ManifestSource, NewDataset
from vedette.datasets.editing import EntryEdit, EntryName
from vedette.dialects.registry import MOST_PICTURE_BYTES
from vedette.engines.pool import Pool
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal, root_of
from vedette.pictures import pictures as pictures_room
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.pictures.thumbnails import Thumbnails
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.vision.images import BrokenPicture

MASK = "#23a436"


class Gallery:
    """A room whose pictures are looked at."""

    def __init__(self, room, pictures, pool):
        self.room, self.pictures, self.pool = room, pictures, pool

    def hang(self, **files):
        """Put objects where the lines' addresses say."""
        self.room.blobs.make_bucket(BUCKET, account=HERE, region="eu-west-1")
        for name, data in files.items():
            self.room.blobs.put(BUCKET, f"boards/{name}.png", data)

    def flaws(self, kind="train"):
        """What is said of each picture, when all were looked at."""
        assert self.room.datasets.wait(60)
        assert self.pictures.wait(60)
        page, _ = self.room.datasets.contents.page(self.room.now(kind), Filter(), most=1000)
        return {
            Path(json.loads(entry.line)["source-ref"]).stem: [flaw.code for flaw in entry.flaws]
            for entry in page
            if entry.flaws
        }


@contextmanager
def a_gallery(
    database, folder, clock, *, service="rekognition", pool=None, far=False, may_read=None, **options
):
    with a_room(database, folder, clock, service=service) as room:
        pool = pool or PoolHere()
        blobs = Far(room.blobs) if far else room.blobs
        keepers = PictureStores(database, room.datasets, blobs, may_read or Reach(room.blobs).may_read)
        pictures = DatasetPictures(keepers, pool, folder / "pictures", **options)
        pictures.start()
        try:
            yield Gallery(room, pictures, pool)
        finally:
            pictures.close()


@pytest.fixture
def gallery(database, clock, tmp_path):
    with a_gallery(database, tmp_path, clock) as made:
        yield made


@pytest.fixture
def lookout(database, clock, tmp_path):
    with a_gallery(database, tmp_path, clock, service="lookoutvision") as made:
        yield made


def a_mask_line(name, mask, color=MASK):
    """A line of Lookout's with a mask."""
    told = {
        "anomaly-mask-ref": a_ref(mask),
        "anomaly-mask-ref-metadata": {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0},
                "1": {"class-name": "crack", "hex-color": color, "confidence": 0.0},
            },
            "type": "groundtruth/semantic-segmentation",
            "human-annotated": "yes",
            "creation-date": "2026-05-04T11:00:00.000",
        },
    }
    return an_anomaly_line(name, "anomaly", **told)


def a_mask(width=200, height=120, color=MASK):
    image = Image.new("RGB", (width, height), "white")
    image.paste(color, (10, 10, 50, 50))
    return encoded(image)


WRONG = "ERROR_INVALID_IMAGE"
TABLE = {
    "png": (a_png(), []),
    "jpeg": (a_jpeg(), []),
    "widest": (a_png(2000, 100), []),
    "too wide": (a_png(2001, 100), [WRONG]),
    "least": (a_png(64, 64), []),
    "too low": (a_png(64, 63), [WRONG]),
    "most": (a_png(4096, 256), []),
    "too long": (a_png(4097, 300), [WRONG]),
    "text": (b"no picture", [WRONG]),
    "empty": (b"", [WRONG]),
    "webp": (encoded(a_scene(), "WEBP"), [WRONG]),
    "cut": (a_jpeg()[:-2000], [WRONG]),
    "bomb": (a_bomb(), [WRONG]),
    "heavy": (a_png() + bytes(MOST_PICTURE_BYTES), [WRONG]),
}


def test_pictures_wait_while_the_last_room_is_for_deleting(gallery, monkeypatch):
    monkeypatch.setattr(pictures_room, "SHORT_S", 0.01)
    gallery.hang(png=a_png(), text=b"no picture")
    gallery.room.create([a_line("png", "a")])
    assert gallery.flaws() == {}
    room, short = gallery.room, [True]
    room.datasets._database.is_short_of_room = lambda: short[0]
    room.begin_update(a_line("text", "a").encode())
    assert room.datasets.wait(60)
    assert not gallery.pictures.wait(0.3)
    short[0] = False
    assert gallery.flaws() == {"text": [WRONG]}


def test_each_rule_of_a_picture_and_its_neighbour(gallery):
    gallery.hang(**{name: data for name, (data, _) in TABLE.items()})
    gallery.room.create([a_line(name, "a") for name in TABLE])
    wrong = {name: codes for name, (_, codes) in TABLE.items() if codes}
    assert gallery.flaws() == wrong
    assert gallery.room.now().counts.errors == len(wrong)


def test_a_boxed_picture_of_a_wrong_size_says_so(gallery):
    gallery.hang(it=a_png(63, 100))
    gallery.room.create([a_box_line("it", "a")])
    assert gallery.flaws() == {"it": ["ERROR_INVALID_IMAGE_DIMENSION"]}


def test_a_size_that_the_line_told_of_is_told_once(gallery):
    line = json.loads(a_box_line("it", "a"))
    line["boxes"]["image_size"] = [{"width": 63, "height": 100, "depth": 3}]
    gallery.hang(it=a_png(63, 100))
    gallery.room.create([json.dumps(line)])
    assert gallery.flaws()["it"].count("ERROR_INVALID_IMAGE_DIMENSION") == 1


def test_a_missing_picture_is_told_and_found_when_it_comes(gallery):
    gallery.hang(one=a_png())
    gallery.room.create([a_line("one", "a"), a_line("two", "a")])
    assert gallery.flaws() == {"two": [WRONG]}
    gallery.hang(two=a_png(seed=2))
    gallery.pictures._look_for_missing()
    assert gallery.flaws() == {}
    assert gallery.room.now().counts.errors == 0
    asked = len(gallery.pool.asked)
    gallery.pictures._look_for_missing()
    gallery.pictures._look_for_missing()
    assert gallery.pictures._missing == {}
    assert len(gallery.pool.asked) == asked


def test_nothing_is_said_where_there_is_no_bucket(gallery):
    gallery.room.create([a_line("one", "a")])
    assert gallery.flaws() == {}
    assert gallery.pool.asked == []


def test_nobody_looks_into_another_accounts_bucket(gallery):
    gallery.room.blobs.make_bucket(BUCKET, account=ELSEWHERE)
    gallery.room.blobs.put(BUCKET, "boards/one.png", b"secret")
    gallery.room.create([a_line("one", "a")])
    assert gallery.flaws() == {"one": ["ERROR_INVALID_IMAGE"]}
    assert gallery.pool.asked == []
    with pytest.raises(Missing):
        gallery.pictures.thumbnail(root_of(HERE), a_ref("one"))


def test_no_object_is_looked_at_twice(gallery):
    gallery.hang(**{f"p{number}": a_png(seed=number) for number in range(5)})
    lines = [a_line(f"p{number}", "a") for number in range(5)]
    made = gallery.room.create(lines)
    assert gallery.flaws() == {}
    assert len(gallery.pool.asked) == 5
    gallery.room.update([a_line("p1", "b")])
    gallery.room.copy(made, "test")
    gallery.pictures.check_again(made)
    assert gallery.flaws() == gallery.flaws("test") == {}
    assert len(gallery.pool.asked) == 5
    gallery.hang(p1=b"not any more")
    gallery.pictures.check_again(made)
    assert gallery.flaws() == {"p1": [WRONG]}
    assert len(gallery.pool.asked) == 6


def test_an_update_puts_a_picture_right(gallery):
    gallery.hang(one=b"no", two=b"no")
    gallery.room.create([a_line("one", "a"), a_line("two", "a")])
    assert set(gallery.flaws()) == {"one", "two"}
    gallery.hang(one=a_png())
    gallery.room.update([a_line("one", "b")])
    assert gallery.flaws() == {"two": [WRONG]}
    assert refs_of(gallery.room.lines(has_errors=True)) == ["two"]


def test_what_a_stop_left_is_looked_at_after_the_start(database, clock, tmp_path):
    with a_room(database, tmp_path, clock) as room:
        room.create([a_line("one", "a"), a_line("two", "a")])
        room.blobs.make_bucket(BUCKET, account=HERE, region="eu-west-1")
        room.blobs.put(BUCKET, "boards/one.png", a_png())
        room.blobs.put(BUCKET, "boards/two.png", b"no")
    with a_gallery(database, tmp_path, clock) as first:
        assert first.flaws() == {"two": [WRONG]}
        assert len(first.pool.asked) == 2
    with a_gallery(database, tmp_path, clock) as second:
        assert second.flaws() == {"two": [WRONG]}
        assert second.pool.asked == []


def test_a_picture_that_kills_its_process_is_named_and_the_rest_goes_on(gallery, caplog):
    gallery.pool.poison.add(a_png(seed=1))
    gallery.hang(**{f"p{number}": a_png(seed=number) for number in range(4)})
    gallery.room.create([a_line(f"p{number}", "a") for number in range(4)])
    assert gallery.flaws() == {"p1": [WRONG]}
    alone = [order for order in gallery.pool.asked[4:] if order in gallery.pool.asked[:4]]
    assert len(alone) == 4  # one process was lost for four, and each then had its own
    assert "s3://pictures/boards/p1.png could not be looked at: its process was killed" in caplog.text


def test_real_processes_look_at_pictures(database, clock, tmp_path):
    with a_gallery(database, tmp_path, clock, pool=Pool("look", 1)) as made:
        made.hang(one=a_png(), two=a_bomb())
        made.room.create([a_line("one", "a"), a_line("two", "a")])
        assert made.flaws() == {"two": [WRONG]}
        with Image.open(io.BytesIO(made.pictures.thumbnail(root_of(HERE), a_ref("one"), 64))) as small:
            assert (small.format, small.size) == ("WEBP", (64, 38))


def a_dataset_of(room, account, name, count, *, prefix):
    """Another account's dataset, or another of the same, with so many pictures of its own."""
    bucket = f"pictures-{name}"
    room.blobs.make_bucket(bucket, account=account)
    for number in range(count):
        room.blobs.put(bucket, f"boards/{prefix}{number}.png", f"{name} {number}".encode())
    project = room.projects.create(Scope("rekognition", account, "eu-west-1"), NewProject(name))
    lines = [a_line(f"{prefix}{number}", "a", bucket=bucket) for number in range(count)]
    room.blobs.put(bucket, "train.manifest", "\n".join(lines).encode())
    source = ManifestSource(bucket, "train.manifest")
    room.datasets.create(project, NewDataset("train", source, root_of(account), {}))
    assert room.datasets.wait(60)


@pytest.mark.parametrize(("owner", "within"), [(ELSEWHERE, 60), (HERE, 160)], ids=["account", "dataset"])
def test_many_pictures_keep_nobody_elses_few_waiting(database, clock, tmp_path, owner, within):
    """Of 200 pictures that came first, few are looked at before another's five."""
    with a_room(database, tmp_path, clock) as room:
        a_dataset_of(room, HERE, "many", 200, prefix="m")
        a_dataset_of(room, owner, "few", 5, prefix="f")
    with a_gallery(database, tmp_path, clock) as made:
        assert made.pictures.wait(60)
    asked = [Path(order["file"]).read_bytes().split()[0] for order in made.pool.asked]
    assert (asked.count(b"many"), asked.count(b"few")) == (200, 5)
    assert max(place for place, name in enumerate(asked) if name == b"few") < within


def test_a_picture_that_decodes_too_long_costs_a_bounded_time(database, clock, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    slow = encoded(Image.effect_noise((4096, 4096), 60).convert("RGB"), "JPEG", progressive=True, quality=30)
    pool = Pool("doubles.jobs:look_quickly", 1)
    with a_gallery(database, tmp_path, clock, pool=pool) as made:
        made.hang(one=a_png(), two=slow, three=b"no")
        made.room.create([a_line(name, "a") for name in ("one", "two", "three")])
        assert made.flaws() == {"two": [WRONG], "three": [WRONG]}
    assert "two.png could not be looked at: it took too long" in caplog.text


class Far:
    """Buckets that no other process can look into, as those of a foreign S3."""

    def __init__(self, blobs):
        self._blobs = blobs

    def has_bucket(self, bucket):
        return self._blobs.has_bucket(bucket)

    def find(self, bucket, key, version=""):
        return self._blobs.find(bucket, key, version)

    def open(self, bucket, key, version=""):
        return io.BytesIO(self._blobs.read(bucket, key, version))


def test_pictures_of_a_foreign_s3_are_fetched_and_not_left(database, clock, tmp_path):
    with a_gallery(database, tmp_path, clock, far=True) as made:
        made.hang(one=a_png(), two=b"no")
        made.room.create([a_line("one", "a"), a_line("two", "a")])
        assert made.flaws() == {"two": [WRONG]}
        assert made.pictures.thumbnail(root_of(HERE), a_ref("one"), 64)
    assert len(made.pool.asked) == 3
    assert list((tmp_path / "pictures" / "fetched").iterdir()) == []


def test_distributed_entries_take_their_pictures_along(gallery):
    gallery.hang(**{f"p{number}": a_png(seed=number) for number in range(10)})
    gallery.room.create([a_line(f"p{number}", "ab"[number % 2]) for number in range(10)])
    gallery.room.create(kind="test")
    gallery.room.datasets.division.distribute(
        gallery.room.now(), gallery.room.now("test"), gallery.room.caller
    )
    assert gallery.flaws("test") == {}
    assert gallery.room.now("test").counts.total == 2
    assert gallery.pictures.find_twins(gallery.room.now(), gallery.room.now("test")) == []


def test_entries_of_a_deleted_dataset_are_forgotten(gallery, database):
    gallery.hang(one=a_png())
    made = gallery.room.create([a_line("one", "a")])
    assert gallery.flaws() == {}
    gallery.room.datasets.delete(gallery.room.project, made)
    gallery.room.create([a_line("one", "a")])
    assert gallery.flaws() == {}
    with database.read() as connection:
        kept = connection.exec_driver_sql("select part from dataset_pictures").scalars().all()
    assert kept == [gallery.room.now().part]


# Lookout


def test_lookout_holds_pictures_to_the_size_of_the_first(lookout):
    lookout.hang(a=a_png(), b=a_png(210, 120), c=a_png(seed=1), d=b"no")
    lookout.room.create([an_anomaly_line(name, "normal") for name in "dabc"])
    assert lookout.flaws() == {"d": ["LOOKOUT_IMAGE"], "b": ["LOOKOUT_IMAGE_DIFFERS"]}
    lookout.room.create([an_anomaly_line(name, "normal") for name in "bc"], "test")
    assert lookout.flaws("test") == {"b": ["LOOKOUT_IMAGE_DIFFERS"]}


def test_another_first_picture_is_another_size(lookout):
    lookout.hang(a=a_png(), b=a_png(210, 120), c=a_png(210, 120, seed=1))
    lookout.room.create([an_anomaly_line(name, "normal") for name in "abc"])
    assert set(lookout.flaws()) == {"b", "c"}
    lookout.hang(a=a_png(210, 120))
    lookout.room.update([an_anomaly_line("a", "normal")])
    assert lookout.flaws() == {}


def test_the_test_dataset_is_held_to_a_training_dataset_that_comes_later(lookout):
    lookout.hang(a=a_png(), b=a_png(210, 120))
    lookout.room.create([an_anomaly_line("a", "normal")], "test")
    assert lookout.flaws("test") == {}
    lookout.room.create([an_anomaly_line("b", "normal")])
    assert lookout.flaws("test") == {"a": ["LOOKOUT_IMAGE_DIFFERS"]}


def test_the_rule_of_one_size_can_be_lifted(database, clock, tmp_path):
    with a_gallery(database, tmp_path, clock, service="lookoutvision", one_size=False) as made:
        made.hang(a=a_png(), b=a_png(210, 120))
        made.room.create([an_anomaly_line(name, "normal") for name in "ab"])
        assert made.flaws() == {}


@pytest.mark.parametrize(
    ("mask", "codes"),
    [
        (a_mask(), []),
        (a_mask(201), ["LOOKOUT_MASK_DIFFERS"]),
        (a_mask(color="#0000ff"), ["LOOKOUT_MASK_COLOR"]),
        (a_jpeg(), ["LOOKOUT_MASK"]),
        (b"no", ["LOOKOUT_MASK"]),
        (None, ["LOOKOUT_MASK"]),
    ],
    ids=["right", "another size", "another colour", "jpeg", "text", "missing"],
)
def test_each_rule_of_a_mask_and_its_neighbour(lookout, mask, codes):
    lookout.hang(it=a_png(), **({"mask": mask} if mask is not None else {}))
    lookout.room.create([a_mask_line("it", "mask")])
    assert lookout.flaws() == ({"it": codes} if codes else {})


JOB = {MASK: "crack", "#00ff00": "rust", "#0000ff": "chip"}


def a_job_line(name):
    """A line that declares all types of a labelling job, whatever its mask shows."""
    line = json.loads(a_mask_line(name, f"mask-{name}"))
    colors = line["anomaly-mask-ref-metadata"]["internal-color-map"]
    colors |= {str(n): {"class-name": JOB[color], "hex-color": color} for n, color in enumerate(JOB, start=1)}
    return json.dumps(line)


def test_labels_are_counted_by_what_masks_show(lookout):
    both = Image.open(io.BytesIO(a_mask()))
    both.paste("#00ff00", (100, 10, 150, 50))
    masks = {"a": a_mask(), "b": a_mask(color="#00ff00"), "c": encoded(both), "d": a_mask(color="#ffffff")}
    pictures = {name: a_png(seed=number) for number, name in enumerate(masks)}
    lookout.hang(**pictures, **{f"mask-{name}": mask for name, mask in masks.items()})
    lookout.room.create([a_job_line(name) for name in masks])
    assert lookout.flaws() == {}
    assert lookout.room.labels() == {"crack": (2, 0), "rust": (2, 0)}
    assert lookout.room.now().counts.labels == 2
    assert refs_of(lookout.room.lines(labels=("rust",))) == ["b", "c"]
    lookout.hang(**{"mask-a": a_mask(color="#0000ff")})
    lookout.room.update([a_job_line("a")])
    assert lookout.flaws() == {}
    assert lookout.room.labels() == {"crack": (1, 0), "rust": (2, 0), "chip": (1, 0)}


@pytest.mark.parametrize(
    "mask", [None, b"no", a_mask(color="#123456")], ids=["missing", "text", "unnamed colour"]
)
def test_what_a_mask_cannot_tell_its_line_does(lookout, mask):
    lookout.hang(a=a_png(), **({"mask-a": mask} if mask else {}))
    lookout.room.create([a_job_line("a")])
    assert list(lookout.flaws()) == ["a"]
    assert lookout.room.labels() == {"crack": (1, 0), "rust": (1, 0), "chip": (1, 0)}


def test_a_mask_is_looked_at_anew_with_other_colours(lookout):
    lookout.hang(it=a_png(), mask=a_mask())
    lookout.room.create([a_mask_line("it", "mask")])
    assert lookout.flaws() == {}
    lookout.room.update([a_mask_line("it", "mask", color="#0000ff")])
    assert lookout.flaws() == {"it": ["LOOKOUT_MASK_COLOR"]}


# Twins


def test_twins_of_two_datasets_are_found(gallery):
    gallery.hang(
        a=a_jpeg(400, 240),
        copy=encoded(a_scene(400, 240), "JPEG", quality=90, comment=b"a copy"),
        small=a_png(200, 120),
        other=a_png(seed=5),
        flat=encoded(Image.new("RGB", (90, 90))),
        even=encoded(Image.new("RGB", (80, 80), "red")),
    )
    train = gallery.room.create([a_line(name, "a") for name in ("a", "flat")])
    test = gallery.room.create([a_line(name, "a") for name in ("copy", "small", "other", "even")], "test")
    gallery.flaws()
    found = gallery.pictures.find_twins(train, test)
    assert [(refs.first, refs.second, refs.is_exact) for refs in found] == [
        (a_ref("a"), a_ref("copy"), True),
        (a_ref("a"), a_ref("small"), False),
    ]
    assert found[0].apart == 0 < found[1].apart
    assert gallery.pictures.find_twins(train, test, most=1) == found[:1]


# Thumbnails


def test_a_thumbnail_is_drawn_once_a_version(gallery):
    gallery.hang(it=a_png(400, 300))
    first = gallery.pictures.thumbnail(root_of(HERE), a_ref("it"), 128)
    with Image.open(io.BytesIO(first)) as small:
        assert (small.format, small.size) == ("WEBP", (128, 96))
    assert gallery.pictures.thumbnail(root_of(HERE), a_ref("it"), 128) == first
    assert len(gallery.pool.asked) == 1
    gallery.hang(it=a_png(400, 300, seed=9))
    assert gallery.pictures.thumbnail(root_of(HERE), a_ref("it"), 128) != first


def test_a_thumbnail_of_nothing_is_refused(gallery):
    gallery.hang(text=b"no picture", heavy=a_png() + bytes(MOST_PICTURE_BYTES))
    with pytest.raises(Missing):
        gallery.pictures.thumbnail(root_of(HERE), a_ref("none"))
    for name in ("text", "heavy"):
        with pytest.raises(BrokenPicture):
            gallery.pictures.thumbnail(root_of(HERE), a_ref(name))
    with pytest.raises(Wrong, match="A thumbnail has 64, 96, 128, 192, 256, 384, 512 pixels, not 100"):
        gallery.pictures.thumbnail(root_of(HERE), a_ref("text"), 100)
    with pytest.raises(Wrong, match="is not an address"):
        gallery.pictures.thumbnail(root_of(HERE), "file:///etc/passwd")


def test_thumbnails_are_kept_within_a_limit(tmp_path):
    kept = Thumbnails(tmp_path / "t", most_bytes=1000)
    for number in range(9):
        kept.keep(f"{number:02}aa", bytes(100))
    assert kept.read("00aa") == bytes(100)  # and so the last one used
    kept.keep("09aa", bytes(100))
    kept.keep("10aa", bytes(100))
    left = [number for number in range(11) if kept.read(f"{number:02}aa")]
    assert 0 in left
    assert 10 in left
    assert 1 not in left
    assert len(left) == 8
    assert Thumbnails(tmp_path / "t", most_bytes=1000)._bytes == 800


def test_the_official_cookies_and_their_masks_are_sound(lookout, pictures):
    files = pictures / "cookies" / "dataset-files"
    text = (files / "manifests" / "template.manifest").read_text("utf-8")
    lookout.room.blobs.make_bucket("cookies", account=HERE, region="eu-west-1")
    for folder in ("training-images", "mask-images"):
        text = text.replace(f'"{folder}/', f'"s3://cookies/{folder}/')
        for path in (files / folder).iterdir():
            lookout.room.blobs.put("cookies", f"{folder}/{path.name}", path.read_bytes())
    assert lookout.room.create(text.encode()).counts.total == 63
    assert lookout.flaws() == {}
    assert len(lookout.pool.asked) == 63 + 32


def a_user(name):
    return Principal(HERE, f"arn:aws:iam::{HERE}:user/{name}", f"AIDA{name.upper():A<17}", name, "")


READER, LABELLER = a_user("reader"), a_user("labeller")


@pytest.fixture
def rights():
    """Who may read pictures: names, as a test changes them."""
    return {"reader"}


@pytest.fixture
def shared(database, clock, tmp_path, rights):
    """A gallery of Lookout's in which not even the account's root may read."""

    def may_read(caller, bucket, key, version):
        return caller.name in rights

    with a_gallery(database, tmp_path, clock, service="lookoutvision", may_read=may_read) as made:
        made.hang(sound=a_png(), text=b"no picture", mask=a_mask(), drawing=b"no mask")
        yield made


def edit(room, lines, caller):
    edits = [EntryEdit(line) for line in lines]
    room.datasets.editor.update(room.project, room.now(), edits, caller)


def update(room, lines, caller):
    room.caller = caller
    room.update(lines)


def import_lines(room, lines, caller):
    room.datasets.delete(room.project, room.now())
    # The manifest itself is read by its caller's rights too, which another test holds.
    room.datasets._tools = replace(room.datasets._tools, may_read=lambda *_: True)
    room.caller = caller
    room.create(lines)


@pytest.mark.parametrize("put", [edit, update, import_lines])
def test_a_picture_is_looked_at_by_the_rights_of_who_put_its_entry(shared, put):
    shared.room.create()
    lines = [an_anomaly_line(name, "normal") for name in ("sound", "text", "nowhere")]
    put(shared.room, lines, LABELLER)
    # What may not be read is as what is not there, so that nothing is told of it.
    assert shared.flaws() == {name: ["LOOKOUT_IMAGE"] for name in ("sound", "text", "nowhere")}
    put(shared.room, lines, READER)
    assert shared.flaws() == {name: ["LOOKOUT_IMAGE"] for name in ("text", "nowhere")}


def test_who_labels_anothers_picture_names_the_mask_and_not_the_picture(shared):
    shared.room.create()
    edit(shared.room, [an_anomaly_line("sound", "anomaly")], READER)
    edit(shared.room, [a_mask_line("sound", "mask")], LABELLER)
    assert shared.flaws() == {"sound": ["LOOKOUT_MASK"]}, "the mask is as one that is not there"
    edit(shared.room, [an_anomaly_line("sound", "anomaly")], LABELLER)
    assert shared.flaws() == {}, "the picture is read by the rights of who named it first"
    edit(shared.room, [a_mask_line("sound", "mask")], READER)
    assert shared.flaws() == {}
    edit(shared.room, [a_mask_line("sound", "drawing")], READER)
    assert shared.flaws() == {"sound": ["LOOKOUT_MASK"]}


def test_an_object_that_one_entry_may_read_says_nothing_to_another_of_its_batch(shared):
    shared.room.create()
    shared.hang(twin=a_png(seed=1))
    edit(shared.room, [an_anomaly_line("sound", "anomaly"), a_mask_line("twin", "mask")], READER)
    edit(shared.room, [a_mask_line("sound", "mask")], LABELLER)
    shared.pictures.check_again(shared.room.now())
    assert shared.flaws() == {"sound": ["LOOKOUT_MASK"]}


def test_rights_are_those_of_the_moment_of_the_look(shared, rights):
    shared.room.create()
    edit(shared.room, [an_anomaly_line("sound", "normal")], LABELLER)
    assert shared.flaws() == {"sound": ["LOOKOUT_IMAGE"]}
    rights.add("labeller")
    shared.pictures.check_again(shared.room.now())
    assert shared.flaws() == {}


def test_who_put_an_entry_goes_along_with_it(shared):
    shared.room.create()
    shared.room.create(None, "test")
    edit(shared.room, [an_anomaly_line("sound", "normal")], LABELLER)
    shared.room.datasets.editor.move(
        shared.room.project,
        shared.room.now(),
        shared.room.now("test"),
        [EntryName(a_ref("sound"))],
        shared.room.caller,
    )
    assert shared.flaws("test") == {"sound": ["LOOKOUT_IMAGE"]}
    shared.room.datasets.delete(shared.room.project, shared.room.now())
    shared.room.caller = READER
    shared.room.copy(shared.room.now("test"), "train")
    assert shared.flaws() == {"sound": ["LOOKOUT_IMAGE"]}


def test_entries_without_a_caller_are_read_by_their_account(shared, rights, database):
    shared.room.create()
    edit(shared.room, [an_anomaly_line("sound", "normal")], LABELLER)
    with database.write() as connection:
        connection.exec_driver_sql("update dataset_entries set picture_caller = null, line_caller = null")
    rights.add("root")
    shared.pictures.check_again(shared.room.now())
    assert shared.flaws() == {}
