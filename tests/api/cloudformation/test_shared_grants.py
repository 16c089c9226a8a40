"""What two resources of a stack give together, and what somebody gave by hand beside it."""

import json
from dataclasses import replace

import pytest

from api.cloudformation.test_stack_attacks import document
from vedette.api.cloudformation.maker import TypeMaker

WRITER = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
READER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def user(**properties):
    return {"Type": "AWS::IAM::User", "Properties": {"UserName": "eve", **properties}}


def managed(**properties):
    own = {"ManagedPolicyName": "listing", "PolicyDocument": document("s3:ListAllMyBuckets")}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {**own, **properties}}


def drifted(desk, name):
    desk.ask("DetectStackDrift", StackName=name)
    rows = desk.ask("DescribeStackResourceDrifts", StackName=name)["StackResourceDrifts"]
    return {
        row["LogicalResourceId"]: [difference["PropertyPath"] for difference in row["PropertyDifferences"]]
        for row in rows
        if row["StackResourceDriftStatus"] != "IN_SYNC"
    }


def attached(desk, name="eve"):
    answer = desk.service("iam", "ListAttachedUserPolicies", UserName=name)
    return sorted(policy["PolicyArn"].rpartition("/")[2] for policy in answer["AttachedPolicies"])


def test_what_another_resource_of_the_stack_gives_is_no_drift(desk):
    desk.service("iam", "CreateUser", UserName="max")
    template = {
        "Eve": user(ManagedPolicyArns=[{"Ref": "Listing"}], Policies=[]),
        "Listing": managed(Users=["max"]),
        "Inline": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "more", "PolicyDocument": document("s3:GetObject"), "Users": [{"Ref": "Eve"}],
            },
        },
    }  # fmt: skip
    desk.put("s", template)
    assert drifted(desk, "s") == {}
    # By hand it is one, of whichever resource it is near.
    desk.service("iam", "CreateUser", UserName="ada")
    desk.service("iam", "AttachUserPolicy", UserName="ada", PolicyArn=desk.row("s", "Listing").physical)
    desk.service("iam", "AttachUserPolicy", UserName="eve", PolicyArn=READER)
    by_hand = {"PolicyName": "own", "PolicyDocument": json.dumps(document("s3:*"))}
    desk.service("iam", "PutUserPolicy", UserName="eve", **by_hand)
    assert drifted(desk, "s") == {"Eve": ["/ManagedPolicyArns", "/Policies"], "Listing": ["/Users"]}


def test_what_the_other_way_round_is_given_is_no_drift(desk):
    desk.put("s", {"Eve": user(ManagedPolicyArns=[READER]), "Listing": managed(Users=[{"Ref": "Eve"}])})
    assert attached(desk) == ["AmazonS3ReadOnlyAccess", "listing"]
    assert drifted(desk, "s") == {}
    # What the stack gives and somebody took away is a drift of the resource that gives it.
    desk.service("iam", "DetachUserPolicy", UserName="eve", PolicyArn=desk.row("s", "Listing").physical)
    assert drifted(desk, "s") == {"Listing": ["/Users"]}


def test_what_two_resources_give_stays_until_neither_gives_it(desk):
    desk.service("iam", "CreateUser", UserName="max")
    both = {"Eve": user(ManagedPolicyArns=[{"Ref": "Listing"}]), "Listing": managed(Users=["max"])}
    desk.put("s", both)
    desk.put("s", {**both, "Listing": managed(Users=["max", "eve"])})
    desk.put("s", {"Eve": user(ManagedPolicyArns=[]), "Listing": managed(Users=["max", "eve"])})
    assert attached(desk) == ["listing"]
    desk.put("s", {**both, "Listing": managed(Users=["max"])})
    assert attached(desk) == ["listing"]
    desk.put("s", {"Eve": user(ManagedPolicyArns=[]), "Listing": managed(Users=["max"])})
    assert (attached(desk), attached(desk, "max")) == ([], ["listing"])
    desk.ask("DeleteStack", StackName="s")
    desk.house.jobs.wait(30)
    assert attached(desk, "max") == []


def failing(needs):
    """Return a resource that cannot be made, once another was changed."""
    group = {"GroupName": "crew", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuch"]}
    return {"Type": "AWS::IAM::Group", "Properties": group, "DependsOn": needs}


@pytest.mark.parametrize("is_own_failure", [False, True], ids=["of another", "its own"])
def test_an_update_that_fails_takes_nothing_that_somebody_had_given(desk, is_own_failure):
    desk.service("iam", "CreateGroup", GroupName="seers")
    desk.put("s", {"Eve": user()})
    desk.service("iam", "AttachUserPolicy", UserName="eve", PolicyArn=READER)
    desk.service("iam", "AddUserToGroup", UserName="eve", GroupName="seers")
    desk.service("iam", "PutUserPermissionsBoundary", UserName="eve", PermissionsBoundary=WRITER)
    target = {"ManagedPolicyArns": [READER, WRITER], "Groups": ["seers"], "PermissionsBoundary": READER}
    if is_own_failure:
        target["Groups"].append("nobody")
    resources = {"Eve": user(**target)}
    if not is_own_failure:
        resources["Fails"] = failing("Eve")
    for _ in range(2):  # as often as one likes
        assert desk.put("s", resources).status == "UPDATE_ROLLBACK_COMPLETE"
        assert attached(desk) == ["AmazonS3ReadOnlyAccess"]
        assert groups(desk) == ["seers"]
        assert boundary(desk) == WRITER
    del resources["Eve"]["Properties"]["Groups"]
    resources.pop("Fails", None)
    # Once it is the stack's, it goes with what the template says.
    assert desk.put("s", resources).status == "UPDATE_COMPLETE"
    assert (attached(desk), boundary(desk)) == (["AmazonS3FullAccess", "AmazonS3ReadOnlyAccess"], READER)
    assert desk.put("s", {"Eve": user()}).status == "UPDATE_COMPLETE"
    assert (attached(desk), boundary(desk), groups(desk)) == ([], None, ["seers"])


def groups(desk):
    return [
        group["GroupName"] for group in desk.service("iam", "ListGroupsForUser", UserName="eve")["Groups"]
    ]


def boundary(desk):
    facts = desk.service("iam", "GetUser", UserName="eve")["User"]
    return facts.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def test_an_update_that_fails_leaves_a_policy_to_whom_somebody_attached_it(desk):
    for name in ("eve", "max"):
        desk.service("iam", "CreateUser", UserName=name)
    desk.put("s", {"Listing": managed()})
    arn = desk.row("s", "Listing").physical
    desk.service("iam", "AttachUserPolicy", UserName="max", PolicyArn=arn)
    resources = {"Listing": managed(Users=["eve", "max"]), "Fails": failing("Listing")}
    assert desk.put("s", resources).status == "UPDATE_ROLLBACK_COMPLETE"
    assert (attached(desk), attached(desk, "max")) == ([], ["listing"])
    resources = {"Listing": managed(Users=["eve", "max", "nobody"])}
    assert desk.put("s", resources).status == "UPDATE_ROLLBACK_COMPLETE"
    assert (attached(desk), attached(desk, "max")) == ([], ["listing"])


def test_an_inline_policy_that_somebody_gave_is_not_overwritten(desk):
    desk.put("s", {"Eve": user()})
    own = json.dumps(document("s3:GetObject"))
    desk.service("iam", "PutUserPolicy", UserName="eve", PolicyName="own", PolicyDocument=own)
    policies = [{"PolicyName": "own", "PolicyDocument": document("s3:*")}]
    assert desk.put("s", {"Eve": user(Policies=policies)}).status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("eve has a policy own already" in reason for _, _, reason in desk.happened("s"))
    kept = desk.service("iam", "GetUserPolicy", UserName="eve", PolicyName="own")
    assert "s3%3AGetObject" in kept["PolicyDocument"]


@pytest.fixture
def killed(monkeypatch):
    """Have each change be done twice: a server was killed when it was done, before that was written down.

    The next one begins it again with what was written down before it.
    """
    change = TypeMaker.change

    def change_twice(self, actor, wish, physical, before):
        if not wish.is_again:
            change(self, actor, wish, physical, before)
        return change(self, actor, replace(wish, is_again=True), physical, before)

    monkeypatch.setattr(TypeMaker, "change", change_twice)


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("is_own_failure", [False, True], ids=["of another", "its own"])
def test_a_killed_update_that_fails_takes_nothing_that_somebody_had_given(desk, is_own_failure):
    test_an_update_that_fails_takes_nothing_that_somebody_had_given(desk, is_own_failure)


@pytest.mark.usefixtures("killed")
def test_a_killed_update_that_fails_leaves_a_policy_to_whom_somebody_attached_it(desk):
    test_an_update_that_fails_leaves_a_policy_to_whom_somebody_attached_it(desk)


@pytest.mark.usefixtures("killed")
def test_what_was_held_before_one_update_says_nothing_of_the_next(desk):
    desk.put("s", {"Eve": user()})
    desk.service("iam", "AttachUserPolicy", UserName="eve", PolicyArn=READER)
    assert desk.put("s", {"Eve": user(ManagedPolicyArns=[READER])}).status == "UPDATE_COMPLETE"
    assert desk.put("s", {"Eve": user()}).status == "UPDATE_COMPLETE"
    assert attached(desk) == []
    resources = {"Eve": user(ManagedPolicyArns=[READER]), "Fails": failing("Eve")}
    assert desk.put("s", resources).status == "UPDATE_ROLLBACK_COMPLETE"
    assert attached(desk) == []


def test_an_update_after_one_that_stood_failed_takes_nothing_that_somebody_had_given(desk):
    desk.put("s", {"Eve": user()})
    desk.service("iam", "CreateGroup", GroupName="seers")
    desk.service("iam", "AddUserToGroup", UserName="eve", GroupName="seers")
    resources = {"Eve": user(ManagedPolicyArns=[READER], Groups=["seers"]), "Fails": failing("Eve")}
    assert desk.put("s", resources, DisableRollback=True).status == "UPDATE_FAILED"
    desk.service("iam", "AttachUserPolicy", UserName="eve", PolicyArn=WRITER)
    own = {"PolicyName": "own", "PolicyDocument": document("s3:GetObject")}
    by_hand = {**own, "PolicyDocument": json.dumps(document("s3:*"))}
    desk.service("iam", "PutUserPolicy", UserName="eve", **by_hand)
    resources["Eve"] = user(ManagedPolicyArns=[READER, WRITER], Groups=["seers"], Policies=[own])
    assert desk.put("s", resources, DisableRollback=True).status == "UPDATE_FAILED"
    assert any("eve has a policy own already" in reason for _, _, reason in desk.happened("s"))
    resources["Eve"] = user(ManagedPolicyArns=[READER, WRITER], Groups=["seers"])
    assert desk.put("s", resources, DisableRollback=False).status == "UPDATE_ROLLBACK_COMPLETE"
    assert attached(desk) == ["AmazonS3FullAccess"]
    (group,) = desk.service("iam", "ListGroupsForUser", UserName="eve")["Groups"]
    assert group["GroupName"] == "seers"


NO_SUCH = "arn:aws:iam::aws:policy/NoSuch"


def test_what_a_failed_update_had_not_given_yet_is_somebody_else_s_later(desk):
    for name in ("seers", "crew"):
        desk.service("iam", "CreateGroup", GroupName=name)
    desk.put("s", {"Eve": user()})
    own = {"PolicyName": "own", "PolicyDocument": document("s3:GetObject")}
    wishes = {"ManagedPolicyArns": [WRITER, NO_SUCH, READER], "Groups": ["seers"], "Policies": [own]}
    assert desk.put("s", {"Eve": user(**wishes)}, DisableRollback=True).status == "UPDATE_FAILED"
    assert (attached(desk), groups(desk)) == (["AmazonS3FullAccess"], [])
    desk.service("iam", "AttachUserPolicy", UserName="eve", PolicyArn=READER)
    desk.service("iam", "AddUserToGroup", UserName="eve", GroupName="seers")
    by_hand = {**own, "PolicyDocument": json.dumps(document("s3:*"))}
    desk.service("iam", "PutUserPolicy", UserName="eve", **by_hand)
    # Nor is the inline one overwritten by an update that asks for it again.
    assert desk.put("s", {"Eve": user(Policies=[own])}, DisableRollback=True).status == "UPDATE_FAILED"
    assert any("eve has a policy own already" in reason for _, _, reason in desk.happened("s"))
    assert desk.put("s", {"Eve": user()}).status == "UPDATE_COMPLETE"
    assert (attached(desk), groups(desk)) == (["AmazonS3ReadOnlyAccess"], ["seers"])
    assert (
        "s3%3A%2A" in desk.service("iam", "GetUserPolicy", UserName="eve", PolicyName="own")["PolicyDocument"]
    )


def test_what_a_later_update_gives_after_all_goes_with_it(desk):
    desk.put("s", {"Eve": user()})
    first = user(ManagedPolicyArns=[NO_SUCH, READER])
    assert desk.put("s", {"Eve": first}, DisableRollback=True).status == "UPDATE_FAILED"
    second = {"Eve": user(ManagedPolicyArns=[READER]), "Fails": failing("Eve")}
    assert desk.put("s", second, DisableRollback=False).status == "UPDATE_ROLLBACK_COMPLETE"
    assert attached(desk) == []
    assert desk.put("s", {"Eve": user(ManagedPolicyArns=[READER])}).status == "UPDATE_COMPLETE"
    assert desk.put("s", {"Eve": user()}).status == "UPDATE_COMPLETE"
    assert attached(desk) == []


@pytest.mark.parametrize("is_managed", [True, False], ids=["managed", "inline"])
def test_a_policy_that_a_failed_update_had_not_given_to_all_is_left_to_the_others(desk, is_managed):
    for name in ("ada", "eve", "max"):
        desk.service("iam", "CreateUser", UserName=name)
    own = {"PolicyName": "more", "PolicyDocument": document("s3:GetObject")}

    def policy(*users):
        inline = {"Type": "AWS::IAM::Policy", "Properties": {**own, "Users": list(users)}}
        return {"Listing": managed(Users=list(users)) if is_managed else inline}

    def holders():
        names = []
        for name in ("ada", "eve", "max"):
            inline = desk.service("iam", "ListUserPolicies", UserName=name)["PolicyNames"]
            names += [name] if [*attached(desk, name), *inline] else []
        return names

    desk.put("s", policy("ada"))
    assert (
        desk.put("s", policy("ada", "eve", "nobody", "max"), DisableRollback=True).status == "UPDATE_FAILED"
    )
    assert holders() == ["ada", "eve"]
    if is_managed:
        arn = desk.row("s", "Listing").physical
        desk.service("iam", "AttachUserPolicy", UserName="max", PolicyArn=arn)
    else:
        by_hand = {**own, "PolicyDocument": json.dumps(document("s3:*"))}
        desk.service("iam", "PutUserPolicy", UserName="max", **by_hand)
    assert desk.put("s", policy("ada")).status == "UPDATE_COMPLETE"
    assert holders() == ["ada", "max"]
