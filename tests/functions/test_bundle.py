"""A zip of code is looked through before anything of it is written."""

import io
import warnings
import zipfile
from pathlib import PurePosixPath

import pytest

from vedette.errors import Refusal
from vedette.functions import bundle
from vedette.functions.bundle import bundle_of, check_bundle, unpack_bundle


def zipped(*members: tuple[str, bytes], **more) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = more.get("mode", 0o644) << 16
            with warnings.catch_warnings(action="ignore"):
                writer.writestr(entry, content)
    return buffer.getvalue()


def damaged() -> bytes:
    data = bytearray(zipped(("a.py", bytes(range(256)) * 40)))
    data[60:80] = b"\xff" * 20
    return bytes(data)


def nameless() -> bytes:
    """Return a zip whose file's name begins with a zero, which ends it. Found by drawing bytes."""
    return zipped(("a.py", b"x")).replace(b"a.py", b"\0.py")


BAD = {
    "no zip": (b"import os", "Could not unzip uploaded file"),
    "nothing": (b"", "Could not unzip uploaded file"),
    "cut off": (zipped(("a.py", b"x" * 5000))[:100], "Could not unzip uploaded file"),
    "damaged": (damaged(), "is damaged"),
    "empty": (zipped(), "The zip is empty"),
    "folders alone": (zipped(("a/", b"")), "The zip is empty"),
    "upwards": (zipped(("../../etc/cron.d/x", b"x")), "outside of the function's folder"),
    "inside and upwards": (zipped(("a/../../b", b"x")), "outside of the function's folder"),
    "absolute": (zipped(("/etc/passwd", b"x")), "outside of the function's folder"),
    "another system's": (zipped(("C:\\x.py", b"x")), "outside of the function's folder"),
    "a link": (zipped(("a.py", b"/etc/passwd"), mode=0o120777), "is a link or a device"),
    "a device": (zipped(("a.py", b""), mode=0o020666), "is a link or a device"),
    "a bomb": (zipped(("a.py", bytes(60 << 20))), "that is no code"),
    "a zip of zips": (zipped(("a.zip", b"1"), ("b.ZIP", b"2")), "nothing in it but zips"),
    "two of a name": (zipped(("a.py", b"1"), ("a.py", b"2")), "two files 'a.py'"),
    "a file as a folder": (zipped(("a", b"1"), ("a/b.py", b"2")), "lies in a file"),
    "no name": (nameless(), "a file without a name"),
    "a long name": (zipped(("a" * 300, b"1")), "name is too long"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_code_is_refused_and_nothing_is_written(tmp_path, name):
    data, sentence = BAD[name]
    with pytest.raises(Refusal) as refusal:
        unpack_bundle(data, tmp_path / "code")
    assert sentence in refusal.value.sentence
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(bundle, "MOST_FILES", 2)
    with pytest.raises(Refusal, match="has 3 files"):
        check_bundle(zipped(*((f"{number}.py", b"") for number in range(3))))
    monkeypatch.setattr(bundle, "MOST_UNZIPPED", 10)
    with pytest.raises(Refusal, match="holds more than 10 bytes"):
        check_bundle(zipped(("a.py", b"12345678901")))
    monkeypatch.setattr(bundle, "MOST_ZIPPED", 10)
    with pytest.raises(Refusal, match="at most 10"):
        check_bundle(zipped(("a.py", b"1")))


def test_a_name_that_stands_twice_is_found_by_one_look_at_each():
    # Each name held against all others took 23 s of a processor for a zip of a megabyte.
    held = []

    class CountedPath(PurePosixPath):
        def __eq__(self, other):
            held.append(other)
            return super().__eq__(other)

        __hash__ = PurePosixPath.__hash__

    paths = [CountedPath(f"f{number}") for number in range(2000)] + [CountedPath("f1999")]
    with pytest.raises(Refusal, match="two files 'f1999'"):
        bundle._check_names(paths)
    assert 0 < len(held) < 3 * len(paths)


def test_a_directory_that_would_fill_the_memory_is_not_listed(monkeypatch):
    data = zipped(*((f"{number:04}.py", b"") for number in range(200)))
    monkeypatch.setattr(bundle, "MOST_DIRECTORY", 5_000)
    monkeypatch.setattr(bundle.zipfile, "ZipFile", None)
    with pytest.raises(Refusal, match="names more files than"):
        check_bundle(data)


def test_a_newer_format_is_refused():
    data = zipped(("a.py", b"1"))
    at = data.index(b"PK\x01\x02")
    with pytest.raises(Refusal, match="zip file version 9"):
        check_bundle(data[: at + 6] + bytes([99, 0]) + data[at + 8 :])


def test_a_folder_becomes_a_zip_and_a_folder_again(tmp_path):
    source = tmp_path / "source"
    for name in ("a.py", "pkg/b.py", "__pycache__/a.pyc", ".git/config", "pkg/data.json"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
    assert bundle_of(source) == bundle_of(source)
    unpack_bundle(bundle_of(source), tmp_path / "code")
    files = {path.relative_to(tmp_path / "code").as_posix() for path in (tmp_path / "code").rglob("*.*")}
    assert files == {"a.py", "pkg/b.py", "pkg/data.json"}
    assert (tmp_path / "code/pkg/b.py").read_text() == "pkg/b.py"


def test_a_place_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Refusal, match="does not exist"):
        bundle_of(tmp_path / "nothing.py")
