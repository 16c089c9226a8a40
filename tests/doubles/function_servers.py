"""Servers on which functions run, and what tests of them have in common."""

import json
import time
from pathlib import Path

from doubles.function_requests import zipped
from doubles.servers import RunningServer, start_server

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def start_functions(
    data: Path, *actions: str, words: tuple[str, ...] = (), **variables: str
) -> RunningServer:
    """Start a server with a role `sorting` that may do these actions, and a bucket `sorted`."""
    server = start_server(data, *words, VEDETTE_FUNCTIONS="confined", **variables)
    iam = server.client("iam")
    iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))
    statement = {"Effect": "Allow", "Action": ["s3:PutObject", *actions], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=document)
    server.client("s3").create_bucket(Bucket="sorted")
    return server


def make(server: RunningServer, name: str, source: str, **more) -> str:
    """Make a function, and return its ARN."""
    settings = {"Timeout": 60, "MemorySize": 256, "Runtime": "python3.12", "Handler": "a.handle", **more}
    role = server.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
    code = {"ZipFile": zipped(source)}
    made = server.client("lambda").create_function(FunctionName=name, Role=role, Code=code, **settings)
    return str(made["FunctionArn"])


def wait_until(look, seconds: float = 60.0):
    """Return what is seen once it is there."""
    end = time.monotonic() + seconds
    while not (result := look()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
    return result
