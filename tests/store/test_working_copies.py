"""Copies for another process: sealed where their object is, by a key that goes with the work."""

from pathlib import Path

import pytest

from doubles.houses import HERE
from doubles.tried import BRIGHT, BUCKET, DARK, TriedProject, a_png
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.engines.pool import Pool
from vedette.errors import Wrong
from vedette.pictures.inspector import Drawing, ImageObject, Inspector
from vedette.store.sealed_folders import FOLDERS, SealedFolders
from vedette.store.working_copies import working_copies


@pytest.fixture
def key(house):
    return str(house.encryption.keys.create(KeyPlace(HERE, "us-east-1"), NewEncryptionKey()).arn)


@pytest.fixture
def project(house):
    return TriedProject(house)


def test_what_is_sealed_stays_so_and_what_is_clear_is_linked(project, house, key, tmp_path):
    house.blobs.put(BUCKET, "clear", b"clear as day")
    house.blobs.put(BUCKET, "closed", b"closed as night", encryption_key=key)
    with working_copies(tmp_path / "work") as copies:
        assert copies.keys() == {}
        clear = copies.bring(house.blobs, BUCKET, "clear", "0")
        assert copies.keys() == {}
        closed = copies.bring(house.blobs, BUCKET, "closed", "1")
        assert copies.bring(house.blobs, BUCKET, "none", "2") is None
        assert (clear.read_bytes(), clear.stat().st_nlink) == (b"clear as day", 2)
        assert b"closed as night" not in closed.read_bytes()
        assert FOLDERS.open(closed).read() == b"closed as night"
        stranger = SealedFolders()
        with pytest.raises(Wrong):
            stranger.key_of(str(closed.parent))
        for folder, secret in copies.keys().items():
            stranger.unlock(closed.parent, bytes.fromhex(secret))
            assert folder == str(closed.parent)
        assert stranger.open(closed).read() == b"closed as night"
        left = closed.read_bytes()
    assert not (tmp_path / "work").exists()
    # What a kill leaves has no key any more, and is gone with the next work there.
    closed.parent.mkdir(parents=True)
    closed.write_bytes(left)
    assert FOLDERS.folder_of(closed) == ""
    assert FOLDERS._keys.get(str(closed.parent)) is None
    with working_copies(tmp_path / "work") as copies:
        assert list(copies.folder.iterdir()) == []


class WatchedEngine:
    """An engine that notes what lies in a folder when it is given work, and with which keys."""

    def __init__(self, engine, root):
        self._engine = engine
        self._root = root
        self.contents = []
        self.keys = []

    def submit(self, job):
        self.contents += [path.read_bytes() for path in self._root.rglob("*") if path.is_file()]
        self.keys.append(dict(job.keys))
        return self._engine.submit(job)

    def __getattr__(self, name):
        return getattr(self._engine, name)


def test_a_trial_of_sealed_pictures_has_none_in_clear_on_the_disk(project, house, key):
    for name, color in (("a", BRIGHT), ("b", DARK)):
        house.blobs.put(BUCKET, f"in/{name}.png", a_png(color), encryption_key=key)
    tools = house.trials._tools
    engine = WatchedEngine(tools.engine, tools.root)
    object.__setattr__(tools, "engine", engine)
    trial = project.run()
    assert [one["AnomalyClass"] for one in project.pictures(trial)] == ["anomaly", "normal"]
    assert len(engine.contents) == 2
    assert not [content for content in engine.contents if a_png(BRIGHT)[:16] in content]
    assert all(folder.endswith("/sealed") for folder in engine.keys[0])
    assert len(engine.keys[0]) == 1
    assert not any(folder.startswith(str(tools.root)) for folder in FOLDERS._keys)


class WatchedPool(Pool):
    """A pool of processes that notes what lies in the files of its orders."""

    contents = ()

    def ask(self, order):
        places = [Path(item["file"]) for item in [*order.get("looks", []), *order.get("thumbnails", [])]]
        self.contents = [*self.contents, *(place.read_bytes() for place in places)]
        return super().ask(order)


def test_a_sealed_picture_is_checked_and_drawn_without_a_clear_copy(project, house, key, tmp_path, database):
    picture = a_png(DARK)
    house.blobs.put(BUCKET, "closed.png", picture, encryption_key=key)
    house.blobs.put(BUCKET, "clear.png", a_png(BRIGHT))
    pool = WatchedPool("look", 1)
    inspector = Inspector(database, house.blobs, pool, tmp_path / "fetched")
    try:
        images = [ImageObject(f"s3://{BUCKET}/{name}.png") for name in ("closed", "clear")]
        results = inspector.finish(inspector.begin(HERE, BUCKET, images))
        assert [results[image].inspection.width for image in images] == [96, 96]
        drawing = Drawing(house.blobs.find(BUCKET, "closed.png"), 32)
        [thumbnail] = inspector.draw([drawing])
        assert (thumbnail.problem, bool(thumbnail.webp)) == ("", True)
    finally:
        inspector.close()
    assert [picture[:16] in content for content in pool.contents] == [False, True, False]
    assert [path for path in (tmp_path / "fetched").rglob("*") if path.is_file()] == []
