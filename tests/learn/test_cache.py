"""The cache of features: what is lost or broken costs time only, and it stays within its limit."""

import os

import numpy as np
import pytest

from vedette.learn.cache import FeatureCache

ARRAY = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def cache(tmp_path):
    return FeatureCache(tmp_path / "cache")


def files(cache):
    return [path for path in cache.folder.rglob("*") if path.is_file()]


def test_what_is_put_is_got_again_also_from_the_next_training(cache, tmp_path):
    key = cache.key("picture", "lite0", (224, 224))
    assert cache.get(key) is None
    cache.put(key, ARRAY)
    for one in (cache, FeatureCache(tmp_path / "cache")):
        assert np.array_equal(one.get(key), ARRAY)
    mapped = cache.get(key, mapped=True)
    assert isinstance(mapped, np.memmap)
    assert np.array_equal(mapped, ARRAY)


def test_a_key_is_of_all_its_parts_in_their_order(cache):
    keys = {
        cache.key("a", "b"),
        cache.key("b", "a"),
        cache.key("ab"),
        cache.key("a", "b", ""),
        cache.key("a"),
    }
    assert len(keys) == 5
    assert cache.key("a", 1) == cache.key("a", "1")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"no array at all"])
def test_a_broken_file_is_as_none_and_goes(cache, content):
    cache.put("abcd", ARRAY)
    (file,) = files(cache)
    file.write_bytes(content)
    assert cache.get("abcd") is None
    assert files(cache) == []


def test_an_array_of_objects_is_never_unpickled(cache):
    cache.put("abcd", ARRAY)
    (file,) = files(cache)
    np.save(file, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert cache.get("abcd") is None


def test_without_a_folder_nothing_is_kept():
    cache = FeatureCache(None)
    cache.put("abcd", ARRAY)
    cache.trim()
    assert cache.get("abcd") is None


def test_a_disk_without_room_stops_nothing_and_leaves_no_part(cache, monkeypatch):
    def full(file, array, **options):
        file.write(b"half")
        raise OSError("no space")

    monkeypatch.setattr(np, "save", full)
    cache.put("abcd", ARRAY)
    assert files(cache) == []
    assert cache.get("abcd") is None


def test_the_least_recently_used_go_until_the_rest_is_within_the_limit(cache):
    for number, name in enumerate(("aa", "bb", "cc")):
        cache.put(name, ARRAY)
        os.utime(cache.folder / name / f"{name}.npy", (1000 + number, 1000 + number))
    assert cache.get("aa") is not None, "it was used just now"
    size = (cache.folder / "aa" / "aa.npy").stat().st_size
    cache.limit = 3 * size
    cache.trim()
    assert len(files(cache)) == 3
    cache.limit = 3 * size - 1
    cache.trim()
    assert {path.stem for path in files(cache)} == {"aa", "cc"}
    cache.limit = size
    cache.trim()
    assert {path.stem for path in files(cache)} == {"aa"}
