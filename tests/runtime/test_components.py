"""Components as a device reads them: whole and as they were written, or refused with a sentence."""

import io
import json
import os
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.packages import tiny_package
from vedette.errors import Missing, Taken, Wrong
from vedette.packaging.building import build_component, write_linux_archive
from vedette.runtime.component_archives import unpack_component, zip_component
from vedette.runtime.components import (
    ComponentFacts,
    EdgeTarget,
    list_components,
    read_component,
    read_manifest,
    refuse_path,
)

FACTS = ComponentFacts(
    name="doors",
    version="1.2.3",
    model_arn="arn:aws:lookoutvision:us-east-1:111122223333:model/doors/1",
    description="Doors.",
    target=EdgeTarget("ARM64", "NVIDIA", "jetson_xavier"),
    options={"mcpu": "core-avx2"},
    tags={"line": "4"},
    created="2026-11-29T01:00:00+00:00",
)


@pytest.fixture
def component(tmp_path):
    package = tiny_package(tmp_path / "package", "anomaly")
    return build_component(package, FACTS, tmp_path / "component")


@pytest.fixture
def archive(component, tmp_path):
    place = tmp_path / "doors.zip"
    with place.open("wb") as stream:
        zip_component(component, stream)
    return place


def test_a_component_is_read_as_it_was_written(component):
    again = read_component(component.folder)
    assert again == component
    assert again.facts == FACTS
    assert sorted(again.files) == [
        "model/MODEL_CARD.md",
        "model/evaluation.json",
        "model/model.onnx",
        "model/package.json",
    ]
    assert again.open_model().facts.task == "anomaly"


@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_an_archive_holds_the_component_itself(component, suffix, tmp_path):
    place = tmp_path / f"doors.{suffix}"
    if suffix == "zip":
        with place.open("wb") as stream:
            zip_component(component, stream)
    else:
        write_linux_archive(component, place)
    unpacked = unpack_component(place, tmp_path / "here")
    assert (unpacked.facts, unpacked.files, unpacked.digest) == (FACTS, component.files, component.digest)
    assert sorted(place.name for place in tmp_path.iterdir() if place.name.startswith(".")) == []


def test_a_place_that_is_taken_stays_as_it_is(archive, tmp_path):
    (tmp_path / "here").mkdir()
    with pytest.raises(Taken):
        unpack_component(archive, tmp_path / "here")


def change(component, name, content):
    (component.folder / name).write_bytes(content)


def edited(component, **members):
    document = json.loads((component.folder / "manifest.json").read_bytes())
    change(component, "manifest.json", json.dumps({**document, **members}).encode())


SABOTAGES = {
    "changed weights": (lambda c: change(c, "model/model.onnx", b"x"), "checksum differs"),
    "a file gone": (lambda c: (c.folder / "model/model.onnx").unlink(), "lacks its model/model.onnx"),
    "a file more": (lambda c: change(c, "extra.py", b"x"), "does not name"),
    "a link": (lambda c: (c.folder / "link").symlink_to("/etc/passwd"), "neither a file nor a folder"),
    "a pipe": (lambda c: os.mkfifo(c.folder / "pipe"), "neither a file nor a folder"),
    "no manifest": (lambda c: (c.folder / "manifest.json").unlink(), "no manifest.json"),
    "no JSON": (lambda c: change(c, "manifest.json", b"{"), "damaged"),
    "deep JSON": (lambda c: change(c, "manifest.json", b"[" * 100_000), "damaged"),
    "another kind": (lambda c: edited(c, kind="model"), "of another kind"),
    "a later format": (lambda c: edited(c, format=2), "upgrade Vedette"),
    "no format": (lambda c: edited(c, format="1"), "damaged"),
    "a path out": (lambda c: edited(c, files={"../x": {"sha256": "", "size": 1}}), "leaves its folder"),
    "no files": (lambda c: edited(c, files={}), "does not name"),
    "a hostile name": (lambda c: edited(c, name="../x"), "no name of a component"),
    "a size of text": (
        lambda c: edited(c, files={"model/model.onnx": {"sha256": "", "size": "1"}}),
        "no size",
    ),
    "an odd precision": (lambda c: edited(c, precision="int4"), "no precision"),
    "an endless manifest": (lambda c: change(c, "manifest.json", b" " * 2_000_000), "more than"),
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_component_that_is_not_as_written_is_refused(component, name):
    sabotage, words = SABOTAGES[name]
    sabotage(component)
    with pytest.raises(Wrong, match=words):
        read_component(component.folder)


def zipped(place, members):
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return place


def a_link(name):
    member = zipfile.ZipInfo(name)
    member.external_attr = 0o120777 << 16
    return member


HOSTILE = {
    "a path out": ([("../manifest.json", "{}")], "leaves its folder"),
    "an absolute path": ([("/manifest.json", "{}")], "leaves its folder"),
    "a drive": ([("C:/manifest.json", "{}")], "leaves its folder"),
    "a backslash": ([("..\\manifest.json", "{}")], "leaves its folder"),
    "no name": ([(zipfile.ZipInfo("\0manifest.json"), "{}")], "is not opened"),
    "a link": ([("manifest.json", "{}"), (a_link("model"), "/etc")], "link or a device"),
    "a bomb": ([("manifest.json", "{}"), ("model/model.onnx", bytes(30_000_000))], "unpacks"),
    "too many": ([(f"f{number}", "") for number in range(2001)], "more than a component may"),
    "nothing of it": ([("readme", "")], "no component"),
    "another kind": ([("manifest.json", '{"kind": "x"}')], "another kind"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_leaves_nothing_behind(name, tmp_path):
    members, words = HOSTILE[name]
    place = zipped(tmp_path / "x.zip", members)
    with pytest.raises(Wrong, match=words):
        unpack_component(place, tmp_path / "here")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(tmp_path):
    place = zipped(tmp_path / "x.zip", [("manifest.json", "{}"), ("manifest.json", "[]")])
    with pytest.raises(Wrong, match="twice"):
        unpack_component(place, tmp_path / "here")


def tarred(place, *members):
    with tarfile.open(place, "w:gz") as file:
        for member, content in members:
            member.size = len(content)
            file.addfile(member, io.BytesIO(content))
    return place


def test_a_tar_with_links_or_ways_out_is_refused(tmp_path):
    link = tarfile.TarInfo("model")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    for number, member in enumerate((link, tarfile.TarInfo("../../x"))):
        place = tarred(
            tmp_path / f"{number}.tar.gz", (tarfile.TarInfo("manifest.json"), b"{}"), (member, b"")
        )
        with pytest.raises(Wrong, match="not opened"):
            unpack_component(place, tmp_path / "here")


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("suffix", ["zip", "tar.gz"])
def test_half_an_archive_is_refused(component, share, suffix, tmp_path):
    place = tmp_path / f"doors.{suffix}"
    with place.open("wb") as stream:
        zip_component(component, stream)
    if suffix == "tar.gz":
        write_linux_archive(component, place)
    text = place.read_bytes()
    place.write_bytes(text[: int(share * len(text))])
    with pytest.raises(Wrong):
        unpack_component(place, tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_components_are_found_where_greengrass_unpacks_them(component, tmp_path):
    root = tmp_path / "unarchived"
    place = root / "doors" / "1.2.3" / "doors-1.2.3"
    place.parent.mkdir(parents=True)
    component.folder.rename(place)
    bad = root / "gates"
    bad.mkdir()
    (bad / "manifest.json").write_text("{}")
    (root / ".half").mkdir()
    entries = list_components(root)
    assert [(entry.folder, entry.component is None) for entry in entries] == [(place, False), (bad, True)]
    assert "another kind" in entries[1].problem
    assert [entry.component for entry in list_components(root, is_checked=False)] == [
        entry.component for entry in entries
    ]
    with pytest.raises(Missing):
        list_components(tmp_path / "nowhere")


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_bytes_make_the_reader_stumble(text):
    with pytest.raises(Wrong):
        read_manifest(text, "x")


@given(st.text(alphabet="ab/.\\: \n", max_size=12))
def test_a_plain_path_stays_below_its_folder(name):
    try:
        refuse_path(name)
    except ValueError:
        return
    assert os.path.normpath(f"/folder/{name}") == f"/folder/{name}"
