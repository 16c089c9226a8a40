"""What a key encrypts is listed before it ends: models, buckets and objects, and of nobody else's."""

import dataclasses

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from doubles.workshops import PLACE, a_workshop
from vedette.api.own import OPERATIONS
from vedette.api.s3.sealing import ObjectSealing
from vedette.encryption.folder_keys import FolderKeys
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyPlace
from vedette.errors import Denied, Missing

ALICE = a_caller("vedette")
RULE = (
    "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>"
    "<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{}</KMSMasterKeyID>"
    "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
)
MODEL = "arn:aws:lookoutvision:eu-west-1:{}:model/doors/1"


def uses(house, key, caller=ALICE):
    return OPERATIONS["ListKeyUses"](house, caller, {"KeyId": key})


@pytest.fixture
def key(house):
    house.blobs.keys = ObjectSealing(house.encryption)
    return house.encryption.keys.create(KeyPlace(HERE, ALICE.region), NewEncryptionKey())


def test_models_and_buckets_of_a_key_are_listed_and_nothing_of_another(house, key):
    for bucket in ("plain", "sealed", "empty"):
        house.blobs.make_bucket(bucket, account=HERE, region=ALICE.region)
    house.encryption.aliases.create(KeyPlace(HERE, ALICE.region), "alias/line", key)
    house.blobs.buckets.put_document("sealed", "encryption", RULE.format(key.arn).encode())
    house.blobs.buckets.put_document("empty", "encryption", RULE.format("alias/line").encode())
    house.blobs.put("plain", "a", b"clear")
    house.blobs.put("sealed", "a", b"sealed")
    house.blobs.put("sealed", "b", b"sealed as well")
    folders = FolderKeys(house.encryption)
    folders.grant(folders.prepare(key, "lookoutvision"), MODEL.format(HERE))
    assert uses(house, "alias/line") == {
        "KeyArn": str(key.arn),
        "ModelArns": [MODEL.format(HERE)],
        "MoreModels": False,
        "Buckets": [
            {"BucketName": "empty", "IsDefault": True, "Objects": 0, "Bytes": 0},
            {"BucketName": "sealed", "IsDefault": True, "Objects": 2, "Bytes": 20},
        ],
        "DevicePackages": [],
    }
    # What lies there stays under its key, whatever the bucket does with new objects.
    house.blobs.buckets.delete_documents("sealed", ["encryption"])
    (_, sealed) = uses(house, key.id)["Buckets"]
    assert sealed == {"BucketName": "sealed", "IsDefault": False, "Objects": 2, "Bytes": 20}
    other = house.encryption.keys.create(KeyPlace(HERE, ALICE.region), NewEncryptionKey())
    assert uses(house, other.id) == {
        "KeyArn": str(other.arn), "ModelArns": [], "MoreModels": False, "Buckets": [],
        "DevicePackages": [],
    }  # fmt: skip


def test_packages_of_devices_under_a_key_are_listed_with_the_devices(tmp_path):
    with a_workshop(tmp_path) as shop:
        key, other, clear = shop.key(), shop.key(), shop.source()
        for name in ("press-4", "press-5", "press-6"):
            shop.register(name)
        (wish,) = shop.order("press-4", shop.sealed(key)[0]).wishes
        shop.order("press-5", shop.sealed(key)[0])
        shop.order("press-6", shop.sealed(other, shop.source(name="doors"))[0], clear)
        (first, second) = uses(shop.house, key.id)["DevicePackages"]
        assert first == {
            "ComponentName": "belt",
            "ComponentVersion": wish.model.version,
            "Bytes": wish.model.size,
            "DeviceArns": [str(PLACE.arn("press-4"))],
        }
        assert second["DeviceArns"] == [str(PLACE.arn("press-5"))]
        shop.house.encryption.keys.switch(key, on=False)
        shop.order("press-5")
        assert uses(shop.house, key.id)["DevicePackages"] == [first]


def test_another_accounts_key_is_answered_as_one_that_is_not_there(house, key):
    stranger = a_caller("vedette", account=ELSEWHERE)
    for text in (key.id, str(key.arn), str(key.arn)[:-1] + "0"):
        with pytest.raises(Missing):
            uses(house, text, stranger)


def test_nobody_sees_what_a_key_encrypts_without_the_right(house, key):
    poor = dataclasses.replace(ALICE, principal=dataclasses.replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        uses(house, key.id, poor)
