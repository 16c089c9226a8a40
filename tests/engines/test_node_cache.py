"""A node keeps files by their digests: none that is damaged is used, and nobody's work is taken away."""

import hashlib
import os
from types import SimpleNamespace

import pytest

from vedette.engines.carrying import fetch_changes, send_tree
from vedette.engines.node_cache import DamagedFile, NodeCache
from vedette.engines.trees import PIECE, place_in, read_tree


def digest(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "version"
    (place / "package").mkdir(parents=True)
    (place / "package" / "model.onnx").write_bytes(os.urandom(PIECE + 3))
    (place / "train.manifest").write_text("{}\n")
    (place / "again.manifest").write_text("{}\n")
    (place / "nothing").write_bytes(b"")
    return place


class OnThisMachine:
    """A node's worker without a node; `calls` are what it was asked."""

    def __init__(self, cache, disturb=lambda method: None):
        self.cache, self.calls, self._disturb = cache, [], disturb

    def call(self, method, *values):
        self.calls.append(method)
        self._disturb(method)
        if method == "store":
            name, offset, data, is_last = values
            return self.cache.store(name, offset, data, is_last=is_last)
        return getattr(self.cache, method)(*values)


def cache_in(tmp_path, **options):
    return NodeCache(tmp_path / "node", **options)


def test_a_folder_comes_over_whole_and_each_content_once(folder, tmp_path):
    worker, tree = OnThisMachine(cache_in(tmp_path)), read_tree(folder)
    send_tree(worker, folder, tree)
    assert worker.calls.count("store") == 2 + 1 + 1  # the model in two pieces; two manifests are one content
    assert read_tree(worker.cache.lay_out(tree)) == tree


def test_what_is_there_is_not_sent_again(folder, tmp_path):
    tree = read_tree(folder)
    send_tree(OnThisMachine(cache_in(tmp_path)), folder, tree)
    again = OnThisMachine(cache_in(tmp_path))
    send_tree(again, folder, tree)
    assert again.calls == ["missing"]


def test_a_damaged_entry_is_found_and_fetched_again(folder, tmp_path):
    tree = read_tree(folder)
    send_tree(OnThisMachine(cache_in(tmp_path)), folder, tree)
    model = tree["package/model.onnx"][0]
    entry = tmp_path / "node" / "files" / model[:2] / model
    entry.chmod(0o600)
    with entry.open("r+b") as file:
        file.write(b"spoilt")
    worker = OnThisMachine(cache_in(tmp_path))
    send_tree(worker, folder, tree)
    assert worker.calls.count("store") == 2
    assert read_tree(worker.cache.lay_out(tree)) == tree


def test_what_comes_damaged_is_not_kept(tmp_path):
    cache = cache_in(tmp_path)
    with pytest.raises(DamagedFile):
        cache.store(digest(b"one"), 0, b"two", is_last=True)
    assert cache.missing({"a": (digest(b"one"), 3)}) == [digest(b"one")]
    assert not any((tmp_path / "node" / "coming").iterdir())


def test_a_node_that_damages_what_it_gets_is_given_up(folder, tmp_path):
    def spoil(method):
        if method == "missing":
            for entry in (tmp_path / "node" / "files").glob("*/*"):
                entry.unlink()

    with pytest.raises(DamagedFile, match="each time"):
        send_tree(OnThisMachine(cache_in(tmp_path), spoil), folder, read_tree(folder))


def test_the_oldest_go_first_and_not_what_somebody_works_with(tmp_path):
    cache = cache_in(tmp_path, most_bytes=10)
    contents = [b"aaaaa", b"bbbbb", b"ccccc"]
    for age, data in enumerate(contents):
        cache.store(digest(data), 0, data, is_last=True)
        place = tmp_path / "node" / "files" / digest(data)[:2] / digest(data)
        os.utime(place, (1000 + age, 1000 + age))
    held = cache.lay_out({"a": (digest(b"aaaaa"), 5)})
    cache.sweep()
    assert cache.missing({data.decode(): (digest(data), 5) for data in contents}) == [digest(b"aaaaa")]
    assert (held / "a").read_bytes() == b"aaaaa"


def test_what_a_process_that_died_left_is_removed_and_what_others_do_is_not(tmp_path):
    dead, living = cache_in(tmp_path), cache_in(tmp_path)
    for cache in (dead, living):
        cache.store(digest(b"x"), 0, b"x", is_last=True)
    left, worked_in = dead.lay_out({"x": (digest(b"x"), 1)}), living.lay_out({"x": (digest(b"x"), 1)})
    os.close(dead._lock)  # as the kernel does for a process that was killed
    cache_in(tmp_path).sweep()
    assert (left.exists(), worked_in.exists()) == (False, True)
    living.close()
    assert not worked_in.exists()


@pytest.mark.parametrize("path", ["/etc/passwd", "../a", "a/../../b", ""])
def test_no_path_of_a_node_leads_out_of_the_folder(tmp_path, path):
    with pytest.raises(ValueError, match="leads out"):
        place_in(tmp_path, path)


def test_a_name_that_is_no_digest_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="no digest"):
        cache_in(tmp_path).missing({"a": ("../../secret", 1)})


def test_changes_come_back_and_only_what_was_sent_is_removed(tmp_path):
    (tmp_path / "old").write_text("sent")
    (tmp_path / "own").write_text("written here meanwhile")
    node = {"new/file": b"fresh", "empty": b""}
    worker = SimpleNamespace(call=lambda method, path, offset: node[path][offset : offset + PIECE])
    changed = [(path, digest(data), len(data)) for path, data in node.items()]
    fetch_changes(worker, tmp_path, changed, ["old", "own"], {"old": ()})
    assert {path.name for path in tmp_path.iterdir()} == {"own", "new", "empty"}
    assert (tmp_path / "new" / "file").read_bytes() == b"fresh"


def test_a_change_that_comes_back_damaged_leaves_what_was_there(tmp_path):
    (tmp_path / "result.json").write_text("before")
    worker = SimpleNamespace(call=lambda method, path, offset: b"other")
    with pytest.raises(DamagedFile):
        fetch_changes(worker, tmp_path, [("result.json", digest(b"truth"), 5)], [], {})
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    assert (tmp_path / "result.json").read_text() == "before"
