"""A disk that becomes full while a trial looks at its pictures: it waits, says so, and goes on by itself."""

import time

import pytest

from doubles.disks import small_disk
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.tried import DARK, a_png
from vedette.cli.client import open_client
from vedette.trials.running import NO_ROOM

ACCOUNT, COUNT = "000000000000", 300
ARN = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/line"


def until(ask, claim):
    deadline = time.monotonic() + 120
    while not claim(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


@pytest.mark.slow
def test_a_trial_waits_for_room_and_nothing_is_looked_at_twice(tmp_path):
    with small_disk(tmp_path / "disk", mib=96) as disk:
        server = start_server(disk.place / "data", log=tmp_path / "server.log")
        try:
            s3, lookout = server.client("s3"), server.client("lookoutvision")
            lookout.create_project(ProjectName="line")
            put_version(server.data, "lookoutvision", "line", "anomaly", account=ACCOUNT)
            s3.create_bucket(Bucket="line-pictures")
            for number in range(COUNT):
                s3.put_object(Bucket="line-pictures", Key=f"in/{number:03}.png", Body=a_png(DARK))
            s3.put_object(Bucket="line-pictures", Key="old.png", Body=a_png(DARK))
            own = open_client("vedette", endpoint=server.address, data=server.data)
            names = {"VersionName": "1", "TrialName": "full", "Address": "s3://line-pictures/in/"}
            trial = own.start_trial_detection(ProjectArn=ARN, **names)["Trial"]["TrialId"]

            def describe():
                return own.describe_trial_detection(ProjectArn=ARN, TrialId=trial)["Trial"]

            disk.fill()
            # Whoever deletes takes the reserve; from then on nothing else is written.
            s3.delete_object(Bucket="line-pictures", Key="old.png")
            stuck = until(describe, lambda facts: facts["Message"] != "")
            assert (stuck["Status"], stuck["Message"]) == ("running", NO_ROOM)
            assert stuck["Answered"] < COUNT
            disk.clear()
            over = until(describe, lambda facts: facts["Status"] != "running")
            assert (over["Status"], over["Message"]) == ("done", "")
            assert (over["Answered"], over["Unreadable"]) == (COUNT, 0)
        finally:
            stop_server(server)
