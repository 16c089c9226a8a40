"""After a repair a store says the same as before, whatever was lost; nothing is removed on the way."""

import os
import shutil
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.stores import ODD_KEYS, etag_of, furnish, put, said, upload
from vedette.errors import Refusal
from vedette.store.blobs.caution import lifecycle_pause
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.index import INDEX
from vedette.store.blobs.journal import JOURNAL
from vedette.store.blobs.quarantine import quarantined
from vedette.store.blobs.repair import RepairOptions, repair_buckets
from vedette.store.blobs.values import About, UploadPart

OPTIONS = RepairOptions("000000000000")


def looked_at(root):
    store = FolderBlobs(root)
    try:
        return said(store)
    finally:
        store.close()


def files(root):
    return {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and ".index" not in p.name}


@pytest.fixture
def root(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    furnish(store)
    store.close()
    return tmp_path / "buckets"


def lose_index(root):
    for end in ("", "-wal", "-shm"):
        (root / f"{INDEX}{end}").unlink(missing_ok=True)


def lose_more(root):
    """Copy the buckets' folders elsewhere and back, as `cp -r buckets/* …` does."""
    lose_index(root)
    for folder in [path for path in root.iterdir() if not path.name.startswith(".")]:
        shutil.copytree(folder, root / f".{folder.name}")
        shutil.rmtree(folder)
        (root / f".{folder.name}").rename(folder)


def damage_index(root):
    with (root / INDEX).open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(30_000))


@pytest.mark.parametrize("lose", [lose_index, lose_more, damage_index])
def test_a_store_that_lost_its_index_says_the_same_after_a_repair(root, lose):
    before, had = looked_at(root), files(root)
    lose(root)
    report = repair_buckets(root, OPTIONS)
    assert (report.is_whole, report.is_new) == (True, True)
    assert set(report.sources.values()) == {"journal"}
    assert report.notices == {}
    after = looked_at(root)
    assert after == before
    assert files(root) >= had
    assert "repair" in lifecycle_pause(root).reason


def test_a_repaired_store_goes_on_and_can_be_repaired_again(root):
    for turn in range(3):
        lose_index(root)
        repair_buckets(root, OPTIONS)
        store = FolderBlobs(root)
        assert store.standing.troubles == ()
        put(store, "farm", f"turn{turn}", b"1")
        put(store, "kept", "scans/0.jpg", b"%d" % turn)
        before = said(store)
        store.close()
    lose_index(root)
    repair_buckets(root, OPTIONS)
    assert looked_at(root) == before


def test_an_older_index_learns_what_was_written_since(root):
    old = (root / INDEX).read_bytes()
    store = FolderBlobs(root)
    put(store, "farm", "since", b"precious")
    store.delete("farm", "plain.jpg")
    store.make_bucket("pond", account="000000000000")
    put(store, "pond", "since", b"precious")
    before = said(store)
    store.close()
    lose_index(root)
    (root / INDEX).write_bytes(old)
    report = repair_buckets(root, OPTIONS)
    assert {report.sources["farm"], report.sources["pond"], report.sources["kept"]} == {"journal", "index"}
    assert looked_at(root) == before
    assert report.old_index.read_bytes() == old


def test_what_an_older_index_was_told_meanwhile_counts_too(root):
    old = (root / INDEX).read_bytes()
    store = FolderBlobs(root)
    put(store, "farm", "lost", b"1")
    put(store, "kept", "scans/0.jpg", b"between")
    store.close()
    lose_index(root)
    (root / INDEX).write_bytes(old)
    store = FolderBlobs(root)
    put(store, "farm", "later", b"2")
    put(store, "kept", "scans/0.jpg", b"last")
    store.close()
    repair_buckets(root, OPTIONS)
    store = FolderBlobs(root)
    assert store.standing.troubles == ()
    assert [store.read("farm", key) for key in ("lost", "later")] == [b"1", b"2"]
    assert store.read("kept", "scans/0.jpg") == b"last"
    store.close()


def test_a_dry_run_changes_nothing(root):
    lose_index(root)
    before = {path: (root / path).read_bytes() for path in files(root)}
    report = repair_buckets(root, replace(OPTIONS, is_dry=True))
    assert report.versions > 60
    assert not report.is_new
    assert {path: (root / path).read_bytes() for path in files(root)} == before
    assert not list(root.glob(".index*"))
    with pytest.raises(Refusal, match="repair"):
        FolderBlobs(root)


def test_a_sound_store_is_left_as_it_is(root):
    before, had = looked_at(root), files(root)
    report = repair_buckets(root, replace(OPTIONS, is_deep=True))
    assert (report.is_new, report.is_whole, report.put_aside) == (False, True, 0)
    assert set(report.sources.values()) == {"index"}
    assert files(root) == had
    assert looked_at(root) == before
    assert lifecycle_pause(root) is None


def test_missing_and_damaged_objects_are_named(root):
    store = FolderBlobs(root)
    for key in ("gone", "short", "other"):
        put(store, "farm", key, b"pixels")
    paths = {key: store.path_of(store.objects.find("farm", key)) for key in ("gone", "short", "other")}
    store.close()
    paths["gone"].unlink()
    paths["short"].write_bytes(b"pix")
    paths["other"].write_bytes(b"PIXELS")
    report = repair_buckets(root, OPTIONS)
    assert not report.is_whole
    assert [notice.subject for notice in report.notices["missing"]] == ["farm/gone"]
    assert [notice.subject for notice in report.notices["damaged"]] == ["farm/short"]
    deep = repair_buckets(root, replace(OPTIONS, is_deep=True))
    assert sorted(notice.subject for notice in deep.notices["damaged"]) == ["farm/other", "farm/short"]
    assert "farm" in looked_at_keys(root)


def test_an_object_whose_file_is_gone_stays_until_it_is_to_be_forgotten(root):
    store = FolderBlobs(root)
    path = store.path_of(put(store, "farm", "away", b"pixels", metadata={"k": "v"}))
    before = said(store)
    store.close()
    path.rename(root.parent / "away")
    lose_index(root)
    assert not repair_buckets(root, OPTIONS).is_whole
    (root.parent / "away").rename(path)  # The rest of a copy arrives.
    assert looked_at(root) == before
    path.unlink()
    report = repair_buckets(root, replace(OPTIONS, forgets=True))
    assert "it is forgotten" in report.notices["missing"][0].sentence
    store = FolderBlobs(root)
    assert store.objects.find("farm", "away") is None
    assert store.standing.troubles == ()
    store.close()
    assert repair_buckets(root, OPTIONS).is_whole


def test_parts_that_are_gone_are_sent_again(root):
    shutil.rmtree(root / ".uploads")
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert len(report.notices["missing part"]) == 2
    store = FolderBlobs(root)
    begun = store.uploads.find("kept", "half", "open")
    assert store.uploads.parts(begun) == []
    store.close()


def test_a_folder_that_no_bucket_can_be_named_like_is_left_alone(root):
    (root / "My Pictures").mkdir()
    (root / "My Pictures" / "a.jpg").write_bytes(b"1")
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert [notice.subject for notice in report.notices["left alone"]] == ["My Pictures"]


def test_a_file_whose_name_is_no_text_goes_into_quarantine(root):
    (root / "farm" / os.fsdecode(b"\xff\xfe.jpg")).write_bytes(b"?")
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert report.put_aside == 1
    (item,) = [item for item in quarantined(root) if item.path.endswith(".jpg")]
    assert (os.fsencode(item.path), item.reason) == (b"farm/\xff\xfe.jpg", "its name is no text")


def looked_at_keys(root):
    store = FolderBlobs(root)
    try:
        return {bucket.name for bucket in store.buckets.owned("000000000000")}
    finally:
        store.close()


def test_parts_of_an_object_are_compared_with_its_etag(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="000000000000")
    begun = store.uploads.begin("farm", "big", upload="u", owner="0", about=About())
    parts = []
    for number, body in ((1, b"first"), (2, b"second")):
        draft = store.draft()
        draft.add(body)
        parts.append(store.uploads.put_part(begun, draft, UploadPart(number, 0, "")))
    store.uploads.complete(begun, parts, store.draft(), etag=etag_of(parts), about=About(parts=tuple(parts)))
    path = store.path_of(store.objects.find("farm", "big"))
    store.close()
    assert repair_buckets(store.root, replace(OPTIONS, is_deep=True)).is_whole
    path.write_bytes(b"firstSECOND")
    assert not repair_buckets(store.root, replace(OPTIONS, is_deep=True)).is_whole


def test_without_index_and_journal_objects_come_back_by_the_names_of_their_files(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    store.make_bucket("farm", account="111111111111")
    etags = {}
    for key in ODD_KEYS:
        etags[key] = put(store, "farm", key, key.encode(), metadata={"lost": "1"}).etag
    put(store, "farm", "plain.jpg", b"new")
    store._retired._queue.clear()
    store.close()
    os.utime(store.root / store.objects.find("farm", "plain.jpg").path, (time.time() + 9, time.time() + 9))
    store.close()
    lose_index(store.root)
    (store.root / "farm" / JOURNAL).unlink()
    report = repair_buckets(store.root, OPTIONS)
    assert report.sources == {"farm": "names"}
    assert [notice.subject for notice in report.notices["made from file names"]] == ["farm"]
    uncertain = [notice for notice in report.notices["made an object again"] if notice.sentence]
    again = FolderBlobs(store.root)
    back = {stored.key: stored.etag for stored in again.list("farm")}
    assert again.read("farm", "plain.jpg") == b"new"
    assert again.find("farm", "plain.jpg").content_type == "image/jpeg"
    assert again.owner("farm") == "000000000000"
    again.close()
    long = {key for key in ODD_KEYS if len(key) > 400}
    assert {
        key: etag for key, etag in etags.items() if key not in long | {"plain.jpg"}
    }.items() <= back.items()
    assert len(back) == len(ODD_KEYS)
    assert len(uncertain) >= len(long) - 1


def test_a_file_that_the_journal_never_heard_of_becomes_an_object_unless_a_newer_has_its_key(root):
    store = FolderBlobs(root)
    newer = store.path_of(put(store, "farm", "newer.jpg", b"1"))
    older = store.path_of(put(store, "farm", "older.jpg", b"1"))
    store.close()
    (root / "farm" / "fresh.0123456789ab.png").write_bytes(b"fresh")
    for path, shift in ((newer, 60), (older, -60)):
        twin = path.with_name(path.name.split(".")[0] + ".ba9876543210.jpg")
        twin.write_bytes(b"twin")
        os.utime(twin, (time.time() + shift, time.time() + shift))
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert {notice.subject for notice in report.notices["made an object again"]} == {
        "farm/fresh.png",
        "farm/newer.jpg",
    }
    store = FolderBlobs(root)
    assert [store.read("farm", key) for key in ("fresh.png", "newer.jpg", "older.jpg")] == [
        b"fresh",
        b"twin",
        b"1",
    ]
    assert store.find("farm", "fresh.png").content_type == "image/png"
    store.close()
    assert {item.place.read_bytes() for item in quarantined(root) if item.path.endswith(".jpg")} == {
        b"1",
        b"twin",
    }


def test_strays_beside_a_sound_index_go_into_quarantine_and_come_back_as_objects(root):
    before = looked_at(root)
    for n in range(100):
        (root / "farm" / f"stray{n}.0123456789ab.png").write_bytes(b"%d" % n)
    report = repair_buckets(root, OPTIONS)
    assert report.put_aside == 100
    assert looked_at(root) == before
    report = repair_buckets(root, replace(OPTIONS, puts_back=True))
    assert len(report.returned) == 100
    store = FolderBlobs(root)
    assert store.standing.troubles == ()
    assert store.read("farm", "stray7.png") == b"7"
    put(store, "farm", "after", b"1")
    store.close()
    after = looked_at(root)
    assert after["kept"] == before["kept"]
    assert len(after["farm"][1]) == len(before["farm"][1]) + 101


def test_a_file_in_quarantine_that_an_object_needs_comes_back(root):
    store = FolderBlobs(root)
    path = put(store, "farm", "a", b"1").path
    store.close()
    (root / ".quarantine" / "one" / "files" / "farm").mkdir(parents=True)
    (root / path).rename(root / ".quarantine" / "one" / "files" / path)
    before = repair_buckets(root, replace(OPTIONS, is_dry=True))
    assert [notice.subject for notice in before.notices["comes back from quarantine"]] == ["farm/a"]
    lose_index(root)
    assert repair_buckets(root, OPTIONS).is_whole
    assert (root / path).read_bytes() == b"1"


def test_what_waits_to_be_removed_does_not_come_back_after_the_journal_was_written_anew(root):
    store = FolderBlobs(root)
    path = store.path_of(put(store, "farm", "removed.jpg", b"1"))
    store.delete("farm", "removed.jpg")
    store._retired._queue.clear()  # As a killed process leaves it.
    store._journals.write_later("farm")
    store.wait_for_journals()
    before = said(store)
    store.close()
    assert path.exists()
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert report.notices.keys() == {"put aside"}
    assert looked_at(root) == before


def test_damaged_lines_lose_only_what_they_said(root):
    before = looked_at(root)
    lines = (root / "farm" / JOURNAL).read_bytes().splitlines(keepends=True)
    bad = next(n for n, line in enumerate(lines) if b'"plain.jpg"' in line)
    lines[bad] = lines[bad].replace(b"plain.jpg", b"plane.jpg")
    (root / "farm" / JOURNAL).write_bytes(b"".join(lines))
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert "1 line is damaged" in report.notices["damaged journal"][0].sentence
    assert [notice.subject for notice in report.notices["made an object again"]] == ["farm/plain.jpg"]
    after = looked_at(root)
    keys = [blob.key for blob, _ in before["farm"][1]]
    assert [blob.key for blob, _ in after["farm"][1]] == keys
    assert after["kept"] == before["kept"]


def test_what_a_damaged_line_said_is_taken_from_an_index_that_is_behind(root):
    shutil.copyfile(root / INDEX, root.with_name("behind.db"))
    store = FolderBlobs(root)
    put(store, "farm", "later.jpg", b"1")
    store.close()
    before = looked_at_first(root)
    lines = (root / "farm" / JOURNAL).read_bytes().splitlines(keepends=True)
    bad = next(n for n, line in enumerate(lines) if b'"plain.jpg"' in line)
    lines[bad] = lines[bad].replace(b"plain.jpg", b"plane.jpg")
    (root / "farm" / JOURNAL).write_bytes(b"".join(lines))
    lose_index(root)
    shutil.copyfile(root.with_name("behind.db"), root / INDEX)
    report = repair_buckets(root, OPTIONS)
    assert report.sources["farm"] == "journal"
    assert [notice.subject for notice in report.notices["from the old index"]] == ["farm/plain.jpg"]
    assert looked_at(root)["farm"] == before["farm"]


def test_a_journal_that_lost_its_first_lines_keeps_its_objects(root):
    lines = (root / "farm" / JOURNAL).read_bytes().splitlines(keepends=True)
    (root / "farm" / JOURNAL).write_bytes(b"".join(lines[2:]))
    keys = [blob.key for blob, _ in looked_at_first(root)["farm"][1]]
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert "who owns it is lost" in report.notices["damaged journal"][-1].sentence
    assert [blob.key for blob, _ in looked_at(root)["farm"][1]] == keys


def looked_at_first(root):
    """Look without repairing the journal: a copy is opened."""
    shutil.copytree(root, root.with_name("copy"))
    return looked_at(root.with_name("copy"))


def test_a_folder_under_another_name_is_no_bucket(root):
    shutil.copytree(root / "farm", root / "farm2")
    lose_index(root)
    report = repair_buckets(root, OPTIONS)
    assert [notice.subject for notice in report.notices["left alone"]] == ["farm2"]
    assert "farm2" not in report.sources
    assert (root / "farm2" / JOURNAL).exists()


@pytest.mark.parametrize("step", ["_write_journals", "_put_in_place", "_finish_files", "pause_lifecycle"])
def test_a_repair_that_is_killed_is_done_again(root, step, monkeypatch):
    from vedette.store.blobs import repair as module

    before = looked_at(root)
    lose_index(root)
    (root / "farm" / "stray.0123456789ab.png").write_bytes(b"1")

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, step, die)
    with pytest.raises(KeyboardInterrupt):
        repair_buckets(root, OPTIONS)
    monkeypatch.undo()
    repair_buckets(root, OPTIONS)
    after = looked_at(root)
    assert after["kept"] == before["kept"]
    assert {blob.key for blob, _ in after["farm"][1]} == {blob.key for blob, _ in before["farm"][1]} | {
        "stray.png"
    }


KEYS = st.sampled_from(["a", "b", "ü/c.jpg", "d/"])
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "delete", "version", "tag", "on", "off", "upload", "document"]), KEYS
    ),
    max_size=16,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS, st.integers(0, 16))
def test_any_history_is_told_again_by_the_journal(tmp_path_factory, actions, kept_until):
    root = tmp_path_factory.mktemp("any") / "buckets"
    store = FolderBlobs(root)
    store.make_bucket("farm", account="000000000000")
    old = None
    for number, (action, key) in enumerate(actions):
        if number == kept_until:
            store.close()
            old = (root / INDEX).read_bytes()
            store = FolderBlobs(root)
        act(store, action, key, number)
    before = said(store)
    store.close()
    lose_index(root)
    if old is not None:
        (root / INDEX).write_bytes(old)
    repair_buckets(root, OPTIONS)
    assert looked_at(root) == before


def act(store, action, key, number):
    if action == "put":
        put(store, "farm", key, b"%d" % number)
    elif action == "delete":
        store.delete("farm", key)
    elif action in ("on", "off"):
        store.buckets.set_versioning("farm", {"on": "Enabled", "off": "Suspended"}[action])
    elif action == "upload":
        upload(store, "farm", key, f"u{number}", ends=number % 2 == 0)
    elif action == "document":
        store.buckets.put_document("farm", key, b"%d" % number)
    else:
        page = store.listing.versions("farm", prefix=key, most=100)
        chosen = page.blobs[number % len(page.blobs)] if page.blobs else None
        if chosen is not None and action == "version":
            store.objects.delete_version("farm", chosen.key, chosen.version)
        elif chosen is not None:
            store.objects.change(chosen, lambda about: replace(about, tags={"n": str(number)}))


@pytest.mark.slow
def test_ten_thousand_objects_say_the_same_after_a_repair(tmp_path):
    store = FolderBlobs(tmp_path / "buckets")
    furnish(store, count=10_000)
    before = said(store)
    store.close()
    lose_index(store.root)
    report = repair_buckets(store.root, OPTIONS)
    assert report.is_whole
    assert looked_at(store.root) == before
