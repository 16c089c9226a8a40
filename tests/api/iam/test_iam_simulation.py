"""Simulations answer what the judge of live requests decides, with the statements that led there."""

import json

import pytest

from doubles.houses import HERE, a_caller
from vedette.access.places import statement_places
from vedette.api.iam import OPERATIONS
from vedette.errors import Missing, Wrong
from vedette.identity.holder import Holder
from vedette.identity.may import may

SPREAD = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    {
      "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"
    }
  ]
}"""


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions, resource="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


@pytest.fixture
def call(house):
    return lambda operation, **request: OPERATIONS[operation](house, a_caller("iam"), request)


@pytest.fixture
def custom(call):
    """`custom(document, action, …)` is the only result of a simulation of one document."""

    def ask(text, action, **more):
        (result,) = call("SimulateCustomPolicy", PolicyInputList=[text], ActionNames=[action], **more)[
            "EvaluationResults"
        ]
        return result

    return ask


def test_the_statements_that_matched_are_named_by_their_places(custom):
    result = custom(SPREAD, "s3:DeleteObject")
    assert result["EvalDecision"] == "explicitDeny"
    assert result["MatchedStatements"] == [
        {
            "SourcePolicyId": "PolicyInputList.1",
            "SourcePolicyType": "none",
            "StartPosition": {"Line": 5, "Column": 5},
            "EndPosition": {"Line": 7, "Column": 5},
        }
    ]
    (allowed,) = custom(SPREAD, "s3:GetObject")["MatchedStatements"]
    assert (allowed["StartPosition"]["Line"], allowed["EndPosition"]["Line"]) == (4, 4)
    assert custom(SPREAD, "sts:AssumeRole")["MatchedStatements"] == []


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement":{"Effect":"Allow"},"Version":"x"}',
        ' { "Id" : "a{]" , "Statement" : [ {"Sid":"}]\\"["} , {} ] } ',
        '{"Statement":[]}',
        '{"Version":"2012-10-17"}',
    ],
)
def test_places_are_those_of_whole_statements(text):
    spans = [text[start.column - 1 : end.column] for start, end in statement_places(text)]
    listed = json.loads(text).get("Statement", [])
    assert [json.loads(span) for span in spans] == (listed if isinstance(listed, list) else [listed])


def test_what_a_request_does_not_say_is_named_and_assumed_to_be_missing(custom):
    text = document(
        allow(
            "rekognition:DetectCustomLabels",
            resource="arn:aws:rekognition:*:*:project/${aws:PrincipalTag/team}/*",
            Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        ),
        allow("s3:GetObject", Condition={"Bool": {"aws:ViaAWSService": "true"}}),
    )
    model = f"arn:aws:rekognition:eu-west-1:{HERE}:project/red/version/1/1"
    asked = {"ResourceArns": [model]}
    result = custom(text, "rekognition:DetectCustomLabels", **asked)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["MissingContextValues"] == ["aws:principaltag/team", "aws:SourceIp"]
    entries = [
        {"ContextKeyName": "aws:SourceIp", "ContextKeyValues": ["192.0.2.9"], "ContextKeyType": "ip"},
        {"ContextKeyName": "AWS:PrincipalTag/Team", "ContextKeyValues": ["red"], "ContextKeyType": "string"},
    ]
    result = custom(text, "rekognition:DetectCustomLabels", ContextEntries=entries, **asked)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
    forwarded = [{"ContextKeyName": "aws:ViaAWSService", "ContextKeyValues": ["true"]}]
    assert custom(text, "s3:GetObject")["EvalDecision"] == "implicitDeny"
    assert custom(text, "s3:GetObject", ContextEntries=forwarded)["EvalDecision"] == "allowed"


def test_a_boundary_and_a_resources_policy_take_part(custom):
    bound = document(allow("s3:Get*"))
    result = custom(SPREAD, "s3:PutObject", PermissionsBoundaryPolicyInputList=[bound])
    assert result["EvalDecision"] == "implicitDeny"
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    result = custom(SPREAD, "s3:GetObject", PermissionsBoundaryPolicyInputList=[bound])
    assert (result["EvalDecision"], result["PermissionsBoundaryDecisionDetail"]) == (
        "allowed",
        {"AllowedByPermissionsBoundary": True},
    )
    caller = f"arn:aws:iam::{HERE}:user/ann"
    bucket = document({**allow("s3:GetObject", resource="arn:aws:s3:::b/*"), "Principal": {"AWS": caller}})
    nothing = document(allow("sts:GetCallerIdentity"))
    asked = {"ResourceArns": ["arn:aws:s3:::b/k"], "ResourcePolicy": bucket}
    result = custom(nothing, "s3:GetObject", CallerArn=caller, **asked)
    assert result["EvalDecision"] == "allowed"
    assert [each["SourcePolicyType"] for each in result["MatchedStatements"]] == ["resource"]
    assert custom(nothing, "s3:GetObject", CallerArn=f"{caller}2", **asked)["EvalDecision"] == "implicitDeny"


def test_a_user_is_judged_by_its_own_policies_and_those_of_its_groups(call, house):
    directory = house.identity.directory
    directory.create_user(HERE, "ann")
    directory.groups.create(HERE, "crew")
    directory.groups.add(HERE, "crew", "ann")
    directory.inline.put(Holder("group", HERE, "crew"), "own", document(allow("iam:*")))
    directory.policies.attach(Holder("user", HERE, "ann"), "aws:AmazonS3ReadOnlyAccess")
    own = {"StringEquals": {"aws:username": "ann"}}
    directory.inline.put(
        Holder("user", HERE, "ann"), "self", document(allow("sts:AssumeRole", Condition=own))
    )
    results = call(
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"arn:aws:iam::{HERE}:user/ann",
        ActionNames=["iam:CreateUser", "s3:GetObject", "sts:AssumeRole", "kms:Decrypt"],
    )["EvaluationResults"]
    assert [(each["EvalDecision"], *map(kind_and_id, each["MatchedStatements"])) for each in results] == [
        ("allowed", ("group", "group_crew_own")),
        ("allowed", ("aws-managed", "AmazonS3ReadOnlyAccess")),
        ("allowed", ("user", "user_ann_self")),
        ("implicitDeny",),
    ]
    key = directory.create_key(HERE, "ann")
    ann, _ = house.identity.find_key(key.id, "", house.clock())
    live = [may(ann, each["EvalActionName"], "*") for each in results]
    assert live == [each["EvalDecision"] == "allowed" for each in results]
    directory.holders.set_boundary(Holder("user", HERE, "ann"), "aws:AmazonS3FullAccess")
    results = call(
        "SimulatePrincipalPolicy",
        PolicySourceArn=f"arn:aws:iam::{HERE}:user/ann",
        ActionNames=["iam:CreateUser", "s3:GetObject"],
    )["EvaluationResults"]
    assert [each["EvalDecision"] for each in results] == ["implicitDeny", "allowed"]


def kind_and_id(statement):
    return statement["SourcePolicyType"], statement["SourcePolicyId"]


def test_every_action_with_every_resource_in_pages(call):
    asked = {
        "PolicyInputList": [document(allow("s3:GetObject", resource="arn:aws:s3:::a/*"))],
        "ActionNames": ["s3:GetObject", "s3:PutObject"],
        "ResourceArns": ["arn:aws:s3:::a/k", "arn:aws:s3:::b/k"],
    }
    results, marker = [], {}
    while True:
        page = call("SimulateCustomPolicy", MaxItems=3, **asked, **marker)
        results += [
            (each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"])
            for each in page["EvaluationResults"]
        ]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert [decision for _, _, decision in results] == ["allowed"] + ["implicitDeny"] * 3
    assert len(set(results)) == 4


def test_millions_of_combinations_cost_what_a_page_of_them_does(call):
    asked = {
        "PolicyInputList": [document(allow("s3:GetObject"))],
        "ActionNames": ["s3:GetObject"] * 3000,
        "ResourceArns": [f"arn:aws:s3:::a/{number}" for number in range(3000)],
    }
    first = call("SimulateCustomPolicy", MaxItems=2, **asked)
    second = call("SimulateCustomPolicy", MaxItems=2, Marker=first["Marker"], **asked)
    names = [each["EvalResourceName"] for page in (first, second) for each in page["EvaluationResults"]]
    assert names == [f"arn:aws:s3:::a/{number}" for number in range(4)]


def test_keys_of_documents_are_listed(call, house):
    text = document(
        allow("s3:*", resource="arn:aws:s3:::${aws:username}/*", Condition={"Null": {"aws:TagKeys": "true"}})
    )
    assert call("GetContextKeysForCustomPolicy", PolicyInputList=[text]) == {
        "ContextKeyNames": ["aws:TagKeys", "aws:username"]
    }
    house.identity.directory.create_user(HERE, "ann")
    source = f"arn:aws:iam::{HERE}:user/ann"
    assert call("GetContextKeysForPrincipalPolicy", PolicySourceArn=source) == {"ContextKeyNames": []}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ActionNames": ["s3:*"]}, "without wildcards"),
        ({"ActionNames": ["s3:GetObjekt"]}, "is not an action"),
        ({"PolicyInputList": ["{"]}, "PolicyInputList.1"),
        ({"ResourcePolicy": "{}"}, "ResourceArns names resources"),
        ({"CallerArn": f"arn:aws:iam::{HERE}:role/r"}, "not the ARN of a user"),
        ({"ContextEntries": [{}]}, "ContextKeyName"),
    ],
)
def test_what_cannot_be_simulated_is_told(change, words, call):
    asked = {"PolicyInputList": [document(allow("s3:*"))], "ActionNames": ["s3:GetObject"], **change}
    with pytest.raises(Wrong, match=words):
        call("SimulateCustomPolicy", **asked)
    with pytest.raises(Missing):
        call(
            "SimulatePrincipalPolicy",
            PolicySourceArn=f"arn:aws:iam::{HERE}:user/no",
            ActionNames=["s3:GetObject"],
        )
