"""JSON 1.1 and REST-JSON: errors as botocore reads them, routes, and what no client sends."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from botocore import parsers
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire import json11, models, rest_json
from vedette.wire.errors import Invalid, Malformed, ProtocolFault, UnknownOperation
from vedette.wire.http import Headers, Request

JSON11 = ("Content-Type", "application/x-amz-json-1.1")
VERSION = "arn:aws:rekognition:eu-central-1:123456789012:project/p/version/v/1"
ROOT = "/2020-11-20"


def posted(body, *headers):
    return Request("POST", "/", "", Headers([JSON11, *headers]), body)


def described(body):
    return json11.parse(models.operation("rekognition", "DescribeProjects"), posted(body))


def asked(method, path, query="", body=b"", headers=()):
    """Return what our REST-JSON makes of a request: the operation's name and its members."""
    request = Request(method, ROOT + path, query, Headers(headers), body)
    operation, params = rest_json.route("lookoutvision", method, request.raw_path)
    return operation.name, rest_json.parse(operation, request, params)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/2015-03-31/functions/f", "GetFunction"),
        ("GET", "/2015-03-31/functions/f/aliases", "ListAliases"),
        ("POST", "/2015-03-31/functions/f/versions", "PublishVersion"),
        ("GET", "/2018-10-31/layers", "ListLayers"),
    ],
)
def test_an_operation_that_is_not_here_is_known_by_its_path(method, path, name):
    """So it is refused by its name, and nobody has to look a path up."""
    assert rest_json.route("lambda", method, path)[0].name == name


def botocore_reads(protocol, answer, operation=None):
    headers = {name.lower(): value for name, value in answer.headers}
    raw = {"status_code": answer.status, "headers": headers, "body": answer.body}
    return parsers.create_parser(protocol).parse(raw, operation and operation.output_shape)


# Targets.


def test_a_target_names_its_operation():
    request = posted(b"", ("X-Amz-Target", "RekognitionService.DescribeProjects"))
    assert json11.target("rekognition", request).name == "DescribeProjects"


@pytest.mark.parametrize(
    "target",
    [
        "RekognitionService.MakeCoffee",
        "RekognitionService",
        "DescribeProjects",
        "Other.DescribeProjects",
        "",
        ".",
    ],
)
def test_a_target_that_names_nothing_is_unknown(target):
    with pytest.raises(UnknownOperation) as refused:
        json11.target("rekognition", posted(b"", ("X-Amz-Target", target)))
    assert refused.value.kind == "unknown-operation"


def test_an_operation_that_is_only_named_can_be_parsed_so_that_it_can_be_refused_by_name():
    assert json11.parse(models.operation("rekognition", "CompareFaces"), posted(b'{"any": 1}')) == {}


# Bodies.


def test_nulls_unknown_members_and_an_empty_body_are_no_offence():
    assert described(b"") == described(b"{}") == {}
    assert described(b'{"NextToken": null, "Coffee": {"black": [1]}, "NextToken2": 1}') == {}
    assert described(b' {"NextToken" : "" } ') == {"NextToken": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b'"text"',
        b"null",
        b"7",
        b"{",
        b'{"a": 1,}',
        b"{'a': 1}",
        b'{"a": 1} {}',
        b"\xef\xbb\xbf{}",
        b'{"NextToken": "\xff"}',
        b'{"NextToken": "\\ud800"}',
        '{"NextToken": "x"}'.encode("utf-16"),
        b'{"MaxResults": NaN}',
        b'{"MaxResults": Infinity}',
        b'{"MaxResults": 1e999}',
        b'{"x": ' + b"[" * 100_000,
        b'{"x": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"x": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}",
        b'{"MaxResults": 1, "MaxResults": 2}',
        b'{"MaxResults": 1, "MaxResults"\n : 2}',
        b'{"MaxResults": 1, "\\u004daxResults": 2}',
        b'{"Coffee": {"a": 1, "a": 1}}',
        b'{"MaxResults": "10"}',
        b'{"MaxResults": 10.5}',
        b'{"MaxResults": true}',
        b'{"MaxResults": [10]}',
        b'{"MaxResults": 2147483648}',
        b'{"MaxResults": -2147483649}',
        b'{"MaxResults": 99999999999999999999999999}',
        b'{"NextToken": 7}',
        b'{"NextToken": {}}',
        b'{"ProjectNames": "p"}',
        b'{"ProjectNames": {"0": "p"}}',
        b'{"ProjectNames": [null]}',
        b'{"ProjectNames": [["p"]]}',
    ],
)
def test_a_body_that_is_not_what_the_shape_says_is_malformed(body):
    with pytest.raises(Malformed) as refused:
        described(body)
    assert refused.value.kind in {"syntax", "type", "too-deep"}
    assert len(refused.value.sentence) < 200


def test_what_looks_like_a_name_inside_a_text_is_no_second_name():
    document = '{"Version": "2012-10-17", "Version": 1}'
    body = json.dumps({"NextToken": document, "ProjectNames": ['"NextToken":']}).encode()
    with pytest.raises(Invalid, match="projectNames"):
        described(body)


@pytest.mark.parametrize("blob", ["a", "aGk", "aGk=\n", "aG k=", "aGk=aGk=", "é", "aGk_", 7, ["aGk="]])
def test_a_blob_is_base64_to_the_letter(blob):
    body = json.dumps({"ProjectVersionArn": VERSION, "Image": {"Bytes": blob}}).encode()
    with pytest.raises(Malformed, match=r"Image\.Bytes"):
        json11.parse(models.operation("rekognition", "DetectCustomLabels"), posted(body))


@pytest.mark.parametrize("number", ["true", '"50"', "{}", "1e400"])
def test_a_share_is_a_number(number):
    body = f'{{"ProjectVersionArn": "{VERSION}", "Image": {{}}, "MinConfidence": {number}}}'.encode()
    with pytest.raises(Malformed):
        json11.parse(models.operation("rekognition", "DetectCustomLabels"), posted(body))


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "json"])
def test_a_body_of_another_type_is_refused(kind):
    request = Request("POST", "/", "", Headers([("Content-Type", kind)]), b"{}")
    with pytest.raises(Malformed) as refused:
        json11.parse(models.operation("rekognition", "DescribeProjects"), request)
    assert refused.value.kind == "content-type"
    with pytest.raises(Malformed):
        asked("POST", "/projects", body=b"{}", headers=[("Content-Type", kind)])


@pytest.mark.parametrize("kind", ["application/x-amz-json-1.0", "Application/JSON; charset=utf-8", ""])
def test_the_types_that_clients_send_are_taken(kind):
    request = Request("POST", "/", "", Headers([("Content-Type", kind)]), b"{}")
    assert json11.parse(models.operation("rekognition", "DescribeProjects"), request) == {}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["ProjectNames", "MaxResults", "NextToken", "x"]), inner, max_size=3
            )
        ),
    )
)
def test_any_json_is_taken_or_refused_and_never_breaks(value):
    with contextlib.suppress(ProtocolFault):
        assert isinstance(described(json.dumps(value).encode("utf-8", "surrogatepass")), dict)


# Routes.

TAGGED = "arn:aws:lookoutvision:us-east-1:123456789012:model/p/1"


@pytest.mark.parametrize(
    ("method", "path", "query", "name", "members"),
    [
        ("GET", "/projects", "", "ListProjects", {}),
        (
            "GET",
            "/projects",
            "maxResults=5&nextToken=a%2Bb%3D",
            "ListProjects",
            {"MaxResults": 5, "NextToken": "a+b="},
        ),
        ("GET", "/projects", "nextToken=a+b&nextToken=c&&x", "ListProjects", {"NextToken": "a+b"}),
        ("GET", "/projects/p", "", "DescribeProject", {"ProjectName": "p"}),
        ("GET", "/projects/p%2D1", "", "DescribeProject", {"ProjectName": "p-1"}),
        (
            "GET",
            "/projects/p/datasets/train/entries",
            "labeled=TRUE&createdAfter=2020-06-22T01%3A02%3A03.456000Z&sourceRefContains=a%20b",
            "ListDatasetEntries",
            {
                "ProjectName": "p",
                "DatasetType": "train",
                "Labeled": True,
                "AfterCreationDate": datetime(2020, 6, 22, 1, 2, 3, 456000, UTC),
                "SourceRefContains": "a b",
            },
        ),
        (
            "GET",
            "/tags/" + TAGGED.replace(":", "%3A").replace("/", "%2F"),
            "",
            "ListTagsForResource",
            {"ResourceArn": TAGGED},
        ),
        ("GET", "/tags/" + TAGGED, "", "ListTagsForResource", {"ResourceArn": TAGGED}),
        (
            "DELETE",
            "/tags/" + TAGGED,
            "tagKeys=a&tagKeys=b%20c",
            "UntagResource",
            {"ResourceArn": TAGGED, "TagKeys": ["a", "b c"]},
        ),
    ],
)
def test_a_method_and_a_raw_path_name_the_operation(method, path, query, name, members):
    assert asked(method, path, query) == (name, members)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/projects/"),
        ("GET", "/projects/p/"),
        ("PUT", "/projects"),
        ("get", "/projects"),
        ("GET", "/projects//datasets/train"),
        ("GET", "/projects/p/models/1/detect"),
        ("GET", "/../2020-11-20/projects"),
        ("GET", "/tags/"),
        ("GET", "/coffee"),
        ("GET", "/" + "a/" * 5000),
    ],
)
def test_an_address_that_names_nothing_is_unknown(method, path):
    with pytest.raises(UnknownOperation) as refused:
        asked(method, path)
    assert len(refused.value.sentence) < 300


@pytest.mark.parametrize(
    ("path", "query", "fault"),
    [
        ("/projects/a%2Fb", "", Invalid),
        ("/projects/%00", "", Invalid),
        ("/projects/..", "", Invalid),
        ("/projects/%ff", "", Malformed),
        ("/projects/%zz", "", Invalid),
        ("/projects/" + "a" * 256, "", Invalid),
        ("/projects", "nextToken=%ff", Malformed),
        ("/projects", "maxResults=ten", Malformed),
        ("/projects", "maxResults=", Malformed),
        ("/projects", "maxResults=1_0", Malformed),
        ("/projects", "maxResults=%D9%A1", Malformed),
        ("/projects", "maxResults=" + "9" * 100_000, Malformed),
        ("/projects", "maxResults=0", Invalid),
        ("/projects", "maxResults=101", Invalid),
        ("/projects", "nextToken=a-b", Invalid),
        ("/projects/p/datasets/train/entries", "labeled=yes", Malformed),
        ("/projects/p/datasets/train/entries", "createdAfter=yesterday", Malformed),
        ("/projects/p/datasets/train/entries", "createdAfter=1e300", Malformed),
        ("/projects/p/datasets/train/entries", "createdAfter=0001-01-01T00:00:00%2B23:59", Malformed),
        ("/projects/p/datasets/val/entries", "", Invalid),
    ],
)
def test_a_hostile_address_is_refused(path, query, fault):
    with pytest.raises(fault):
        asked("GET", path, query)


def test_a_picture_is_taken_as_it_comes_with_its_type():
    picture = b"\xff\xd8 any {bytes"
    name, members = asked(
        "POST", "/projects/p/models/1/detect", body=picture, headers=[("Content-Type", "image/jpeg")]
    )
    assert name == "DetectAnomalies"
    assert members == {"ProjectName": "p", "ModelVersion": "1", "Body": picture, "ContentType": "image/jpeg"}


def test_a_token_of_the_client_comes_out_of_its_header():
    _, members = asked("DELETE", "/projects/p", headers=[("X-Amzn-Client-Token", "t-1")])
    assert members == {"ProjectName": "p", "ClientToken": "t-1"}


def test_members_of_path_and_query_are_not_read_from_the_body():
    _, members = asked(
        "POST", "/projects/p/models/1/start", body=b'{"MinInferenceUnits": 1, "ProjectName": "other"}'
    )
    assert members == {"ProjectName": "p", "ModelVersion": "1", "MinInferenceUnits": 1}


# Answers.


def test_an_answer_leaves_out_what_is_none_and_says_times_as_seconds():
    operation = models.operation("rekognition", "DescribeProjects")
    moment = datetime(2020, 12, 6, 18, 8, 38, 389_000, UTC)
    result = {
        "ProjectDescriptions": [{"ProjectArn": "a", "CreationTimestamp": moment, "Datasets": []}],
        "NextToken": None,
    }
    answer = json11.serialise(operation, result)
    assert dict(answer.headers) == {"Content-Type": "application/x-amz-json-1.1"}
    assert answer.body == (
        b'{"ProjectDescriptions":[{"ProjectArn":"a","CreationTimestamp":1607278118.389,"Datasets":[]}]}'
    )


def test_the_status_comes_from_the_model():
    answer = rest_json.serialise(
        models.operation("lookoutvision", "StartModel"), {"Status": "STARTING_HOSTING"}
    )
    assert (answer.status, answer.body) == (202, b'{"Status":"STARTING_HOSTING"}')
    assert rest_json.serialise(models.operation("lookoutvision", "TagResource"), {}).body == b"{}"


@pytest.mark.parametrize("result", [{"Statuz": "x"}, {"CustomLabels": [{"Confidence": float("nan")}]}])
def test_an_answer_that_no_client_could_read_is_a_fault_of_ours(result):
    with pytest.raises(ValueError, match=r"Statuz|finite"):
        json11.serialise(models.operation("rekognition", "DetectCustomLabels"), result)


def test_an_error_of_json_is_read_by_botocore():
    answer = json11.fault("ResourceNotFoundException", 400, "There is no project “p”.")
    assert ("x-amzn-ErrorType", "ResourceNotFoundException") in answer.headers
    read = botocore_reads("json", answer)
    assert read["Error"] == {"Code": "ResourceNotFoundException", "Message": "There is no project “p”."}
    assert read["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_error_of_json_says_its_sentence_under_both_names():
    """Go's SDK fills `Message` of a typed error, as its shape is written; others read `message`."""
    answer = json11.fault("ResourceInUseException", 400, "It runs.", {"Code": "1"})
    assert json.loads(answer.body) == {
        "__type": "ResourceInUseException",
        "message": "It runs.",
        "Message": "It runs.",
        "Code": "1",
    }


@pytest.mark.parametrize(
    "name", ["ConflictException", "ThrottlingException", "ServiceQuotaExceededException"]
)
def test_an_error_of_rest_json_carries_its_members(name):
    operation = models.operation("lookoutvision", "CreateProject")
    shape = next(each for each in operation.error_shapes if each.name == name)
    members = {
        "ResourceId": "p",
        "ResourceType": "PROJECT",
        "QuotaCode": "L-1",
        "ServiceCode": "lookoutvision",
        "RetryAfterSeconds": 3,
    }
    members = {member: value for member, value in members.items() if member in shape.members}
    status = shape.metadata["error"]["httpStatusCode"]

    answer = rest_json.fault(name, status, "Why.", {**members, "Absent": None})

    assert (("Retry-After", "3") in answer.headers) == ("RetryAfterSeconds" in members)
    raw = {
        "status_code": answer.status,
        "headers": {k.lower(): v for k, v in answer.headers},
        "body": answer.body,
    }
    parser = parsers.create_parser("rest-json")
    assert parser.parse(raw, operation.output_shape)["Error"] == {"Code": name, "Message": "Why."}
    assert parser.parse(raw, shape).get("ResourceId") == members.get("ResourceId")
