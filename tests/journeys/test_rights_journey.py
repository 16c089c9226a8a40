"""Who may do what, by boto3 and a real server: the guides' example policies, and the built-in ones."""

import itertools
import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from vedette.identity.directory import Directory
from vedette.identity.holder import Holder
from vedette.identity.identity import CACHE_S
from vedette.identity.seal import open_seal
from vedette.store.db import open_database

HERE, REGION = "000000000000", "us-east-1"
COUNT = itertools.count()
DENIED = {"AccessDeniedException", "AccessDenied"}


@pytest.fixture(scope="module")
def directory(server):
    database = open_database("", server.data)
    yield Directory(database, open_seal(server.data))
    database.close()


@pytest.fixture
def user(server, directory):
    """`user(*names, document=…)` is a function that makes clients of a new user with these policies."""

    def make(*names, document=None):
        name = f"journey-{next(COUNT)}"
        if document is not None:
            directory.policies.put(HERE, name, json.dumps(document))
            names = (*names, name)
        directory.create_user(HERE, name, names)
        key = directory.create_key(HERE, name)

        def client(service):
            return server.client(service, key=(key.id, key.secret))

        client.holder, client.key = Holder("user", HERE, name), (key.id, key.secret)
        return client

    return make


@pytest.fixture(scope="module")
def boards(server):
    """A project of Rekognition's, and its ARN without the moment."""
    name = f"boards-{uuid.uuid4().hex[:8]}"
    arn = server.client("rekognition").create_project(ProjectName=name)["ProjectArn"]
    return name, arn


@pytest.fixture(scope="module")
def doors(server):
    """A project of Lookout's."""
    name = f"doors-{uuid.uuid4().hex[:8]}"
    server.client("lookoutvision").create_project(ProjectName=name)
    return name


def code(call, **words):
    """Return the code of the refusal; empty where the call was answered."""
    try:
        call(**words)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return ""


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {**allow(action, resource, **more), "Effect": "Deny"}


def test_a_new_user_may_do_nothing_in_any_dialect(user, doors):
    client = user()
    rekognition, lookout, s3 = (client(name) for name in ("rekognition", "lookoutvision", "s3"))
    for call, words in (
        (rekognition.describe_projects, {}),
        (rekognition.create_project, {"ProjectName": "x"}),
        (lookout.list_projects, {}),
        (lookout.describe_project, {"ProjectName": doors}),
        (s3.list_buckets, {}),
        (s3.create_bucket, {"Bucket": f"new-{uuid.uuid4().hex}"}),
    ):
        assert code(call, **words) in DENIED
    assert client("sts").get_caller_identity()["Arn"].endswith(client.holder.name)


def test_a_refusal_has_each_dialects_own_form(user, doors):
    client = user()
    with pytest.raises(ClientError) as first:
        client("rekognition").describe_projects()
    with pytest.raises(ClientError) as second:
        client("lookoutvision").describe_project(ProjectName=doors)
    who = f"User: arn:aws:iam::{HERE}:user/{client.holder.name} is not authorized to perform:"
    project = f"arn:aws:lookoutvision:{REGION}:{HERE}:project/{doors}"
    for caught, status, rest in (
        (first, 400, "rekognition:DescribeProjects on resource: *"),
        (
            second,
            403,
            f"lookoutvision:DescribeProject on resource: {project}",
        ),
    ):
        answer = caught.value.response
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
        assert answer["Error"]["Code"] == "AccessDeniedException"
        assert answer["Error"]["Message"] == f"{who} {rest}"


# The examples of both guides (rekognition.md 10.2, 10.3, 10.5; lookout.md 12.3, 12.4)


def test_the_guides_example_of_one_project_and_a_denied_name(user, boards):
    name, arn = boards
    base = f"arn:aws:rekognition:*:*:project/{name}"
    model = [
        "rekognition:StopProjectVersion",
        "rekognition:StartProjectVersion",
        "rekognition:DetectCustomLabels",
    ]
    project = ["CreateProject", "DescribeProjectVersions", "CreateProjectVersion"]
    rekognition = user(
        document=policy(
            allow("rekognition:DescribeProjects"),
            allow([*model, "rekognition:CreateProjectVersion"], f"{base}/version/MyVersion/*"),
            allow([f"rekognition:{action}" for action in project], f"{base}*/*"),
            deny("rekognition:CreateProject", f"{base}-sample/*"),
        )
    )("rekognition")
    assert code(rekognition.describe_projects) == ""
    assert code(rekognition.describe_project_versions, ProjectArn=arn) == ""
    assert code(rekognition.create_project, ProjectName=f"{name}-sample") in DENIED
    assert code(rekognition.create_project, ProjectName=f"{name}-two") == ""
    assert code(rekognition.create_project, ProjectName="somebody-elses") in DENIED
    assert code(rekognition.delete_project, ProjectArn=arn) in DENIED
    stem, moment = arn.rsplit("/", 1)
    for version, missing in (("MyVersion", "ResourceNotFoundException"), ("Other", "AccessDeniedException")):
        version_arn = f"{stem}/version/{version}/{moment}"
        assert code(rekognition.stop_project_version, ProjectVersionArn=version_arn) == missing


def test_the_guides_inference_only_identity(user, boards):
    _, arn = boards
    model = f"{arn.rsplit('/', 1)[0]}/version/v1/1760000000000"
    client = user(document=policy(allow("rekognition:DetectCustomLabels", model)))
    rekognition, picture = client("rekognition"), {"Bytes": b"x"}
    asked = {"ProjectVersionArn": model, "Image": picture}
    assert code(rekognition.detect_custom_labels, **asked) == "ResourceNotFoundException"
    asked["ProjectVersionArn"] = model.replace("/v1/", "/v2/")
    assert code(rekognition.detect_custom_labels, **asked) in DENIED
    assert code(rekognition.describe_project_versions, ProjectArn=arn) in DENIED
    assert code(rekognition.describe_projects) in DENIED


def test_the_guides_console_policy(user, boards):
    console = "arn:aws:s3:::custom-labels-console-*"
    bucket = [
        "ListBucket", "CreateBucket", "GetBucketAcl", "GetBucketLocation", "GetObject", "GetObjectAcl",
        "GetObjectVersion", "GetObjectTagging", "GetBucketVersioning", "GetObjectVersionTagging",
        "PutBucketCORS", "PutLifecycleConfiguration", "PutBucketPolicy", "PutObject", "PutObjectTagging",
        "PutBucketVersioning", "PutObjectVersionTagging",
    ]  # fmt: skip
    client = user(
        document=policy(
            {**allow(["s3:ListBucket", "s3:ListAllMyBuckets"]), "Sid": "lists"},
            {**allow([f"s3:{action}" for action in bucket], console), "Sid": "s3Policies"},
            {**allow("rekognition:*"), "Sid": "rekognitionPolicies"},
            {**allow("groundtruthlabeling:*"), "Sid": "groundTruthPolicies"},
        )
    )
    s3, mine = client("s3"), f"custom-labels-console-{uuid.uuid4().hex[:8]}"
    assert code(s3.create_bucket, Bucket=mine) == ""
    assert code(s3.put_object, Bucket=mine, Key="a", Body=b"1") == ""
    assert code(s3.get_object, Bucket=mine, Key="a") == ""
    assert code(s3.delete_object, Bucket=mine, Key="a") in DENIED
    assert code(s3.create_bucket, Bucket=f"other-{uuid.uuid4().hex}") in DENIED
    assert code(client("rekognition").describe_projects) == ""
    assert code(client("lookoutvision").list_projects) in DENIED


def test_lookouts_read_only_and_full_access(user, doors):
    reading = [
        "DescribeDataset", "DescribeModel", "DescribeProject", "DescribeModelPackagingJob",
        "ListDatasetEntries", "ListModels", "ListProjects", "ListTagsForResource", "ListModelPackagingJobs",
    ]  # fmt: skip
    reader = user(document=policy(allow([f"lookoutvision:{action}" for action in reading])))("lookoutvision")
    assert code(reader.list_projects) == code(reader.list_models, ProjectName=doors) == ""
    new = f"new-{uuid.uuid4().hex[:8]}"
    assert code(reader.create_project, ProjectName=new) in DENIED
    assert code(reader.delete_project, ProjectName=doors) in DENIED
    full = user(document=policy(allow("LookoutVision:*")))("lookoutvision")
    assert code(full.create_project, ProjectName=new) == code(full.delete_project, ProjectName=new) == ""


@pytest.fixture(scope="module")
def models(server, doors):
    """Two models of different stages, as rows: what a policy asks of one is asked of its tags."""
    from vedette.projects.project import Scope
    from vedette.projects.projects import Projects
    from vedette.projects.version_states import NewVersion
    from vedette.projects.versions import Versions

    database = open_database("", server.data)
    projects = Projects(database)
    versions = Versions(database, projects)
    project = projects.find(Scope("lookoutvision", HERE, REGION), doors)
    made = {}
    for stage in ("production", "test"):
        version, _ = versions.create(project, NewVersion("", bucket="none", tags={"stage": stage}))
        versions.move(version, "trained")
        made[stage] = version.name
    database.close()
    return made


def test_lookouts_examples_by_one_project_and_by_tags(user, doors, models):
    model = f"arn:aws:lookoutvision:{REGION}:{HERE}:model/{doors}/*"
    in_production = {"StringEquals": {"aws:ResourceTag/stage": "production"}}
    picture = {"Body": b"x", "ContentType": "image/png"}
    live, test = ({"ProjectName": doors, "ModelVersion": models[stage]} for stage in ("production", "test"))
    running = "ConflictException"  # it is not, which only who may detect is told

    one = user(document=policy(allow("lookoutvision:DetectAnomalies", model)))("lookoutvision")
    assert code(one.detect_anomalies, **live, **picture) == running
    assert code(one.detect_anomalies, ProjectName="other", ModelVersion="1", **picture) in DENIED
    assert code(one.describe_model, **live) in DENIED

    tagged = user(document=policy(allow("lookoutvision:DetectAnomalies", Condition=in_production)))
    assert code(tagged("lookoutvision").detect_anomalies, **live, **picture) == running
    assert code(tagged("lookoutvision").detect_anomalies, **test, **picture) in DENIED

    careful = policy(
        allow("lookoutvision:*"),
        deny(["lookoutvision:DeleteModel", "lookoutvision:StopModel"], Condition=in_production),
    )
    lookout = user(document=careful)("lookoutvision")
    assert code(lookout.stop_model, **live) in DENIED
    assert code(lookout.delete_model, **live) in DENIED
    assert code(lookout.stop_model, **test) == running
    arn = f"arn:aws:lookoutvision:{REGION}:{HERE}:model/{doors}/{models['test']}"
    assert code(lookout.tag_resource, ResourceArn=arn, Tags=[{"Key": "stage", "Value": "production"}]) == ""
    assert code(lookout.stop_model, **test) in DENIED


def test_tags_in_a_request_are_bounded(user):
    only = {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["stage"]},
        "StringEquals": {"aws:RequestTag/stage": "test"},
    }
    making = ["rekognition:CreateProject", "rekognition:TagResource"]
    rekognition = user(document=policy(allow(making, Condition=only)))("rekognition")
    name = f"tagged-{uuid.uuid4().hex[:8]}"
    assert code(rekognition.create_project, ProjectName=name) in DENIED
    assert code(rekognition.create_project, ProjectName=name, Tags={"stage": "live"}) in DENIED
    assert code(rekognition.create_project, ProjectName=name, Tags={"stage": "test", "owner": "x"}) in DENIED
    assert code(rekognition.create_project, ProjectName=name, Tags={"stage": "test"}) == ""


def test_s3_for_sdk_users_only_through_the_service(server, user, boards):
    """lookout.md 12.4: objects are for the service to read, and not for the caller itself."""
    name = f"via-{uuid.uuid4().hex[:8]}"
    root = server.client("s3")
    root.create_bucket(Bucket=name)
    root.put_object(Bucket=name, Key="m.manifest", Body=b'{"source-ref": "s3://%s/a.png"}\n' % name.encode())
    via = {"Bool": {"aws:ViaAWSService": "true"}}
    client = user(
        document=policy(
            allow("rekognition:*"),
            allow("s3:GetBucketLocation", f"arn:aws:s3:::{name}", Condition=via),
            allow(["s3:GetObject", "s3:GetObjectVersion"], f"arn:aws:s3:::{name}/*", Condition=via),
        )
    )
    assert code(client("s3").get_object, Bucket=name, Key="m.manifest") in DENIED
    rekognition = client("rekognition")
    arn = rekognition.create_project(ProjectName=name)["ProjectArn"]
    place = {"S3Object": {"Bucket": name, "Name": "m.manifest"}}
    made = rekognition.create_dataset(
        ProjectArn=arn, DatasetType="TRAIN", DatasetSource={"GroundTruthManifest": place}
    )["DatasetArn"]
    assert settled(rekognition, made)["Status"] == "CREATE_COMPLETE"


def settled(rekognition, dataset):
    for _ in range(200):
        described = rekognition.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
        if described["Status"] != "CREATE_IN_PROGRESS":
            return described
        time.sleep(0.05)
    raise AssertionError("the dataset is not made in ten seconds")


def test_an_import_without_the_right_to_its_manifest_fails_with_a_sentence(server, user):
    name = f"closed-{uuid.uuid4().hex[:8]}"
    root = server.client("s3")
    root.create_bucket(Bucket=name)
    root.put_object(Bucket=name, Key="m.manifest", Body=b"{}\n")
    rekognition = user(document=policy(allow("rekognition:*")))("rekognition")
    arn = rekognition.create_project(ProjectName=name)["ProjectArn"]
    place = {"S3Object": {"Bucket": name, "Name": "m.manifest"}}
    made = rekognition.create_dataset(
        ProjectArn=arn, DatasetType="TRAIN", DatasetSource={"GroundTruthManifest": place}
    )["DatasetArn"]
    described = settled(rekognition, made)
    assert (described["Status"], described["StatusMessage"]) == (
        "CREATE_FAILED",
        "The S3 bucket permissions are incorrect.",
    )


# The built-in policies


@pytest.mark.parametrize(
    ("name", "able"),
    [
        ("administrator", {"see", "label", "upload", "train", "detect", "share", "settings"}),
        ("trainer", {"see", "label", "upload", "train", "detect"}),
        ("labeller", {"see", "label", "upload"}),
        ("viewer", {"see"}),
        ("caller", {"detect"}),
    ],
)
def test_a_builtin_policy_lets_do_what_it_is_for_and_no_more(server, user, boards, doors, name, able):
    bucket = f"builtin-{uuid.uuid4().hex[:8]}"
    root = server.client("s3")
    root.create_bucket(Bucket=bucket)
    root.put_object(Bucket=bucket, Key="a", Body=b"1")
    client = user(name)
    rekognition, lookout, s3 = (client(service) for service in ("rekognition", "lookoutvision", "s3"))
    _, arn = boards
    dataset = f"{arn.rsplit('/', 1)[0]}/dataset/train/1760000000000"
    model = f"{arn.rsplit('/', 1)[0]}/version/v1/1760000000000"
    line = {"GroundTruth": b"{}"}
    calls = {
        "see": [
            (rekognition.describe_projects, {}),
            (lookout.describe_project, {"ProjectName": doors}),
            (s3.get_object, {"Bucket": bucket, "Key": "a"}),
            (s3.list_objects_v2, {"Bucket": bucket}),
        ],
        "label": [
            (rekognition.update_dataset_entries, {"DatasetArn": dataset, "Changes": line}),
            (
                lookout.update_dataset_entries,
                {"ProjectName": doors, "DatasetType": "train", "Changes": b"{}"},
            ),
        ],
        "upload": [(s3.put_object, {"Bucket": bucket, "Key": "b", "Body": b"1"})],
        "train": [
            (rekognition.delete_project_version, {"ProjectVersionArn": model}),
            (rekognition.create_project, {"ProjectName": bucket}),
            (lookout.start_model, {"ProjectName": doors, "ModelVersion": "9", "MinInferenceUnits": 1}),
            (s3.delete_object, {"Bucket": bucket, "Key": "none"}),
        ],
        "detect": [
            (rekognition.detect_custom_labels, {"ProjectVersionArn": model, "Image": {"Bytes": b"x"}}),
        ],
        "share": [(rekognition.list_project_policies, {"ProjectArn": arn})]
        if name == "administrator"
        else [
            (rekognition.put_project_policy, {"ProjectArn": arn, "PolicyName": "p", "PolicyDocument": "{}"})
        ],
        "settings": [(s3.put_bucket_acl, {"Bucket": bucket, "ACL": "private"})],
    }
    for what, listed in calls.items():
        for call, words in listed:
            is_denied = code(call, **words) in DENIED
            assert is_denied is (what not in able), (what, call)


# Changes, sessions and roles


def test_a_change_by_a_command_counts_within_a_second(server, user):
    client = user()
    rekognition = client("rekognition")
    assert code(rekognition.describe_projects) in DENIED
    server.vedette("user", "attach", client.holder.name, "viewer")
    time.sleep(CACHE_S + 0.1)
    assert code(rekognition.describe_projects) == ""
    server.vedette("user", "detach", client.holder.name, "viewer")
    time.sleep(CACHE_S + 0.1)
    assert code(rekognition.describe_projects) in DENIED


def test_a_role_is_no_way_to_more_than_it_holds(server, directory, user):
    name = f"reader-{uuid.uuid4().hex[:8]}"
    role = directory.create_role(HERE, name, [HERE], policies=["viewer"])
    admin, viewer = user("administrator"), user("viewer")
    asked = {"RoleArn": role.arn, "RoleSessionName": "visit"}
    assert code(viewer("sts").assume_role, **asked) in DENIED
    keys = admin("sts").assume_role(**asked)["Credentials"]
    session = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    rekognition = server.client("rekognition", key=session)
    assert code(rekognition.describe_projects) == ""
    assert code(rekognition.create_project, ProjectName="x") in DENIED


def test_a_username_in_a_resource_gives_everybody_a_folder(server, directory, user):
    bucket = f"folders-{uuid.uuid4().hex[:8]}"
    server.client("s3").create_bucket(Bucket=bucket)
    folder = f"arn:aws:s3:::{bucket}/${{aws:username}}/*"
    client = user(document=policy(allow(["s3:PutObject", "s3:GetObject"], folder)))
    name = client.holder.name
    assert code(client("s3").put_object, Bucket=bucket, Key=f"{name}/a", Body=b"1") == ""
    for key in ("a", f"{name}", f"x{name}/a", "somebody/a", "${aws:username}/a", "*/a"):
        assert code(client("s3").put_object, Bucket=bucket, Key=key, Body=b"1") in DENIED
