"""kill -9 of the server in every stage of a trial, twice each: nothing is lost, and nothing happens twice."""

import contextlib
import threading
import time

import pytest

from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png
from vedette.cli.client import open_client
from vedette.manifest.lines import read_line

ACCOUNT, COUNT, FEW = "000000000000", 200, 10
ARN = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/line"
BATCHES = [range(first, first + FEW) for first in range(1, COUNT + 1, FEW)]


class KilledServer:
    """A server that is killed and started again on one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.server = start_server(folder)

    def __getattr__(self, operation):
        """Return an operation of our own on the project."""
        own = open_client("vedette", endpoint=self.server.address, data=self.folder)
        return lambda **request: getattr(own, operation)(ProjectArn=ARN, **request)

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()
        self.server.process.stdout.close()
        self.server = start_server(self.folder)

    def kill_during(self, work, after_s):
        """Kill the server some time after a thread began to work at it."""

        def try_to():
            with contextlib.suppress(Exception):
                work()

        thread = threading.Thread(target=try_to)
        thread.start()
        time.sleep(after_s)
        self.kill()
        thread.join()

    def trials(self):
        return self.list_trial_detections()["Trials"]

    def pictures(self, trial):
        return self.list_trial_pictures(TrialId=trial, MaxResults=500)["Pictures"]

    def wait(self, trial, claim):
        deadline = time.monotonic() + 120
        while not claim(facts := self.describe_trial_detection(TrialId=trial)["Trial"]):
            assert time.monotonic() < deadline, facts
            time.sleep(0.01)
        return facts


@pytest.fixture
def line(tmp_path):
    killed = KilledServer(tmp_path / "data")
    s3, lookout = killed.server.client("s3"), killed.server.client("lookoutvision")
    lookout.create_project(ProjectName="line")
    lookout.create_dataset(ProjectName="line", DatasetType="train")
    put_version(killed.folder, "lookoutvision", "line", "anomaly", account=ACCOUNT)
    s3.create_bucket(Bucket="line-pictures")
    for number in range(COUNT):
        body = a_png(BRIGHT if number % 2 else DARK)
        s3.put_object(Bucket="line-pictures", Key=f"in/{number:03}.png", Body=body)
    yield killed
    assert stop_server(killed.server) == 0


def begin(line):
    return line.start_trial_detection(VersionName="1", TrialName="killed", Address="s3://line-pictures/in/")


def kill_beginnings(line):
    """Kill the server while trials are begun; return one that is there."""
    for after_s in (0.02, 0.1):
        line.kill_during(lambda: begin(line), after_s)
        # There is a whole trial, or none.
        assert {trial["Total"] for trial in line.trials()} <= {COUNT}
    if not line.trials():
        begin(line)
    return line.trials()[-1]["TrialId"]


def kill_looks(line, trial):
    """Kill it while pictures are looked at."""
    for answered in (FEW, COUNT // 2):
        line.wait(trial, lambda facts, least=answered: facts["Answered"] >= least)
        line.kill()
    facts = line.wait(trial, lambda facts: facts["Status"] == "done")
    assert (facts["Answered"], facts["Unreadable"]) == (COUNT, 0)
    assert [item["PictureId"] for item in line.pictures(trial)] == list(range(1, COUNT + 1))


def kill_verdicts(line, trial):
    """Kill it while guesses are verified."""
    taken: list[int] = []

    def verify():
        for numbers in BATCHES:
            if numbers[0] in taken:
                continue
            verdicts = [{"PictureId": number, "Verdict": "correct", "Revision": 0} for number in numbers]
            line.verify_trial_pictures(TrialId=trial, Verdicts=verdicts)
            taken.extend(numbers)

    for after_s in (0.1, 0.2):
        line.kill_during(verify, after_s)
        verified = {item["PictureId"] for item in line.pictures(trial) if item["Verdict"] == "correct"}
        assert verified.issuperset(taken), "what was answered as taken is there"
        assert len(verified) % FEW == 0, "all of a call, or nothing of it"
    verify()
    assert {item["Revision"] for item in line.pictures(trial)} == {1}


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_killed_server_loses_nothing_of_a_trial_and_does_nothing_twice(line):
    trial = kill_beginnings(line)
    kill_looks(line, trial)
    kill_verdicts(line, trial)
    for after_s in (0.03, 0.1):
        line.kill_during(lambda: line.add_trial_pictures(TrialId=trial, DatasetType="train"), after_s)
        assert len(entries(line)) in {0, COUNT}
    answer = line.add_trial_pictures(TrialId=trial, DatasetType="train")
    facts = line.describe_trial_detection(TrialId=trial)["Trial"]
    assert (answer["LeftOut"], facts["Added"], facts["Addable"]) == ([], COUNT, 0)
    assert sorted(entries(line)) == sorted({item["SourceRef"] for item in line.pictures(trial)})


def entries(line):
    lookout = line.server.client("lookoutvision")
    pages = lookout.get_paginator("list_dataset_entries").paginate(ProjectName="line", DatasetType="train")
    return [read_line(text).source for page in pages for text in page["DatasetEntries"]]
