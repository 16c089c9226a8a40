"""Server-sent events: what changes is told to who may know, and who comes back misses nothing."""

import contextlib
import json
import time
import uuid
from http.client import HTTPConnection

import pytest

from doubles.console import HOME, a_user, directory_beside, signed_in
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from vedette.api.console.events import MOST_OF_ONE


@contextlib.contextmanager
def listening(browser, last_id=""):
    """Yield an iterator over (id, kind, facts) of a stream of events."""
    line = HTTPConnection(browser.netloc, timeout=20)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookie, **({"Last-Event-ID": last_id} if last_id else {})}
    line.request("GET", "/console/api/events", headers=headers)
    response = line.getresponse()
    assert (response.status, response.headers["content-type"]) == (200, "text/event-stream")

    def events():
        fields = {}
        while text := response.readline().decode():
            name, _, value = text.rstrip("\n").partition(": ")
            if name and value:
                fields[name] = value
            elif "event" in fields:
                yield fields["id"], fields["event"], json.loads(fields["data"])
                fields = {}

    try:
        yield events()
    finally:
        response.close()
        line.close()


def a_project(server):
    client, name = server.client("rekognition"), f"e-{uuid.uuid4().hex[:8]}"
    return client, client.create_project(ProjectName=name)["ProjectArn"]


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


def test_a_dataset_that_is_made_changed_and_deleted_is_told(server, root):
    client, project = a_project(server)
    with listening(root) as events:
        assert next(events)[1] == "reset"
        time.sleep(1.5)
        dataset = client.create_dataset(ProjectArn=project, DatasetType="TRAIN")["DatasetArn"]
        made = next(event for event in events if event[2]["projectArn"] == project)
        assert (made[1], made[2]["datasetType"], made[2]["total"]) == ("dataset", "train", 0)
        line = json.dumps({"source-ref": "s3://pictures/a.png"}).encode()
        client.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": line})
        changed = next(event for event in events if event[2]["total"] == 1)
        client.delete_dataset(DatasetArn=dataset)
        gone = next(event for event in events if event[2]["status"] == "deleted")
        assert gone[2]["projectArn"] == project
    with listening(root, changed[0]) as events:
        missed = next(event for event in events if event[2].get("status") == "deleted")
        assert missed == gone


def test_a_version_at_rest_that_is_made_or_deleted_is_told(server, root):
    client, project = a_project(server)
    name = project.split("/")[1]
    with listening(root) as events:
        assert next(events)[1] == "reset"
        time.sleep(1.5)
        for count in (1, 2):
            version = put_version(server.data, "rekognition", name, "classification", account=HOME)
            event = next(event for event in events if event[1] == "versions" and event[2]["count"] == count)
            assert event[2] == {"projectArn": project, "count": count, "newest": version.id}
        client.delete_project_version(ProjectVersionArn=str(version.arn))
        event = next(event for event in events if event[1] == "versions" and event[2]["count"] == 1)
        assert event[2]["newest"] < version.id


@pytest.mark.parametrize("last_id", ["", "nonsense", "00000000-3", "-", "99"])
def test_who_comes_with_an_id_that_is_not_known_asks_anew(root, last_id):
    with listening(root, last_id) as events:
        assert next(events)[1] == "reset"


def test_who_may_not_see_a_project_hears_nothing_of_it(server):
    client, hidden = a_project(server)
    _, seen = a_project(server)
    name = f"p-{uuid.uuid4().hex[:6]}"
    statement = {"Effect": "Allow", "Action": "vedette:DescribeEvents", "Resource": seen}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    with directory_beside(server) as identity:
        identity.directory.policies.put(HOME, name, document)
    person = signed_in(server, a_user(server, name, name))
    with listening(person) as events:
        assert next(events)[1] == "reset"
        time.sleep(1.5)
        for project in (hidden, seen):
            client.create_dataset(ProjectArn=project, DatasetType="TRAIN")
        assert next(events)[2]["projectArn"] == seen


def test_a_stream_needs_a_session(server):
    assert signed_in(server).ask("GET", "/console/api/events", headers={"Cookie": ""}).status == 401


def test_a_person_has_only_so_many_streams_and_the_oldest_ends(server):
    person = signed_in(server, a_user(server, f"m-{uuid.uuid4().hex[:6]}", "viewer"))
    with listening(person) as oldest, contextlib.ExitStack() as stack:
        assert next(oldest)[1] == "reset"
        others = [stack.enter_context(listening(person)) for _ in range(MOST_OF_ONE)]
        assert [next(events)[1] for events in others] == ["reset"] * MOST_OF_ONE
        assert list(oldest) == []


def test_a_stop_does_not_wait_for_who_listens(tmp_path):
    server = start_server(tmp_path / "data")
    try:
        with listening(signed_in(server)) as events:
            next(events)
            began = time.monotonic()
            server.process.terminate()
            assert server.process.wait(timeout=20) == 0
            assert time.monotonic() - began < 15
    finally:
        stop_server(server)


def test_a_study_is_told_from_its_beginning_to_its_end(server, root):
    client, project = a_project(server)
    client.create_dataset(ProjectArn=project, DatasetType="TRAIN")
    dataset = {"ProjectArn": project, "DatasetType": "train"}
    with listening(root) as events:
        assert next(events)[1] == "reset"
        time.sleep(1.5)
        for _ in range(2):
            # The second is over before anybody looks, and there is another end all the same.
            assert root.call("vedette", "StartSuggestions", **dataset).status == 200
            ended = next(
                event[2]
                for event in events
                if event[1] == "study" and event[2]["projectArn"] == project and event[2]["status"] == "ready"
            )
            assert (ended["datasetType"], ended["message"], ended["ended"] is None) == ("train", "", False)
        root.call("rekognition", "DeleteProject", ProjectArn=project)
