"""A package appears whole or not at all, and is read only as it was written."""

import dataclasses
import errno
import hashlib
import io
import json
import pickle
import zipfile
from pathlib import Path

import onnx
import pytest

from doubles.graphs import brightness_scores
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.runtime import package
from vedette.runtime.facts import PackageFacts, Tiling, read_facts, write_facts
from vedette.runtime.package import open_package, take_package, write_package, write_zip, zip_package

FULL = PackageFacts(
    task="segmentation",
    labels=("crack", "Délaminé 裂"),
    thresholds={"anomaly": 0.4, "crack": 0.25},
    pixel_thresholds={"crack": 0.6},
    input_size=(320, 384),
    policy="letterbox",
    tiling=Tiling((640, 768), 0.25, whole=False),
    colors={"crack": "#23A436"},
    created="2026-11-20T10:00:00Z",
    recipe={"name": "dense", "steps": 400},
    metrics={"mean_iou": 0.78},
    data={"fingerprint": "ab"},
    backbone={"name": "lite0"},
    versions={"vedette": "0.1.0"},
)


def written(to, *, facts=FULL, model=None, evaluation=None):
    return write_package(
        to,
        model=model or brightness_scores(),
        facts=facts,
        evaluation=evaluation or {"f1": 1.0},
        card="# Card\n",
    )


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_what_is_written_is_read(tmp_path, name):
    package = open_package(written(tmp_path / name))
    assert package.facts == FULL
    assert package.evaluation == {"f1": 1.0}
    assert package.card == "# Card\n"
    model = package.model if isinstance(package.model, bytes) else package.model.read_bytes()
    assert model == brightness_scores()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_zip_of_a_package_is_the_same_bytes_every_time(tmp_path):
    folder = written(tmp_path / "model")
    one, two = zip_package(folder, tmp_path / "one.zip"), zip_package(folder, tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    assert open_package(one).facts == FULL


def test_a_package_zipped_by_hand_within_its_folder_opens(tmp_path):
    folder = written(tmp_path / "model")
    with zipfile.ZipFile(tmp_path / "by-hand.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"model/{path.name}")
    assert open_package(tmp_path / "by-hand.zip").facts == FULL


@pytest.mark.parametrize("name", ["model", "model.zip"])
def test_an_older_package_is_replaced(tmp_path, name):
    written(tmp_path / name)
    written(tmp_path / name, evaluation={"f1": 0.5})
    assert open_package(tmp_path / name).evaluation == {"f1": 0.5}
    assert len(list(tmp_path.iterdir())) == 1


def test_somebody_elses_folder_is_left_alone(tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "dear.jpg").write_bytes(b"1")
    with pytest.raises(Taken, match="photos exists and is no model package"):
        written(tmp_path / "photos")
    assert (tmp_path / "photos" / "dear.jpg").exists()


def test_somebody_elses_zip_is_left_alone_and_an_empty_one_is_taken(tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("dear.jpg", b"1")
    (tmp_path / "notes.zip").write_bytes(b"no zip")
    for name in ("photos.zip", "notes.zip"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(Taken, match=f"{name} exists and is no model package"):
            written(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before
    (tmp_path / "new.zip").touch()
    written(tmp_path / "new.zip")
    assert open_package(tmp_path / "new.zip").evaluation is not None


def test_a_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        written(tmp_path / "model", evaluation={"f1": float("nan")})
    with pytest.raises(Wrong, match="cannot be written"):
        written(tmp_path / "model", model=tmp_path / "no-such.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_in_words(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TooMuch, match="The disk is full: the model was not written to"):
        written(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named(tmp_path):
    with pytest.raises(Missing, match=r"no model at .*nowhere"):
        open_package(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["model.onnx", "evaluation.json", "MODEL_CARD.md"])
def test_a_changed_file_is_refused(tmp_path, file):
    path = written(tmp_path / "model") / file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Wrong, match=f"{file} is not as it was written"):
        open_package(tmp_path / "model")


@pytest.mark.parametrize("file", ["model.onnx", "package.json", "evaluation.json", "MODEL_CARD.md"])
def test_a_missing_or_linked_file_is_refused(tmp_path, file):
    path = written(tmp_path / "model") / file
    path.rename(tmp_path / file)
    with pytest.raises(Wrong, match=file.replace(".", r"\.")):
        open_package(tmp_path / "model")
    if file != "package.json":
        path.symlink_to(tmp_path / file)
        with pytest.raises(Wrong, match="lacks its"):
            open_package(tmp_path / "model")


def changed(folder: Path, **values):
    path = folder / "package.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_later_format_says_what_to_do(tmp_path):
    changed(written(tmp_path / "model"), format=7)
    with pytest.raises(Wrong, match=r"written by a later Vedette \(format 7.*upgrade"):
        open_package(tmp_path / "model")


def test_a_key_of_a_later_release_is_passed_over(tmp_path):
    changed(written(tmp_path / "model"), surprise={"a": 1})
    assert open_package(tmp_path / "model").facts == FULL


@pytest.mark.parametrize(
    "values",
    [
        {"format": "1"},
        {"task": "counting"},
        {"labels": [1]},
        {"labels": None},
        {"thresholds": {"crack": 7}},
        {"input": {"height": 0, "width": 4, "policy": "stretch"}},
        {"input": {"height": 10**9, "width": 4, "policy": "stretch"}},
        {"input": {"height": 4}},
        {"input": {"height": 4, "width": 4, "policy": "crop"}},
        {"tiling": {"tile": [4, 4], "overlap": 1.0, "whole": True}},
        {"colors": {"crack": "red"}},
        {"files": {}},
        {"files": {"model.onnx": "", "../../etc/passwd": ""}},
    ],
)
def test_damaged_facts_are_refused(tmp_path, values):
    changed(written(tmp_path / "model"), **values)
    with pytest.raises(Wrong, match="model"):
        open_package(tmp_path / "model")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b'{"a":' * 100_000])
def test_what_is_no_json_is_refused(tmp_path, text):
    (written(tmp_path / "model") / "package.json").write_bytes(text)
    with pytest.raises(Wrong, match=r"package\.json"):
        open_package(tmp_path / "model")


@pytest.mark.parametrize("evil", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:evil", "\0evil"])
def test_a_zip_with_a_path_that_leaves_its_folder_is_refused(tmp_path, evil):
    path = written(tmp_path / "model.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(zipfile.ZipInfo(evil), b"x")
    with pytest.raises(Wrong, match="a path that leaves its folder"):
        open_package(path)


def test_a_zip_with_a_link_is_refused(tmp_path):
    path = written(tmp_path / "model.zip")
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(Wrong, match="leaves its folder"):
        open_package(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nothing", pickle.dumps({"a": 1})])
def test_a_file_that_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "model.zip").write_bytes(content)
    with pytest.raises(Wrong, match="no model package"):
        open_package(tmp_path / "model.zip")


def test_a_graph_whose_weights_lie_elsewhere_is_refused(tmp_path):
    model = onnx.load_from_string(brightness_scores())
    tensor = model.graph.initializer[0]
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../etc/passwd")
    written(tmp_path / "model", model=model.SerializeToString())
    with pytest.raises(Wrong, match="keeps weights in a file outside"):
        open_package(tmp_path / "model")


BOMBS = {
    "unpacks": {"evaluation.json": b"{}" + b" " * 20_000_000},
    "entries": {"evaluation.json": b'{"a":[' + b"[]," * 10_000_000 + b"[]]}"},
}


@pytest.mark.parametrize("says", BOMBS)
def test_a_zip_that_unpacks_to_far_more_is_refused(tmp_path, says):
    folder, path = written(tmp_path / "folder"), tmp_path / "model.zip"
    files = {file.name: file.read_bytes() for file in folder.iterdir()} | BOMBS[says]
    facts = json.loads(files["package.json"])
    facts["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in facts["files"]}
    files["package.json"] = json.dumps(facts).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            how = zipfile.ZIP_STORED if says == "entries" else zipfile.ZIP_DEFLATED
            archive.writestr(name, data, compress_type=how)
    with pytest.raises(Wrong, match=says):
        open_package(path)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_packed_in_another_way_is_refused(tmp_path, how):
    folder, path = written(tmp_path / "folder"), tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", how) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    with pytest.raises(Wrong, match="packed in a way that is not read"):
        open_package(path)


def test_a_zip_whose_packed_bytes_were_changed_is_refused(tmp_path):
    """What zlib says of them itself, before any checksum."""
    folder, path = written(tmp_path / "folder"), tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
        start = archive.getinfo("model.onnx").header_offset + 30 + len("model.onnx")
    content = bytearray(path.read_bytes())
    content[start : start + 4] = b"\xff\xff\xff\xff"  # a block of a kind that deflate does not have
    path.write_bytes(content)
    with pytest.raises(Wrong, match="is no model package"):
        open_package(path)


def test_a_zip_of_endless_members_is_refused_by_its_end(tmp_path, monkeypatch):
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(12_000):
            archive.writestr(f"{number}".rjust(60, "x"), b"")
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("its members were listed"))
    with pytest.raises(Wrong, match="too many files"):
        open_package(path)


@pytest.mark.parametrize("place", ["model", "model.zip"])
def test_files_are_held_to_their_size_before_they_are_read(tmp_path, monkeypatch, place):
    folder = written(tmp_path / place)
    for name in ("package.json", "evaluation.json"):
        monkeypatch.setitem(package.MOST_BYTES, name, 10)
        with pytest.raises(Wrong, match=f"{name} has .* bytes; 10 are the most"):
            open_package(folder)
        monkeypatch.undo()


@pytest.mark.parametrize("size", [(65_536, 65_536), (4097, 4096)])
def test_a_network_that_takes_more_than_any_picture_is_refused(size):
    document = write_facts(dataclasses.replace(FULL, input_size=size))
    with pytest.raises(Wrong, match="pixels is more than"):
        read_facts(document, "it")


def test_a_damaged_graph_is_refused_even_with_a_right_checksum(tmp_path):
    written(tmp_path / "model", model=b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
    with pytest.raises(Wrong, match=r"model\.onnx is damaged"):
        open_package(tmp_path / "model")


class Trap:
    """Unpickling this writes a file."""

    def __reduce__(self):
        return (Path.touch, (Path("sprung"),))


@pytest.mark.parametrize("file", ["model.onnx", "package.json", "evaluation.json", "MODEL_CARD.md"])
def test_nothing_in_a_package_is_ever_unpickled(tmp_path, monkeypatch, file):
    monkeypatch.chdir(tmp_path)
    folder = written(tmp_path / "model")
    (folder / file).write_bytes(pickle.dumps(Trap()))
    if file != "package.json":
        sums = json.loads((folder / "package.json").read_text())["files"]
        changed(folder, files={**sums, file: hashlib.sha256((folder / file).read_bytes()).hexdigest()})
    try:
        opened = open_package(folder)
    except Wrong:
        opened = None
    assert not Path("sprung").exists()
    assert opened is None or file == "MODEL_CARD.md"


def test_facts_survive_json():
    plain = PackageFacts(task="detection", labels=("a",), thresholds={}, input_size=(320, 320))
    for facts in (FULL, plain):
        assert read_facts(json.loads(json.dumps(write_facts(facts))), "m") == facts
    assert {f.name for f in dataclasses.fields(PackageFacts)} - {"input_size", "policy"} <= set(
        write_facts(plain)
    )


def parcel(tmp_path):
    """A package on its way, and its hash."""
    out = io.BytesIO()
    write_zip(written(tmp_path / "sent"), out)
    return out.getvalue(), hashlib.sha256(out.getvalue()).hexdigest()


def test_a_package_that_comes_whole_takes_its_place(tmp_path):
    sent, digest = parcel(tmp_path)
    (tmp_path / "m.zip").write_bytes(b"older")
    pieces = (sent[at : at + 100] for at in range(0, len(sent), 100))
    assert take_package(pieces, tmp_path / "m.zip", sha256=digest) == tmp_path / "m.zip"
    assert (tmp_path / "m.zip").read_bytes() == sent
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.zip", "sent"]


@pytest.mark.parametrize("kept", [b"older", None])
def test_a_package_that_breaks_on_its_way_changes_nothing(kept, tmp_path):
    sent, digest = parcel(tmp_path)
    if kept is not None:
        (tmp_path / "m.zip").write_bytes(kept)
    before = sorted(path.name for path in tmp_path.iterdir())

    def broken_off():
        yield sent[:100]
        raise ConnectionError("the line broke")

    with pytest.raises(Wrong, match="checksum differs"):
        take_package([sent[:-1]], tmp_path / "m.zip", sha256=digest)
    with pytest.raises(Wrong, match="no model package"):
        take_package([b"other"], tmp_path / "m.zip", sha256=hashlib.sha256(b"other").hexdigest())
    with pytest.raises(Wrong, match="the line broke"):
        take_package(broken_off(), tmp_path / "m.zip", sha256=digest)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert kept is None or (tmp_path / "m.zip").read_bytes() == kept


def test_a_package_needs_a_folder_to_come_to(tmp_path):
    sent, digest = parcel(tmp_path)
    with pytest.raises(Missing, match=r"There is no folder .*nowhere"):
        take_package([sent], tmp_path / "nowhere" / "m.zip", sha256=digest)


def test_a_changed_package_is_not_sent(tmp_path):
    folder = written(tmp_path / "m")
    (folder / "MODEL_CARD.md").write_text("other", "utf-8")
    with pytest.raises(Wrong, match="checksum differs"):
        write_zip(folder, io.BytesIO())
