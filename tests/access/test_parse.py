"""What a document may say, by what it is attached to; everything else is refused with the reason."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.access.actions import SERVICES, is_known_action
from vedette.access.keys import is_known_key
from vedette.access.parse import FORMS, parse_policy
from vedette.access.policy import OF_THE_CALLER, Effect, PolicyKind, deny_all
from vedette.errors import MalformedPolicy

SAMPLES = {
    PolicyKind.IDENTITY: {"Action": "lambda:InvokeFunction", "Resource": "*"},
    PolicyKind.INLINE: {"NotAction": "s3:*", "Resource": "*"},
    PolicyKind.SESSION: {"Action": ["rekognition:Detect*", "s3:*"], "Resource": "arn:aws:s3:::a/*"},
    PolicyKind.BUCKET: {"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/*"},
    PolicyKind.PROJECT: {"Principal": "*", "Action": "rekognition:CopyProjectVersion", "Resource": "*"},
    PolicyKind.TRUST: {"Principal": "*", "Action": "sts:AssumeRole"},
    PolicyKind.KEY: {"Principal": "*", "Action": "kms:Decrypt", "Resource": "*"},
    PolicyKind.FUNCTION: {"Principal": "*", "Action": "lambda:InvokeFunction", "Resource": "*"},
}


def parse(kind=PolicyKind.BUCKET, *, without=(), version="2012-10-17", **more):
    statement = {"Effect": "Allow", **SAMPLES[kind], **more}
    kept = {name: value for name, value in statement.items() if name not in without}
    return parse_policy(json.dumps({"Version": version, "Statement": kept}), kind, name="p")


@pytest.mark.parametrize("kind", PolicyKind)
def test_every_kind_has_its_documents(kind):
    policy = parse(kind, Sid="One")
    (statement,) = policy.statements
    assert (policy.kind, policy.name, policy.version) == (kind, "p", "2012-10-17")
    assert (statement.label, statement.effect) == ("statement 1 (One)", Effect.ALLOW)
    assert (statement.principals is None) is (kind in OF_THE_CALLER)
    assert (statement.resources is None) is (kind is PolicyKind.TRUST)


def test_messages_name_the_kinds_by_what_they_are_attached_to():
    kinds = ["identity", "inline", "bucket", "project", "trust", "session", "key", "function"]
    assert list(PolicyKind) == kinds


def test_bytes_are_read_as_text_is():
    text = json.dumps({"Statement": {"Effect": "Deny", **SAMPLES[PolicyKind.BUCKET]}})
    assert parse_policy(text.encode(), PolicyKind.BUCKET).version == "2008-10-17"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "it is not JSON"),
        ("{", "it is not JSON"),
        (b"\xff", "it is not JSON"),
        ("﻿{}", "it is not JSON"),
        ('{"Statement": NaN}', "it is not JSON"),
        ('{"Statement": {"\\ud800": 1}}', "it is not JSON"),
        ('{"\\udfff": 1}', "it is not JSON"),
        ("[" * 9_000, "it is not JSON"),
        ("[]", "it is not an object"),
        ('"Statement"', "it is not an object"),
        ("{}", "it has no Statement"),
        ('{"Statement": []}', "it has no Statement"),
        ('{"Statement": null}', "it has no Statement"),
        ('{"Statement": [{}, 1]}', "it has no Statement"),
        ('{"Statement": "Allow"}', "it has no Statement"),
        ('{"Statement": [], "Statement": []}', "Statement stands twice"),
        ('{"Statement": [], "Sid": ""}', "Sid is not an element of a policy"),
        ('{"Version": "2011-10-17", "Statement": []}', "its Version is one of 2012-10-17 and 2008-10-17"),
        ('{"Version": null, "Statement": []}', "its Version is one of"),
        (" " * 20_481, "it is longer than 20480 characters"),
    ],
)
def test_a_document_that_is_none_is_refused(document, why):
    with pytest.raises(MalformedPolicy, match=f"^The policy document cannot be used: {why}") as refused:
        parse_policy(document, PolicyKind.BUCKET)
    assert refused.value.kind == "policy document"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"Effect": "allow"}, "its Effect is Allow or Deny"),
        ({"Effect": None}, "its Effect is Allow or Deny"),
        ({"Effect": ["Allow"]}, "its Effect is Allow or Deny"),
        ({"Sid": 1}, "its Sid is not text"),
        ({"Actions": "s3:*"}, "Actions is not an element of a statement"),
        ({"action": "s3:*"}, "action is not an element of a statement"),
        ({"NotAction": "s3:*"}, "it has both Action and NotAction"),
        ({"NotResource": "*"}, "it has both Resource and NotResource"),
        ({"NotPrincipal": "*"}, "it has both Principal and NotPrincipal"),
        ({"without": ["Action"]}, "it has neither Action nor NotAction"),
        ({"without": ["Resource"]}, "it has neither Resource nor NotResource"),
        ({"without": ["Principal"]}, "it has neither Principal nor NotPrincipal"),
        ({"Action": []}, "its Action names nothing"),
        ({"Action": ""}, "its Action names nothing"),
        ({"Action": ["s3:*", 1]}, "its Action names nothing"),
        ({"Action": {"s3": "*"}}, "its Action names nothing"),
        ({"Resource": None}, "its Resource names nothing"),
        ({"Action": "s3:GetObjekt"}, "s3:getobjekt is not an action of s3"),
        ({"Action": "s3:Gett*"}, "s3:gett. is not an action of s3"),
        ({"Action": "GetObject"}, "getobject is not an action of s3"),
        ({"Action": "rekognition:*"}, "rekognition:. is not an action of s3"),
        ({"Action": "s3:"}, "s3: is not an action of s3"),
        ({"Resource": "pictures/*"}, "'pictures/.' is not a resource: say . or an ARN"),
        ({"Resource": "arn:aws-cn:s3:::a"}, "is not a resource"),
        ({"Resource": "arn:aws:s3:::a/${aws:username"}, "is not closed"),
        (
            {"Resource": "arn:aws:s3:::a/${aws:nobody}"},
            "aws:nobody} is not a condition key that is known here",
        ),
        ({"Principal": None}, "Invalid principal"),
        ({"Principal": 5}, "Invalid principal"),
        ({"Principal": "111122223333"}, "Invalid principal"),
        ({"Principal": {}}, "Invalid principal"),
        ({"Principal": {"AWS": []}}, "Invalid principal: AWS names nobody"),
        ({"Principal": {"AWS": [None]}}, "Invalid principal: AWS names nobody"),
        ({"Principal": {"User": "alice"}}, "Invalid principal: User is not a kind of principal"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:*"}}, "none has wildcards"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}}, "none has wildcards"),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:group/a"}}, "is not an account"),
        ({"Principal": {"AWS": "11112222333"}}, "is not an account"),
        ({"Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/reader"}}, "is not an account"),
        ({"Principal": {"CanonicalUser": "alice"}}, "64 hexadecimal digits"),
        ({"NotPrincipal": {"AWS": "111122223333"}, "without": ["Principal"]}, "Allow with NotPrincipal"),
        ({"Condition": []}, "its Condition is not an object"),
        ({"Condition": None}, "its Condition is not an object"),
        ({"Condition": {"StringEquals": []}}, "StringEquals of its Condition is not an object"),
        ({"Condition": {"StringEquals": {"aws:Nonsense": "x"}}}, "aws:Nonsense is not a condition key"),
        ({"Condition": {"StringEquals": {"aws:PrincipalTag/": "x"}}}, "is not a condition key"),
        (
            {"Condition": {"StringEquals": {"aws:username": None}}},
            "aws:username of its Condition has a value",
        ),
        ({"Condition": {"StringEquals": {"aws:username": ["a", {}]}}}, "has a value that is not text"),
        ({"Condition": {"StringEquals": {"aws:username": []}}}, "StringEquals on aws:username has no value"),
        ({"Condition": {"StringIs": {"aws:username": "a"}}}, "StringIs is not a condition operator"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "home"}}}, "'home' is not an IP address or range"),
        ({"Condition": {"StringEquals": {"s3:prefix": "${aws:nobody}"}}}, "is not a condition key"),
    ],
)
def test_a_statement_that_could_not_be_obeyed_is_refused(more, why):
    with pytest.raises(MalformedPolicy, match=f"statement 1: .*{why}"):
        parse(**more)


def test_the_statement_is_named_by_its_place_and_its_sid():
    good = {"Effect": "Allow", **SAMPLES[PolicyKind.BUCKET]}
    document = json.dumps({"Statement": [good, {**good, "Sid": "Second", "Effect": "No"}]})
    with pytest.raises(MalformedPolicy, match=r"statement 2 \(Second\): its Effect"):
        parse_policy(document, PolicyKind.BUCKET)


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        (PolicyKind.IDENTITY, {"Principal": "*"}, "such a policy has no Principal"),
        (PolicyKind.SESSION, {"NotPrincipal": "*"}, "such a policy has no Principal"),
        (PolicyKind.TRUST, {"Resource": "*"}, "such a policy has no Resource"),
        (PolicyKind.TRUST, {"NotResource": "*"}, "such a policy has no Resource"),
        (PolicyKind.TRUST, {"Action": "sts:GetCallerIdentity"}, "not an action that such a policy decides"),
        (PolicyKind.TRUST, {"Action": "s3:*"}, "is not an action of sts"),
        (PolicyKind.PROJECT, {"Action": "rekognition:DetectCustomLabels"}, "such a policy decides"),
        (PolicyKind.PROJECT, {"NotAction": "x"}, "NotAction is not allowed"),
        (PolicyKind.PROJECT, {"NotResource": "x"}, "NotResource is not allowed"),
        (PolicyKind.PROJECT, {"NotPrincipal": "x"}, "NotPrincipal is not allowed"),
        (PolicyKind.PROJECT, {"Effect": "PERHAPS"}, "its Effect is Allow or Deny"),
        (PolicyKind.KEY, {"Action": "s3:*"}, "is not an action of kms"),
    ],
)
def test_a_kind_refuses_what_is_not_its_own(kind, more, why):
    with pytest.raises(MalformedPolicy, match=why):
        parse(kind, **more)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (PolicyKind.BUCKET, {"Action": "*"}),
        (PolicyKind.BUCKET, {"Action": ["S3:getobject", "s3:Get*", "s3:*Acl", "s3:?etObject"]}),
        (PolicyKind.IDENTITY, {"Action": ["*", "*:*", "ec2:*", "rekognition:*", "lookoutvision:List*"]}),
        (
            PolicyKind.TRUST,
            {"Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", "sts:*"]},
        ),
        (PolicyKind.TRUST, {"Principal": {"Service": "lambda.amazonaws.com"}}),
        (PolicyKind.PROJECT, {"Effect": "ALLOW", "Action": "rekognition:copyprojectversion"}),
        (PolicyKind.PROJECT, {"Action": "rekognition:Copy*"}),
        (PolicyKind.BUCKET, {"Resource": ["*", "arn:aws:s3:::a", "arn:*:s3:::a", "${aws:PrincipalTag/arn}"]}),
        (PolicyKind.BUCKET, {"Principal": {"AWS": ["*", "111122223333"], "CanonicalUser": "0" * 64}}),
        (PolicyKind.BUCKET, {"Condition": {}}),
        (PolicyKind.BUCKET, {"Condition": {"Bool": {"aws:SecureTransport": [True, "false"]}}}),
        (PolicyKind.BUCKET, {"Condition": {"NumericLessThan": {"S3:MAX-KEYS": 10}}}),
        (PolicyKind.BUCKET, {"Sid": "Any sentence, as S3 takes it"}),
        (
            PolicyKind.BUCKET,
            {"Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "without": ["Principal"]},
        ),
    ],
)
def test_what_is_understood_is_taken(kind, more):
    assert len(parse(kind, **more).statements) == 1


def test_what_is_written_before_variables_came_is_text():
    old = parse(version="2008-10-17", Resource="arn:aws:s3:::a/${nonsense")
    (pattern,) = old.statements[0].resources.patterns
    assert pattern.matches("arn:aws:s3:::a/${nonsense", {})


def test_whoever_parses_may_say_which_resources_there_can_be():
    document = json.dumps({"Statement": {"Effect": "Allow", **SAMPLES[PolicyKind.BUCKET]}})
    asked = []
    parse_policy(document, PolicyKind.BUCKET, is_resource=lambda text: asked.append(text) or True)
    assert asked == ["arn:aws:s3:::a/*"]
    with pytest.raises(
        MalformedPolicy, match=r"'arn:aws:s3:::a/\*' is not a resource that this policy is about"
    ):
        parse_policy(document, PolicyKind.BUCKET, is_resource=lambda text: False)


@pytest.mark.parametrize("kind", PolicyKind)
def test_a_document_is_as_long_as_its_service_takes(kind):
    largest = FORMS[kind].largest
    bare = {"Statement": {"Effect": "Allow", **SAMPLES[kind], "Sid": ""}}
    missing = largest - len(json.dumps(bare, separators=(",", ":")))

    def document(longer):
        bare["Statement"]["Sid"] = "s" * (missing + longer)
        return json.dumps(bare, separators=(",", ":"))

    parse_policy(document(0), kind)
    with pytest.raises(MalformedPolicy, match=f"longer than {largest} characters"):
        parse_policy(document(1), kind)


@pytest.mark.parametrize("kind", PolicyKind)
def test_blanks_count_but_in_the_policies_of_iam(kind):
    text = json.dumps({"Statement": {"Effect": "Allow", **SAMPLES[kind]}})
    largest = FORMS[kind].largest
    parse_policy(text.ljust(largest), kind)
    most = largest if FORMS[kind].counts_blanks else 10 * largest
    parse_policy(text.ljust(most), kind)
    with pytest.raises(MalformedPolicy, match=f"longer than {largest} characters"):
        parse_policy(text.ljust(most + 1), kind)
    assert FORMS[kind].counts_blanks is (
        kind not in (PolicyKind.IDENTITY, PolicyKind.INLINE, PolicyKind.TRUST)
    )


def test_the_limits_are_those_that_the_services_have():
    assert {kind: form.largest for kind, form in FORMS.items()} == {
        PolicyKind.IDENTITY: 6144,
        PolicyKind.INLINE: 10_240,
        PolicyKind.SESSION: 2048,
        PolicyKind.TRUST: 4096,
        PolicyKind.BUCKET: 20480,
        PolicyKind.KEY: 32768,
        PolicyKind.FUNCTION: 20480,
        PolicyKind.PROJECT: 2000,
    }


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("aws:sourceip", True), ("s3:versionid", True), ("sts:externalid", True), ("kms:viaservice", True),
        ("iam:passedtoservice", True), ("aws:principaltag/team", True), ("aws:requesttag/a/b", True),
        ("aws:resourcetag/x", True), ("iam:resourcetag/x", True), ("s3:existingobjecttag/x", True),
        ("s3:requestobjecttag/x", True),
        ("s3:buckettag/x", True), ("kms:encryptioncontext:x", True), ("s3:requestobjecttagkeys", True),
        ("aws:principaltag/", False), ("aws:sourceip2", False), ("", False), ("s3:", False),
        ("ec2:resourcetag/x", False), ("aws:SourceIp", False),
    ],
)  # fmt: skip
def test_a_key_is_known_in_lower_case_or_it_is_not(key, known):
    assert is_known_key(key) is known


@pytest.mark.parametrize(
    ("action", "known"),
    [
        ("*", True), ("s3:*", True), ("*:getobject", True), ("s?:x", True), ("s3:get*", True),
        ("s3:getobject", True),
        ("s3:getobjekt", False), ("s3:x*", False), ("s3", False), ("", False), (":x", False),
        ("ec2:whatever", True), ("rekognition:detectcustomlabels", True), ("sts:assumerole", True),
        ("lookoutvision:detectanomalies", True), ("rekognition:detectanomalies", False),
    ],
)  # fmt: skip
def test_an_action_of_a_known_service_is_one_that_it_has(action, known):
    assert is_known_action(action) is known


def test_the_services_that_are_spoken_are_known():
    assert set(SERVICES) >= {"rekognition", "lookoutvision", "s3", "sts"}


@given(st.text(max_size=40) | st.binary(max_size=40), st.sampled_from(PolicyKind))
def test_no_text_whatever_breaks_the_parser(document, kind):
    with pytest.raises(MalformedPolicy):
        parse_policy(document, kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["Effect", "Principal", "Action", "Resource", "Condition", "Sid"]), JSON)
def test_no_element_whatever_breaks_the_parser(element, value):
    with contextlib.suppress(MalformedPolicy):
        assert len(parse(**{element: value}).statements) == 1


def test_deny_all_is_of_the_kind_that_it_stands_for():
    for kind in PolicyKind:
        policy = deny_all(kind, "p")
        (statement,) = policy.statements
        assert (policy.kind, policy.name, statement.effect) == (kind, "p", Effect.DENY)
        assert (statement.resources is None) is (kind is PolicyKind.TRUST)
        assert (statement.principals is None) is (kind in OF_THE_CALLER)


@pytest.mark.parametrize(
    "action",
    [
        "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:SetContext",
        "sts:SetSourceIdentity", "sts:TagSession",
    ],
)  # fmt: skip
def test_a_trust_policy_may_allow_every_way_into_a_role_and_nothing_else(action):
    (statement,) = parse(PolicyKind.TRUST, Action=action).statements
    assert statement.actions.include(action.lower())
    with pytest.raises(MalformedPolicy, match="is not an action that such a policy decides"):
        parse(PolicyKind.TRUST, Action="sts:GetCallerIdentity")
