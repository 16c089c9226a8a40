"""A disk that becomes full while samples of production are kept: detections go on, and the page says why."""

import time

from doubles.console import signed_in
from doubles.disks import small_disk
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.tried import a_png

ACCOUNT = "000000000000"
MODEL = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:model/line/1"


def until(ask, claim):
    deadline = time.monotonic() + 60
    while not claim(answer := ask()):
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
    return answer


def test_detections_go_on_while_nothing_can_be_kept_and_samples_come_again(tmp_path):
    with small_disk(tmp_path / "disk", mib=96) as disk:
        server = start_server(disk.place / "data", log=tmp_path / "server.log")
        try:
            lookout, s3 = server.client("lookoutvision"), server.client("s3")
            put_version(server.data, "lookoutvision", "line", "anomaly", account=ACCOUNT)
            s3.create_bucket(Bucket="kept-pictures")
            people = signed_in(server)
            people.call(
                "vedette",
                "UpdateFeedback",
                ModelArn=MODEL,
                Enabled=True,
                Share=1.0,
                Address="s3://kept-pictures/asked/",
            )
            lookout.start_model(ProjectName="line", ModelVersion="1", MinInferenceUnits=1)
            described = {"ProjectName": "line", "ModelVersion": "1"}
            until(
                lambda: lookout.describe_model(**described)["ModelDescription"]["Status"],
                lambda status: status == "HOSTED",
            )
            shades = iter(range(250))

            def detect():
                shade = next(shades)
                body = a_png((shade, 255 - shade, 9), (80, 64))
                answer = lookout.detect_anomalies(**described, ContentType="image/png", Body=body)
                return answer["DetectAnomalyResult"]["Source"]["Type"]

            def feedback():
                return people.call("vedette", "DescribeFeedback", ModelArn=MODEL).json["Feedback"]

            detect()
            until(feedback, lambda facts: facts["Kept"] == 1)
            disk.fill()
            assert [detect() for _ in range(5)] == ["direct"] * 5
            stuck = until(feedback, lambda facts: facts["Problem"] != "")
            assert "disk" in stuck["Problem"]
            assert (stuck["Kept"], stuck["Enabled"]) == (1, True)
            disk.clear()

            def detect_and_look():
                detect()
                return feedback()

            again = until(detect_and_look, lambda facts: facts["Kept"] > 1)
            assert until(feedback, lambda facts: facts["Problem"] == "")["Kept"] >= again["Kept"]
            names = {item["Key"] for item in s3.list_objects_v2(Bucket="kept-pictures")["Contents"]}
            project = f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/line"
            listed = people.call(
                "vedette", "ListTrialPictures", ProjectArn=project, TrialId=again["TrialId"], MaxResults=500
            ).json["Pictures"]
            assert {item["SourceRef"].removeprefix("s3://kept-pictures/") for item in listed} >= names
        finally:
            stop_server(server)
