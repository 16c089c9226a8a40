"""Stack policies: what they allow, and what of them is refused rather than passed over."""

import json

import pytest

from vedette.dialects.cloudformation.stack_policy import DELETE, MODIFY, REPLACE, read_stack_policy
from vedette.errors import Wrong

BUCKET, PROJECT = "AWS::S3::Bucket", "AWS::Rekognition::Project"


def statement(effect="Allow", action="Update:*", resource="*", **more):
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource, **more}


def policy(*statements):
    return read_stack_policy(json.dumps({"Statement": list(statements)}))


def refused(*args, **members):
    return json.dumps({"Statement": statement(*args, **members)})


def where(operator, *types):
    return {"Condition": {operator: {"ResourceType": list(types)}}}


@pytest.mark.parametrize(
    ("statements", "changes", "expected"),
    [
        ([statement()], [(MODIFY, "A", BUCKET), (DELETE, "A", BUCKET)], ["", ""]),
        ([statement(action="Update:Modify")], [(REPLACE, "A", BUCKET)], ["not allowed"]),
        (
            [
                statement(),
                statement("Deny", ["Update:Replace", "Update:Delete"], "LogicalResourceId/Pictures"),
            ],
            [(MODIFY, "Pictures", BUCKET), (REPLACE, "Pictures", BUCKET), (DELETE, "Other", BUCKET)],
            ["", "Statement [#2]", ""],
        ),
        (
            [statement(), statement("Deny", "Update:*", "*", **where("StringEquals", BUCKET))],
            [(MODIFY, "A", BUCKET), (MODIFY, "A", PROJECT)],
            ["denied", ""],
        ),
        (
            [statement(), statement("Deny", "Update:*", "*", **where("StringLike", "AWS::S3::*"))],
            [(MODIFY, "A", "AWS::S3::BucketPolicy"), (MODIFY, "A", PROJECT)],
            ["denied", ""],
        ),
        (
            [
                {
                    "Effect": "Allow",
                    "Principal": "*",
                    "NotAction": "Update:Delete",
                    "NotResource": ["LogicalResourceId/Line*"],
                }
            ],
            [(MODIFY, "A", BUCKET), (DELETE, "A", BUCKET), (MODIFY, "Line4", BUCKET)],
            ["", "not allowed", "not allowed"],
        ),
    ],
)
def test_a_policy_is_judged_as_cloudformation_judges_it(statements, changes, expected):
    judged = policy(*statements)
    for change, problem in zip(changes, expected, strict=True):
        refusal = judged.refusal(*change)
        assert (problem in refusal) if problem else refusal == "", change


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "not JSON"),
        ("[]", "an object"),
        ("{}", "no Statement"),
        ('{"Statement": []}', "no Statement"),
        ('{"Statement": {}, "Statement": {}}', "twice"),
        ("[" * 100_000, "bytes"),
        ("[" * 9_000, "not JSON"),
        (refused("allow"), "Allow or Deny"),
        (refused(Principal={"AWS": "111122223333"}), "Principal"),
        (refused(action="s3:*"), "s3:*"),
        (refused(action=[]), "a list of texts"),
        (refused(resource="Pictures"), "begins with"),
        (refused(NotResource="*"), "or NotResource"),
        (
            json.dumps({"Statement": {"Effect": "Deny", "Principal": "*", "Action": "Update:*"}}),
            "has Resource",
        ),
        (refused(Resources="*"), "Resources"),
        (refused(Condition={"StringNotEquals": {"ResourceType": BUCKET}}), "Condition"),
        (refused(Condition={"StringEquals": {"aws:username": "ann"}}), "Condition"),
        (refused(**where("StringEquals", "AWS::S3::*")), "wildcards"),
        (json.dumps({"Version": "2013-01-01", "Statement": statement()}), "Version"),
    ],
)
def test_a_policy_that_could_not_be_obeyed_is_refused(text, problem):
    with pytest.raises(Wrong, match="Error validating stack policy") as refused:
        read_stack_policy(text)
    assert problem in refused.value.sentence
