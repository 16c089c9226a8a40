"""Who reaches an object through the other services: what the bucket says, and nothing more."""

import json

import pytest

from doubles.houses import ELSEWHERE, HERE, as_administrator
from vedette.api.s3.call import canonical_id
from vedette.api.s3.reach import Reach
from vedette.identity.principal import Principal, dump_principal, load_principal, root_of
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.values import About

ALICE = as_administrator(
    Principal(HERE, f"arn:aws:iam::{HERE}:user/alice", "AIDAALICE", "alice", "AKIAALICE")
)
STRANGER = root_of(ELSEWHERE)
ALL = "http://acs.amazonaws.com/groups/global/AllUsers"


@pytest.fixture
def blobs(tmp_path):
    """A bucket of ours with an object."""
    made = FolderBlobs(tmp_path)
    made.make_bucket("ours", account=HERE)
    made.put("ours", "a/one.png", b"one")
    yield made
    made.close()


def say(blobs, *statements):
    policy = {"Version": "2012-10-17", "Statement": [{"Principal": "*", **each} for each in statements]}
    blobs.buckets.put_document("ours", "policy", json.dumps(policy).encode())


def allow(**more):
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::ours/a/*", **more}


def deny(**more):
    return allow(Effect="Deny", Action="s3:*", **more)


def put_as(blobs, account, key, grants=None):
    """Put an object that another account owns, as S3 has it where grants are in force."""
    draft = blobs.draft()
    draft.add(b"theirs")
    blobs.objects.put("ours", key, draft, owner=account, about=About(acl=grants))


def test_an_account_reaches_its_own_and_nobody_elses(blobs):
    reach = Reach(blobs)
    for caller, may in ((ALICE, True), (STRANGER, False)):
        assert reach.may_read(caller, "ours", "a/one.png") is may
        assert reach.may_write(caller, "ours", "out/new.json") is may
        assert reach.may_read(caller, "ours", "not there") is may
        assert reach.may_read(caller, "no-such-bucket", "a") is False


@pytest.mark.parametrize(
    ("statements", "ours", "theirs"),
    [
        ([allow()], True, True),
        ([allow(Principal={"AWS": ELSEWHERE})], True, True),
        ([allow(Principal={"AWS": "444455556666"})], True, False),
        ([allow(Resource="arn:aws:s3:::ours/b/*")], True, False),
        ([allow(), deny(Principal={"AWS": ELSEWHERE})], True, False),
        ([deny()], False, False),
        ([deny(Principal={"AWS": ALICE.arn})], False, False),
        ([allow(Condition={"Bool": {"aws:ViaAWSService": "true"}})], True, True),
        ([allow(Condition={"Bool": {"aws:ViaAWSService": "false"}})], True, False),
        ([allow(), deny(Condition={"Bool": {"aws:SecureTransport": "false"}})], True, True),
        ([allow(), deny(Condition={"StringNotEquals": {"aws:PrincipalAccount": HERE}})], True, False),
    ],
)
def test_a_policy_says_who_reads(blobs, statements, ours, theirs):
    say(blobs, *statements)
    reach = Reach(blobs)
    assert (reach.may_read(ALICE, "ours", "a/one.png"), reach.may_read(STRANGER, "ours", "a/one.png")) == (
        ours,
        theirs,
    )


def test_a_policy_says_who_writes(blobs):
    say(blobs, allow(Action="s3:PutObject", Resource="arn:aws:s3:::ours/out/*"))
    assert Reach(blobs).may_write(STRANGER, "ours", "out/x.json")
    assert not Reach(blobs).may_write(STRANGER, "ours", "in/x.json")


def test_a_version_is_an_action_of_its_own(blobs):
    say(blobs, allow())
    assert not Reach(blobs).may_read(STRANGER, "ours", "a/one.png", "null")
    say(blobs, allow(Action="s3:GetObjectVersion"))
    assert Reach(blobs).may_read(STRANGER, "ours", "a/one.png", "null")
    assert not Reach(blobs).may_read(STRANGER, "ours", "a/one.png")


def test_a_granted_object_is_read_and_one_that_a_stranger_put_is_the_strangers(blobs):
    put_as(blobs, HERE, "a/public.png", [{"who": ALL, "permission": "READ"}])
    put_as(blobs, ELSEWHERE, "a/theirs.png")
    put_as(blobs, ELSEWHERE, "a/shared.png", [{"who": canonical_id(HERE), "permission": "READ"}])
    reach = Reach(blobs)
    keys = ("a/public.png", "a/theirs.png", "a/shared.png")
    assert [reach.may_read(ALICE, "ours", key) for key in keys] == [True, False, True]
    assert [reach.may_read(STRANGER, "ours", key) for key in keys] == [True, True, True]
    blobs.buckets.put_document("ours", "ownership", b"BucketOwnerEnforced")
    assert reach.may_read(ALICE, "ours", "a/theirs.png")


def test_on_a_foreign_s3_the_installations_account_reaches_everything():
    class Foreign:
        def owner(self, bucket):
            return HERE

    reach = Reach(Foreign())
    assert reach.may_read(ALICE, "any", "a")
    assert reach.may_write(ALICE, "any", "a")
    assert not reach.may_read(STRANGER, "any", "a")


def test_a_caller_is_remembered_without_a_key():
    kept = {"account": HERE, "caller": dump_principal(ALICE)}
    assert json.loads(json.dumps(kept)) == kept
    assert load_principal(kept) == Principal(HERE, ALICE.arn, "AIDAALICE", "alice", "")
    assert load_principal({"account": HERE}) == root_of(HERE), "as work was written down before callers were"
