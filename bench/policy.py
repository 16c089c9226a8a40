"""What a bucket policy of 20 statements costs a GET of a small object.

    python -m bench.policy

One bare line asks for the same object in a bucket with the policy and in one without, in turn, with
signatures made beforehand, so that the server alone is measured and noise meets both alike; on a busy
machine its processor time says more than the clock. Asked once
as the owner, whom every statement is held against, and once as a stranger whom the last one lets in.
Bar: at least 0.9 of the GETs a second without a policy.
"""

import http.client
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.common import RunningServer, machine, median, own_server, processor_s, row

ROUNDS, BLOCK = 60, 50
BAR = 0.9
ELSEWHERE = "111122223333"
BODY = b"x" * 1000


def policy(bucket: str) -> str:
    """Return a policy such as grows over years: denials with conditions, teams, readers from elsewhere."""
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    denials = [
        {"Action": "s3:*", "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
        {"Action": "s3:*", "Condition": {"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8", "10.0.0.0/8"]}}},
        {"Action": "s3:PutObject", "Condition": {"Null": {"s3:x-amz-server-side-encryption": "true"}}},
        {"Action": ["s3:DeleteObject*", "s3:PutBucket*"], "Condition": {"ArnNotLike": {
            "aws:PrincipalArn": "arn:aws:iam::000000000000:role/operator-*"}}},
        {"Action": "s3:GetObject", "Condition": {"StringEquals": {"s3:ExistingObjectTag/kind": "secret"}}},
    ]  # fmt: skip
    statements = [{"Effect": "Deny", "Principal": "*", "Resource": resources, **more} for more in denials]
    statements += [team(bucket, number) for number in range(14)]
    reader = {"Effect": "Allow", "Principal": {"AWS": ELSEWHERE}, "Action": "s3:Get*", "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements, reader]})


def team(bucket: str, number: int) -> dict:
    """Return what lets one team at its own pictures."""
    below = f"arn:aws:s3:::{bucket}/team-{number}/${{aws:PrincipalTag/line}}/*"
    return {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{ELSEWHERE}:role/team-{number}", f"{number:012}"]},
        "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket*"],
        "Resource": [below, f"arn:aws:s3:::{bucket}"],
        "Condition": {"DateLessThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}},
    }


def signed(server: RunningServer, key: tuple[str, ...], path: str) -> dict[str, str]:
    request = AWSRequest(method="GET", url=server.address + path)
    S3SigV4Auth(Credentials(*key), "s3", "us-east-1").add_auth(request)
    return dict(request.headers)


@dataclass
class Cost:
    """What GETs took: each on the wall, in milliseconds, and all together in processor time of the server."""

    times: list[float] = field(default_factory=list)
    processor_ms: float = 0.0


def measure(server: RunningServer, key: tuple[str, ...], paths: dict[str, str]) -> dict[str, Cost]:
    """Return what the GETs cost, by the name of the bucket's path; blocks of them take turns."""
    address = urlsplit(server.address)
    line = http.client.HTTPConnection(address.hostname or "", address.port)
    headers = {name: signed(server, key, path) for name, path in paths.items()}
    costs = {name: Cost() for name in paths}
    for _ in range(ROUNDS):
        for name, path in paths.items():
            before = processor_s(server.process.pid)
            costs[name].times += [get(line, path, headers[name]) for _ in range(BLOCK)]
            costs[name].processor_ms += (processor_s(server.process.pid) - before) * 1000
    return costs


def get(line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> float:
    began = time.perf_counter()
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    assert (answer.status, len(body)) == (200, len(BODY)), body
    return (time.perf_counter() - began) * 1000


def a_stranger(server: RunningServer) -> tuple[str, str]:
    server.vedette("account", "create", ELSEWHERE)
    key = json.loads(server.vedette("key", "create", "--account", ELSEWHERE, "--format", "json"))
    return key["AccessKeyId"], key["SecretAccessKey"]


def main() -> None:
    """Measure both callers and print the ratios."""
    print(machine())
    with own_server() as server:
        s3 = server.client("s3")
        for bucket in ("with-policy", "without-policy"):
            s3.create_bucket(Bucket=bucket)
            s3.put_object(Bucket=bucket, Key="team-3/a", Body=BODY, ACL="private")
        s3.put_bucket_policy(Bucket="with-policy", Policy=policy("with-policy"))
        stranger = a_stranger(server)
        grantee = server.client("s3", key=stranger).list_buckets()["Owner"]["ID"]
        s3.put_object_acl(Bucket="without-policy", Key="team-3/a", GrantRead=f'id="{grantee}"')
        for caller, key in (("the owner", server.key), ("a stranger", stranger)):
            paths = {"with": "/with-policy/team-3/a", "without": "/without-policy/team-3/a"}
            costs = measure(server, key, paths)
            wall = {name: median(cost.times) for name, cost in costs.items()}
            processor = {name: cost.processor_ms / len(cost.times) for name, cost in costs.items()}
            for kind, value in (("by the clock", wall), ("by the processor", processor)):
                ratio = value["without"] / value["with"]
                text = f"{ratio:.2f} ({value['with']:.2f} ms against {value['without']:.2f} ms)"
                row(f"GET by {caller}, 20 statements against none, {kind}", text, f"≥ {BAR}", ratio >= BAR)


if __name__ == "__main__":
    main()
