"""Functions over the wire: made, called, let do what their role may, and given events that are never lost."""

import base64
import json
import signal
import time
from functools import partial

import pytest
from botocore.exceptions import ClientError

from doubles.function_requests import zipped
from doubles.servers import start_server, stop_server
from vedette.cli.main import app
from vedette.functions.confine import find_confinement

needs_confinement = pytest.mark.skipif(
    not find_confinement().is_close, reason="nothing here shuts a process in"
)
pytestmark = [needs_confinement, pytest.mark.timeout(300)]

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
MAY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::sorted/*"}],
}
# Writes down which objects it was told of; its own name makes each try another object.
SORTER = """
import json, uuid, boto3
from urllib.parse import unquote_plus
s3 = boto3.client("s3")

def handle(event, context):
    if event.get("fail"):
        raise ValueError("it cannot be sorted")
    for record in event.get("Records", ()):
        name = unquote_plus(record["s3"]["object"]["key"])
        s3.put_object(Bucket="sorted", Key=f"{name}/{uuid.uuid4()}", Body=b"")
    print("sorted", context.aws_request_id)
    return event
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A server on which functions run, with a role for them and two buckets."""
    server = start_server(tmp_path_factory.mktemp("functions") / "data", VEDETTE_FUNCTIONS="confined")
    iam, s3 = server.client("iam"), server.client("s3")
    for name, document in (("sorting", TRUST), ("distrusting", trust_of("ec2.amazonaws.com"))):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=json.dumps(MAY))
    for name in ("arriving", "sorted"):
        s3.create_bucket(Bucket=name)
    yield server
    stop_server(server)


def trust_of(service):
    return json.loads(json.dumps(TRUST).replace("lambda.amazonaws.com", service))


def role_of(server, name="sorting"):
    return server.client("iam").get_role(RoleName=name)["Role"]["Arn"]


def make(server, name, source=SORTER, **more):
    settings = {"Timeout": 60, "MemorySize": 256, "Runtime": "python3.12", "Handler": "a.handle", **more}
    client = server.client("lambda")
    return client.create_function(
        FunctionName=name, Role=role_of(server), Code={"ZipFile": zipped(source)}, **settings
    )


def code_of(refusal) -> str:
    return refusal.value.response["Error"]["Code"]


def wait_until(look, seconds=60.0):
    end = time.monotonic() + seconds
    while not (result := look()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return result


def test_a_function_is_made_described_called_changed_and_deleted(place):
    client = place.client("lambda")
    made = make(place, "first", Environment={"Variables": {"LINE": "2"}}, Description="It sorts.")
    arn = "arn:aws:lambda:us-east-1:000000000000:function:first"
    assert (made["FunctionArn"], made["State"], made["Version"]) == (arn, "Active", "$LATEST")
    client.get_waiter("function_active_v2").wait(FunctionName="first")
    found = client.get_function(FunctionName=arn)["Configuration"]
    assert found["Environment"] == {"Variables": {"LINE": "2"}}
    assert found["CodeSha256"] == made["CodeSha256"]
    for name in ("first", arn, "000000000000:function:first", "first:$LATEST"):
        answer = client.invoke(FunctionName=name, Payload=b'{"a": 1}', LogType="Tail")
        assert json.loads(answer["Payload"].read()) == {"a": 1}
        assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
        assert "FunctionError" not in answer
        log = base64.b64decode(answer["LogResult"]).decode()
        assert f"sorted {answer['ResponseMetadata']['RequestId']}" in log
    failed = client.invoke(FunctionName="first", Payload=b'{"fail": 1}')
    assert failed["FunctionError"] == "Unhandled"
    problem = json.loads(failed["Payload"].read())
    assert (problem["errorType"], problem["errorMessage"]) == ("ValueError", "it cannot be sorted")
    assert client.invoke(FunctionName="first", InvocationType="DryRun")["StatusCode"] == 204
    other = (
        "import os\ndef handle(event, context):\n"
        "    return [os.environ['LINE'], context.memory_limit_in_mb]\n"
    )
    client.update_function_code(FunctionName="first", ZipFile=zipped(other))
    changed = client.update_function_configuration(
        FunctionName="first", MemorySize=300, Environment={"Variables": {"LINE": "3"}}
    )
    assert changed["RevisionId"] != made["RevisionId"]
    assert json.loads(client.invoke(FunctionName="first")["Payload"].read()) == ["3", "300"]
    with pytest.raises(ClientError) as refusal:
        client.update_function_code(FunctionName="first", ZipFile=zipped(), RevisionId=made["RevisionId"])
    assert code_of(refusal) == "PreconditionFailedException"
    with pytest.raises(ClientError) as refusal:
        make(place, "first")
    assert code_of(refusal) == "ResourceConflictException"
    assert "first" in [each["FunctionName"] for each in client.list_functions()["Functions"]]
    client.delete_function(FunctionName="first")
    for ask in (client.get_function, client.invoke, client.delete_function):
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            ask(FunctionName="first")


def test_it_has_the_rights_of_its_role_and_no_more(place):
    source = """
import boto3
def handle(event, context):
    s3, said = boto3.client("s3"), [boto3.client("sts").get_caller_identity()["Arn"]]
    s3.put_object(Bucket="sorted", Key="rights/own", Body=b"")
    for ask in (s3.list_buckets, lambda: s3.get_object(Bucket="sorted", Key="rights/own")):
        try: ask()
        except Exception as error: said.append(error.response["Error"]["Code"])
    return said
"""
    make(place, "limited", source)
    answer = json.loads(place.client("lambda").invoke(FunctionName="limited")["Payload"].read())
    assert answer == [
        "arn:aws:sts::000000000000:assumed-role/sorting/limited",
        "AccessDenied",
        "AccessDenied",
    ]


def test_who_may_not_is_refused_and_a_role_must_be_passed(place):
    iam = place.client("iam")
    iam.create_user(UserName="maker")
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    client = place.client("lambda", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    wish = {"FunctionName": "theirs", "Runtime": "python3.12", "Handler": "a.handle", "Role": role_of(place)}

    def refused():
        with pytest.raises(ClientError) as refusal:
            client.create_function(**wish, Code={"ZipFile": zipped()})
        return code_of(refusal), refusal.value.response["Error"]["Message"]

    assert refused()[0] == "AccessDeniedException"
    trainer = "arn:aws:iam::aws:policy/trainer"
    iam.attach_user_policy(UserName="maker", PolicyArn=trainer)
    time.sleep(1)
    assert "lambda:CreateFunction" in refused()[1]
    statement = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="maker", PolicyName="functions", PolicyDocument=document)
    time.sleep(1)
    assert "iam:PassRole" in refused()[1]
    wish["Role"] = role_of(place, "distrusting")
    root = place.client("lambda")
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        root.create_function(**wish, Code={"ZipFile": zipped()})
    assert "theirs" not in [each["FunctionName"] for each in root.list_functions()["Functions"]]


def test_a_role_that_is_taken_away_ends_its_functions_rights(place):
    iam, client = place.client("iam"), place.client("lambda")
    iam.create_role(RoleName="passing", AssumeRolePolicyDocument=json.dumps(TRUST))
    client.create_function(
        FunctionName="passing", Role=role_of(place, "passing"), Runtime="python3.12", Handler="a.handle",
        Code={"ZipFile": zipped()},
    )  # fmt: skip
    iam.delete_role(RoleName="passing")
    with pytest.raises(ClientError) as refusal:
        client.invoke(FunctionName="passing")
    assert code_of(refusal) == "AccessDeniedException"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip"),
        ({"Code": {"ZipFile": zipped(name="../a.py")}}, "outside of the function's folder"),
        ({"Code": {}}, "Please provide a source"),
        ({"Code": {"ImageUri": "an/image"}}, "made of zips"),
        ({"Code": {"S3Bucket": "sorted", "S3Key": "nothing.zip"}}, "GetObject"),
        ({"Runtime": "nodejs20.x"}, "functions are Python's"),
        (
            {"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:boto3:1"]},
            "boto3 is there without a layer",
        ),
        ({"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}, "VpcConfig"),
        ({"Publish": True}, "one version"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "reserved keys"),
        ({"Environment": {"Variables": {"LONG": "x" * 5000}}}, "5004 bytes"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_made(place, more, sentence):
    client = place.client("lambda")
    wish = {
        "Runtime": "python3.12",
        "Handler": "a.handle",
        "Role": role_of(place),
        "Code": {"ZipFile": zipped()},
    }
    with pytest.raises(ClientError, match=sentence) as refusal:
        client.create_function(FunctionName="never", **(wish | more))
    assert code_of(refusal) == "InvalidParameterValueException"
    assert "never" not in [each["FunctionName"] for each in client.list_functions()["Functions"]]


def test_events_that_cannot_be_are_refused(place):
    make(place, "picky")
    client = place.client("lambda")
    for payload, kind, code in (
        (b"{no json", "RequestResponse", "InvalidRequestContentException"),
        (b'"' + b"x" * (6 << 20) + b'"', "RequestResponse", "RequestTooLargeException"),
        (b'"' + b"x" * (1 << 20) + b'"', "Event", "RequestTooLargeException"),
    ):
        with pytest.raises(ClientError) as refusal:
            client.invoke(FunctionName="picky", Payload=payload, InvocationType=kind)
        assert code_of(refusal) == code
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.invoke(FunctionName="picky", Qualifier="7")
    with pytest.raises(ClientError) as refusal:
        client.invoke(FunctionName="arn:aws:lambda:us-east-1:111122223333:function:picky")
    assert code_of(refusal) == "AccessDeniedException"


def command(place, capsys, *words):
    with pytest.raises(SystemExit) as end:
        app(["function", *words, "--data", str(place.data)])
    said = capsys.readouterr()
    assert not end.value.code, said.err
    return said.out


def test_what_fails_for_good_is_a_dead_letter_and_is_redriven(place, capsys):
    client, s3 = place.client("lambda"), place.client("s3")
    make(place, "failing")
    settings = client.put_function_event_invoke_config(FunctionName="failing", MaximumRetryAttempts=0)
    assert settings["MaximumRetryAttempts"] == 0
    event = {"fail": 1, "Records": [{"s3": {"object": {"key": "redriven"}}}]}
    answer = client.invoke(FunctionName="failing", InvocationType="Event", Payload=json.dumps(event))
    assert answer["StatusCode"] == 202
    number = answer["ResponseMetadata"]["RequestId"]
    [line] = wait_until(lambda: command(place, capsys, "dead-letters", "failing").splitlines())
    letter = json.loads(line)
    assert letter["requestPayload"] == event
    assert letter["requestContext"]["requestId"] == number
    assert letter["responsePayload"]["errorMessage"] == "it cannot be sorted"
    assert "ValueError: it cannot be sorted" in command(place, capsys, "logs", "failing")
    client.update_function_code(FunctionName="failing", ZipFile=zipped(SORTER.replace('"fail"', '"other"')))
    assert command(place, capsys, "redrive", "failing") == "1 to be tried again\n"
    wait_until(lambda: s3.list_objects_v2(Bucket="sorted", Prefix="redriven/").get("Contents"))
    wait_until(lambda: not command(place, capsys, "dead-letters", "failing"))


def test_a_bucket_calls_it_once_its_policy_lets_it(place):
    client, s3 = place.client("lambda"), place.client("s3")
    arn = make(place, "hearing")["FunctionArn"]
    rules = {"LambdaFunctionConfigurations": [{"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}]}
    wish = {"Bucket": "arriving", "NotificationConfiguration": rules}
    with pytest.raises(ClientError, match="does not let s3"):
        s3.put_bucket_notification_configuration(**wish)
    permission = {"FunctionName": "hearing", "StatementId": "s3", "Action": "lambda:InvokeFunction"}
    permission["Principal"] = "s3.amazonaws.com"
    client.add_permission(**permission, SourceArn="arn:aws:s3:::another")
    with pytest.raises(ClientError, match="does not let"):
        s3.put_bucket_notification_configuration(**wish)
    client.remove_permission(FunctionName="hearing", StatementId="s3")
    client.add_permission(**permission, SourceArn="arn:aws:s3:::arriving", SourceAccount="000000000000")
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.add_permission(**permission)
    with pytest.raises(ClientError, match="calls no function here"):
        client.add_permission(**permission | {"Principal": "*", "StatementId": "all"})
    s3.put_bucket_notification_configuration(**wish)
    s3.put_object(Bucket="arriving", Key="a b+ä.jpg", Body=b"1")
    wait_until(lambda: s3.list_objects_v2(Bucket="sorted", Prefix="a b+ä.jpg/").get("Contents"))
    client.remove_permission(FunctionName="hearing", StatementId="s3")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName="hearing")
    s3.put_bucket_notification_configuration(Bucket="arriving", NotificationConfiguration={})


def test_events_are_handled_although_the_server_is_killed(tmp_path, capsys):
    data, count = tmp_path / "data", 40
    server = start_server(data, VEDETTE_FUNCTIONS="confined")
    try:
        iam, s3 = server.client("iam"), server.client("s3")
        iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=json.dumps(MAY))
        s3.create_bucket(Bucket="sorted")
        s3.create_bucket(Bucket="arriving")
        code = tmp_path / "a.py"
        code.write_text(SORTER)
        for _ in range(2):  # the second time it is changed
            words = ("create", "sorter", str(code), "--role", role_of(server), "--on", "s3://arriving/in/")
            words += ("--handler", "a.handle", "--endpoint", server.address)
            assert "function:sorter" in command(server, capsys, *words)
        for number in range(count):
            s3.put_object(Bucket="arriving", Key=f"in/{number:03}", Body=b"1")
            if number == count // 2:
                wait_until(partial(sorted_once, s3))
                server.process.send_signal(signal.SIGKILL)
                server.process.wait()
                server.process.stdout.close()
                server = start_server(data, VEDETTE_FUNCTIONS="confined")
                s3 = server.client("s3")

        def handled():
            keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="sorted").get("Contents", ())]
            return len({key.rpartition("/")[0] for key in keys}) == count

        wait_until(handled, 120)
    finally:
        stop_server(server)


def sorted_once(s3) -> bool:
    return s3.list_objects_v2(Bucket="sorted")["KeyCount"] > 0


def test_clients_in_a_function_trust_the_certificate_that_the_server_made(tmp_path):
    source = "import boto3\ndef handle(event, context):\n    s3 = boto3.client('s3')\n"
    source += "    return s3.put_object(Bucket='sorted', Key='a', Body=b'')['ETag']\n"
    server = start_server(tmp_path / "data", "--tls", "self", VEDETTE_FUNCTIONS="confined")
    try:
        iam, client = server.client("iam"), server.client("lambda")
        iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=json.dumps(MAY))
        server.client("s3").create_bucket(Bucket="sorted")
        make(server, "asking", source)
        answer = client.invoke(FunctionName="asking")
        assert json.loads(answer["Payload"].read()) == '"d41d8cd98f00b204e9800998ecf8427e"'
    finally:
        stop_server(server)


def test_a_server_has_none_unless_its_operator_wants_them(server):
    with pytest.raises(ClientError, match="Functions are off on this server") as refusal:
        make_off(server)
    assert code_of(refusal) == "AccessDeniedException"
    assert server.client("lambda").list_functions()["Functions"] == []


def make_off(server):
    role = "arn:aws:iam::000000000000:role/none"
    return server.client("lambda").create_function(
        FunctionName="off", Role=role, Runtime="python3.12", Handler="a.handle", Code={"ZipFile": zipped()}
    )


def test_variables_are_in_no_record(place):
    make(place, "secretive", Environment={"Variables": {"PASSWORD": "opensesame"}})
    files = [file for file in (place.data / "audit").rglob("*") if file.is_file()]
    assert files
    assert not any(b"opensesame" in file.read_bytes() for file in files)
    assert b"opensesame" not in (place.data / "vedette.db").read_bytes()
