"""KMS through the front door, with boto3 as customers have it."""

import itertools
import json

import pytest
from botocore.exceptions import ClientError

from vedette.identity.directory import Directory
from vedette.identity.seal import open_seal
from vedette.store.db import open_database

COUNT = itertools.count()
ACCOUNT = "000000000000"
ELSEWHERE = "444455556666"
CONTEXT = {"line": "4"}


@pytest.fixture(scope="module")
def kms(server):
    return server.client("kms")


@pytest.fixture(scope="module")
def directory(server):
    database = open_database("", server.data)
    yield Directory(database, open_seal(server.data))
    database.close()


@pytest.fixture
def key(kms):
    return kms.create_key(Description="for boards")["KeyMetadata"]["KeyId"]


@pytest.fixture
def user(server, directory):
    """`user(*statements)` returns a new user's client and ARN."""

    def make(*statements, account=ACCOUNT):
        name = f"kms-{next(COUNT)}"
        policies = []
        if statements:
            directory.policies.put(
                account, name, json.dumps({"Version": "2012-10-17", "Statement": statements})
            )
            policies.append(name)
        directory.create_user(account, name, policies)
        made = directory.create_key(account, name)
        return server.client("kms", key=(made.id, made.secret)), f"arn:aws:iam::{account}:user/{name}"

    return make


def refused(operation, **parameters):
    with pytest.raises(ClientError) as caught:
        operation(**parameters)
    return caught.value.response["Error"]["Code"]


def allow(*actions, **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def test_a_key_is_made_described_listed_and_named(kms, key):
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key}"
    assert (found["Arn"], found["KeyState"], found["Enabled"]) == (arn, "Enabled", True)
    assert (found["KeyManager"], found["KeySpec"], found["MultiRegion"]) == (
        "CUSTOMER",
        "SYMMETRIC_DEFAULT",
        False,
    )
    pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2})
    assert {"KeyId": key, "KeyArn": arn} in [entry for page in pages for entry in page["Keys"]]
    name = f"alias/boards-{next(COUNT)}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == key
    assert [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]] == [name]
    assert refused(kms.create_alias, AliasName=name, TargetKeyId=key) == "AlreadyExistsException"
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=name, TargetKeyId=other)
    assert kms.describe_key(KeyId=name)["KeyMetadata"]["KeyId"] == other
    kms.delete_alias(AliasName=name)
    assert refused(kms.describe_key, KeyId=name) == "NotFoundException"


def test_what_a_key_encrypts_comes_back_in_its_context_alone(kms, key):
    answer = kms.encrypt(KeyId=key, Plaintext=b"secret", EncryptionContext=CONTEXT)
    ciphertext = answer["CiphertextBlob"]
    found = kms.decrypt(CiphertextBlob=ciphertext, EncryptionContext=CONTEXT)
    assert (found["Plaintext"], found["KeyId"]) == (b"secret", answer["KeyId"])
    for context in ({}, {"line": "5"}, {**CONTEXT, "more": ""}):
        assert (
            refused(kms.decrypt, CiphertextBlob=ciphertext, EncryptionContext=context)
            == "InvalidCiphertextException"
        )
    for changed in (ciphertext[:-1], ciphertext[:40] + b"x" + ciphertext[41:], b"\0" * 80):
        code = refused(kms.decrypt, CiphertextBlob=changed, EncryptionContext=CONTEXT)
        assert code == "InvalidCiphertextException"
    unknown = ciphertext[:1] + bytes(16) + ciphertext[17:]
    assert refused(kms.decrypt, CiphertextBlob=unknown, EncryptionContext=CONTEXT) == "AccessDeniedException"


def test_a_ciphertext_of_another_key_is_told(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert refused(kms.decrypt, CiphertextBlob=ciphertext, KeyId=other) == "IncorrectKeyException"
    assert kms.decrypt(CiphertextBlob=ciphertext, KeyId=key)["Plaintext"] == b"x"


def test_data_keys_are_made_with_and_without_plaintext(kms, key):
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext=CONTEXT)
    assert len(made["Plaintext"]) == 32
    opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=CONTEXT)
    assert opened["Plaintext"] == made["Plaintext"]
    closed = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=64)
    assert "Plaintext" not in closed
    assert len(kms.decrypt(CiphertextBlob=closed["CiphertextBlob"])["Plaintext"]) == 64
    assert refused(kms.generate_data_key, KeyId=key) == "ValidationException"
    both = {"KeySpec": "AES_256", "NumberOfBytes": 32}
    assert refused(kms.generate_data_key, KeyId=key, **both) == "ValidationException"
    assert len(kms.generate_random(NumberOfBytes=24)["Plaintext"]) == 24


def test_a_ciphertext_goes_from_key_to_key_and_context_to_context(kms, key):
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    before = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    moved = kms.re_encrypt(
        CiphertextBlob=before,
        SourceEncryptionContext=CONTEXT,
        DestinationKeyId=other,
        DestinationEncryptionContext={"a": "b"},
    )
    assert (moved["SourceKeyId"].rpartition("/")[2], moved["KeyId"].rpartition("/")[2]) == (key, other)
    found = kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], EncryptionContext={"a": "b"})
    assert (found["Plaintext"], found["KeyId"]) == (b"x", moved["KeyId"])


def test_states_are_obeyed_and_told_in_kmss_words(kms, key):
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=key)
    for call in (
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.decrypt(CiphertextBlob=ciphertext),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.enable_key_rotation(KeyId=key),
    ):
        with pytest.raises(kms.exceptions.DisabledException):
            call()
    kms.enable_key(KeyId=key)
    assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == b"x"
    ending = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert ending["KeyState"] == "PendingDeletion"
    with pytest.raises(kms.exceptions.KMSInvalidStateException):
        kms.decrypt(CiphertextBlob=ciphertext)
    assert "DeletionDate" in kms.describe_key(KeyId=key)["KeyMetadata"]
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"


def test_a_key_is_rotated(kms, key):
    old = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=100)
    status = kms.get_key_rotation_status(KeyId=key)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 100)
    kms.rotate_key_on_demand(KeyId=key)
    rotations = kms.list_key_rotations(KeyId=key)["Rotations"]
    assert [entry["RotationType"] for entry in rotations] == ["ON_DEMAND"]
    assert kms.decrypt(CiphertextBlob=old)["Plaintext"] == b"x"
    kms.disable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False


def test_tags_are_kept_and_decide(kms, key, user):
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "team", "TagValue": "red"}, {"TagKey": "x", "TagValue": ""}])
    kms.untag_resource(KeyId=key, TagKeys=["x"])
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "team", "TagValue": "red"}]
    red, _ = user(allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    blue, _ = user(allow("kms:Encrypt", Condition={"StringEquals": {"aws:ResourceTag/team": "blue"}}))
    assert red.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert refused(blue.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"
    reserved = [{"TagKey": "aws:x", "TagValue": ""}]
    assert refused(kms.tag_resource, KeyId=key, Tags=reserved) == "TagException"


def test_a_key_policy_decides_and_cannot_lock_its_author_out(kms, key, user):
    client, arn = user()
    assert refused(client.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"
    root = f"arn:aws:iam::{ACCOUNT}:root"
    statements = [
        {**allow("kms:*"), "Principal": {"AWS": root}},
        {**allow("kms:Encrypt"), "Principal": {"AWS": arn}},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policy
    assert kms.list_key_policies(KeyId=key)["PolicyNames"] == ["default"]
    assert client.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    locked = json.dumps({"Version": "2012-10-17", "Statement": statements[1:]})
    code = refused(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=locked)
    assert code == "MalformedPolicyDocumentException"
    for nonsense in ("{", '{"Statement": []}', json.dumps({"Statement": [allow("kms:Fly", Principal="*")]})):
        code = refused(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=nonsense)
        assert code == "MalformedPolicyDocumentException"


def test_a_grant_is_made_used_listed_retired_and_revoked(kms, key, user):
    client, arn = user()
    made = kms.create_grant(
        KeyId=key,
        GranteePrincipal=arn,
        Operations=["Decrypt", "Encrypt", "RetireGrant"],
        Constraints={"EncryptionContextSubset": CONTEXT},
    )
    ciphertext = client.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    found = client.decrypt(
        CiphertextBlob=ciphertext, EncryptionContext=CONTEXT, GrantTokens=[made["GrantToken"]]
    )
    assert found["Plaintext"] == b"x"
    assert refused(client.encrypt, KeyId=key, Plaintext=b"x") == "AccessDeniedException"
    assert refused(client.describe_key, KeyId=key) == "AccessDeniedException"
    (listed,) = kms.list_grants(KeyId=key)["Grants"]
    assert (listed["GrantId"], listed["GranteePrincipal"]) == (made["GrantId"], arn)
    client.retire_grant(GrantToken=made["GrantToken"])
    assert refused(client.retire_grant, GrantToken=made["GrantToken"]) == "NotFoundException"
    assert (
        refused(client.decrypt, CiphertextBlob=ciphertext, EncryptionContext=CONTEXT)
        == "AccessDeniedException"
    )
    again = kms.create_grant(KeyId=key, GranteePrincipal=arn, RetiringPrincipal=arn, Operations=["Encrypt"])
    assert kms.list_retirable_grants(RetiringPrincipal=arn)["Grants"][0]["GrantId"] == again["GrantId"]
    kms.revoke_grant(KeyId=key, GrantId=again["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert refused(kms.revoke_grant, KeyId=key, GrantId=again["GrantId"]) == "NotFoundException"


def test_a_grant_by_a_grant_gives_no_more_than_itself(kms, key, user):
    (ann, ann_arn), (ben, ben_arn) = user(), user()
    kms.create_grant(KeyId=key, GranteePrincipal=ann_arn, Operations=["CreateGrant", "Encrypt"])
    assert (
        refused(ann.create_grant, KeyId=key, GranteePrincipal=ben_arn, Operations=["Decrypt"])
        == "AccessDeniedException"
    )
    ann.create_grant(KeyId=key, GranteePrincipal=ben_arn, Operations=["Encrypt"])
    assert ben.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]


def test_nobody_is_granted_anything_who_is_not_there(kms, key):
    for arn in (f"arn:aws:iam::{ACCOUNT}:user/nobody", "nonsense", "arn:aws:iam::123456789012:root"):
        code = refused(kms.create_grant, KeyId=key, GranteePrincipal=arn, Operations=["Decrypt"])
        assert code == "InvalidArnException"


def test_an_account_learns_nothing_of_anothers_keys(server, directory, kms, key):
    directory.create_account(ELSEWHERE)
    made = directory.create_key(ELSEWHERE, None)
    stranger = server.client("kms", key=(made.id, made.secret))
    arn = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{key}"
    missing = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    assert refused(stranger.describe_key, KeyId=arn) == "AccessDeniedException"
    assert refused(stranger.describe_key, KeyId=missing) == "AccessDeniedException"
    assert refused(stranger.describe_key, KeyId=key) == "NotFoundException"
    ciphertext = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert refused(stranger.decrypt, CiphertextBlob=ciphertext) == "AccessDeniedException"
    assert key not in [entry["KeyId"] for entry in stranger.list_keys()["Keys"]]


def test_anothers_alias_is_told_apart_from_none_by_nobody(server, directory, kms, key):
    name = f"alias/hidden-{next(COUNT)}"
    kms.create_alias(AliasName=name, TargetKeyId=key)
    made = directory.create_key(stranger_account(directory), None)
    stranger = server.client("kms", key=(made.id, made.secret))
    sentences = set()
    for alias in (name, "alias/no-such-alias"):
        with pytest.raises(ClientError) as caught:
            stranger.encrypt(KeyId=f"arn:aws:kms:us-east-1:{ACCOUNT}:{alias}", Plaintext=b"x")
        error = caught.value.response["Error"]
        assert key not in error["Message"]
        sentences.add((error["Code"], error["Message"].replace(alias, "")))
    assert len(sentences) == 1


def stranger_account(directory):
    account = f"5555{next(COUNT):08}"
    directory.create_account(account)
    return account


def test_a_policy_names_nobody_who_is_not_there(kms, key):
    root = {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    for name in (f"arn:aws:iam::{ACCOUNT}:user/not-yet", "arn:aws:iam::987654321098:root"):
        statements = [root, {**allow("kms:Decrypt"), "Principal": {"AWS": name}}]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        for call in (
            lambda policy=policy: kms.put_key_policy(KeyId=key, Policy=policy),
            lambda policy=policy: kms.create_key(Policy=policy),
        ):
            with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="invalid principals"):
                call()


@pytest.mark.parametrize("service", ["s3", "rekognition", "lookoutvision"])
def test_services_have_keys_of_their_own(kms, service):
    found = kms.describe_key(KeyId=f"alias/aws/{service}")["KeyMetadata"]
    assert found["KeyManager"] == "AWS"
    assert refused(kms.encrypt, KeyId=found["KeyId"], Plaintext=b"x") == "AccessDeniedException"
    assert refused(kms.schedule_key_deletion, KeyId=found["KeyId"]) == "AccessDeniedException"
    assert f"alias/aws/{service}" in [alias["AliasName"] for alias in kms.list_aliases()["Aliases"]]


@pytest.mark.parametrize(
    "members",
    [
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"},
        {"Origin": "EXTERNAL"},
        {"MultiRegion": True},
    ],
)
def test_other_kinds_of_keys_are_refused_by_name(kms, members):
    with pytest.raises(kms.exceptions.UnsupportedOperationException, match="is not supported yet"):
        kms.create_key(**members)


@pytest.mark.parametrize("operation", ["sign", "generate_mac", "replicate_key"])
def test_other_operations_say_so(kms, key, operation):
    members = {
        "sign": {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"},
        "generate_mac": {"Message": b"x", "MacAlgorithm": "HMAC_SHA_256"},
        "replicate_key": {"ReplicaRegion": "eu-west-1"},
    }[operation]
    assert refused(getattr(kms, operation), KeyId=key, **members) == "UnsupportedOperationException"


def test_a_dry_run_does_nothing(kms, key):
    code = refused(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True)
    assert code == "DryRunOperationException"
    arn = f"arn:aws:iam::{ACCOUNT}:root"
    dry = {"GranteePrincipal": arn, "Operations": ["Decrypt"], "DryRun": True}
    assert refused(kms.create_grant, KeyId=key, **dry) == "DryRunOperationException"
    assert kms.list_grants(KeyId=key)["Grants"] == []
