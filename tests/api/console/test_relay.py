"""The services' operations at the console: the person's rights, and the operations' own answers."""

import base64
import uuid

import pytest

from doubles.console import HOME, ConsoleBrowser, a_user, directory_beside, signed_in


def a_name():
    return f"p-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def root(server):
    return signed_in(server)


def test_a_project_made_at_the_console_is_seen_by_a_signed_request(server, root):
    name = a_name()
    created = root.call("rekognition", "CreateProject", ProjectName=name)
    arn = created.json["ProjectArn"]
    described = server.client("rekognition").describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    assert [project["ProjectArn"] for project in described] == [arn]
    mine = root.call("rekognition", "DescribeProjects", ProjectNames=[name]).json["ProjectDescriptions"][0]
    assert (
        mine["CreationTimestamp"]
        == described[0]["CreationTimestamp"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    )
    assert root.call("rekognition", "DeleteProject", ProjectArn=arn).json == {"Status": "DELETING"}


def test_members_of_rest_services_are_named_as_in_their_shapes(root):
    name = a_name()
    made = root.call("lookoutvision", "CreateProject", ProjectName=name).json["ProjectMetadata"]
    assert made["ProjectName"] == name
    shown = root.call("lookoutvision", "DescribeProject", ProjectName=name).json["ProjectDescription"]
    assert shown["ProjectArn"] == made["ProjectArn"]
    listed = root.call("lookoutvision", "ListProjects", MaxResults=100).json["Projects"]
    assert name in [project["ProjectName"] for project in listed]
    settings = root.call("vedette", "ListLabelSettings", ProjectArn=made["ProjectArn"])
    assert settings.json == {"Labels": []}


def test_the_region_is_the_one_that_the_page_names(server, root):
    name = a_name()
    abroad = ConsoleBrowser(server, root.cookies, root.csrf, region="eu-west-1")
    arn = abroad.call("rekognition", "CreateProject", ProjectName=name).json["ProjectArn"]
    assert arn.split(":")[3] == "eu-west-1"
    assert root.call("rekognition", "DescribeProjects", ProjectNames=[name]).json["ProjectDescriptions"] == []
    assert "eu-west-1" in root.ask("GET", "/console/api/session").json["regions"]


def test_who_am_i(root):
    assert root.call("sts", "GetCallerIdentity").json["Arn"] == "arn:aws:iam::000000000000:root"


def test_a_refusal_has_the_services_own_code_and_the_requests_id(root):
    answer = root.call(
        "rekognition", "DescribeProjectVersions", ProjectArn="arn:aws:rekognition:us-east-1:0:x"
    )
    assert (answer.status, answer.code) == (400, "InvalidParameterException")
    assert answer.json["requestId"] == answer.headers["x-amzn-requestid"]
    missing = root.call("lookoutvision", "DescribeProject", ProjectName="nowhere")
    assert (missing.status, missing.code) == (404, "ResourceNotFoundException")


def test_operations_that_are_not_there_are_said_so(root):
    assert root.call("rekognition", "DetectFaces", Image={}).status == 400
    assert root.call("rekognition", "Nonsense").status == 400
    assert root.call("iam", "ListUsers").code == "NotFound"
    assert root.call("s3", "PutBucketAcl", Bucket="b").code == "NotImplemented"


def test_a_viewer_may_see_and_may_not_change(server):
    viewer = signed_in(server, a_user(server, a_name(), "viewer"))
    assert viewer.call("rekognition", "DescribeProjects").status == 200
    answer = viewer.call("rekognition", "CreateProject", ProjectName=a_name())
    assert (answer.status, answer.code) == (400, "AccessDeniedException")
    bucket = viewer.call("s3", "CreateBucket", Bucket=a_name())
    assert (bucket.status, bucket.code) == (403, "AccessDenied")


def test_what_a_policy_denies_is_denied_at_the_console_too(server):
    name, document = (
        a_name(),
        (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},'
            '{"Effect":"Deny","Action":"rekognition:DeleteProject","Resource":"*"},'
            '{"Effect":"Deny","Action":"rekognition:CreateProject","Resource":"*",'
            '"Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-3"}}}]}'
        ),
    )
    with directory_beside(server) as identity:
        identity.directory.policies.put(HOME, name, document)
    browser = signed_in(server, a_user(server, a_name(), name))
    project = browser.call("rekognition", "CreateProject", ProjectName=name).json["ProjectArn"]
    assert browser.call("rekognition", "DeleteProject", ProjectArn=project).code == "AccessDeniedException"
    browser.region = "eu-west-3"
    assert browser.call("rekognition", "CreateProject", ProjectName=name).code == "AccessDeniedException"


def test_another_accounts_project_cannot_be_had_by_its_arn(server, root):
    with directory_beside(server) as identity:
        identity.directory.create_account("444455557777")
        key = identity.directory.create_key("444455557777", None)
    stranger = signed_in(server, (key.id, key.secret))
    assert stranger.ask("GET", "/console/api/session").json["account"] == "444455557777"
    arn = root.call("rekognition", "CreateProject", ProjectName=a_name()).json["ProjectArn"]
    for operation in ("DescribeProjectVersions", "DeleteProject"):
        assert stranger.call("rekognition", operation, ProjectArn=arn).code == "AccessDeniedException"
    assert stranger.call("vedette", "ListLabelSettings", ProjectArn=arn).code == "AccessDeniedException"


def test_buckets_and_objects_are_there_as_plain_json(server, root):
    bucket, content = a_name(), b'{"a": 1}\n'
    assert root.call("s3", "CreateBucket", Bucket=bucket).status == 200
    body = base64.b64encode(content).decode()
    put = root.call("s3", "PutObject", Bucket=bucket, Key="folder/a b+ü.json", Body=body)
    assert put.status == 200
    assert server.client("s3").get_object(Bucket=bucket, Key="folder/a b+ü.json")["Body"].read() == content
    listed = root.call("s3", "ListObjectsV2", Bucket=bucket, Prefix="folder/", Delimiter="/").json
    assert [(item["Key"], item["Size"]) for item in listed["Contents"]] == [("folder/a b+ü.json", 9)]
    assert listed["Contents"][0]["LastModified"].endswith("Z")
    got = root.call("s3", "GetObject", Bucket=bucket, Key="folder/a b+ü.json")
    assert (got.body, got.headers["content-type"]) == (content, "application/octet-stream")
    assert bucket in [item["Name"] for item in root.call("s3", "ListBuckets").json["Buckets"]]
    missing = root.call("s3", "GetObject", Bucket=bucket, Key="nothing")
    assert (missing.status, missing.code) == (404, "NoSuchKey")
    assert root.call("s3", "HeadBucket", Bucket=f"{bucket}-not").status == 404
    wrong = root.call("s3", "DeleteBucket", Bucket=bucket)
    assert (wrong.status, wrong.code) == (409, "BucketNotEmpty")
    deleted = root.call("s3", "DeleteObject", Bucket=bucket, Key="folder/a b+ü.json")
    assert (deleted.status, root.call("s3", "DeleteBucket", Bucket=bucket).status) == (200, 200)


def test_an_object_with_markup_is_never_a_page(root):
    bucket = a_name()
    root.call("s3", "CreateBucket", Bucket=bucket)
    body = base64.b64encode(b"<script>alert(1)</script>").decode()
    root.call("s3", "PutObject", Bucket=bucket, Key="x.html", Body=body, ContentType="text/html")
    got = root.call("s3", "GetObject", Bucket=bucket, Key="x.html").headers
    assert (got["content-type"], got["content-disposition"]) == ("application/octet-stream", "attachment")
    assert (got["x-content-type-options"], "sandbox" in got["content-security-policy"]) == ("nosniff", True)


@pytest.mark.parametrize("bucket", ["../etc", "a/b", "?policy", "b?acl", "", "x" * 70])
def test_a_bucket_of_no_possible_name_leads_to_no_other_operation(root, bucket):
    assert root.call("s3", "DeleteBucket", Bucket=bucket).status in (400, 404, 405)
    assert root.call("s3", "ListObjectsV2", Bucket=bucket).status in (400, 404, 405)
    assert root.call("s3", "PutObject", Bucket=bucket or a_name(), Key="", Body="").status in (400, 404)


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(server, root):
    answer = root.ask(
        "POST", "/console/api/s3/PutObject", headers={"Content-Length": str(17 * 1024**2)}, body=b""
    )
    assert answer.status == 413


def test_calls_are_counted_and_logged_with_the_person(server, root):
    root.call("rekognition", "DescribeProjects")
    figures = ConsoleBrowser(server).ask("GET", "/metrics").body.decode()
    assert 'vedette_requests_total{operation="DescribeProjects",service="console",status="200"}' in figures
    log = (server.data.parent / f"{server.data.name}.log").read_text("utf-8")
    path, who = "/console/api/rekognition/DescribeProjects", "arn:aws:iam::000000000000:root"
    assert any(path in line and who in line and '"status":200' in line for line in log.splitlines())
