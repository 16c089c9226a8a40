"""Two servers on one PostgreSQL: what was asked of one holds at the other."""

import http.client
import json
import time

import pytest
from botocore.exceptions import ClientError

from doubles.clusters import Balancer, a_red_picture, members, one_request_a_line, status, until
from doubles.servers import start_server, stop_server

pytestmark = pytest.mark.cluster


def test_what_one_makes_the_other_shows_changes_and_deletes(pair, name):
    arn = pair.client("A", "rekognition").create_project(ProjectName=name, Tags={"a": "b"})["ProjectArn"]
    other = pair.client("B", "rekognition")
    assert other.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
    other.delete_project(ProjectArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        pair.client("A", "rekognition").list_tags_for_resource(ResourceArn=arn)


def test_a_key_made_beside_one_opens_the_other_and_its_session_too(pair):
    token = pair.client("A", "sts").get_session_token()["Credentials"]
    key = token["AccessKeyId"], token["SecretAccessKey"], token["SessionToken"]
    for server in "BA":
        assert pair.client(server, "sts", key=key).get_caller_identity()["Account"] == "000000000000"


def test_a_client_token_counts_at_both(pair, name):
    lookouts = [pair.client(server, "lookoutvision") for server in "AB"]
    made = [
        lookout.create_project(ProjectName=name, ClientToken="once")["ProjectMetadata"]
        for lookout in lookouts
    ]
    assert made[0] == made[1]
    with pytest.raises(ClientError, match="ConflictException"):
        lookouts[1].create_project(ProjectName=f"{name}-2", ClientToken="once")


def test_a_page_begun_at_one_goes_on_at_the_other(pair, name):
    for number in range(3):
        pair.client("A", "rekognition").create_project(ProjectName=f"{name}-{number}")
    found, token, turn = [], {}, 0
    while True:
        page = pair.client("AB"[turn % 2], "rekognition").describe_projects(MaxResults=1, **token)
        found += [item["ProjectArn"] for item in page["ProjectDescriptions"]]
        turn += 1
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sum(name in arn for arn in found) == 3
    assert len(set(found)) == len(found)


def test_a_model_started_at_one_answers_at_both_and_ends_at_both(pair, name):
    version = pair.put_version("rekognition", name, "classification")
    arn = str(version.arn)
    first, second = (pair.client(server, "rekognition") for server in "AB")
    first.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    until(lambda: status(second, version), "RUNNING")
    for client in (second, first, second):
        labels = client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_red_picture()})
        assert labels["CustomLabels"][0]["Name"] == "red"
    second.stop_project_version(ProjectVersionArn=arn)
    until(lambda: status(first, version), "STOPPED")
    time.sleep(1.0)  # a version is believed for 0.9 s
    for client in (first, second):
        with pytest.raises(ClientError, match="ResourceNotReadyException"):
            client.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_red_picture()})


def test_a_stopped_model_leaves_no_units_anywhere(pair, name):
    version = pair.put_version("rekognition", name, "classification")
    arn = str(version.arn)
    first, second = (pair.client(server, "rekognition") for server in "AB")
    first.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    until(lambda: status(first, version), "RUNNING")
    second.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_red_picture()})
    first.stop_project_version(ProjectVersionArn=arn)
    until(lambda: status(first, version), "STOPPED")
    until(lambda: [member.units for member in members(pair) if member.units], [])


def test_somebody_signed_in_at_one_is_known_at_the_other(pair):
    key, secret = pair.servers["A"].key
    cookie = ""
    for server in "AB":
        host = pair.servers[server].address[7:]
        line = http.client.HTTPConnection(host, timeout=20)
        if not cookie:
            body = json.dumps({"accessKeyId": key, "secretAccessKey": secret})
            headers = {"Content-Type": "application/json", "Origin": f"http://{host}"}
            line.request("POST", "/console/api/session", body, headers)
            answer = line.getresponse()
            assert answer.status == 200, answer.read()
            cookie = answer.getheader("Set-Cookie").partition(";")[0]
        else:
            line.request("GET", "/console/api/session", headers={"Cookie": cookie})
            answer = line.getresponse()
            assert answer.status == 200, answer.read()
        line.close()


def test_failed_sign_ins_are_counted_for_all_servers_together(lone):
    lone.start("A", "B")
    until(lambda: len(members(lone)), 2)
    time.sleep(4)  # each has looked since the other came
    codes = []
    for number in range(24):
        host = lone.servers["AB"[number % 2]].address[7:]
        line = http.client.HTTPConnection(host, timeout=20)
        body = json.dumps({"accessKeyId": "AKIAWRONG", "secretAccessKey": "x" * 40})
        line.request(
            "POST",
            "/console/api/session",
            body,
            {"Content-Type": "application/json", "Origin": f"http://{host}"},
        )
        codes.append(line.getresponse().status)
        line.close()
    assert codes.count(429) == 4, codes


def test_a_balancer_in_front_makes_them_one(pair, name):
    import boto3
    from botocore.config import Config

    with Balancer() as balancer:
        balancer.targets = pair.servers
        key, secret = pair.servers["A"].key
        client = one_request_a_line(
            boto3.client(
                "rekognition",
                endpoint_url=balancer.address,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
                config=Config(retries={"total_max_attempts": 1}),
            )
        )
        arns = [client.create_project(ProjectName=f"{name}-{number}")["ProjectArn"] for number in range(6)]
        for arn in arns:
            client.tag_resource(ResourceArn=arn, Tags={"k": "v"})
            assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"k": "v"}
            client.delete_project(ProjectArn=arn)


def test_servers_on_buckets_in_the_folder_stay_alone(postgres_maker, tmp_path):
    address, _ = postgres_maker.new()
    first = start_server(tmp_path / "data", VEDETTE_DATABASE=address)
    try:
        with pytest.raises(AssertionError, match="need their buckets on an S3: set VEDETTE_S3_ENDPOINT"):
            start_server(tmp_path / "data", log=tmp_path / "second.log", VEDETTE_DATABASE=address)
    finally:
        assert stop_server(first) == 0
