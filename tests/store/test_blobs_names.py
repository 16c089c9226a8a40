"""Keys as paths: they stay inside, they never meet, and they read like the key."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.store.blobs.names import DEEPEST, key_of, place, successor

HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "a/../b", "./a", "..", ".", "a//b", "a/", "/", "",
    "C:\\windows", "a\\..\\b",
    "nul", "CON.txt", "com1/x", "a\x00b", "a\nb", "trailing.", "trailing ", "%2E%2E/x", "a" * 1024, "é" * 512,
    "/".join("a" * 512), "漢" * 341, "a?b*c<d>e|f\"g:h", ".index.db", "~",
]  # fmt: skip
keys = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=80) | st.sampled_from(HOSTILE)


@given(keys)
def test_no_key_leaves_its_folder_on_any_system(key):
    path = place(key, "abc123")
    for kind in (PurePosixPath, PureWindowsPath):
        parts = kind(path).parts
        assert not kind(path).is_absolute()
        assert not {"..", ".", "/"} & set(parts)
        assert all(len(part.encode()) <= 255 for part in parts)
        assert len(parts) <= DEEPEST + 1
    assert not set(path) & set('\x00\\:*?"<>|\n')
    assert not any(part.endswith((".", " ")) for part in path.split("/"))


@given(keys)
def test_a_key_is_told_from_its_place_or_said_to_be_uncertain(key):
    told, is_certain = key_of(place(key, "0123456789ab"))
    assert told == key or not is_certain
    assert is_certain or "~" in place(key, "0123456789ab") or "%2F" in key


def test_a_file_that_was_put_there_by_hand_has_no_certain_key():
    assert key_of("scans/board.jpg") == ("scans/board.jpg", False)


@given(keys, keys)
def test_two_files_never_meet(one, other):
    assert place(one, "abc123") != place(other, "def456")


@given(keys, keys)
def test_different_keys_have_different_places(one, other):
    assert (place(one, "x9") == place(other, "x9")) == (one == other)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("scans/board.jpg", "scans/board.ID.jpg"),
        ("board", "board.ID"),
        ("a/", "a/%.ID"),
        (".hidden", ".hidden.ID"),
        ("a b/ü.png", "a b/ü.ID.png"),
        ("../x", "%2E%2E/x.ID"),
        ("aux.jpg", "%61ux.ID.jpg"),
        ("50%.png", "50%25.ID.png"),
    ],
)
def test_a_place_reads_like_its_key(key, path):
    assert place(key, "ID") == path


@given(
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1),
    st.text(st.characters(exclude_categories=("Cs",))),
)
def test_the_successor_sorts_after_all_that_begins_so(text, rest):
    after = successor(text)
    assert after is None or after.encode() > (text + rest).encode()
    assert after is None or after.encode() > text.encode()
