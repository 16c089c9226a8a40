"""Event selectors: what they select, and what of them is refused rather than passed over."""

import pytest

from vedette.audit.event import AuditCaller, AuditEvent
from vedette.dialects.cloudtrail_selectors import is_selected, read_advanced, read_basic, reads_selected
from vedette.errors import Wrong

ACCOUNT = "111122223333"
ANN = AuditCaller("user", f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT)
MODEL = f"arn:aws:rekognition:us-east-1:{ACCOUNT}:project/boards/version/v1/1"


def event(service, operation, *, reads=False, resources=(), **parameters):
    return AuditEvent(
        "1", 1, service, operation, "us-east-1", ANN, reads=reads, parameters=parameters, resources=resources
    )


EVENTS = {
    "user": event("iam", "CreateUser"),
    "list": event("iam", "ListUsers", reads=True),
    "key": event("kms", "Decrypt"),
    "get": event("s3", "GetObject", reads=True, Bucket="pictures", Key="line-4/a.png"),
    "put": event("s3", "PutObject", Bucket="pictures", Key="line-5/a.png"),
    "several": event("s3", "DeleteObjects", Bucket="pictures"),
    "other": event("s3", "PutObject", Bucket="pictures-of-others", Key="line-4/a.png"),
    "boards": event("rekognition", "DetectCustomLabels", reads=True, resources=(MODEL,)),
    "doors": event("lookoutvision", "DetectAnomalies", reads=True, ProjectName="doors", ModelVersion="1"),
    "trail": event("cloudtrail", "PutEventSelectors"),
}


def selected(selection):
    return {name for name, happened in EVENTS.items() if is_selected(selection, happened)}


def objects(*values, kind="AWS::S3::Object"):
    return {"DataResources": [{"Type": kind, "Values": list(values)}]}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([{}], {"user", "list", "key"}),
        ([{"ReadWriteType": "WriteOnly"}], {"user", "key"}),
        ([{"ReadWriteType": "ReadOnly"}], {"list"}),
        ([{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}], {"user", "list"}),
        (
            [{"IncludeManagementEvents": False, **objects("arn:aws:s3:::pictures/line-4")}],
            {"get", "several"},
        ),
        ([{"IncludeManagementEvents": False, **objects("arn:aws:s3")}], {"get", "put", "several", "other"}),
        (
            [
                {
                    "IncludeManagementEvents": False,
                    "ReadWriteType": "WriteOnly",
                    **objects("arn:aws:s3:::pictures/"),
                }
            ],
            {"put", "several"},
        ),
        (
            [
                {"ReadWriteType": "WriteOnly"},
                {"IncludeManagementEvents": False, **objects(MODEL, kind="AWS::Rekognition::ProjectVersion")},
            ],
            {"user", "key", "boards"},
        ),
        (
            [
                {
                    "IncludeManagementEvents": False,
                    **objects("arn:aws:lookoutvision", kind="AWS::LookoutVision::Model"),
                }
            ],
            {"doors"},
        ),
    ],
)
def test_basic_selectors_select_as_cloudtrails(selectors, expected):
    assert selected(read_basic(selectors)) == {*expected, "trail"}


def advanced(**rules):
    names = {"category": "eventCategory", "kind": "resources.type", "arn": "resources.ARN"}
    fields = [{"Field": names.get(name, name), **rule} for name, rule in rules.items()]
    return {"FieldSelectors": fields}


DATA, MANAGEMENT = {"Equals": ["Data"]}, {"Equals": ["Management"]}
STARTS = {"StartsWith": ["Put", "Get"]}
S3 = {"Equals": ["AWS::S3::Object"]}


@pytest.mark.parametrize(
    ("selectors", "expected"),
    [
        ([advanced(category=MANAGEMENT)], {"user", "list", "key"}),
        ([advanced(category=MANAGEMENT, readOnly={"Equals": ["false"]})], {"user", "key"}),
        ([advanced(category=MANAGEMENT, eventSource={"NotEquals": ["kms.amazonaws.com"]})], {"user", "list"}),
        ([advanced(category=DATA, kind=S3, eventName=STARTS)], {"get", "put", "other"}),
        (
            [
                advanced(
                    category=DATA,
                    kind=S3,
                    arn={"StartsWith": ["arn:aws:s3:::pictures/"], "NotEndsWith": ["line-4/a.png"]},
                )
            ],
            {"put", "several"},
        ),
        ([advanced(category=DATA, kind={"Equals": ["AWS::LookoutVision::Model"]})], {"doors"}),
    ],
)
def test_advanced_selectors_select_as_cloudtrails(selectors, expected):
    assert selected(read_advanced(selectors)) == {*expected, "trail"}


@pytest.mark.parametrize(
    ("read", "selectors", "problem"),
    [
        (read_basic, [], "1 to 5"),
        (read_basic, [{}] * 6, "1 to 5"),
        (read_basic, [{"ReadWriteType": "Some"}], "ReadWriteType"),
        (read_basic, [{"IncludeManagementEvents": False}], "delivers nothing"),
        (read_basic, [objects("arn:aws:s3", kind="AWS::Lambda::Function")], "Lambda"),
        (read_basic, [objects()], "Values"),
        (read_basic, [objects("pictures/")], "begin with arn:aws:s3"),
        (read_basic, [objects(*["arn:aws:s3:::b/"] * 251)], "250"),
        (read_basic, [{"ExcludeManagementEventSources": ["iam.amazonaws.com"]}], "Exclude"),
        (read_advanced, [], "no selector"),
        (read_advanced, [advanced(readOnly={"Equals": ["true"]})], "eventCategory"),
        (read_advanced, [advanced(category={"Equals": ["Insight"]})], "eventCategory"),
        (read_advanced, [advanced(category={"StartsWith": ["Data"]})], "Equals alone"),
        (read_advanced, [advanced(category=DATA)], "resources.type"),
        (read_advanced, [advanced(category=MANAGEMENT, vpcEndpointId={"Equals": ["x"]})], "vpcEndpointId"),
        (read_advanced, [advanced(category=MANAGEMENT, eventName={})], "with nothing"),
        (read_advanced, [advanced(category=MANAGEMENT, readOnly={"Equals": ["maybe"]})], "true or false"),
    ],
)
def test_selectors_that_could_not_be_obeyed_are_refused(read, selectors, problem):
    with pytest.raises(Wrong, match="event selectors cannot be used") as refused:
        read(selectors)
    assert problem in refused.value.sentence


def test_which_reads_are_to_be_on_record():
    assert reads_selected(read_basic([{"ReadWriteType": "WriteOnly"}])) == (False, False)
    assert reads_selected(read_basic([objects("arn:aws:s3")])) == (True, True)
    writes = {"Equals": ["false"]}
    assert reads_selected(read_advanced([advanced(category=DATA, kind=S3)])) == (False, True)
    assert reads_selected(read_advanced([advanced(category=MANAGEMENT, readOnly=writes)])) == (False, False)
