"""Who may do what: grants, policies, blocks and ownership, for strangers and for nobody."""

import json

import pytest

DENIED = ("AccessDenied", 403)


def policy(bucket, action, *, effect="Allow", path="/*", **more):
    statement = {
        "Effect": effect,
        "Principal": "*",
        "Action": action,
        "Resource": f"arn:aws:s3:::{bucket}{path}",
        **more,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_stranger_and_nobody_are_refused_everything_by_default(s3, stranger, nobody, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    for client in (stranger, nobody):
        assert refused(client.get_object, Bucket=bucket, Key="a") == DENIED
        assert refused(client.get_object, Bucket=bucket, Key="none") == DENIED
        assert refused(client.list_objects_v2, Bucket=bucket) == DENIED
        assert refused(client.put_object, Bucket=bucket, Key="b", Body=b"1") == DENIED
        assert refused(client.delete_object, Bucket=bucket, Key="a") == DENIED
        assert refused(client.get_bucket_acl, Bucket=bucket) == DENIED
        assert refused(client.delete_bucket, Bucket=bucket) == DENIED


@pytest.mark.parametrize(
    ("acl", "reads", "writes"),
    [("private", False, False), ("public-read", True, False), ("public-read-write", True, True)],
)
def test_a_canned_grant_lets_nobody_do_what_it_says(s3, nobody, bucket, refused, acl, reads, writes):
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    s3.put_object(Bucket=bucket, Key="open", Body=b"1", ACL="public-read")
    s3.put_object(Bucket=bucket, Key="closed", Body=b"1")
    assert nobody.get_object(Bucket=bucket, Key="open")["Body"].read() == b"1"
    assert refused(nobody.get_object, Bucket=bucket, Key="closed") == DENIED
    if reads:
        assert len(nobody.list_objects_v2(Bucket=bucket)["Contents"]) == 2
        assert refused(nobody.get_object, Bucket=bucket, Key="none") == ("NoSuchKey", 404)
    if writes:
        nobody.put_object(Bucket=bucket, Key="new", Body=b"2")
    else:
        assert refused(nobody.put_object, Bucket=bucket, Key="new", Body=b"2") == DENIED


def test_authenticated_read_is_for_those_with_a_key(s3, stranger, nobody, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", ACL="authenticated-read")
    assert stranger.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    assert refused(nobody.get_object, Bucket=bucket, Key="a") == DENIED


def test_grants_are_given_back_with_groups_first(s3, bucket):
    owner = s3.list_buckets()["Owner"]
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    acl = s3.get_bucket_acl(Bucket=bucket)
    assert acl["Owner"] == owner
    assert [grant["Permission"] for grant in acl["Grants"]] == ["READ", "FULL_CONTROL"]
    assert acl["Grants"][1]["Grantee"] == {**owner, "Type": "CanonicalUser"}


def test_a_named_account_gets_what_it_was_granted(s3, stranger, bucket, refused):
    theirs = stranger.list_buckets()["Owner"]["ID"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.put_object_acl(Bucket=bucket, Key="a", GrantReadACP=f'id="{theirs}"')
    stranger.get_object_acl(Bucket=bucket, Key="a")
    assert refused(stranger.get_object, Bucket=bucket, Key="a") == DENIED
    own = s3.list_buckets()["Owner"]
    grants = [{"Grantee": {"Type": "CanonicalUser", "ID": theirs}, "Permission": "FULL_CONTROL"}]
    s3.put_object_acl(Bucket=bucket, Key="a", AccessControlPolicy={"Owner": own, "Grants": grants})
    assert stranger.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"


def test_a_grant_to_someone_unknown_is_refused(s3, bucket, refused):
    assert refused(s3.put_bucket_acl, Bucket=bucket, GrantRead='id="_nobody"') == ("InvalidArgument", 400)
    mail = refused(s3.put_bucket_acl, Bucket=bucket, GrantRead='emailAddress="a@example.com"')
    assert mail == ("MethodNotAllowed", 405)
    grantee = {"Type": "AmazonCustomerByEmail", "EmailAddress": "a@example.com"}
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    document = {"Owner": owner, "Grants": [{"Grantee": grantee, "Permission": "READ"}]}
    mail = refused(s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=document)
    assert mail == ("MethodNotAllowed", 405)


def test_who_writes_into_anothers_bucket_owns_what_is_written(s3, stranger, bucket, refused):
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    stranger.put_object(Bucket=bucket, Key="theirs", Body=b"1")
    stranger.put_object(Bucket=bucket, Key="shared", Body=b"1", ACL="bucket-owner-full-control")
    assert refused(s3.get_object, Bucket=bucket, Key="theirs") == DENIED
    assert s3.get_object(Bucket=bucket, Key="shared")["Body"].read() == b"1"
    s3.delete_object(Bucket=bucket, Key="theirs")


def test_with_ownership_enforced_the_bucket_owner_owns_all_and_grants_end(s3, stranger, bucket, refused):
    rule = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    missing = refused(s3.get_bucket_ownership_controls, Bucket=bucket)
    assert missing == ("OwnershipControlsNotFoundError", 404)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rule)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, "s3:PutObject"))
    stranger.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    refusal = refused(s3.put_object, Bucket=bucket, Key="b", Body=b"1", ACL="public-read")
    assert refusal == ("AccessControlListNotSupported", 400)


def test_a_policy_lets_strangers_in_and_is_given_back(s3, stranger, nobody, bucket, refused):
    assert refused(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)
    text = policy(bucket, "s3:GetObject", path="/open/*")
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == text
    s3.put_object(Bucket=bucket, Key="open/a", Body=b"1")
    s3.put_object(Bucket=bucket, Key="closed/a", Body=b"1")
    for client in (stranger, nobody):
        assert client.get_object(Bucket=bucket, Key="open/a")["Body"].read() == b"1"
        assert refused(client.get_object, Bucket=bucket, Key="closed/a") == DENIED
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.delete_bucket_policy(Bucket=bucket)
    assert refused(nobody.get_object, Bucket=bucket, Key="open/a") == DENIED


def test_a_denial_wins_over_the_owner_too_but_never_locks_out_of_the_policy(s3, bucket, refused):
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, "s3:*", effect="Deny", path="*"))
    assert refused(s3.put_object, Bucket=bucket, Key="a", Body=b"1") == DENIED
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")


@pytest.mark.parametrize(
    ("condition", "lets_in"),
    [
        ({"StringEquals": {"s3:ExistingObjectTag/kind": "open"}}, True),
        ({"StringEquals": {"s3:ExistingObjectTag/kind": "closed"}}, False),
        ({"StringLike": {"s3:ExistingObjectTag/kind": "o*"}}, True),
        ({"StringNotEquals": {"s3:ExistingObjectTag/other": "x"}}, True),
        ({"StringEqualsIfExists": {"s3:ExistingObjectTag/other": "x"}}, True),
        ({"Null": {"s3:ExistingObjectTag/kind": "true"}}, False),
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, False),
    ],
)
def test_a_condition_is_judged(s3, stranger, bucket, refused, condition, lets_in):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging="kind=open")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(bucket, "s3:GetObject", Condition=condition))
    if lets_in:
        assert stranger.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    else:
        assert refused(stranger.get_object, Bucket=bucket, Key="a") == DENIED


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"Statement":[{"Effect":"Maybe","Principal":"*","Action":"s3:*","Resource":"*"}]}',
     '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::another"}]}',
     '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Odd":{"a":"b"}}}]}'],
)  # fmt: skip
def test_a_policy_that_cannot_be_obeyed_is_refused(s3, bucket, refused, text):
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == ("MalformedPolicy", 400)


def test_public_access_that_is_blocked_stays_out(s3, nobody, bucket, refused):
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", ACL="public-read")
    block = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {
        False
    }
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    assert refused(nobody.get_object, Bucket=bucket, Key="a") == DENIED
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == DENIED
    assert refused(s3.put_object, Bucket=bucket, Key="b", Body=b"", ACL="public-read") == DENIED
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=policy(bucket, "s3:GetObject")) == DENIED
    s3.delete_public_access_block(Bucket=bucket)
    assert refused(s3.get_public_access_block, Bucket=bucket) == ("NoSuchPublicAccessBlockConfiguration", 404)


def test_a_bucket_of_another_is_not_made_again(s3, stranger, bucket, refused):
    assert refused(stranger.create_bucket, Bucket=bucket) == ("BucketAlreadyExists", 409)
    s3.create_bucket(Bucket=bucket)
    assert refused(s3.create_bucket, Bucket=bucket, ACL="public-read") == ("BucketAlreadyExists", 409)


def test_an_expected_owner_that_is_not_the_owner_is_refused(s3, bucket, refused):
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner="000000000000")
    assert refused(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner="999999999999") == ("403", 403)
