import pytest

from vedette import errors
from vedette.api import lookout, rekognition
from vedette.api.operations import OperationsDoor
from vedette.api.s3 import faults as s3_faults
from vedette.server.doors import SERVICES
from vedette.wire import models
from vedette.wire.errors import Invalid, Malformed, UnknownOperation

REFUSALS = set(errors.Refusal.__subclasses__())
# A service that gets a door is held to all of this without a line here.
DIALECTS = {door.name: door for door in SERVICES if isinstance(door, OperationsDoor)}
# What AWS answers without a shape of its own, and what it has no word for.
UNMODELLED = {"ValidationException", "SerializationException", "UnknownOperationException"}
# Errors that all services of AWS have in common, whether their models name them or not.
COMMON = {"AccessDeniedException", "InternalFailure", "ThrottlingException"}
OUR_OWN = {"UnsupportedOperationException"}
# The same in Query, whose codes have no ending.
OF_QUERY = {
    "AccessDenied", "InvalidAction", "MalformedQueryString", "Throttling", "UnsupportedOperation",
    "ValidationError",
}  # fmt: skip
SAMPLES = [
    *[refusal("a sentence", kind="project", name="boards") for refusal in sorted(REFUSALS, key=str)],
    Invalid(["Value 'x' at 'y' failed"]),
    Invalid(["Value '101' at 'maxResults' failed"], "page-size"),
    Invalid(["Value '9 bytes' at 'image.bytes' failed"], "large-picture"),
    Malformed("broken"),
    Malformed("no JSON", "content-type"),
    UnknownOperation("DetectFish"),
    RuntimeError("a secret detail"),
]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_refusal_has_a_fault_in_every_dialect(dialect):
    faults = {refusal: DIALECTS[dialect].translate(refusal("a sentence")) for refusal in REFUSALS}
    assert {refusal for refusal, fault in faults.items() if fault.status >= 500} == {errors.Unwritable}
    assert {fault.message for fault in faults.values()} == {"a sentence"}


def test_every_refusal_has_a_fault_of_s3():
    assert set(s3_faults.FAULTS) == REFUSALS


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) - {"iam", "sts"}))
def test_every_fault_is_one_that_the_service_has(dialect, error):
    fault = DIALECTS[dialect].translate(error)
    shapes = {shape.error_code: shape for shape in models.service(dialect).error_shapes}
    shapes |= {shape.name: shape for shape in models.service(dialect).error_shapes}
    assert fault.code in set(shapes) | UNMODELLED | COMMON | OUR_OWN | OF_QUERY
    shape = shapes.get(fault.code)
    if shape is not None:
        said = {"Message", *(fault.members or {})}
        assert set(shape.required_members) <= said
        enums = {name: member.enum for name, member in shape.members.items() if getattr(member, "enum", None)}
        assert all((fault.members or {}).get(name) in values for name, values in enums.items())
    if shape is not None and "error" in shape.metadata and "httpStatusCode" in shape.metadata["error"]:
        assert fault.status == shape.metadata["error"]["httpStatusCode"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_only_our_own_faults_are_a_500_and_a_surprise_says_nothing(dialect):
    faults = [(error, DIALECTS[dialect].translate(error)) for error in SAMPLES]
    ours = {type(error) for error, fault in faults if fault.status >= 500}
    assert ours == {errors.Unwritable, RuntimeError}
    assert "secret" not in faults[-1][1].message


@pytest.mark.parametrize(
    ("dialect", "full", "failing"),
    [
        ("rekognition", ("LimitExceededException", 400), ("InternalServerError", 500)),
        ("lookoutvision", ("ServiceQuotaExceededException", 402), ("InternalServerException", 500)),
        ("vedette", ("ServiceQuotaExceededException", 402), ("InternalServerException", 500)),
        ("sts", ("LimitExceeded", 409), ("InternalFailure", 500)),
        ("kms", ("LimitExceededException", 400), ("KMSInternalException", 500)),
        ("monitoring", ("LimitExceeded", 400), ("InternalServiceError", 500)),
        ("lambda", ("CodeStorageExceededException", 400), ("ServiceException", 500)),
    ],
)
def test_a_disk_that_refuses_is_told_in_each_dialect(dialect, full, failing):
    translate = DIALECTS[dialect].translate
    faults = [translate(errors.NoSpace("It is full.")), translate(errors.Unwritable("It fails."))]
    assert [(fault.code, fault.status) for fault in faults] == [full, failing]
    assert [fault.message for fault in faults] == ["It is full.", "It fails."]


def test_s3_tells_a_full_disk_from_a_failing_one():
    faults = [s3_faults.translate(errors.NoSpace("Full.")), s3_faults.translate(errors.Unwritable("Fails."))]
    assert [(fault.code, fault.status) for fault in faults] == [
        ("InsufficientStorage", 507),
        ("ServiceUnavailable", 503),
    ]


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (errors.Taken("", kind="project"), "ResourceInUseException"),
        (errors.Taken("", kind="version"), "ResourceInUseException"),
        (errors.Taken("", kind="dataset"), "ResourceAlreadyExistsException"),
        (errors.TooMuch("", kind="tags"), "ServiceQuotaExceededException"),
        (errors.TooMuch("", kind="training"), "LimitExceededException"),
        (errors.Wrong("", kind="large picture"), "ImageTooLargeException"),
        (errors.Taken("", kind="policy"), "ResourceAlreadyExistsException"),
        (errors.Wrong("", kind="policy document"), "MalformedPolicyDocumentException"),
        (errors.Wrong("", kind="policy revision"), "InvalidPolicyRevisionIdException"),
        (errors.Wrong("", kind="picture"), "InvalidImageFormatException"),
        (errors.Missing("", kind="key"), "InvalidS3ObjectException"),
    ],
)
def test_rekognition_tells_things_apart(refusal, code):
    assert rekognition.translate(refusal).code == code


@pytest.mark.parametrize(
    ("kind", "resource_type"),
    [("project", "PROJECT"), ("dataset", "DATASET"), ("version", "MODEL"), ("model", "MODEL")],
)
def test_lookout_names_the_thing(kind, resource_type):
    fault = lookout.translate(errors.Busy("Stop it first.", kind=kind, name="doors"))
    assert (fault.code, fault.status) == ("ConflictException", 409)
    assert fault.members == {"ResourceId": "doors", "ResourceType": resource_type}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_handler_is_an_operation_of_the_service(dialect):
    assert set(DIALECTS[dialect].operations) <= set(models.operations(dialect))
