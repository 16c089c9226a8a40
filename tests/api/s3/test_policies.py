"""Bucket policies as customers write them, through boto3 against a real server."""

import json

import pytest
from botocore.exceptions import ClientError

HERE, ELSEWHERE = "000000000000", "111122223333"
ROLE = f"arn:aws:iam::{ELSEWHERE}:role/reader"
PUBLIC = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}
BLOCK = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


@pytest.fixture(scope="module")
def alice(server, directory):
    """A client of a user of the bucket's own account."""
    return server.client("s3", key=a_user(directory, HERE, "alice"))


@pytest.fixture(scope="module")
def visitor(server, directory, stranger):
    """A client of a session of another account's role."""
    directory.create_role(ELSEWHERE, "reader", [ELSEWHERE], policies=["administrator"])
    sts = server.client("sts", key=a_user(directory, ELSEWHERE, "bob"))
    given = sts.assume_role(RoleArn=ROLE, RoleSessionName="visit")["Credentials"]
    return server.client("s3", key=(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]))


def a_user(directory, account, name):
    directory.create_user(account, name, ["administrator"])
    key = directory.create_key(account, name)
    return key.id, key.secret


def deny(**more):
    return {**PUBLIC, "Effect": "Deny", **more}


def when(operator, **keys):
    return {"Condition": {operator: {name.replace("__", ":"): value for name, value in keys.items()}}}


@pytest.fixture
def put(s3, bucket):
    """`put(statement, …)` makes the statements the bucket's policy; they speak of all its objects."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"1", Tagging="kind=secret")

    def put(*statements):
        whole = [{"Resource": f"arn:aws:s3:::{bucket}/*", **statement} for statement in statements]
        document = {"Version": "2012-10-17", "Statement": whole}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))

    return put


@pytest.fixture
def readers(s3, alice, stranger, visitor, nobody, bucket):
    """`readers()` names those who can read the object `a`."""
    clients = {"root": s3, "alice": alice, "stranger": stranger, "visitor": visitor, "nobody": nobody}

    def readers(key="a"):
        answers = {name: answer(client, bucket, key) for name, client in clients.items()}
        assert set(answers.values()) <= {"ok", "AccessDenied"}
        return {name for name, code in answers.items() if code == "ok"}

    return readers


def answer(client, bucket, key):
    """Return how a read of an object is answered."""
    try:
        client.get_object(Bucket=bucket, Key=key)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return "ok"


OWN = {"root", "alice"}
THEIRS = {"stranger", "visitor"}
ALL = OWN | THEIRS | {"nobody"}


@pytest.mark.parametrize(
    ("statements", "able"),
    [
        ([PUBLIC], ALL),
        ([{**PUBLIC, "Principal": {"AWS": ELSEWHERE}}], OWN | THEIRS),
        ([{**PUBLIC, "Principal": {"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}}], OWN | THEIRS),
        ([{**PUBLIC, "Principal": {"AWS": ROLE}}], OWN | {"visitor"}),
        ([{**PUBLIC, "Principal": {"AWS": f"arn:aws:sts::{ELSEWHERE}:assumed-role/reader/visit"}}],
         OWN | {"visitor"}),
        ([{**PUBLIC, "Principal": {"AWS": f"arn:aws:sts::{ELSEWHERE}:assumed-role/reader/other"}}], OWN),
        ([PUBLIC, deny(Principal={"AWS": ROLE})], ALL - {"visitor"}),
        ([PUBLIC, deny(Principal={"AWS": f"arn:aws:iam::{HERE}:user/alice"})], ALL - {"alice"}),
        ([PUBLIC, deny(Principal={"AWS": ELSEWHERE})], ALL - THEIRS),
        ([{**PUBLIC, "Principal": {"Service": "*"}}], OWN),
        ([{**PUBLIC, "Principal": {"Service": "rekognition.amazonaws.com"}}], OWN),
        ([{**PUBLIC, "Principal": {"Federated": "*"}}], OWN),
        ([{"Effect": "Deny", "NotPrincipal": {"AWS": [ROLE, f"arn:aws:iam::{HERE}:root"]}, "Action": "s3:*"},
          PUBLIC], {"root", "visitor"}),
        ([PUBLIC, deny(Action="S3:GETOBJECT")], set()),
        ([PUBLIC, {"Effect": "Deny", "Principal": "*", "NotAction": "s3:ListBucket"}], set()),
    ],
)  # fmt: skip
def test_a_principal_means_who_it_names(put, readers, statements, able):
    put(*statements)
    assert readers() == able


@pytest.mark.parametrize(
    ("condition", "denied"),
    [
        (when("ArnLike", aws__PrincipalArn=f"arn:aws:iam::{ELSEWHERE}:role/*"), {"visitor"}),
        (when("ArnNotLike", aws__PrincipalArn=f"arn:aws:iam::{ELSEWHERE}:role/*"), ALL - {"visitor"}),
        (when("DateGreaterThan", aws__CurrentTime="2020-01-01T00:00:00Z"), ALL),
        (when("DateLessThan", aws__CurrentTime="2020-01-01T00:00:00Z"), set()),
        (when("NumericGreaterThan", aws__EpochTime="1"), ALL),
        (when("StringLike", aws__userid="AIDA*"), {"alice"}),
        (when("StringEquals", aws__userid=ELSEWHERE), {"stranger"}),
        (when("StringLike", aws__userid="AROA*:visit"), {"visitor"}),
        (when("StringEquals", aws__username="alice"), {"alice"}),
        (when("StringEquals", s3__authType="REST-HEADER"), ALL - {"nobody"}),
        (when("StringEquals", s3__signatureversion="AWS4-HMAC-SHA256"), ALL - {"nobody"}),
        (when("NumericLessThan", s3__signatureAge="600000"), ALL - {"nobody"}),
        (when("StringEquals", aws__PrincipalType=["Account", "User", "AssumedRole"]), ALL - {"nobody"}),
        (when("StringEquals", aws__PrincipalType="Anonymous"), {"nobody"}),
        (when("StringEquals", aws__PrincipalAccount=ELSEWHERE), THEIRS),
        (when("StringEquals", aws__RequestedRegion="us-east-1"), ALL),
        (when("StringEquals", s3__ResourceAccount=HERE, aws__ResourceAccount=HERE), ALL),
        (when("Bool", aws__SecureTransport="false", aws__ViaAWSService="false"), ALL),
        (when("StringLike", aws__UserAgent="*Boto*"), ALL),
        (when("IpAddress", aws__SourceIp="127.0.0.0/8"), ALL),
        (when("NotIpAddress", aws__SourceIp=["127.0.0.0/8", "::1/128"]), set()),
        (when("BoolIfExists", aws__MultiFactorAuthPresent="false"), ALL),
        (when("Bool", aws__MultiFactorAuthPresent="false"), {"visitor"}),
        (when("DateGreaterThan", aws__TokenIssueTime="2020-01-01T00:00:00Z"), {"visitor"}),
        (when("Null", aws__TokenIssueTime="true"), ALL - {"visitor"}),
        (when("ForAllValues:StringEquals", aws__TagKeys=["x"]), ALL),
        (when("ForAnyValue:StringEquals", aws__TagKeys=["x"]), set()),
        (when("StringEquals", **{"s3__ExistingObjectTag/kind": "secret"}), ALL),
        (when("StringNotEquals", **{"s3__ExistingObjectTag/KIND": "secret"}), set()),
        (when("StringEquals", **{"aws__PrincipalTag/team": "red"}), set()),
        (when("StringNotEquals", aws__PrincipalOrgID="o-1"), ALL),
    ],
)  # fmt: skip
def test_a_denial_obeys_its_condition(put, readers, condition, denied):
    put(PUBLIC, deny(**condition))
    assert readers() == ALL - denied


def test_a_variable_stands_for_the_caller(s3, put, readers, bucket):
    s3.put_object(Bucket=bucket, Key="home/alice/x", Body=b"1")
    put(PUBLIC, deny(Resource=f"arn:aws:s3:::{bucket}/home/${{aws:username}}/*"))
    assert readers("home/alice/x") == ALL - {"alice"}
    s3.put_object(Bucket=bucket, Key="home/*/x", Body=b"1")
    put(PUBLIC, deny(Resource=f"arn:aws:s3:::{bucket}/home/${{*}}/*"))
    assert (readers("home/alice/x"), readers("home/*/x")) == (ALL, set())


@pytest.mark.parametrize(
    "document",
    [
        '{"Statement": []}',
        '{"Statement": [%s, "Allow"]}',
        '{"Statement": [%s, {}]}',
        '{"Statement": [%s, null]}',
        '{"Statement": null}',
        '{"Statement": %s, "Statement": %s}',
        '{"Statement": %s, "Statements": %s}',
        '{"Version": "2020-01-01", "Statement": %s}',
        '{"Statement": NaN}',
        "[[[[[",
        '{"Statement": {"Effect": "Allow", "Principal": null, "Action": "s3:*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Principal": 5, "Action": "s3:*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:*"},'
        ' "Action": "s3:*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "s3:*",'
        ' "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "NotPrincipal": {"AWS": "*"}, "Action": "s3:*",'
        ' "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "NotAction": "s3:*",'
        ' "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObjekt", "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "ec2:*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*",'
        ' "Resource": "arn:aws:s3:::another/*"}}',
        *(
            '{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",'
            f' "Condition": {condition}}}}}'
            for condition in (
                '{"Foo": {"aws:SourceIp": "1.2.3.4"}}',
                '{"IpAddress": {"aws:SourceIp": "nonsense"}}',
                '{"NumericLessThan": {"s3:max-keys": "x"}}',
                '{"DateLessThan": {"aws:CurrentTime": "tomorrow"}}',
                '{"Bool": {"aws:SecureTransport": "maybe"}}',
                '{"StringEquals": {"aws:Nonsense": "x"}}',
                '{"StringEquals": {"aws:SourceIp": null}}',
                '{"StringEquals": {"aws:SourceIp": []}}',
                '{"StringEquals": "aws:SourceIp"}',
                '{"NullIfExists": {"aws:SourceIp": "true"}}',
                '{"ForSomeValues:StringEquals": {"aws:TagKeys": "x"}}',
                "[]",
            )
        ),
    ],
)
def test_what_is_not_understood_is_refused_and_changes_nothing(s3, bucket, refused, document):
    one = json.dumps({**PUBLIC, "Resource": f"arn:aws:s3:::{bucket}/*"})
    text = document.replace("%s", one)
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == ("MalformedPolicy", 400)
    assert refused(s3.get_bucket_policy, Bucket=bucket) == ("NoSuchBucketPolicy", 404)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        when("StringLike", aws__PrincipalArn="*"),
        when("ArnLike", aws__PrincipalArn="arn:aws:iam::*:user/*"),
        when("IpAddress", aws__SourceIp=["0.0.0.0/0", "::/0"]),
        when("IpAddress", aws__SourceIp=["0.0.0.0/1", "128.0.0.0/1"]),
        when("IpAddress", aws__SourceIp="2000::/3"),
        when("NotIpAddress", aws__SourceIp="203.0.113.1/32"),
        when("StringNotEquals", aws__PrincipalAccount="999999999999"),
        when("Null", aws__userid="true"),
        when("StringLike", aws__userid="*"),
        when("StringEqualsIfExists", aws__SourceVpc="vpc-1"),
        when("ForAllValues:StringEquals", aws__PrincipalAccount="999999999999"),
        when("StringEquals", aws__PrincipalAccount="${aws:PrincipalAccount}"),
        when("StringEquals", aws__Referer="secret"),
        when("IpAddress", aws__SourceIp=["10.0.0.0/8", "::/0"]),
    ],
)
def test_no_public_policy_passes_the_block(s3, put, readers, bucket, refused, condition):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK)
    with pytest.raises(ClientError, match="AccessDenied"):
        put({**PUBLIC, **condition})
    # One that was there before lets in nobody from outside either.
    s3.delete_public_access_block(Bucket=bucket)
    put({**PUBLIC, **condition})
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK)
    assert readers() <= OWN


@pytest.mark.parametrize(
    "condition",
    [
        when("StringEquals", aws__PrincipalAccount=ELSEWHERE),
        when("ArnLike", aws__PrincipalArn=f"arn:aws:iam::{ELSEWHERE}:role/*"),
        when("IpAddress", aws__SourceIp=["127.0.0.0/8", "2001:db8::/32"]),
        when("StringEquals", aws__PrincipalOrgID="o-1"),
    ],
)
def test_a_policy_that_fixes_who_comes_is_not_public(s3, put, bucket, condition):
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCK)
    put({**PUBLIC, **condition}, deny(Principal={"AWS": ROLE}))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False


def test_the_owners_root_is_never_locked_out_of_its_policy(s3, alice, put, bucket, refused):
    put(deny(Action="s3:*", Resource=[f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]))
    assert refused(s3.list_objects_v2, Bucket=bucket)[0] == "AccessDenied"
    assert refused(alice.delete_bucket_policy, Bucket=bucket)[0] == "AccessDenied"
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Version"] == "2012-10-17"
    s3.delete_bucket_policy(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="a")


def test_a_user_made_again_does_not_get_what_was_allowed_to_the_one_before(s3, server, directory, bucket):
    account = "111122223333"
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    first = server.client("s3", key=a_user(directory, account, "pinned"))
    arn = f"arn:aws:iam::{account}:user/pinned"
    grant = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "s3:GetObject"}
    document = json.dumps({"Statement": [{**grant, "Resource": f"arn:aws:s3:::{bucket}/*"}]})
    s3.put_bucket_policy(Bucket=bucket, Policy=document)
    assert first.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == document
    directory.delete_user(account, "pinned")
    again = server.client("s3", key=a_user(directory, account, "pinned"))
    with pytest.raises(ClientError, match="AccessDenied"):
        again.get_object(Bucket=bucket, Key="a")
    s3.put_bucket_policy(Bucket=bucket, Policy=document)
    assert again.get_object(Bucket=bucket, Key="a")["Body"].read() == b"1"
