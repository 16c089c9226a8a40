"""A thousand objects, a function that hears of each, and a server that is killed meanwhile: none is lost.

    python -m bench.function_events [--objects 1000] [--kills 3]

The function writes an object for every event; each of the thousand must be there at the end. The server is
killed with SIGKILL at random moments, with a fixed seed, and started again on the same folder.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path

from doubles.function_requests import zipped
from doubles.servers import RunningServer, start_server, stop_server

SOURCE = """
import uuid, boto3
s3 = boto3.client("s3")

def handle(event, context):
    for record in event["Records"]:
        s3.put_object(Bucket="sorted", Key=f"{record['s3']['object']['key']}/{uuid.uuid4()}", Body=b"")
"""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
MAY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def main() -> None:
    """Put objects, kill the server, and count what was handled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        handled, seconds = _run(Path(folder) / "data", args.objects, args.kills)
    twice = sum(count > 1 for count in handled.values())
    print(
        f"{len(handled):,} of {args.objects:,} objects handled, {twice} more than once, in {seconds:.0f} s;"
    )
    print(f"{args.kills} kills. Bar: every one at least once: {len(handled) == args.objects}")


def _run(data: Path, count: int, kills: int) -> tuple[Counter[str], float]:
    server = start_server(data, VEDETTE_FUNCTIONS="confined")
    _prepare(server)
    moments = sorted(random.Random(17).sample(range(count // 10, count), kills))
    began = time.monotonic()
    s3 = server.client("s3")
    for number in range(count):
        s3.put_object(Bucket="arriving", Key=f"{number:05}", Body=b"1")
        if number in moments:
            server.process.kill()
            server.process.wait()
            server = start_server(data, VEDETTE_FUNCTIONS="confined")
            s3 = server.client("s3")
    handled = _handled(server)
    while len(handled) < count and time.monotonic() - began < 1800:
        time.sleep(1)
        handled = _handled(server)
    seconds = time.monotonic() - began
    stop_server(server)
    return handled, seconds


def _prepare(server: RunningServer) -> None:
    iam, s3, client = server.client("iam"), server.client("s3"), server.client("lambda")
    role = iam.create_role(RoleName="sorting", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="sorting", PolicyName="may", PolicyDocument=json.dumps(MAY))
    for bucket in ("arriving", "sorted"):
        s3.create_bucket(Bucket=bucket)
    function = {"FunctionName": "sorter", "Role": role, "Runtime": "python3.12", "Handler": "a.handle"}
    arn = client.create_function(**function, Timeout=60, MemorySize=256, Code={"ZipFile": zipped(SOURCE)})
    client.add_permission(
        FunctionName="sorter", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    rule = {"LambdaFunctionArn": arn["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
    rules = {"LambdaFunctionConfigurations": [rule]}
    s3.put_bucket_notification_configuration(Bucket="arriving", NotificationConfiguration=rules)


def _handled(server: RunningServer) -> Counter[str]:
    pages = server.client("s3").get_paginator("list_objects_v2").paginate(Bucket="sorted")
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    return Counter(key.partition("/")[0] for key in keys)


if __name__ == "__main__":
    main()
