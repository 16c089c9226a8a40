"""The Query protocol with botocore on the other side, and forms that no client sends."""

import pytest
from botocore import parsers, serialize
from botocore.compat import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles.payloads import values
from vedette.wire import models, query
from vedette.wire.errors import Invalid, Malformed, ProtocolFault, UnknownOperation
from vedette.wire.http import Headers, Request

FORM = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def sayable(arguments):
    """Return whether a form can say it: one has no way to say an empty structure."""
    return arguments == {} or "{}" not in repr(arguments)


def legal(result):
    """Return whether XML 1.0 can say it: what Python writes with a backslash it mostly cannot."""
    return "\\" not in repr(result)


def form(body, method="POST", raw_query=""):
    return Request(method, "/", raw_query, Headers(FORM), body)


def botocore_reads(operation, answer):
    raw = {"status_code": answer.status, "headers": dict(answer.headers), "body": answer.body}
    return parsers.create_parser("query").parse(raw, operation.output_shape)


@pytest.mark.parametrize("name", models.operations("sts"))
def test_what_botocore_writes_we_read(name):
    operation = models.operation("sts", name)

    @few
    @given(values(operation.input_shape).filter(sayable))
    def reads(arguments):
        sent = serialize.create_serializer("query").serialize_to_request(arguments, operation)
        request = form(urlencode(sent["body"]).encode())
        assert query.action("sts", request).name == name
        assert query.parse(operation, request) == arguments

    reads()


@pytest.mark.parametrize("name", models.operations("sts"))
def test_what_we_write_botocore_reads(name):
    operation = models.operation("sts", name)

    @few
    @given(values(operation.output_shape).filter(legal), st.uuids().map(str))
    def reads(result, request_id):
        read = botocore_reads(operation, query.serialise(operation, result, request_id))
        assert read.pop("ResponseMetadata")["RequestId"] == request_id
        assert read == result

    reads()


def test_an_error_is_read_by_botocore():
    operation = models.operation("sts", "GetCallerIdentity")
    answer = query.fault("InvalidClientTokenId", 403, "No such <key> & so on.", None, "r-1")
    read = botocore_reads(operation, answer)
    assert read["Error"] == {
        "Type": "Sender",
        "Code": "InvalidClientTokenId",
        "Message": "No such <key> & so on.",
    }
    assert read["ResponseMetadata"]["RequestId"] == "r-1"
    assert b"<Type>Receiver</Type>" in query.fault("InternalFailure", 500, "Ours.").body


def test_the_method_get_carries_the_form_in_the_query():
    operation = models.operation("sts", "GetAccessKeyInfo")
    request = form(b"", "GET", "Action=GetAccessKeyInfo&AccessKeyId=AKIA0123456789ABCDEF&Version=2011-06-15")
    assert query.action("sts", request).name == "GetAccessKeyInfo"
    assert query.parse(operation, request) == {"AccessKeyId": "AKIA0123456789ABCDEF"}


@pytest.mark.parametrize(
    "body", [b"", b"Version=2011-06-15", b"Action=MakeCoffee", b"Action=&Action=AssumeRole"]
)
def test_an_unknown_action_is_said_to_be_unknown(body):
    with pytest.raises(UnknownOperation):
        query.action("sts", form(body))


ROLE = b"RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=s&"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"\xff\xfe", Malformed),
        (b"RoleArn=%ff", Malformed),
        (b"a&" * 5000, Malformed),
        (b".".join([b"Tags"] * 20) + b"=1", Malformed),
        (ROLE + b"Tags.member.x.Key=k", Malformed),
        (ROLE + b"Tags.member.1.Key..x=k", Malformed),
        (ROLE + b".=k", Malformed),
        (ROLE + b"Tags.member.-1.Key=k", Malformed),
        (ROLE + b"Tags.member.1111111111.Key=k", Malformed),
        (ROLE + b"DurationSeconds=long", Malformed),
        (ROLE + b"DurationSeconds=", Malformed),
        (ROLE + b"DurationSeconds=99999999999", Malformed),
        (ROLE + b"DurationSeconds=899", Invalid),
        (ROLE + b"Tags.member.1.Key=k", Invalid),
        (ROLE + b"Tags.Key=k&Tags=1&Tags.member=2&RoleSessionName.x=1&DurationSeconds=899", Invalid),
        (b"RoleArn.x=1", Invalid),
        (b"", Invalid),
    ],
)
def test_a_hostile_form_is_refused(body, fault):
    with pytest.raises(fault) as refused:
        query.parse(models.operation("sts", "AssumeRole"), form(body))
    assert isinstance(refused.value, ProtocolFault)
    assert len(refused.value.sentence) < 2000


def test_a_body_of_another_type_is_refused():
    request = Request("POST", "/", "", Headers([("Content-Type", "application/json")]), b"{}")
    with pytest.raises(Malformed, match="content type"):
        query.parse(models.operation("sts", "GetCallerIdentity"), request)


def test_a_form_that_no_request_needs_is_refused_before_anything_is_decoded():
    operation = models.operation("cloudformation", "CreateStack")
    body = b"Action=CreateStack&TemplateBody=" + b"%7B" * (query.LONGEST_FORM // 3)
    with pytest.raises(Malformed, match="The form has more than 4 MiB"):
        query.action("cloudformation", form(body))
    with pytest.raises(Malformed, match="The form has more than 4 MiB"):
        query.parse(operation, form(body))


def test_the_action_is_found_wherever_it_stands_and_only_it_is_decoded():
    found = query.action("iam", form(b"UserName=%ff&%41ction=CreateUser&Action=DeleteUser"))
    assert found.name == "CreateUser"
    with pytest.raises(Malformed, match="not UTF-8"):
        query.parse(found, form(b"UserName=%ff&Action=CreateUser"))
