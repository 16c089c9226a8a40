"""Objects copied to an S3 (a second instance of ourselves) and back: all of them, or named as left."""

import hashlib
import io
import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner

from doubles.installations import an_installation
from doubles.servers import start_server, stop_server
from doubles.stores import ODD_KEYS, put, upload
from vedette.cli.main import app
from vedette.errors import Busy, Missing, Wrong
from vedette.server.holding import locked
from vedette.server.object_move import move_objects
from vedette.settings import Settings
from vedette.store.blobs.ends import CarriedObject, DamagedObject, FolderEnd, etag_of
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.foreign import ForeignBlobs, ForeignS3
from vedette.store.blobs.s3_end import FileStretch, S3End
from vedette.store.blobs.uploads import LEAST_PART
from vedette.store.blobs.values import About, UploadPart

ACCOUNT = "000000000000"
COUNT = itertools.count()


def quiet(bucket, count):
    del bucket, count


class Yard:
    """An installation with a folder of buckets, and the S3 that it goes to."""

    def __init__(self, data, server):
        self.data, self.server = data, server
        self.name = f"moved-{next(COUNT)}"
        with self.store() as store:
            store.make_bucket(self.name, account=ACCOUNT, region="eu-west-1")

    def store(self):
        return Opened(FolderBlobs(self.data / "buckets"))

    def settings(self, **changes):
        key = dict(zip(("s3_access_key", "s3_secret_key"), self.server.key, strict=True))
        return Settings(data=self.data, **key, **changes)

    def there(self, **options):
        return move_objects(self.settings(), self.server.address, progress=quiet, **options)

    def back(self, **options):
        settings = self.settings(s3_endpoint=self.server.address)
        return move_objects(settings, "folder", progress=quiet, **options)

    def s3(self):
        return self.server.client("s3")

    def everything(self):
        """Return what each object is by key: not the parts it came in, nor checksums of its upload."""
        with self.store() as store:
            blobs = [store.objects.find(self.name, item.key) for item in store.list(self.name)]
            return {
                blob.key: (
                    blob.etag,
                    store.read(self.name, blob.key),
                    replace(blob.about, parts=(), checksum=None),
                )
                for blob in blobs
            }


class Opened:
    """A store for the length of a block."""

    def __init__(self, store):
        self.store = store

    def __enter__(self):
        return self.store

    def __exit__(self, *_):
        self.store.close()


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """The S3, with this module's buckets alone: all that a key reaches comes back."""
    server = start_server(tmp_path_factory.mktemp("s3") / "data")
    yield server
    stop_server(server)


@pytest.fixture
def yard(sqlite_maker, other):
    yard = Yard(an_installation(sqlite_maker), other)
    yield yard
    s3 = other.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            s3.delete_object(Bucket=bucket["Name"], Key=item["Key"])
        s3.delete_bucket(Bucket=bucket["Name"])


def furnish(yard):
    with yard.store() as store:
        for key in ODD_KEYS:
            put(store, yard.name, key, key.encode()[:99], metadata={"n": str(len(key))})
        put(
            store,
            yard.name,
            "told.png",
            b"pixels",
            content_type="image/png",
            headers={"cache-control": "no-cache", "content-encoding": "gzip"},
            tags={"line": "a b", "ü": "1+2"},
        )
        put(store, yard.name, "empty", b"")
        put_in_parts(store, yard.name, "in-parts", [b"a" * LEAST_PART, b"b" * (LEAST_PART + 1), b"tail"])


def put_in_parts(store, bucket, key, bodies):
    upload = store.uploads.begin(bucket, key, upload="one", owner=ACCOUNT, about=About())
    for number, body in enumerate(bodies, 1):
        draft = store.draft()
        draft.add(body)
        store.uploads.put_part(upload, draft, UploadPart(number, 0, ""))
    parts = store.uploads.parts(upload)
    store.uploads.complete(
        upload, parts, store.draft(), etag=etag_of(parts, in_parts=True), about=About(parts=tuple(parts))
    )


def test_all_objects_go_over_and_come_back_as_they_were(yard):
    furnish(yard)
    before = yard.everything()
    assert before["in-parts"][0].endswith("-3")
    result = yard.there()
    assert result.troubles == []
    assert (result.buckets, result.copied, result.present) == (1, len(before), 0)
    assert result.size == sum(len(body) for _, body, _ in before.values())
    assert yard.everything() == before  # nothing is taken away
    head = yard.s3().head_object(Bucket=yard.name, Key="in-parts")
    assert head["ETag"].strip('"') == before["in-parts"][0]
    (yard.data / "buckets").rename(yard.data / "aside")
    result = yard.back()
    assert (result.copied, result.troubles, result.notes) == (len(before), [], [])
    assert yard.everything() == before


def test_typed_again_it_passes_over_what_is_there(yard):
    furnish(yard)
    count = yard.there().copied
    with yard.store() as store:
        store.put(yard.name, "new", b"new")
    result = yard.there()
    assert (result.copied, result.present) == (1, count)
    assert yard.back().present == count + 1


def test_what_is_another_there_is_left_unless_one_says_otherwise(yard):
    with yard.store() as store:
        store.put(yard.name, "same", b"same")
        store.put(yard.name, "taken", b"ours")
    s3 = yard.s3()
    s3.create_bucket(Bucket=yard.name)
    s3.put_object(Bucket=yard.name, Key="taken", Body=b"theirs")
    s3.put_object(Bucket=yard.name, Key="more", Body=b"theirs")
    result = yard.there()
    assert result.copied == 1
    assert result.troubles == [
        f"{yard.name}/taken: is another object in {yard.server.address}, which was left as it is"
    ]
    assert result.notes == [f"{yard.name}: 1 object only in {yard.server.address}, which stays"]
    assert s3.get_object(Bucket=yard.name, Key="taken")["Body"].read() == b"theirs"
    assert yard.there(replaces=True).copied == 1
    assert s3.get_object(Bucket=yard.name, Key="taken")["Body"].read() == b"ours"
    assert s3.get_object(Bucket=yard.name, Key="more")["Body"].read() == b"theirs"


def test_a_damaged_a_missing_and_an_encrypted_object_are_named_and_stop_no_other(yard):
    with yard.store() as store:
        for key in ("a", "b", "c", "d"):
            put(store, yard.name, key, b"pixels", encryption={"customer": "1"} if key == "c" else {})
        path = {key: store.path_of(store.objects.find(yard.name, key)) for key in "ab"}
    path["a"].write_bytes(b"pixel2")
    path["b"].unlink()
    result = yard.there()
    assert result.copied == 1
    said = dict(trouble.split(": ", 1) for trouble in result.troubles)
    assert "is damaged: its bytes are not those of its ETag" in said[f"{yard.name}/a"]
    assert "its file is gone" in said[f"{yard.name}/b"]
    assert said[f"{yard.name}/c"] == "is encrypted by a key that the S3 does not have"
    listed = yard.s3().list_objects_v2(Bucket=yard.name)["Contents"]
    assert [item["Key"] for item in listed] == ["d"]  # nothing damaged stays there


def test_what_stays_behind_is_named(yard):
    with yard.store() as store:
        store.buckets.set_versioning(yard.name, "Enabled")
        store.put(yard.name, "a", b"1")
        store.put(yard.name, "a", b"2")
        store.put(yard.name, "b", b"1")
        store.delete(yard.name, "b")
        store.buckets.put_document(yard.name, "policy", b"{}")
        upload(store, yard.name, "half", "open", ends=False)
    result = yard.there()
    assert result.notes == [
        f"{yard.name}: versioning, policy, 3 older versions and delete markers, 1 unfinished upload"
    ]
    assert yard.s3().get_object(Bucket=yard.name, Key="a")["Body"].read() == b"2"


def test_buckets_of_other_accounts_are_not_given_to_this_one(yard):
    with yard.store() as store:
        store.make_bucket("somebody-elses", account="111111111111")
        store.put(yard.name, "a", b"1")
    with pytest.raises(Wrong, match="such as somebody-elses of the account 111111111111"):
        yard.there()
    assert yard.s3().list_buckets()["Buckets"] == []


def test_what_cannot_be_is_refused_before_anything_is_done(yard, sqlite_maker):
    settings, address = yard.settings(), yard.server.address
    for to, words in (("ftp://x", "no place for objects"), ("folder", "already"), ("s3", "no place")):
        with pytest.raises(Wrong, match=words):
            move_objects(settings, to, progress=quiet)
    with pytest.raises(Wrong, match="by way of the folder"):
        move_objects(yard.settings(s3_endpoint="http://127.0.0.1:1"), address, progress=quiet)
    with pytest.raises(Wrong, match="VEDETTE_S3_ACCESS_KEY"):
        move_objects(Settings(data=yard.data), address, progress=quiet)
    wrong = settings.model_copy(update={"s3_access_key": "nobody"})
    with pytest.raises(Wrong, match="go on"):
        move_objects(wrong, address, progress=quiet)
    with pytest.raises(Missing, match="no buckets"):
        move_objects(
            settings.model_copy(update={"data": an_installation(sqlite_maker)}), address, progress=quiet
        )
    with locked(yard.data), pytest.raises(Busy, match="Another server"):
        yard.there()
    assert yard.s3().list_buckets()["Buckets"] == []


def test_a_folder_that_encrypts_what_is_put_into_it_takes_no_open_copies(yard):
    with yard.store() as store:
        store.put(yard.name, "a", b"1")
    yard.there()
    with yard.store() as store:
        store.buckets.put_document(yard.name, "encryption", b"<x/>")
    with pytest.raises(Wrong, match="delete that rule first"):
        yard.back()


@pytest.mark.parametrize("in_parts", [False, True])
def test_an_etag_that_is_no_md5_is_proved_by_reading_twice(yard, in_parts):
    """So it is on an S3 that encrypts with its own keys."""
    body = bytes(range(256)) * 40
    made = hashlib.md5(b"x").hexdigest() + ("-2" if in_parts else "")
    carried = CarriedObject(
        made, len(body), About(), lambda: io.BytesIO(body), (5120, 5120) if in_parts else ()
    )
    with yard.store() as store:
        FolderEnd(store, ACCOUNT).write(yard.name, "a", carried)
        assert store.objects.find(yard.name, "a").etag == hashlib.md5(body).hexdigest()
        assert store.read(yard.name, "a") == body
        bodies = iter([body, b"y" + body[1:]])
        with pytest.raises(DamagedObject, match="read twice"):
            FolderEnd(store, ACCOUNT).write(
                yard.name, "b", replace(carried, open=lambda: io.BytesIO(next(bodies)))
            )
        with pytest.raises(DamagedObject, match="promised"):
            FolderEnd(store, ACCOUNT).write(yard.name, "b", replace(carried, size=len(body) + 1, parts=()))
        assert [item.key for item in store.list(yard.name)] == ["a"]


def test_a_stretch_of_a_file_is_a_file():
    stretch = io.BufferedReader(FileStretch(io.BytesIO(b"0123456789"), 3, 4))
    assert stretch.read() == b"3456"
    assert (stretch.seek(0, io.SEEK_END), stretch.seek(1), stretch.read(2), stretch.tell()) == (
        4,
        1,
        b"45",
        3,
    )


def test_killed_in_the_middle_it_goes_on(yard):
    """The S3 is a real one, and the command a process that is killed."""
    with yard.store() as store:
        for number in range(80):
            store.put(yard.name, f"{number:03d}", os.urandom(20_000))
    access, secret = yard.server.key
    environment = {**os.environ, "VEDETTE_S3_ACCESS_KEY": access, "VEDETTE_S3_SECRET_KEY": secret}
    words = ("move", "--objects", yard.server.address, "--data", str(yard.data))
    program = subprocess.Popen([sys.executable, "-m", "vedette", *words], env=environment)
    s3 = yard.s3()

    def count():
        try:
            return s3.list_objects_v2(Bucket=yard.name).get("KeyCount", 0)
        except s3.exceptions.NoSuchBucket:
            return 0

    while program.poll() is None and count() < 10:
        time.sleep(0.01)
    program.send_signal(signal.SIGKILL)
    program.wait()
    done = count()
    assert done >= 10
    result = yard.there()
    assert (result.present + result.copied, result.troubles) == (80, [])
    assert result.present >= done
    assert count() == 80
    before = yard.everything()
    (yard.data / "buckets").rename(yard.data / "aside")
    assert yard.back().copied == 80
    assert yard.everything() == before


def test_the_command_says_which_settings_to_change(yard, monkeypatch):
    with yard.store() as store:
        store.put(yard.name, "a", b"1")
        store.buckets.put_document(yard.name, "policy", b"{}")
    access, secret = yard.server.key
    monkeypatch.setenv("VEDETTE_S3_ACCESS_KEY", access)
    monkeypatch.setenv("VEDETTE_S3_SECRET_KEY", secret)

    def run(*words):
        ran = CliRunner().invoke(app, ["move", *words, "--data", str(yard.data)])
        return ran.exit_code, ran.stdout.splitlines(), ran.stderr.splitlines()

    address = yard.server.address
    code, said, _ = run("--objects", address)
    assert code == 0
    assert said[0].startswith(f"Copied 1 object (1 bytes) of 1 bucket to {address} in ")
    assert said[1:] == [
        f"Stays as it is: {yard.name}: policy.",
        f"Nothing was changed in {yard.data / 'buckets'}, which may be removed when you are sure.",
        f"Now start the servers with VEDETTE_S3_ENDPOINT={address}, and its key as it is set now.",
    ]
    monkeypatch.setenv("VEDETTE_S3_ENDPOINT", address)
    code, said, _ = run("--objects", "folder")
    assert (code, said[-1]) == (0, "Now start the servers with VEDETTE_S3_ENDPOINT unset.")
    with yard.store() as store:
        store.put(yard.name, "a", b"2")
    code, said, _ = run("--objects", "folder")
    assert code == 1
    assert said[-1] == f"Leave the settings as they are: these objects are only in {address}."
    for words in ((), ("sqlite", "--objects", "folder"), ("sqlite", "--replace")):
        code, said, refused = run(*words)
        assert (code, said, len(refused)) == (1, [], 1)


def test_a_live_installation_goes_to_an_s3_and_back(tmp_path, other):
    """A server that has a dataset's manifest in a bucket reads it from wherever it went."""
    data = tmp_path / "live"
    server = start_server(data)
    s3 = server.client("s3")
    s3.create_bucket(Bucket="live")
    s3.put_object(Bucket="live", Key="a.txt", Body=b"first", Metadata={"who": "line 1"})
    access, secret = other.key
    key = {"VEDETTE_S3_ACCESS_KEY": access, "VEDETTE_S3_SECRET_KEY": secret}
    with pytest.raises(Busy):
        move_objects(
            Settings(data=data, s3_access_key=access, s3_secret_key=secret), other.address, progress=quiet
        )
    assert stop_server(server) == 0
    settings = Settings(data=data, s3_access_key=access, s3_secret_key=secret)
    move_objects(settings, other.address, progress=quiet)
    server = start_server(data, VEDETTE_S3_ENDPOINT=other.address, **key)
    s3 = server.client("s3")
    answer = s3.get_object(Bucket="live", Key="a.txt")
    assert (answer["Body"].read(), answer["Metadata"]) == (b"first", {"who": "line 1"})
    s3.put_object(Bucket="live", Key="b.txt", Body=b"second")
    assert stop_server(server) == 0
    result = move_objects(
        settings.model_copy(update={"s3_endpoint": other.address}), "folder", progress=quiet
    )
    assert (result.copied, result.present) == (1, 1)
    server = start_server(data)
    assert server.client("s3").get_object(Bucket="live", Key="b.txt")["Body"].read() == b"second"
    assert stop_server(server) == 0
    foreign = ForeignBlobs(ForeignS3(other.address, *other.key))
    for item in S3End(foreign).list("live"):
        foreign.delete("live", item.key)
    foreign.client.delete_bucket(Bucket="live")
    foreign.close()
