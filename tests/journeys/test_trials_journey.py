"""Trials over the wire while others take away what they need: the version, or the person who began."""

import time
import uuid

import pytest

from doubles.console import HOME, a_user, directory_beside, signed_in
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png

COUNT = 100


@pytest.fixture
def name(server):
    """A project with a version and a bucket of that name with pictures."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName=name)
    lookout.create_dataset(ProjectName=name, DatasetType="train")
    put_version(server.data, "lookoutvision", name, "anomaly", account=HOME)
    s3.create_bucket(Bucket=name)
    for number in range(COUNT):
        s3.put_object(Bucket=name, Key=f"in/{number:03}.png", Body=a_png(BRIGHT if number % 2 else DARK))
    return name


class BegunTrial:
    """A trial of that project that somebody began, as the account's owner sees it."""

    def __init__(self, server, name, key=None):
        self.owner = signed_in(server)
        arn = f"arn:aws:lookoutvision:us-east-1:{HOME}:project/{name}"
        request = {"VersionName": "1", "TrialName": "x", "Address": f"s3://{name}/in/"}
        answer = signed_in(server, key).call("vedette", "StartTrialDetection", ProjectArn=arn, **request)
        self.names = {"ProjectArn": arn, "TrialId": answer.json["Trial"]["TrialId"]}

    def until(self, claim):
        deadline = time.monotonic() + 60
        while True:
            facts = self.owner.call("vedette", "DescribeTrialDetection", **self.names).json["Trial"]
            if claim(facts):
                return facts
            assert time.monotonic() < deadline, facts
            time.sleep(0.01)

    def is_whole(self, facts):
        """Say whether each picture was answered or waits, and what was answered can be verified."""
        listed = self.owner.call("vedette", "ListTrialPictures", **self.names, MaxResults=500).json[
            "Pictures"
        ]
        states = [picture["State"] for picture in listed]
        assert states.count("answered") == facts["Answered"]
        assert set(states) <= {"answered", "waiting"}
        verdicts = [{"PictureId": 1, "Verdict": "correct", "Revision": 0}]
        answer = self.owner.call("vedette", "VerifyTrialPictures", **self.names, Verdicts=verdicts)
        return len(listed) == COUNT and answer.status == 200


def test_a_version_that_is_deleted_during_a_trial_ends_it_with_a_sentence(server, name):
    trial = BegunTrial(server, name)
    trial.until(lambda facts: facts["Answered"] >= 10)
    server.client("lookoutvision").delete_model(ProjectName=name, ModelVersion="1")
    facts = trial.until(lambda facts: facts["Status"] != "running")
    # One that was quick enough is done.
    assert (facts["Status"], facts["Message"]) in {
        ("failed", "The version was deleted before all pictures were looked at."),
        ("done", ""),
    }
    assert trial.is_whole(facts)


def test_a_person_who_is_removed_during_a_trial_ends_it_with_a_sentence(server, name):
    who = f"eve-{name}"
    trial = BegunTrial(server, name, a_user(server, who, "administrator"))
    trial.until(lambda facts: facts["Answered"] >= 10)
    with directory_beside(server) as identity:
        identity.directory.delete_user(HOME, who)
    facts = trial.until(lambda facts: facts["Status"] != "running")
    assert facts["Status"] in {"failed", "done"}
    assert facts["Status"] == "done" or who in facts["Message"]
    assert trial.is_whole(facts)


def test_a_version_that_is_stopped_or_started_during_a_trial_changes_nothing_of_it(server, name):
    lookout = server.client("lookoutvision")
    asked = {"ProjectName": name, "ModelVersion": "1"}
    trial = BegunTrial(server, name)
    lookout.start_model(**asked, MinInferenceUnits=1)
    while lookout.describe_model(**asked)["ModelDescription"]["Status"] == "STARTING_HOSTING":
        time.sleep(0.05)
    lookout.stop_model(**asked)
    facts = trial.until(lambda facts: facts["Status"] != "running")
    assert (facts["Status"], facts["Answered"]) == ("done", COUNT)
    while lookout.describe_model(**asked)["ModelDescription"]["Status"] == "STOPPING_HOSTING":
        time.sleep(0.05)
