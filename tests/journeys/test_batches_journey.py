"""A batch over the wire and by the command: begun, watched, fetched; and servers killed in its midst."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

from doubles.console import signed_in
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png
from vedette.cli.main import app

ACCOUNT = "000000000000"


def a_project(server, count):
    """A project with a tiny version, and pictures of which every third is bright."""
    lookout, s3 = server.client("lookoutvision"), server.client("s3")
    lookout.create_project(ProjectName="line")
    put_version(server.data, "lookoutvision", "line", "anomaly", account=ACCOUNT)
    s3.create_bucket(Bucket="pictures")
    s3.create_bucket(Bucket="results")
    bodies = [a_png(BRIGHT), a_png(DARK), a_png(DARK)]

    def put(number):
        s3.put_object(Bucket="pictures", Key=f"in/{number:05}.png", Body=bodies[number % 3])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(count)))
    return f"arn:aws:lookoutvision:us-east-1:{ACCOUNT}:project/line"


def ask(browser, operation, **members):
    return browser.call("vedette", operation, **members).json["Batch"]


def rows_of(server):
    s3 = server.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="results").get("Contents", ())]
    parts = [key for key in keys if "/results-" in key]
    text = b"".join(s3.get_object(Bucket="results", Key=key)["Body"].read() for key in parts)
    return [json.loads(line) for line in text.splitlines()]


def test_a_batch_by_the_command_from_its_start_to_its_results(tmp_path):
    server = start_server(tmp_path / "data")
    a_project(server, 120)
    place = ["--project", "line", "--endpoint", server.address, "--data", str(server.data)]

    def run(*words):
        return CliRunner().invoke(app, ["batch", *words, *place])

    begun = run("start", "s3://pictures/in", "--out", "s3://results/one", "--name", "night")
    assert begun.exit_code == 0, begun.output
    assert "night: done, 120 of 120." in begun.output
    assert "      80  normal" in begun.output
    assert "night" in run("list").output
    file = tmp_path / "results.jsonl"
    assert run("results", "night", "--out", str(file)).exit_code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["source"] for row in rows] == [f"s3://pictures/in/{number:05}.png" for number in range(120)]
    assert [row["response"]["DetectAnomalyResult"]["IsAnomalous"] for row in rows[:3]] == [True, False, False]
    drawn = run("results", "night", "--out", str(tmp_path / "r.jsonl"), "--draw", str(tmp_path / "drawn"))
    assert "120 pictures drawn into" in drawn.output
    assert len(list((tmp_path / "drawn" / "in").glob("*.png.drawn.jpg"))) == 120
    again = run("start", "s3://pictures/in", "--out", "s3://results/one")
    assert again.exit_code == 2
    assert "There is something in s3://results/one/ already" in again.output
    resumed = run("resume", "night")
    assert (resumed.exit_code, "The batch is done." in resumed.output) == (2, True)
    assert run("delete", "night").exit_code == 0
    assert len(rows_of(server)) == 120
    assert stop_server(server) == 0


@pytest.mark.slow
def test_a_server_that_is_killed_ten_times_leaves_every_result_once(tmp_path):
    count, chance = 1500, random.Random(17)
    server = start_server(tmp_path / "data")
    arn = a_project(server, count)
    wish = {
        "VersionName": "1",
        "BatchName": "night",
        "Source": "s3://pictures/in",
        "Address": "s3://results/x",
    }
    begun = ask(signed_in(server), "StartBatchDetection", ProjectArn=arn, **wish)
    names = {"ProjectArn": arn, "BatchId": begun["BatchId"]}
    done = []
    for _ in range(10):
        time.sleep(chance.uniform(0.3, 2.0))
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server = start_server(tmp_path / "data")
        state = ask(signed_in(server), "DescribeBatchDetection", **names)
        done.append(state["Done"])
    browser, deadline = signed_in(server), time.monotonic() + 240
    while state["Status"] in ("listing", "running") and time.monotonic() < deadline:
        time.sleep(0.2)
        state = ask(browser, "DescribeBatchDetection", **names)
    assert (state["Status"], state["Done"], state["Failed"]) == ("done", count, 0), done
    assert done == sorted(done)
    sources = [row["source"] for row in rows_of(server)]
    assert sources == [f"s3://pictures/in/{number:05}.png" for number in range(count)]
    assert {item["Name"]: item["Count"] for item in state["Verdicts"]} == {"normal": 1000, "anomaly": 500}
    assert stop_server(server) == 0
