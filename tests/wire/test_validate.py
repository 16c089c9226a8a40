"""Every limit has a neighbour: the value at it passes, the one beyond is refused."""

import pytest

from vedette.wire import models
from vedette.wire.errors import Invalid
from vedette.wire.validate import broken, check, full_match

ARN = "arn:aws:rekognition:eu-central-1:123456789012:"
SHAPES = [
    (service, models.service(service).shape_for(name))
    for service in ("rekognition", "lookoutvision", "sts")
    for name in models.service(service).shape_names
]


def of_size(shape, size):
    """Return a value of that length or, for a number, of that value."""
    match shape.type_name:
        case "string":
            return "a" * size
        case "blob":
            return b"a" * size
        case "list":
            return ["a"] * size
        case "map":
            return {str(count): "a" for count in range(size)}
        case _:
            return size


def limited(limit):
    return [
        pytest.param(shape, id=f"{service}-{shape.name}")
        for service, shape in SHAPES
        if limit in shape.metadata and shape.type_name != "structure"
    ]


@pytest.mark.parametrize("shape", limited("max"))
def test_no_value_goes_beyond_its_maximum(shape):
    most = shape.metadata["max"]
    rule = f"less than or equal to {most}"
    assert not [each for each in broken(shape, of_size(shape, most)) if rule in each]
    assert [each for each in broken(shape, of_size(shape, most + 1)) if rule in each]


@pytest.mark.parametrize("shape", limited("min"))
def test_no_value_stays_below_its_minimum(shape):
    least = shape.metadata["min"]
    rule = f"greater than or equal to {least}"
    assert not [each for each in broken(shape, of_size(shape, least)) if rule in each]
    if least > 0 or shape.type_name in {"float", "integer", "long"}:
        assert [each for each in broken(shape, of_size(shape, least - 1)) if rule in each]


@pytest.mark.parametrize("shape", limited("enum"))
def test_only_the_names_of_an_enum_are_taken(shape):
    names = shape.metadata["enum"]
    assert not [each for name in names for each in broken(shape, name)]
    for other in (names[0].swapcase(), names[0] + " ", ""):
        assert any("enum value set" in each for each in broken(shape, other))


@pytest.mark.parametrize(
    ("service", "name", "good", "bad"),
    [
        ("rekognition", "ProjectName", ["a", "A-z_0.9"], ["a b", "ä", "a/b", "a\n", "٣"]),
        ("rekognition", "VersionName", ["v.1"], ["v 1", "v:1"]),
        ("rekognition", "VersionDescription", ["It's (v1), isn't it?;:"], ["a\tb", "é", "<b>"]),
        (
            "rekognition",
            "ProjectArn",
            [ARN + "project/p.1_-/1627045542080"],
            [ARN + "project/p/", ARN + "project/p/1/2", ARN + "project/p/1\n", " " + ARN + "project/p/1"],
        ),
        ("rekognition", "ProjectArn", [], [f"arn:aws:rekognition:eu-central-1:{'١' * 12}:project/p/1"]),
        ("rekognition", "DatasetArn", [ARN + "project/p/dataset/train/1"], [ARN + "project/p/dataset/val/1"]),
        ("rekognition", "ProjectVersionArn", [ARN + "project/p/version/v/1"], [ARN + "project/p/version/1"]),
        ("rekognition", "TagKey", ["é_./=+-@: 鍵", "xaws:"], ["aws:x", "a#b", "a\tb"]),
        ("rekognition", "TagValue", ["", "aws:x", "½"], ["a;b", "a\n"]),
        ("rekognition", "S3Bucket", ["My_Bucket-1.2"], ["b/k", "b b"]),
        ("rekognition", "KmsKeyId", ["alias/a:b,c@d"], ["-a", "a b", "/a"]),
        ("rekognition", "ProjectPolicyRevisionId", ["0aF9"], ["g", "0x1", ""]),
        ("rekognition", "ProjectPolicyDocument", ["{\n\t}\xff"], ["\u0100", "\x00"]),
        ("rekognition", "QueryString", [" a ", "x"], ["  ", "\n"]),
        ("rekognition", "DatasetEntry", ["{}", '{"a": 1}'], ["[]", "{}\n", "{\n}", " {}"]),
        ("lookoutvision", "ProjectName", ["a", "9_-"], ["-a", "_a", "a.b", "a b"]),
        ("lookoutvision", "DatasetType", ["train", "test"], ["trai", "traintest", "Train", "validation"]),
        ("lookoutvision", "ModelVersion", ["1", "latest", "42"], ["0", "01", "Latest", "-1", "1.0"]),
        ("lookoutvision", "ModelVersionNoLatest", ["1"], ["latest", "0"]),
        ("lookoutvision", "ClientToken", ["a-0"], ["a_b", "a\n"]),
        ("lookoutvision", "PaginationToken", ["", "aZ0/+="], ["a-b", "a_b", "a.b"]),
        ("lookoutvision", "AnomalyClassFilter", ["normal", "anomaly"], ["Normal", "anomalies"]),
        ("lookoutvision", "S3ObjectKey", ["", "a/b.png", "(x)'*"], ["/a", "a b", "a+b", "ä"]),
        ("lookoutvision", "Color", ["#FFffFF"], ["FFFFFF0", "#FFFFF ", "#gg-ggg"]),
        (
            "lookoutvision",
            "ComponentVersion",
            ["1.0.0", "999999.0.1"],
            ["1.0", "1.0.0.0", "1000000.0.0", "v1.0.0"],
        ),
        ("lookoutvision", "ModelPackagingMethod", ["abc"], ["a b", "a-b"]),
        ("lookoutvision", "TagKey", ["aws:x", "é"], ["a#"]),
        ("sts", "roleSessionNameType", ["me@x.org", "a=b,c"], ["é", "a b", "a/b"]),
        ("sts", "tokenCodeType", ["123"], ["12a", "٣"]),
    ],
)
def test_patterns_are_held_as_a_whole(service, name, good, bad):
    pattern = models.service(service).shape_for(name).metadata["pattern"]
    assert [text for text in good if not full_match(pattern)(text)] == []
    assert [text for text in bad if full_match(pattern)(text)] == []


def refusal(service, operation, value):
    with pytest.raises(Invalid) as refused:
        check(models.operation(service, operation), value)
    return refused.value


def test_a_complaint_reads_as_the_original_does():
    said = refusal("rekognition", "CreateProject", {"ProjectName": "no spaces"})
    assert said.kind == "constraint"
    assert said.sentence == (
        "1 validation error detected: Value 'no spaces' at 'projectName' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+"
    )


def test_all_complaints_are_said_at_once_with_their_paths():
    value = {
        "ProjectVersionArn": ARN + "project/p/version/v/1",
        "Image": {"S3Object": {"Bucket": "b", "Name": ""}},
        "MinConfidence": 100.5,
        "MaxResults": -1,
    }
    said = refusal("rekognition", "DetectCustomLabels", value)
    assert said.complaints == (
        "Value 'b' at 'image.s3Object.bucket' failed to satisfy constraint: "
        "Member must have length greater than or equal to 3",
        "Value '' at 'image.s3Object.name' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
        "Value '100.5' at 'minConfidence' failed to satisfy constraint: "
        "Member must have value less than or equal to 100",
        "Value '-1' at 'maxResults' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0",
    )


@pytest.mark.parametrize(
    ("service", "operation", "value", "complaint"),
    [
        (
            "rekognition",
            "CreateProject",
            {},
            "Value null at 'projectName' failed to satisfy constraint: Member must not be null",
        ),
        (
            "rekognition",
            "DescribeProjects",
            {"ProjectNames": ["ok", "not ok"]},
            "Value '[ok, not ok]' at 'projectNames' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 255, "
            "Member must have length greater than or equal to 1, "
            r"Member must satisfy regular expression pattern: [a-zA-Z0-9_.\-]+]",
        ),
        (
            "rekognition",
            "DistributeDatasetEntries",
            {"Datasets": [{"Arn": ARN + "project/p/dataset/train/1"}, {}]},
            "Value null at 'datasets.2.member.arn' failed to satisfy constraint: Member must not be null",
        ),
        (
            "rekognition",
            "TagResource",
            {"ResourceArn": ARN + "project/p/1", "Tags": {"k": "v" * 257}},
            f"Value '{{k={'v' * 97}...' at 'tags' failed to satisfy constraint: "
            "Map value must satisfy constraint: [Member must have length less than or equal to 256, "
            "Member must have length greater than or equal to 0, "
            r"Member must satisfy regular expression pattern: ^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$]",
        ),
        (
            "rekognition",
            "CreateProject",
            {"ProjectName": "p", "Feature": "COFFEE"},
            "Value 'COFFEE' at 'feature' failed to satisfy constraint: "
            "Member must satisfy enum value set: [CONTENT_MODERATION, CUSTOM_LABELS]",
        ),
        (
            "rekognition",
            "UpdateDatasetEntries",
            {"DatasetArn": ARN + "project/p/dataset/train/1", "Changes": {"GroundTruth": b""}},
            "Value '0 bytes' at 'changes.groundTruth' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            "lookoutvision",
            "TagResource",
            {"ResourceArn": "arn", "Tags": [{"Key": "k", "Value": ""}, {"Key": "", "Value": ""}]},
            "Value '' at 'tags.2.member.key' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
    ],
)
def test_the_place_and_the_rule_are_named(service, operation, value, complaint):
    said = refusal(service, operation, value)
    assert said.complaints == (complaint,)


@pytest.mark.parametrize("size", [1, 100])
def test_a_page_within_its_maximum_passes(size):
    check(models.operation("rekognition", "DescribeProjects"), {"MaxResults": size})


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"MaxResults": 101}, "page-size"),
        ({"MaxResults": 0}, "constraint"),
        ({"MaxResults": 101, "ProjectNames": []}, "constraint"),
        ({"ProjectNames": []}, "constraint"),
    ],
)
def test_a_page_beyond_its_maximum_is_a_kind_of_its_own(value, kind):
    assert refusal("rekognition", "DescribeProjects", value).kind == kind


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ({"Bytes": bytes(5_242_881)}, "large-picture"),
        ({"Bytes": b""}, "constraint"),
        ({"Bytes": bytes(5_242_881), "S3Object": {"Bucket": "b"}}, "constraint"),
    ],
)
def test_a_picture_beyond_its_maximum_is_a_kind_of_its_own(image, kind):
    value = {"ProjectVersionArn": ARN + "project/p/version/v/1", "Image": image}
    assert refusal("rekognition", "DetectCustomLabels", value).kind == kind


def test_another_blob_beyond_its_maximum_is_an_ordinary_constraint():
    value = {"DatasetArn": ARN + "project/p/dataset/train/1", "Changes": {"GroundTruth": bytes(5_242_881)}}
    assert refusal("rekognition", "UpdateDatasetEntries", value).kind == "constraint"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_within_no_limits(number):
    value = {"ProjectVersionArn": ARN + "project/p/version/v/1", "Image": {}, "MinConfidence": number}
    assert all(
        "'minConfidence'" in each for each in refusal("rekognition", "DetectCustomLabels", value).complaints
    )


def test_a_maximum_that_limits_no_page_is_an_ordinary_constraint():
    value = {"ProjectVersionArn": ARN + "project/p/version/v/1", "MinInferenceUnits": 0}
    assert refusal("rekognition", "StartProjectVersion", value).kind == "constraint"


def test_a_message_stays_readable_whatever_was_sent():
    names = ["x" * 300] * 10_000
    said = refusal("rekognition", "DescribeProjects", {"ProjectNames": names, "NextToken": "t" * 1_000_000})
    assert len(said.sentence) < 2000
    tags = [{"Key": "#"}] * 5000
    said = refusal("lookoutvision", "TagResource", {"ResourceArn": "arn", "Tags": tags})
    assert said.sentence.startswith("10001 validation errors detected: ")
    assert len(said.sentence) < 5000


def test_an_operation_that_takes_nothing_has_nothing_to_check():
    check(models.operation("rekognition", "CompareFaces"), {})


SECRET = "open sesame"
ENVIRONMENT = {"FunctionName": "f", "Environment": {"Variables": {"bad-name": SECRET}}}


@pytest.mark.parametrize(
    ("service", "operation", "value", "path"),
    [
        ("lambda", "UpdateFunctionConfiguration", ENVIRONMENT, "environment.variables"),
        ("iam", "CreateLoginProfile", {"UserName": "kim", "Password": SECRET * 20}, "password"),
        ("iam", "ChangePassword", {"OldPassword": SECRET * 20, "NewPassword": "x"}, "oldPassword"),
        ("iam", "CreateLoginProfile", {"UserName": "kim", "Password": f"{SECRET}\x00"}, "password"),
    ],
    ids=str,
)
def test_a_complaint_shows_no_secret(service, operation, value, path):
    with pytest.raises(Invalid) as refusal:
        check(models.service(service).operation_model(operation), value)
    sentence = str(refusal.value)
    assert f"Value at '{path}' failed to satisfy constraint: " in sentence
    assert SECRET not in sentence


def test_a_complaint_shows_what_is_no_secret():
    with pytest.raises(Invalid, match="Value 'not a name at all!' at 'userName' failed"):
        check(models.service("iam").operation_model("CreateUser"), {"UserName": "not a name at all!"})
