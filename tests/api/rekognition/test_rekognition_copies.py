import json
import shutil

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller, name_key
from doubles.packages import tiny_package
from vedette.api.rekognition import OPERATIONS
from vedette.errors import BadToken, Busy, Denied, MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.projects.policy import ACTION
from vedette.projects.version_states import NewVersion
from vedette.runtime.package import open_package
from vedette.training.order import NewTraining

ALICE = a_caller("rekognition")
BOB = a_caller("rekognition", account=ELSEWHERE, name="bob")


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def source(house, call):
    """A trained version with a package and a summary."""
    house.blobs.make_bucket("out", account=HERE)
    house.blobs.make_bucket("theirs", account=ELSEWHERE)
    arn = call("CreateProject", ProjectName="boards")["ProjectArn"]
    project = house.projects.find_by_arn(arn, "eu-west-1")
    wanted = NewVersion("v1", bucket="out", description="first")
    made, _ = house.versions.create(project, wanted)
    tiny_package(house.trainings.folder(made).package, "classification")
    summary = json.dumps({"EvaluationDetails": {"ProjectVersionArn": str(made.arn)}})
    house.blobs.put("out", "s.json", summary.encode())
    results = {"metrics": {"F1Score": 0.5}, "files": {"evaluation_summary": "s.json"}}
    return house.versions.move(made, "trained", results=results)


@pytest.fixture
def target(call):
    return call("CreateProject", ProjectName="live")["ProjectArn"]


def request(source, target, name="v1", bucket="out", **more):
    return {
        "SourceProjectArn": str(source.project.arn),
        "SourceProjectVersionArn": str(source.arn),
        "DestinationProjectArn": target,
        "VersionName": name,
        "OutputConfig": {"S3Bucket": bucket, "S3KeyPrefix": "copies"},
        **more,
    }


def copied(house, call, caller=ALICE, **asked):
    arn = call("CopyProjectVersion", caller=caller, **asked)["ProjectVersionArn"]
    return house.trainings.wait(house.versions.find_by_arn(arn, "eu-west-1"))


def test_a_copy_has_the_model_and_the_results_and_says_whose_it_is(house, call, source, target):
    made = copied(house, call, **request(source, target, Tags={"line": "A"}))
    (said,) = call("DescribeProjectVersions", ProjectArn=target)["ProjectVersionDescriptions"]
    assert (said["Status"], said["SourceProjectVersionArn"]) == ("COPYING_COMPLETED", str(source.arn))
    assert said["EvaluationResult"] == {
        "F1Score": 0.5,
        "Summary": {"S3Object": {"Bucket": "out", "Name": "copies/EvaluationResultSummary-live-v1.json"}},
    }
    summary = json.loads(house.blobs.read("out", "copies/EvaluationResultSummary-live-v1.json"))
    assert summary["EvaluationDetails"]["ProjectVersionArn"] == said["ProjectVersionArn"]
    assert open_package(house.trainings.folder(made).package).facts.task == "classification"
    call("DeleteProjectVersion", ProjectVersionArn=str(source.arn))
    assert open_package(house.trainings.folder(made).package).facts.task == "classification"


def test_a_copy_is_never_what_lay_under_its_number(house, call, source, target):
    """As the model of a version that a database put back from an older copy does not know."""
    number = int(source.folder) + 1
    stranger = house.trainings.folder(source).root.with_name(str(number)) / "package"
    stranger.mkdir(parents=True)
    (stranger / "model.onnx").write_bytes(b"of another version")
    made = copied(house, call, **request(source, target))
    assert made.folder == str(number)
    assert open_package(house.trainings.folder(made).package).facts.task == "classification"


def test_a_copy_that_a_crash_interrupted_is_made_at_the_next_start(house, call, source, target):
    project = house.projects.find_by_arn(target, "eu-west-1")
    wanted = NewVersion("v1", state="copying", bucket="out", inputs={"copy_of": source.id, "account": HERE})
    made, _ = house.versions.create(project, wanted)
    house.trainings.start()
    house.jobs.start()
    assert house.trainings.wait(made).state == "copied"


def test_a_version_that_is_being_copied_is_not_deleted(house, call, source, target):
    project = house.projects.find_by_arn(target, "eu-west-1")
    wanted = NewVersion("v1", state="copying", bucket="out", inputs={"copy_of": source.id, "account": HERE})
    made, _ = house.versions.create(project, wanted)
    with pytest.raises(Busy, match="is being copied to live"):
        call("DeleteProjectVersion", ProjectVersionArn=str(source.arn))
    house.versions.move(made, "copied")
    call("DeleteProjectVersion", ProjectVersionArn=str(source.arn))


def test_a_version_that_began_to_be_deleted_meanwhile_is_not_copied(house, source, target):
    """Somebody else was between the look at the source and the copy of it."""
    project = house.projects.find_by_arn(target, "eu-west-1")
    house.versions.move(source, "deleting")
    wanted = NewTraining(ALICE.principal, "out", "copies/", name="v1")
    with pytest.raises(Busy, match="is being deleted"):
        house.trainings.copy(source, project, wanted)
    assert house.versions.list(project) == ([], False)
    assert house.versions.find_by_id(source.id).state == "deleting"


def test_a_copy_that_fails_says_what_failed(house, call, source, target):
    shutil.rmtree(house.trainings.folder(source).package)
    made = copied(house, call, **request(source, target))
    assert (made.state, made.message) == (
        "copy-failed",
        "The service failed while it copied the model; its log tells why. Try again later.",
    )


def test_a_copy_without_its_results_fails_and_says_why(house, call, source, target):
    house.blobs.delete("out", "s.json")
    made = copied(house, call, **request(source, target))
    assert made.state == "copy-failed"
    assert made.message


def test_another_account_copies_what_a_policy_gives_it(house, call, source):
    theirs = call("CreateProject", caller=BOB, ProjectName="live")["ProjectArn"]
    asked = request(source, theirs, bucket="theirs")
    with pytest.raises(Denied):
        call("CopyProjectVersion", caller=BOB, **asked)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ELSEWHERE},
        "Action": ACTION,
        "Resource": str(source.arn),
    }
    arn = str(source.project.arn)
    put = {"ProjectArn": arn, "PolicyName": "p", "PolicyDocument": json.dumps({"Statement": statement})}
    revision = call("PutProjectPolicy", **put)["PolicyRevisionId"]
    assert copied(house, call, caller=BOB, **asked).state == "copied"
    (listed,) = call("ListProjectPolicies", ProjectArn=arn)["ProjectPolicies"]
    assert (listed["PolicyName"], listed["PolicyRevisionId"], listed["ProjectArn"]) == ("p", revision, arn)
    assert call("DeleteProjectPolicy", ProjectArn=arn, PolicyName="p") == {}
    with pytest.raises(Denied):
        call("CopyProjectVersion", caller=BOB, **{**asked, "VersionName": "v2"})


def test_a_condition_shuts_out_whom_it_excludes(house, call, source):
    theirs = call("CreateProject", caller=BOB, ProjectName="live")["ProjectArn"]
    asked = request(source, theirs, bucket="theirs")
    statement = {"Effect": "Allow", "Principal": "*", "Action": ACTION, "Resource": "*"}
    arn = str(source.project.arn)
    revision = {}
    for condition, allowed in (
        ({"StringEquals": {"aws:username": "alice"}}, False),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": ELSEWHERE}}, True),
    ):
        document = json.dumps({"Statement": {**statement, "Condition": condition}})
        put = {"ProjectArn": arn, "PolicyName": "p", "PolicyDocument": document, **revision}
        revision = call("PutProjectPolicy", **put)
        if allowed:
            assert copied(house, call, caller=BOB, **asked).state == "copied"
        else:
            with pytest.raises(Denied):
                call("CopyProjectVersion", caller=BOB, **asked)
    document = json.dumps({"Statement": {**statement, "Condition": {"StringEquals": {"aws:Nonsense": "x"}}}})
    with pytest.raises(MalformedPolicy):
        call("PutProjectPolicy", ProjectArn=arn, PolicyName="q", PolicyDocument=document)


def test_a_strangers_own_project_has_no_say_over_anothers_versions(call, source):
    theirs = call("CreateProject", caller=BOB, ProjectName="live")["ProjectArn"]
    statement = {"Effect": "Allow", "Principal": "*", "Action": ACTION, "Resource": "*"}
    document = json.dumps({"Statement": statement})
    call("PutProjectPolicy", caller=BOB, ProjectArn=theirs, PolicyName="p", PolicyDocument=document)
    asked = {**request(source, theirs, bucket="theirs"), "SourceProjectArn": theirs}
    for arn in (str(source.arn), str(source.arn).replace("v1", "v9")):
        with pytest.raises(Denied):
            call("CopyProjectVersion", caller=BOB, **{**asked, "SourceProjectVersionArn": arn})


def test_policies_are_listed_in_pages(call, source, target):
    arn = str(source.project.arn)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": ELSEWHERE},
        "Action": ACTION,
        "Resource": str(source.arn),
    }
    document = json.dumps({"Statement": statement})
    names = ["e", "a", "d", "b", "c"]
    for name in names:
        call("PutProjectPolicy", ProjectArn=arn, PolicyName=name, PolicyDocument=document)

    def page(**more):
        answer = call("ListProjectPolicies", ProjectArn=arn, **more)
        return [policy["PolicyName"] for policy in answer["ProjectPolicies"]], answer.get("NextToken")

    assert page() == (names, None), "five are a whole page"
    first, token = page(MaxResults=2)
    call("DeleteProjectPolicy", ProjectArn=arn, PolicyName="a")
    second, last = page(MaxResults=2, NextToken=token)
    assert (first, second, page(MaxResults=2, NextToken=last)) == (["e", "a"], ["d", "b"], (["c"], None))
    with pytest.raises(BadToken):
        call("ListProjectPolicies", ProjectArn=target, NextToken=token)


def test_a_denial_binds_the_own_account_too(call, source, target):
    statement = {"Effect": "Deny", "Principal": "*", "Action": ACTION, "Resource": "*"}
    put = {"PolicyName": "p", "PolicyDocument": json.dumps({"Statement": statement})}
    call("PutProjectPolicy", ProjectArn=str(source.project.arn), **put)
    with pytest.raises(Denied):
        call("CopyProjectVersion", **request(source, target))


def test_a_stranger_does_not_learn_what_there_is(call, source):
    theirs = call("CreateProject", caller=BOB, ProjectName="live")["ProjectArn"]
    asked = request(source, theirs, bucket="theirs")
    said = []
    for arn in (str(source.arn), str(source.arn).replace("v1", "v9")):
        with pytest.raises(Denied) as refused:
            call("CopyProjectVersion", caller=BOB, **{**asked, "SourceProjectVersionArn": arn})
        said.append(refused.value.sentence.replace(arn, ""))
    assert said[0] == said[1]


def test_what_cannot_be_copied_is_refused(house, call, source, target):
    asked = request(source, target)
    for more, refusal in (
        ({"OutputConfig": {"S3Bucket": "nowhere"}}, Wrong),
        ({"SourceProjectVersionArn": str(source.project.arn)}, Wrong),
        ({"SourceProjectVersionArn": str(source.arn).replace("v1", "v9")}, Missing),
        ({"SourceProjectArn": target}, Wrong),
    ):
        with pytest.raises(refusal):
            call("CopyProjectVersion", **{**asked, **more})
    copied(house, call, **asked)
    with pytest.raises(Taken):
        call("CopyProjectVersion", **asked)


def test_a_copy_has_the_key_of_its_own_request(house, call, source, target):
    house.versions.record(source, inputs={**source.inputs, "kms_key": "alias/theirs"})
    name_key(house, "alias/ours", target)
    for name, more in (("v2", {"KmsKeyId": "alias/ours"}), ("v3", {})):
        copied(house, call, **request(source, target, name), **more)
    listed = call("DescribeProjectVersions", ProjectArn=target)["ProjectVersionDescriptions"]
    assert [found.get("KmsKeyId") for found in listed] == [None, "alias/ours"]


def test_a_version_in_training_is_not_copied_and_five_copies_are_enough(house, call, source, target):
    project = house.projects.find_by_arn(target, "eu-west-1")
    young, _ = house.versions.create(project, NewVersion("young"))
    asked = {"SourceProjectArn": target, "SourceProjectVersionArn": str(young.arn)}
    with pytest.raises(Busy):
        call("CopyProjectVersion", **{**request(source, target, "v2"), **asked})
    for number in range(5):
        house.versions.create(project, NewVersion(f"c{number}", state="copying"))
    with pytest.raises(TooMuch):
        call("CopyProjectVersion", **request(source, target, "v2"))
