"""Packages of objects that lie sealed: sealed for devices too, opened as they go out."""

import hashlib
import os
import signal
from dataclasses import replace

import pytest

from doubles.houses import HERE
from doubles.workshops import BUCKET, PLACE
from vedette.api.own.origin_keys import key_of_origin
from vedette.devices.values import NewDevice
from vedette.errors import Busy
from vedette.packaging.values import PackagedPlace
from vedette.server import device_origins
from vedette.server.device_origins import PackageOrigins
from vedette.store.blobs.sealed_copies import origin_of

RULE = (
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
    "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{}</KMSMasterKeyID>"
    "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
)
# What each zip begins with, and what it says at its end.
CLEAR = (b"PK\x03\x04", b"package.json", b"PK\x05\x06")


def digest(content):
    return hashlib.sha256(content).hexdigest()


def handed_out(shop, bearer, archive):
    with shop.calls.archive(bearer, archive).open() as stream:
        return stream.read()


def origin_in_bucket(shop, name):
    def found(wish):
        assert wish.job == name
        with shop.house.blobs.open(BUCKET, name) as stream:
            return origin_of(stream)

    return found


class Killing:
    """A stream that ends the process by force once it was read to its end."""

    def __init__(self, stream):
        self.raw, self._stream = stream.raw, stream

    def read(self, size):
        if not (piece := self._stream.read(size)):
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_a_sealed_package_is_sealed_here_too_and_goes_out_as_it_is(shop):
    bearer, key = shop.register("press-4"), shop.key()
    source, content = shop.sealed(key)
    (wish,) = shop.order("press-4", source).wishes
    assert wish.model.archive == digest(content)
    assert wish.model.size == len(content)
    (file,) = shop.lying()
    assert not any(mark in file.read_bytes() for mark in CLEAR)
    package = shop.calls.archive(bearer, wish.model.archive)
    assert (package.is_sealed, package.size) == (True, len(content))
    assert handed_out(shop, bearer, wish.model.archive) == content
    with package.open() as stream:  # gone on with, where a line was cut
        stream.seek(len(content) - 777)
        assert stream.read() == content[-777:]
    shop.order("press-4")
    assert shop.lying() == []


def test_a_disabled_key_hands_it_out_to_nobody_and_an_enabled_one_does_again(shop):
    bearer, key = shop.register("press-4"), shop.key()
    source, content = shop.sealed(key)
    (wish,) = shop.order("press-4", source).wishes
    archive, keys = wish.model.archive, shop.house.encryption.keys
    keys.switch(key, on=False)
    with pytest.raises(Busy, match=f"cannot be handed out: {key.arn} is disabled"):
        handed_out(shop, bearer, archive)
    keys.switch(keys.by_id(key.id), on=True)
    assert handed_out(shop, bearer, archive) == content
    keys.schedule_end(keys.by_id(key.id), 7)
    with pytest.raises(Busy, match="pending deletion"):
        handed_out(shop, bearer, archive)


def test_an_archive_lies_as_the_object_does_of_which_it_was_ordered_last(shop):
    bearer, first, second = shop.register("press-4"), shop.key(), shop.key()
    clear = shop.source()
    (wish,) = shop.order("press-4", clear).wishes
    archive = wish.model.archive
    assert [file.suffix for file in shop.lying()] == [".zip"]
    for key in (first, second):
        source, content = shop.sealed(key, clear)
        (wish,) = shop.order("press-4", source).wishes
        assert wish.model.archive == archive
        assert [file.suffix for file in shop.lying()] == [".sealed"]
    shop.house.encryption.keys.switch(first, on=False)
    assert handed_out(shop, bearer, archive) == content, "the first key has no part in it any more"
    shop.order("press-4", clear)
    assert [file.suffix for file in shop.lying()] == [".zip"]


def test_what_a_kill_left_of_a_sealed_package_opens_for_nobody_and_goes(shop):
    shop.devices.create(PLACE, NewDevice("press-4"))
    source, _ = shop.sealed(shop.key())
    child = os.fork()
    if child == 0:
        shop.order("press-4", replace(source, open=lambda: Killing(source.open())))
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    left = shop.lying()
    assert left
    assert not any(mark in file.read_bytes() for file in left for mark in CLEAR)
    shop.devices.seal_clear(lambda wish: None)
    assert shop.lying() == []
    assert shop.devices.describe(PLACE, "press-4").wishes == ()


def test_what_an_earlier_release_left_in_clear_is_sealed_at_the_next_start(shop):
    bearer, key = shop.register("press-4"), shop.key()
    source, content = shop.sealed(key)
    (wish,) = shop.order("press-4", source).wishes
    home, archive = shop.folder / "devices" / "packages" / HERE, wish.model.archive
    (home / f"{archive}.sealed").unlink()
    (home / f"{archive}.zip").write_bytes(content)
    shop.house.encryption.keys.switch(key, on=False)
    shop.devices.seal_clear(origin_in_bucket(shop, source.job))
    assert [file.suffix for file in shop.lying()] == [".zip"], "it stays as long as it cannot be sealed"
    shop.house.encryption.keys.switch(shop.house.encryption.keys.by_id(key.id), on=True)
    shop.devices.seal_clear(lambda wish: None)
    assert [file.suffix for file in shop.lying()] == [".zip"], "and where nobody knows that it is to be"
    shop.devices.seal_clear(origin_in_bucket(shop, source.job))
    assert [file.suffix for file in shop.lying()] == [".sealed"]
    assert handed_out(shop, bearer, archive) == content


def test_a_start_looks_once_at_what_many_devices_have_and_reads_nothing_that_lies_in_clear(shop, monkeypatch):
    clear, asked = shop.source(), []
    for name in ("press-4", "press-5", "press-6"):
        shop.register(name)
        (wish,) = shop.order(name, clear).wishes
    shop.devices.seal_clear(asked.append)
    assert asked == [wish]
    sealed, content = shop.sealed(shop.key(), clear)
    shop.house.blobs.put(BUCKET, sealed.job, content)
    at_address = replace(wish, address=f"s3://{BUCKET}/{sealed.job}")
    monkeypatch.setattr(device_origins, "_digest", lambda stream: pytest.fail("it was read whole"))
    assert PackageOrigins(shop.house.packagings, shop.house.blobs).find(at_address) is None


def test_a_damaged_copy_is_not_sealed_in_place_of_the_clear_one(shop):
    shop.register("press-4")
    source, content = shop.sealed(shop.key())
    (wish,) = shop.order("press-4", source).wishes
    home, archive = shop.folder / "devices" / "packages" / HERE, wish.model.archive
    (home / f"{archive}.sealed").unlink()
    (home / f"{archive}.zip").write_bytes(content[:-1] + b"x")
    shop.devices.seal_clear(origin_in_bucket(shop, source.job))
    assert [file.suffix for file in shop.lying()] == [".zip"]


def test_a_changed_copy_is_known_as_damaged(shop):
    bearer = shop.register("press-4")
    source, _ = shop.sealed(shop.key())
    (wish,) = shop.order("press-4", source).wishes
    (file,) = shop.lying()
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    with pytest.raises(OSError, match="changed, cut"):
        handed_out(shop, bearer, wish.model.archive)
    file.write_bytes(b"PK")
    with pytest.raises(OSError, match="copy"):
        handed_out(shop, bearer, wish.model.archive)


def test_the_object_of_an_earlier_copy_is_known_by_its_content_and_else_by_the_key_of_its_job(shop):
    shop.register("press-4")
    key, blobs = shop.key(), shop.house.blobs
    source, content = shop.sealed(key)
    (wish,) = shop.order("press-4", source).wishes
    wish = replace(wish, project_arn=f"arn:aws:lookoutvision:eu-west-1:{HERE}:project/belt")
    find = PackageOrigins(shop.house.packagings, blobs).find
    assert find(wish) is None, "nobody knows its job any more"
    at_address = replace(wish, address=f"s3://{BUCKET}/{source.job}")
    assert find(at_address).key == source.job
    blobs.put(BUCKET, source.job, content)
    assert find(at_address) is None, "it lies in clear there"
    blobs.put(BUCKET, source.job, b"another", encryption_key=str(key.arn))
    assert find(at_address) is None, "it was written over"

    class Packagings:
        def place_of(self, project, job, part):
            assert (project, job, part) == (wish.project_arn, wish.job, "component")
            return PackagedPlace(BUCKET, job, str(key.arn))

    find = PackageOrigins(Packagings(), blobs).find
    origin = find(wish)
    assert (origin.bucket, origin.key) == (BUCKET, source.job)
    assert blobs.keys.data_key(BUCKET, source.job, origin.encryption)
    blobs.buckets.put_document(BUCKET, "encryption", RULE.format(shop.key().arn).encode())
    assert key_of_origin(shop.house, find(wish)) == str(key.arn), "the job knows better than the bucket"
    blobs.delete(BUCKET, source.job)
    blobs.remove_bucket(BUCKET)
    assert key_of_origin(shop.house, find(wish)) == str(key.arn), "it needs no bucket"


def test_a_copy_whose_object_is_gone_is_sealed_as_its_bucket_seals_what_comes_now(shop):
    bearer, key, default = shop.register("press-4"), shop.key(), shop.key()
    source, content = shop.sealed(key)
    (wish,) = shop.order("press-4", source).wishes
    home, archive, blobs = shop.folder / "devices" / "packages" / HERE, wish.model.archive, shop.house.blobs
    (home / f"{archive}.sealed").unlink()
    (home / f"{archive}.zip").write_bytes(content)
    origins = PackageOrigins(shop.house.packagings, blobs)

    def seal():
        shop.devices.seal_clear(lambda one: origins.find(replace(one, address=f"s3://{BUCKET}/{source.job}")))
        return [file.suffix for file in shop.lying()]

    blobs.delete(BUCKET, source.job)
    assert seal() == [".zip"], "nobody knows by which key"
    blobs.buckets.put_document(BUCKET, "encryption", RULE.format(default.arn).encode())
    blobs.put(BUCKET, source.job, b"another")
    assert seal() == [".sealed"]
    assert handed_out(shop, bearer, archive) == content
    (package,) = shop.devices.sealed_packages(HERE)
    assert key_of_origin(shop.house, package.origin) == str(default.arn)
