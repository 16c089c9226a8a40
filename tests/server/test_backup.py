"""A backup holds what the installation held, proves itself, and is put back whole or not at all."""

import json
import os
import shutil
import sqlite3
import stat
from datetime import UTC, datetime

import pytest

import vedette
from doubles.disks import small_disk
from doubles.installations import an_installation
from doubles.trained import put_version
from vedette.errors import Busy, Refusal, Wrong
from vedette.migrations import numbers
from vedette.projects.projects import Projects
from vedette.projects.versions import Versions
from vedette.runtime.package import open_package
from vedette.server import backup as room
from vedette.server.archive import DATA, FILES, MANIFEST
from vedette.server.backup import back_up
from vedette.server.installation import open_installation
from vedette.server.restore import restore
from vedette.settings import Settings
from vedette.store.blobs.caution import lifecycle_pause
from vedette.store.blobs.folder import FolderBlobs

ACCOUNT = "000000000000"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def quiet(stage, done, of):
    """Look at nobody's progress."""
    assert 0 < done <= of, stage


@pytest.fixture
def data(sqlite_maker):
    """An installation with a model that is trained, one that is being trained, and three objects."""
    folder = an_installation(sqlite_maker)
    put_version(folder, "rekognition", "boards", "classification", account=ACCOUNT)
    busy = put_version(folder, "rekognition", "boards", "classification", account=ACCOUNT, moves=())
    for name in ("train.manifest", "result.json", "pictures/1.png", "scratch/x", "out/y"):
        place = folder / "versions" / busy.folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(name)
    blobs = FolderBlobs(folder / "buckets")
    blobs.make_bucket("pictures", account=ACCOUNT)
    for key in ("a.png", "deep/er/b.png", "ü \u2028.png"):
        blobs.put("pictures", key, key.encode())
    blobs.close()
    for passing in ("cache/features/x", "pictures/thumb.webp", "backups/vedette-0001.db", "reserve"):
        (folder / passing).parent.mkdir(parents=True, exist_ok=True)
        (folder / passing).write_bytes(b"x")
    return folder


def backed_up(data, target, **options):
    with open_installation(Settings(data=data)) as installation:
        return back_up(installation, target, progress=quiet, clock=lambda: NOON, **options)


def states(data):
    with open_installation(Settings(data=data)) as installation:
        database = installation.database
        every = Versions(database, Projects(database)).in_state("trained", "training", "deleting")
        return {version.folder: version.state for version in every}


def refused(act, *arguments):
    with pytest.raises(Refusal) as caught:
        act(*arguments)
    return caught.value.sentence


def put_back(backup, data):
    return restore(backup, data, progress=quiet, clock=lambda: NOON)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("links", [True, False])
def test_a_backup_is_put_back_as_it_was(data, tmp_path, links):
    manifest = backed_up(data, tmp_path / "backup", links=links)
    assert (manifest.vedette, manifest.change) == (vedette.__version__, numbers()[-1])
    assert (manifest.account, manifest.made) == (ACCOUNT, "2026-05-04T12:00:00+00:00")
    sizes = sum(len(key.encode()) for key in ("a.png", "deep/er/b.png", "ü \u2028.png"))
    assert manifest.counts == {"models": 1, "objects": 3, "object_bytes": sizes}
    put_back(tmp_path / "backup", tmp_path / "again")
    assert states(tmp_path / "again") == states(data) == {"1": "trained", "2": "training"}
    assert files(tmp_path / "again" / "versions" / "1") == files(data / "versions" / "1")
    for name in ("installation.json", "credentials.json", "keys/installation.key"):
        assert (tmp_path / "again" / name).read_bytes() == (data / name).read_bytes()
    blobs = FolderBlobs(tmp_path / "again" / "buckets")
    assert {one.key: blobs.read("pictures", one.key) for one in blobs.list("pictures")} == {
        key: key.encode() for key in ("a.png", "deep/er/b.png", "ü \u2028.png")
    }
    blobs.close()
    standing = lifecycle_pause(tmp_path / "again" / "buckets")
    assert standing.reason == "Restored from the backup of 2026-05-04T12:00:00+00:00."


def test_a_training_under_way_begins_anew_from_its_frozen_lines(data, tmp_path):
    backed_up(data, tmp_path / "backup")
    assert set(files(tmp_path / "backup" / DATA / "versions" / "2")) == {"train.manifest"}


def test_what_can_be_made_again_is_not_copied(data, tmp_path):
    backed_up(data, tmp_path / "backup")
    kept = {path.name for path in (tmp_path / "backup" / DATA).iterdir()}
    assert kept == {"buckets", "credentials.json", "installation.json", "keys", "vedette.db", "versions"}


def test_what_a_later_release_keeps_in_the_folder_is_copied_as_well(data, tmp_path):
    for name in ("keys/other.key", "tls/self.crt", "novel/deep/file", "note.txt"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    (data / "link").symlink_to(tmp_path)
    (data / ".hidden").write_text("x")
    backed_up(data, tmp_path / "backup")
    put_back(tmp_path / "backup", tmp_path / "again")
    for name in ("keys/other.key", "tls/self.crt", "novel/deep/file", "note.txt"):
        assert (tmp_path / "again" / name).read_text() == name
    assert not (tmp_path / "again" / "link").exists()
    assert not (tmp_path / "again" / ".hidden").exists()


def test_a_backup_and_what_is_restored_are_their_owners_alone(data, tmp_path):
    before = os.umask(0)
    try:
        backed_up(data, tmp_path / "backup", links=False)
        put_back(tmp_path / "backup", tmp_path / "again")
    finally:
        os.umask(before)
    for top in (tmp_path / "backup", tmp_path / "again"):
        modes = {str(path): stat.S_IMODE(path.lstat().st_mode) & 0o077 for path in (top, *top.rglob("*"))}
        assert not any(modes.values()), modes


def test_nothing_in_the_installation_is_changed_by_its_backup(data, tmp_path):
    before = files(data)
    backed_up(data, tmp_path / "backup")
    after = files(data)
    assert {name for name in before | after if before.get(name) != after.get(name)} <= {
        "buckets/.index.db-shm",
        "buckets/.index.db-wal",
        "vedette.db-shm",
        "vedette.db-wal",
    }


@pytest.mark.parametrize("where", ["inside", "deep/inside", "versions/../inside"])
def test_a_backup_of_itself_is_refused(data, where):
    assert "would copy itself: choose a folder outside" in refused(backed_up, data, data / where)
    assert not (data / "inside").exists()


def test_a_link_to_the_installation_is_seen_through(data, tmp_path):
    (tmp_path / "link").symlink_to(data)
    assert "would copy itself" in refused(backed_up, data, tmp_path / "link" / "backup")


def test_a_folder_that_holds_something_is_never_written_over(data, tmp_path):
    backed_up(data, tmp_path / "backup")
    before = files(tmp_path / "backup")
    assert "is not empty: a backup goes into a new folder" in refused(backed_up, data, tmp_path / "backup")
    assert files(tmp_path / "backup") == before
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / ".hidden").touch()
    assert "put into a new folder, and never over" in refused(
        put_back, tmp_path / "backup", tmp_path / "again"
    )
    assert "never over anything" in refused(put_back, tmp_path / "backup", data)
    (tmp_path / "file").touch()
    assert refused(put_back, tmp_path / "backup", tmp_path / "file").endswith("is not a folder.")


def test_an_empty_folder_is_filled_in_place(data, tmp_path):
    """As a container's mounted volume is: it can be neither removed nor renamed."""
    backed_up(data, tmp_path / "backup")
    (tmp_path / "again").mkdir()
    inode = (tmp_path / "again").stat().st_ino
    put_back(tmp_path / "backup", tmp_path / "again")
    assert (tmp_path / "again").stat().st_ino == inode
    assert states(tmp_path / "again") == states(data)
    assert not [path.name for path in (tmp_path / "again").iterdir() if path.name.startswith(".")]


def damage(backup, how):
    victim = backup / DATA / "versions" / "1" / "package" / "model.onnx"
    database = backup / DATA / "vedette.db"
    if how == "broken off":
        (backup / MANIFEST).unlink()
    elif how == "no list":
        (backup / FILES).unlink()
    elif how == "changed list":
        (backup / FILES).write_text((backup / FILES).read_text().replace("model.onnx", "model.onyx"))
    elif how == "missing file":
        victim.unlink()
    elif how == "changed file":
        raw = bytearray(database.read_bytes())
        raw[len(raw) // 2] ^= 1
        database.write_bytes(raw)
    elif how == "link":
        (backup / "elsewhere").write_bytes(victim.read_bytes())
        victim.unlink()
        victim.symlink_to(backup / "elsewhere")
    else:
        (backup / MANIFEST).write_text(how)


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("broken off", "is a backup that was broken off: it has no manifest.json."),
        ("no list", "its files.jsonl cannot be read"),
        ("changed list", "its files.jsonl is not the one that was written."),
        ("missing file", "is damaged: versions/1/package/model.onnx is missing. Nothing was changed."),
        ("changed file", "is damaged: vedette.db was changed. Nothing was changed."),
        ("link", "is damaged: versions/1/package/model.onnx is missing."),
        ("{", "its manifest.json cannot be read"),
        ("{}", "its manifest.json is incomplete."),
        ("[]", "its manifest.json is incomplete."),
        ('{"format": 99, "vedette": "9.9"}', "was made by a later Vedette (9.9)."),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_written(data, tmp_path, how, sentence):
    backed_up(data, tmp_path / "backup", links=False)
    damage(tmp_path / "backup", how)
    assert sentence in refused(put_back, tmp_path / "backup", tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_a_list_that_leads_out_of_the_backup_is_refused(data, tmp_path):
    import hashlib

    backed_up(data, tmp_path / "backup")
    line = json.dumps({"path": "../../outside", "size": 1, "sha256": "0"}) + "\n"
    (tmp_path / "backup" / FILES).write_text(line)
    manifest = json.loads((tmp_path / "backup" / MANIFEST).read_text())
    manifest["list_sha256"] = hashlib.sha256(line.encode()).hexdigest()
    (tmp_path / "backup" / MANIFEST).write_text(json.dumps(manifest))
    assert "names a file outside of itself" in refused(put_back, tmp_path / "backup", tmp_path / "again")


def test_what_is_no_backup_is_said(tmp_path):
    assert refused(put_back, tmp_path, tmp_path / "again").endswith("is no backup: it has no manifest.json.")


def test_a_backup_of_a_later_change_is_refused_and_one_of_an_older_is_taken(data, tmp_path):
    manifest = backed_up(data, tmp_path / "backup")
    text = (tmp_path / "backup" / MANIFEST).read_text()
    (tmp_path / "backup" / MANIFEST).write_text(text.replace(f'"{manifest.change}"', '"9999"'))
    assert "was made by a later Vedette" in refused(put_back, tmp_path / "backup", tmp_path / "again")
    (tmp_path / "backup" / MANIFEST).write_text(text.replace(f'"{manifest.change}"', '"0001"'))
    put_back(tmp_path / "backup", tmp_path / "again")


def test_too_little_room_is_said_before_anything_is_copied(data, tmp_path):
    backed_up(data, tmp_path / "backup")
    with small_disk(tmp_path / "disk", mib=8) as disk:
        sentence = refused(put_back, tmp_path / "backup", disk.place / "again")
        assert sentence.startswith(f"There is no room for the backup at {disk.place / 'again'}: it takes ")
        assert list(disk.place.iterdir()) == []


def test_a_backup_onto_a_full_disk_leaves_nothing_of_itself(data, tmp_path):
    with small_disk(tmp_path / "disk", mib=1) as disk:
        place = disk.place / "backup"
        disk.fill()
        sentence = refused(backed_up, data, place)
        assert sentence == f"There is no room for the backup in {place}: nothing is left."
        assert list(place.iterdir()) == []


def test_a_backup_that_was_killed_is_known_as_one(data, tmp_path, monkeypatch):
    monkeypatch.setattr(room, "seal_archive", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(room, "_undo", lambda target: None)
    with pytest.raises(KeyboardInterrupt):
        backed_up(data, tmp_path / "backup")
    assert "holds a backup that was broken off" in refused(backed_up, data, tmp_path / "backup")
    assert "is a backup that was broken off" in refused(put_back, tmp_path / "backup", tmp_path / "again")


def test_of_two_backups_into_one_folder_the_second_is_refused_and_takes_nothing_away(
    data, tmp_path, monkeypatch
):
    (tmp_path / "backup" / DATA).mkdir(parents=True)
    (tmp_path / "backup" / DATA / "of the other").touch()
    monkeypatch.setattr(room, "_check_target", lambda *_: None)
    assert refused(backed_up, data, tmp_path / "backup").startswith("Another backup is being written to")
    assert (tmp_path / "backup" / DATA / "of the other").exists()


def remove_when(monkeypatch, data, doomed, *, times):
    """Delete a model as a server does, while the backup copies models."""
    copied = room._copy_folder
    left = [times]

    def copy(source, target, **options):
        copied(source, target, **options)
        if left[0] and source.name == "1":
            left[0] -= 1
            doomed()

    monkeypatch.setattr(room, "_copy_folder", copy)


def test_a_model_deleted_meanwhile_is_not_in_the_backup_at_all(data, tmp_path, monkeypatch):
    put_version(data, "rekognition", "boards", "classification", account=ACCOUNT)

    def delete():
        with open_installation(Settings(data=data)) as installation:
            versions = Versions(installation.database, Projects(installation.database))
            version = versions.move(versions.find_by_id(3), "deleting")
            shutil.rmtree(data / "versions" / "3")
            versions.remove(version)

    remove_when(monkeypatch, data, delete, times=1)
    assert backed_up(data, tmp_path / "backup").counts["models"] == 1
    put_back(tmp_path / "backup", tmp_path / "again")
    assert states(tmp_path / "again") == {"1": "trained", "2": "training"}
    assert {place.name for place in (tmp_path / "again" / "versions").iterdir()} == {"1", "2"}


def test_a_model_trained_meanwhile_is_whole_where_the_database_knows_it(data, tmp_path, monkeypatch):
    put_version(data, "rekognition", "boards", "classification", account=ACCOUNT)

    def finish():
        with open_installation(Settings(data=data)) as installation:
            versions = Versions(installation.database, Projects(installation.database))
            versions.move(versions.find_by_id(2), "trained")
            version = versions.move(versions.find_by_id(3), "deleting")
            shutil.rmtree(data / "versions" / "3")
            versions.remove(version)

    remove_when(monkeypatch, data, finish, times=1)
    assert backed_up(data, tmp_path / "backup").counts["models"] == 2
    put_back(tmp_path / "backup", tmp_path / "again")
    assert states(tmp_path / "again") == {"1": "trained", "2": "trained"}
    open_package(tmp_path / "again" / "versions" / "2" / "package")


def test_a_model_that_is_damaged_where_it_lies_is_counted_and_does_not_stop_the_backup(data, tmp_path):
    (data / "versions" / "1" / "package" / "model.onnx").write_bytes(b"damaged")
    manifest = backed_up(data, tmp_path / "backup")
    assert (manifest.counts["models"], manifest.counts["damaged_models"]) == (0, 1)
    put_back(tmp_path / "backup", tmp_path / "again")


def test_models_that_go_faster_than_they_are_copied_end_the_backup(data, tmp_path, monkeypatch):
    passes = iter(range(100, 1000))
    monkeypatch.setattr(room, "_copy_database", lambda database, target: {str(next(passes)): "trained"})
    with pytest.raises(Busy, match="deleted faster than they are copied"):
        backed_up(data, tmp_path / "backup")
    assert not (tmp_path / "backup" / MANIFEST).exists()


def test_a_database_that_is_written_to_meanwhile_is_copied_at_one_moment(data, tmp_path):
    """A writer that holds its transaction open: what it has not committed is not in the copy."""
    writer = sqlite3.connect(data / "vedette.db", isolation_level=None)
    writer.execute("begin immediate")
    writer.execute("insert into accounts (id, name, created_ms) values ('111122223333', 'x', 1)")
    backed_up(data, tmp_path / "backup")
    writer.execute("commit")
    writer.close()
    with sqlite3.connect(tmp_path / "backup" / DATA / "vedette.db") as copy:
        assert copy.execute("select id from accounts").fetchall() == [(ACCOUNT,)]
    copy.close()


def test_another_key_in_the_backup_is_found_before_the_folder_has_its_name(data, tmp_path, monkeypatch):
    from vedette.server import archive

    monkeypatch.setattr(room, "_check_target", lambda *_: None)
    backed_up(data, tmp_path / "backup", links=False)
    (tmp_path / "backup" / DATA / "keys" / "installation.key").write_text("ab" * 32 + "\n")
    manifest = archive.read_manifest(tmp_path / "backup")
    archive.seal_archive(tmp_path / "backup", manifest, quiet)
    with pytest.raises(Wrong, match="are not of one installation"):
        put_back(tmp_path / "backup", tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_an_installation_whose_buckets_lie_elsewhere_says_what_is_not_in_it(data, tmp_path):
    settings = Settings(data=data, s3_endpoint="http://127.0.0.1:1")
    with open_installation(settings) as installation:
        manifest = back_up(installation, tmp_path / "backup", progress=quiet)
    assert (manifest.database, manifest.buckets) == (True, False)
    put_back(tmp_path / "backup", tmp_path / "again")
    assert not (tmp_path / "again" / "buckets").exists()
    open_package(tmp_path / "again" / "versions" / "1" / "package")
