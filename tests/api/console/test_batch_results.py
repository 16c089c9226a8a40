"""Results of a batch as a download: the operation's own lines, rights and refusals."""

import json
import time
from urllib.parse import urlencode

import pytest

from doubles.console import a_user, signed_in
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png

NAME = "downloads"


@pytest.fixture(scope="module")
def batch(server):
    """A batch of two pictures that is done."""
    server.client("lookoutvision").create_project(ProjectName=NAME)
    version = put_version(server.data, "lookoutvision", NAME, "anomaly", account="000000000000")
    s3 = server.client("s3")
    for bucket in (f"{NAME}-in", f"{NAME}-out"):
        s3.create_bucket(Bucket=bucket)
    for name, color in (("a", BRIGHT), ("b", DARK)):
        s3.put_object(Bucket=f"{NAME}-in", Key=f"{name}.png", Body=a_png(color))
    arn, browser = str(version.project.arn), signed_in(server)
    wish = {"BatchName": "night", "Source": f"s3://{NAME}-in/", "Address": f"s3://{NAME}-out/"}
    begun = browser.call("vedette", "StartBatchDetection", ProjectArn=arn, VersionName="1", **wish)
    names = {"ProjectArn": arn, "BatchId": begun.json["Batch"]["BatchId"]}
    deadline = time.monotonic() + 60
    while browser.call("vedette", "DescribeBatchDetection", **names).json["Batch"]["Status"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return names


def fetch(browser, batch, **more):
    query = {"project": batch["ProjectArn"], "batch": batch["BatchId"], **more}
    return browser.ask("GET", f"/console/api/batch-results?{urlencode(query)}")


def test_the_browser_saves_all_lines(server, batch):
    answer = fetch(signed_in(server), batch)
    assert answer.status == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}-1.jsonl"'
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    rows = [json.loads(line) for line in answer.body.splitlines()]
    assert [row["source"] for row in rows] == [f"s3://{NAME}-in/{name}.png" for name in "ab"]


def test_it_can_be_asked_first_whether_there_is_a_file(server, batch):
    checked = fetch(signed_in(server), batch, check="yes")
    assert (checked.status, checked.json) == (200, {})
    missing = fetch(signed_in(server), batch | {"BatchId": "0" * 32}, check="yes")
    assert missing.status == 404
    assert "There is no batch 0000" in missing.json["message"]
    assert fetch(signed_in(server), {"ProjectArn": "x", "BatchId": "y"}).status == 400


def test_who_may_not_read_the_results_gets_none(server, batch):
    person = signed_in(server, a_user(server, "results-labeller", "annotator"))
    answer = fetch(person, batch)
    assert (answer.status, answer.code) == (403, "AccessDenied")
    assert signed_out(server, batch).status == 401


def signed_out(server, batch):
    browser = signed_in(server)
    browser.cookies.clear()
    return fetch(browser, batch)
