"""Work that lasts a while on what lies sealed: its files are sealed too, by keys that no disk has."""

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doubles.houses import HERE, a_caller, a_house
from doubles.lines import BUCKET, a_line
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.engines.choose import open_engine
from vedette.engines.pool import Pool
from vedette.errors import Wrong
from vedette.exchange.losses import SETS
from vedette.exchange.packing import PACKED
from vedette.exports.values import ExportWish
from vedette.exports.writing import PlaceWriter
from vedette.imports.values import ImportSource
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.pictures.thumbnails import Thumbnails
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.store.db import open_database
from vedette.store.sealed_folders import FOLDERS
from vedette.store.working_copies import MemorySealedFolder
from vedette.suggestions.features import known_keys, read_features, write_features
from vedette.suggestions.suggestions import STUDIES
from vedette.vision.images import decode

MARK = "zqmark"
BYTES = MARK.encode()
OUT = "results"
ALICE = a_caller("vedette")


@pytest.fixture
def house(sqlite_maker, tmp_path, clock):
    address, folder = sqlite_maker.new(tmp_path / "data")
    database = open_database(address, folder)
    made = a_house(database, clock, folder)
    made.jobs.start()
    yield made
    made.jobs.close()
    database.close()


@pytest.fixture
def key(house):
    return str(house.encryption.keys.create(KeyPlace(HERE, ALICE.region), NewEncryptionKey()).arn)


def a_picture(number):
    file = io.BytesIO()
    Image.new("RGB", (128, 96), (number * 9 % 256, 40, 90)).save(file, "PNG")
    return file.getvalue()


class SealedProject:
    """A project whose pictures lie sealed, but for those that a test puts there in clear."""

    def __init__(self, house, key, count=4):
        self.house, self.key = house, key
        self.project = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("parts"))
        for bucket in (BUCKET, OUT):
            house.blobs.make_bucket(bucket, account=HERE, region=ALICE.region)
        new = NewDataset("train", None, ALICE.principal, {})
        self.dataset = house.datasets.create(self.project, new)
        self.put(range(count))

    def put(self, numbers, **how):
        """Store pictures and put them into the dataset."""
        how = how or {"encryption_key": self.key}
        for number in numbers:
            self.house.blobs.put(BUCKET, f"boards/{MARK}-{number}.png", a_picture(number), **how)
        edits = [EntryEdit(a_line(f"{MARK}-{number}", f"{MARK}-{number % 2}")) for number in numbers]
        self.house.datasets.editor.update(self.project, self.dataset, edits, ALICE.principal)
        self.dataset = self.house.datasets.find(self.project, "train")


def clear_files(root, mark=BYTES):
    """Return the files below a folder that hold a mark."""
    places = (place for place in Path(root).rglob("*") if place.is_file())
    return [place.name for place in places if mark in place.read_bytes()]


@pytest.fixture
def sealed(house, key):
    return SealedProject(house, key)


@pytest.mark.parametrize("form", PACKED)
def test_an_export_has_its_labels_nowhere_in_clear_while_it_is_written(sealed, house, form, monkeypatch):
    seen = []
    if form in SETS:  # which hold nothing but what is normal, and what is not
        edits = [EntryEdit(a_line(f"{MARK}-{number}", "normal")) for number in range(4)]
        house.datasets.editor.update(sealed.project, sealed.dataset, edits, ALICE.principal)
    write = PlaceWriter.write

    def watched(writer, file):
        folder = house.exports._tools.folder
        seen.append((len([place for place in folder.rglob("*") if place.is_file()]), clear_files(folder)))
        return write(writer, file)

    monkeypatch.setattr(PlaceWriter, "write", watched)
    state = house.exports.create(
        sealed.project, ExportWish("train", form, True, f"s3://{OUT}/here"), ALICE.principal
    )
    assert house.jobs.wait(20)
    state = house.exports.describe(sealed.project, state.id)
    assert (state.status, state.completed) == ("done", 4)
    assert min(count for count, _ in seen) > 0
    assert [found for _, found in seen if found] == []
    names = " ".join(item.key for item in house.blobs.list(OUT, "here/"))
    labels = b" ".join(house.blobs.read(OUT, item.key) for item in house.blobs.list(OUT, "here/"))
    assert BYTES in labels or MARK in names
    assert not any("/exports/" in folder for folder in FOLDERS._keys)


class WatchedEngine:
    """An engine that notes what lies in clear in a folder whenever it is given work or heard."""

    def __init__(self, engine, root):
        self.engine, self.root = engine, root
        self.found, self.keys, self.files = [], [], 0

    def look(self):
        self.found += clear_files(self.root)
        self.files += len([place for place in self.root.rglob("*") if place.is_file()])

    def submit(self, job):
        self.look()
        self.keys.append(dict(job.keys))
        return self.engine.submit(job)

    def events(self, run):
        for event in self.engine.events(run):
            self.look()
            yield event

    def cancel(self, run):
        self.engine.cancel(run)


def test_an_import_from_a_bucket_lies_sealed_also_in_its_process(sealed, house):
    lines = "".join(f"{a_line(number, f'{MARK}-{number}')}\n" for number in range(3000))
    house.blobs.put(BUCKET, "labels.manifest", lines.encode(), encryption_key=sealed.key)
    tools = house.imports._tools
    engine = WatchedEngine(open_engine(), tools.folder)
    object.__setattr__(tools, "engine", engine)
    object.__setattr__(tools, "small", 0)
    state = house.imports.create(
        sealed.project, "test", ImportSource("bucket", "manifest", f"s3://{BUCKET}/labels.manifest"),
        ALICE.principal,
    )  # fmt: skip
    assert house.jobs.wait(60)
    state = house.imports.describe(sealed.project, state.id)
    assert (state.status, state.message, state.totals["lines"]) == ("ready", "", 3000)
    assert engine.found == []
    assert engine.files > 2
    assert sorted(Path(folder).name for folder in engine.keys[0]) == ["import-1", "import-1-masks"]
    assert len(set(engine.keys[0].values())) == 2
    assert list(tools.folder.iterdir()) == []
    assert not any("/import-" in folder for folder in FOLDERS._keys)


class PlainEyes:
    """Decodes as the real ones do, and looks at the mean colour: no backbone is loaded."""

    def look(self, item):
        image, _ = decode(Path(item["file"]))
        return np.asarray(image.convert("RGB"), np.float32).mean((0, 1))


def test_features_of_sealed_pictures_are_sealed_and_those_of_clear_ones_stay(
    sealed, house, tmp_path, monkeypatch
):
    monkeypatch.setattr("vedette.workers.study._Eyes", PlainEyes)
    tools = house.suggestions.tools
    stores = PictureStores(house.datasets._database, house.datasets, house.blobs)
    pictures = DatasetPictures(stores, Pool("look", 1), tmp_path / "looks")
    pictures.start()
    engine = WatchedEngine(tools.engine, tools.root)
    object.__setattr__(tools, "engine", engine)
    house.suggestions.start()

    def study():
        assert pictures.wait(60)
        house.suggestions.begin(sealed.project, sealed.dataset)
        assert house.jobs.wait(60, STUDIES)
        assert house.suggestions.state(sealed.dataset).status == "ready"

    study()
    clear, closed = tools.all_stores(sealed.project.id)
    assert (clear.exists(), closed.exists()) == (False, True)
    assert b"rows.npy" not in closed.read_bytes()
    assert len(known_keys([closed])) == 4
    assert engine.found == []
    assert all(str(tools.sealed.folder) in keys for keys in engine.keys)
    runs = len(engine.keys)
    study()  # nothing is looked at again: the question alone
    assert len(engine.keys) == runs + 1
    sealed.put([9], content_type="image/png")
    study()
    assert len(known_keys([clear])) == 1
    assert b"rows.npy" in clear.read_bytes()
    assert house.suggestions.different(sealed.project, sealed.dataset, [], []) is not None
    pictures.close()
    # What a kill leaves opens for nobody, and is gone with the next start.
    house.suggestions.start()
    assert known_keys([clear, closed]) == known_keys([clear])


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_of_a_store_with_any_bit_wrong_nothing_breaks(tmp_path):
    store = tmp_path / "1.clear.npz"
    write_features(store, {"0a" * 16: np.arange(4, dtype=np.float32)})
    whole = store.read_bytes()
    # The heads of the archive's files, and its directory behind them, say how it is to be read.
    places = [*range(64), *range(whole.index(b"PK\1\2"), len(whole))]
    for place in places:
        for bit in range(8):
            store.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            assert read_features(store).keys() <= {"0a" * 16}
    store.write_bytes(whole)
    assert read_features(store).keys() == {"0a" * 16}


def test_a_thumbnail_of_a_sealed_picture_lies_sealed_and_goes_with_its_key(sealed, house, tmp_path):
    sealed.put([9], content_type="image/png")
    stores = PictureStores(house.datasets._database, house.datasets, house.blobs)
    pictures = DatasetPictures(stores, Pool("look", 1), tmp_path / "looks")
    shown = [
        pictures.thumbnail(ALICE.principal, f"s3://{BUCKET}/boards/{MARK}-{number}.png")
        for number in (1, 9, 1)
    ]
    assert shown[0] == shown[2]
    files = {place.parent.parent.name: place.read_bytes() for place in (tmp_path / "looks").rglob("*.webp")}
    assert files["clear"] == shown[1]
    assert files["sealed"][:4] != b"RIFF"
    assert shown[0][-64:] not in files["sealed"]
    pictures.close()
    assert not (tmp_path / "looks" / "thumbnails" / "sealed").exists()
    with pytest.raises((Wrong, OSError)):
        pictures._thumbnails.keep("00aa", b"late", is_sealed=True)
    assert clear_files(tmp_path / "looks", b"late") == []


def test_thumbnails_of_before_go_and_what_a_kill_left_is_drawn_again(tmp_path):
    (tmp_path / "t" / "00").mkdir(parents=True)
    (tmp_path / "t" / "00" / "00aa.webp").write_bytes(b"from before")
    killed = Thumbnails(tmp_path / "t")
    killed.keep("01aa", b"closed", is_sealed=True)
    killed.keep("02aa", b"open")
    assert [killed.read(name) for name in ("00aa", "01aa", "02aa")] == [None, b"closed", b"open"]
    again = Thumbnails(tmp_path / "t")
    assert [again.read(name) for name in ("00aa", "01aa", "02aa")] == [None, None, b"open"]


def test_thumbnails_are_kept_where_somebody_removed_what_lay_there(tmp_path):
    kept = Thumbnails(tmp_path / "t")
    shutil.rmtree(tmp_path / "t")  # the data folder's report says that this may be done
    kept.keep("01aa", b"open")
    kept.keep("02aa", b"closed", is_sealed=True)
    assert [kept.read(name) for name in ("01aa", "02aa")] == [b"open", b"closed"]


def test_what_cannot_be_removed_stops_no_start(tmp_path, monkeypatch):
    Thumbnails(tmp_path / "t").keep("01aa", b"closed", is_sealed=True)
    with monkeypatch.context() as held:
        held.setattr(shutil, "rmtree", lambda *_, **__: None)
        again = Thumbnails(tmp_path / "t")
    assert again.read("01aa") is None
    again.keep("01aa", b"drawn again", is_sealed=True)
    assert again.read("01aa") == b"drawn again"


def test_a_forgotten_key_writes_nothing(tmp_path):
    folder = MemorySealedFolder(tmp_path / "work")
    folder.empty()
    folder.write(folder.folder / "a", json.dumps({"label": MARK}).encode())
    assert clear_files(tmp_path) == []
    folder.remove()
    folder.folder.mkdir()
    with pytest.raises(Wrong):
        folder.write(folder.folder / "b", BYTES)
    assert clear_files(tmp_path) == []
