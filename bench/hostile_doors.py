"""Requests that mean no good to IAM, KMS, CloudWatch and CloudTrail, drawn from a seed and from the shapes.

Each is a request of a true operation in which some members are as a client sends them and some are not, in
every protocol of its service, truly signed, so that it reaches the rooms. `python -m bench.hostile --doors`.
"""

import base64
import gzip
import json
import math
import struct
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import quote_plus

from botocore.model import OperationModel, Shape

from bench.hostile_cases import Case, Cases
from vedette.wire import cbor, models

DOORS = ("iam", "kms", "monitoring", "cloudtrail", "sts")
VERSIONS = {"iam": "2010-05-08", "monitoring": "2010-08-01", "sts": "2011-06-15"}
PREFIXES = {
    "kms": "TrentService",
    "monitoring": "GraniteServiceVersion20100801",
    "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
}
MANY = 100_000
# Beyond this a form is refused unread by any server, and drawing it takes this program a minute.
MOST_TEXT = 4_000_000
OPERATORS = ("StringLike", "ForAnyValue:StringLike", "IpAddress", "DateLessThan", "Null", "x")
SPANS = ((0, 2_000_000_000), (2_000_000_000, 0), (1_764_000_000, 1_764_086_400), (-1, 10**12))
LISTED = (
    ("kms", "TagResource"),
    ("kms", "UntagResource"),
    ("kms", "CreateGrant"),
    ("cloudtrail", "LookupEvents"),
)
NUMBERS = (math.nan, math.inf, 1e300, -1e18)
SSE = "x-amz-server-side-encryption"
SSE_KEY, SSE_CONTEXT = f"{SSE}-aws-kms-key-id", f"{SSE}-context"


class DoorCases(Cases):
    """A source of cases for the services of trust; `names` are of things that exist."""

    def __init__(
        self, seed: int, host: str, key: tuple[str, str], clock: Callable[[], datetime], names: list[str]
    ) -> None:
        super().__init__(seed, host, key, clock)
        self.names = names
        self.kinds = [
            (30, self.drawn_operation),
            (8, self.policy),
            (6, self.expression),
            (6, self.broken_cbor),
            (4, self.packed),
            (4, self.long_form),
            (3, self.sealing_headers),
            (3, self.foreign_bytes),
        ]

    # --- members by their shapes ------------------------------------------------------------------

    def member(self, shape: Shape, depth: int = 0) -> Any:
        """Return a value for a shape: mostly of its type, now and then not."""
        if self.draw.random() < 0.12:
            return self.value(2)
        kind = shape.type_name
        if kind == "structure":
            return self.members(shape, depth + 1)
        if kind == "list":
            count = self.draw.choice([0, 1, 1, 2, 3, 60]) if depth < 3 else 1
            return [self.member(shape.member, depth + 1) for _ in range(count)]
        if kind == "map":
            return {self.word(shape.key): self.member(shape.value, depth + 1) for _ in range(2)}
        return self.plain(shape)

    def members(self, shape: Shape, depth: int = 0) -> dict[str, Any]:
        """Return the members of a structure: the required ones nearly always, others now and then."""
        required = set(shape.metadata.get("required", ()))
        return {
            name: self.member(member, depth)
            for name, member in shape.members.items()
            if self.draw.random() < (0.97 if name in required else 0.25 if depth < 4 else 0)
        }

    def plain(self, shape: Shape) -> Any:
        """Return a number, time, text or bytes."""
        match shape.type_name:
            case "integer" | "long":
                return self.any_of(0, 1, 5, 60, 100, 3600, -1, 2**31, 2**63 - 1, -(2**63))
            case "double" | "float":
                return self.any_of(0.0, 1.5, -1e308, 1e-320, 60)
            case "boolean":
                return self.any_of(True, False, "true", "perhaps")
            case "timestamp":
                return self.any_of(1_764_000_000, 0, -1, 253_402_300_800, 1e300, "2026-11-29T00:00:00Z", "x")
            case "blob":
                return base64.b64encode(self.bytes_(300)).decode()
        return self.word(shape)

    def word(self, shape: Shape) -> str:
        """Return a text: a name that exists, one of the shape's, or an unexpected one."""
        enum = shape.metadata.get("enum") or [shape.name]
        roll = self.draw.random()
        if roll < 0.45:
            return self.draw.choice(self.names)
        if roll < 0.7:
            return str(self.draw.choice(enum))
        return self.text()[:9000]

    # --- protocols --------------------------------------------------------------------------------

    def drawn_operation(self) -> Case:
        """Return a drawn operation of a drawn service."""
        service = self.draw.choice(DOORS)
        name = self.draw.choice(models.service(service).operation_names)
        operation = models.operation(service, name)
        assert operation is not None
        members = self.members(operation.input_shape) if operation.input_shape else {}
        return self.sent(service, operation, members)

    def sent(self, service: str, operation: OperationModel, members: dict[str, Any]) -> Case:
        """Return the request in one of the protocols that the service speaks."""
        name = operation.name
        speaks = {"iam": ["query"], "sts": ["query"], "monitoring": ["query", "json", "cbor"]}
        kind = self.draw.choice(speaks.get(service, ["json"]))
        if kind == "query":
            body = form_of(name, VERSIONS[service], members).encode()
            fields = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
            return Case(f"{service} query", self.signed(service, "POST", "/", "", fields, body))
        if kind == "cbor":
            path = f"/service/{PREFIXES[service]}/operation/{name}"
            fields = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
            return Case(f"{service} cbor", self.signed(service, "POST", path, "", fields, packed(members)))
        version = "1.0" if service == "monitoring" else "1.1"
        fields = [
            ("X-Amz-Target", f"{PREFIXES[service]}.{name}"),
            ("Content-Type", f"application/x-amz-json-{version}"),
        ]
        body = json.dumps(members).encode()
        return Case(f"{service} json", self.signed(service, "POST", "/", "", fields, body))

    def call(self, service: str, name: str, members: dict[str, Any]) -> Case:
        """Return a request of an operation by its name."""
        operation = models.operation(service, name)
        assert operation is not None
        return self.sent(service, operation, members)

    # --- what costs much to judge -----------------------------------------------------------------

    def policy(self) -> Case:
        """Return a policy that is nonsense, deep, long, or dear to judge."""
        stars = "*".join("a" * self.draw.randint(1, 3) for _ in range(self.draw.choice([5, 200, 2000])))
        statement: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": f"arn:aws:s3:::{stars}*b"}
        if self.draw.random() < 0.5:
            operator = self.any_of(
                "StringLike", "ForAnyValue:StringLike", "IpAddress", "DateLessThan", "Null", "x"
            )
            statement["Condition"] = {
                str(operator): {"aws:useragent": [stars, self.text()[:500], self.value(2)]}
            }
        document: Any = {"Version": "2012-10-17", "Statement": [statement] * self.draw.choice([1, 3, 500])}
        text = self.draw.choice([
            lambda: json.dumps(document),
            lambda: '{"Statement":' + "[" * 3000,
            lambda: '{"Statement":' * 500 + "1" + "}" * 500,
            lambda: json.dumps(self.value()),
            lambda: json.dumps(document).replace("Effect", "\\ud800"),
            lambda: '{"Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}]}',
        ])()  # fmt: skip
        arns = ["arn:aws:s3:::" + "a" * self.draw.choice([10, 1000, 2000])]
        name, many = self.draw.choice(self.names), self.draw.choice([1, 300])
        member = self.draw.choice([
            ("iam", "PutUserPolicy", {"UserName": name, "PolicyName": "p", "PolicyDocument": text}),
            ("iam", "CreatePolicy", {"PolicyName": f"p{self.draw.randint(0, 99)}", "PolicyDocument": text}),
            ("iam", "UpdateAssumeRolePolicy", {"RoleName": name, "PolicyDocument": text}),
            ("iam", "SimulateCustomPolicy",
             {"PolicyInputList": [text] * min(self.draw.choice([1, 20]), 1 + MOST_TEXT // len(text)),
              "ResourceArns": arns * many,
              "ActionNames": ["s3:GetObject"] * many}),
            ("kms", "PutKeyPolicy", {"KeyId": name, "Policy": text, "PolicyName": "default"}),
            ("kms", "CreateKey", {"Policy": text}),
            ("sts", "AssumeRole", {"RoleArn": name, "RoleSessionName": "s", "Policy": text}),
        ])  # fmt: skip
        return self.call(*member)

    def expression(self) -> Case:
        """Return metric queries whose expressions are deep, long or name one another."""
        texts = [
            "(" * 2000 + "a" + ")" * 2000,
            "-" * 2000 + "a",
            "a" + "+a" * 900,
            "a/0",
            "a*" * 500 + "1e999",
            "FILL(a,REPEAT)" * 3,
            "SUM(METRICS())/0",
            "RATE(RATE(RATE(a)))",
            "b",
            "9" * 1000,
            "IF(a,b)",
            'SEARCH("{AWS/Rekognition,ProjectArn} x", "Sum", 60)',
            self.text()[:1500],
        ]
        name = self.draw.choice([*self.names, self.text()[:300]])
        stat = {
            "Metric": {"Namespace": "AWS/Rekognition", "MetricName": name},
            "Period": self.any_of(60, 1, 7, 86400, 0, -60, 2**31),
            "Stat": self.any_of("Sum", "p99", "p100.0", "tm(10%:90%)", "PR(1:)", "x", "p" + "9" * 400),
        }
        queries: list[dict[str, Any]] = [{"Id": "a", "MetricStat": stat}]
        queries += [
            {"Id": f"e{number}", "Expression": self.draw.choice([*texts, f"e{(number + 1) % 5}"])}
            for number in range(self.draw.choice([1, 5, 499]))
        ]
        span = self.draw.choice(SPANS)
        members = {"MetricDataQueries": queries, "StartTime": span[0], "EndTime": span[1]}
        if self.draw.random() < 0.3:
            alarm = {"AlarmName": "a", "Metrics": queries[:50], "EvaluationPeriods": 1,
                     "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
            alarm["Threshold"] = self.any_of(1, 1e308, "NaN")
            return self.call("monitoring", "PutMetricAlarm", alarm)
        return self.call("monitoring", "GetMetricData", members)

    # --- what is dear to read -----------------------------------------------------------------------

    def broken_cbor(self) -> Case:
        """Return CBOR that claims much, nests deeply, or ends early."""
        body = self.draw.choice([
            b"\x9b" + b"\xff" * 8,
            b"\xbb" + b"\xff" * 8,
            b"\x5b\x7f" + b"\xff" * 7,
            b"\x9f" * 5000,
            b"\x81" * 100_000 + b"\x00",
            b"\xc1" * 5000 + b"\x00",
            b"\xa1\x69StartTime\xc1\xfb" + struct.pack(">d", self.draw.choice(NUMBERS)),
            b"\xa1\x69StartTime\xc1\x1b" + b"\xff" * 8,
            b"\x80" * 50_000,
            b"\x9f" + b"\x80" * 1_000_000 + b"\xff",
            b"\xbf\x61a\x01\x61a\x02\xff",
            b"\x7f" + b"\x61a" * 1000,
            b"\xa1\x62\xff\xfe\x01",
            b"\xf8\xff",
            self.bytes_(200),
        ])  # fmt: skip
        operation = self.any_of(
            "GetMetricData", "PutMetricData", "ListMetrics", "GetMetricStatistics", "x" * 300
        )
        fields = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        path = f"/service/{PREFIXES['monitoring']}/operation/{operation}"
        return Case("cbor", self.signed("monitoring", "POST", path, "", fields, body))

    def packed(self) -> Case:
        """Return bodies that unpack to much, to nothing, or not at all."""
        body = self.draw.choice(bombs())
        if self.draw.random() < 0.3:
            body = body[: self.draw.randint(0, len(body))] + self.bytes_(9)
        fields = [("Content-Encoding", str(self.any_of("gzip", "GZIP", "br", "gzip, gzip")))]
        if self.draw.random() < 0.5:
            fields += [
                ("X-Amz-Target", f"{PREFIXES['monitoring']}.ListMetrics"),
                ("Content-Type", "application/x-amz-json-1.0"),
            ]
        else:
            fields += [("Content-Type", "application/x-www-form-urlencoded")]
        return Case("packed", self.signed("monitoring", "POST", "/", "", fields, body))

    def long_form(self) -> Case:
        """Return forms with many, deep, repeated and wrongly numbered fields, and JSON with long arrays."""
        many = {"Tags": [{"Key": str(number), "Value": "x"} for number in range(4000)]}
        parts = self.draw.choice([
            "&".join(f"Tags.member.{number}.Key=x" for number in range(MANY)),
            "Tags" + ".member.1" * 5000 + "=x",
            "Tags.member.999999999.Key=x&Tags.member.0.Key=y&Tags.member.-1.Key=z&Tags.member.1e3.Key=q",
            "UserName=a&UserName=b&UserName.member.1=c",
            "Tags.member.1=x&Tags.member.1.Key=y",
            "&" * 400_000,
            "%" * 10_000,
            "UserName=%00%ff%c0%af",
            "UserName=" + "%F0%9F%98%80" * 3000,
        ])  # fmt: skip
        if self.draw.random() < 0.4:
            items = self.draw.choice([{"TagKey": "a", "TagValue": "b"}, "x", [], 0])
            service, name = self.draw.choice(LISTED)
            member = dict.fromkeys(
                ("Tags", "TagKeys", "GrantTokens", "Operations", "LookupAttributes"), [items] * MANY
            )
            return self.call(service, name, member | {"KeyId": self.draw.choice(self.names)})
        if self.draw.random() < 0.2:
            return self.call("iam", "CreateUser", {"UserName": "many"} | many)
        body = f"Action={self.any_of('CreateUser', 'TagUser', 'TagRole')}&Version=2010-05-08&{parts}".encode()
        fields = [("Content-Type", "application/x-www-form-urlencoded")]
        return Case("long form", self.signed("iam", "POST", "/", "", fields, body))

    def sealing_headers(self) -> Case:
        """Return objects that are to be sealed with keys that are odd, or are not there."""
        key = base64.b64encode(self.draw.randbytes(self.draw.choice([0, 16, 32, 33]))).decode()
        name = self.draw.choice(self.names)
        context = base64.b64encode(json.dumps(self.value()).encode()).decode()
        fields = self.draw.choice([
            [(SSE, "aws:kms"), (SSE_KEY, name)],
            [(SSE, "aws:kms"), (SSE_KEY, self.text()[:3000])],
            [(SSE, "aws:kms"), (SSE_CONTEXT, context)],
            [(SSE, "aws:kms"), (SSE_CONTEXT, self.text()[:3000])],
            [(f"{SSE}-customer-algorithm", "AES256"), (f"{SSE}-customer-key", key),
             (f"{SSE}-customer-key-md5", self.text()[:100])],
            [(f"{SSE}-bucket-key-enabled", self.text()[:50])],
        ])  # fmt: skip
        method = str(self.any_of("PUT", "PUT", "GET", "HEAD"))
        path = f"/hostile/sealed{self.draw.randint(0, 3)}"
        return Case("sealing", self.signed("s3", method, path, "", fields, b"x" if method == "PUT" else b""))

    def foreign_bytes(self) -> Case:
        """Return ciphertexts that no key of ours made, or that somebody changed."""
        blob = self.draw.choice([b"", b"\x01" * 184, self.bytes_(6144), b"\0" * 16, self.draw.randbytes(90)])
        text = base64.b64encode(blob).decode()
        context = {self.text()[:200]: self.text()[:200] for _ in range(self.draw.choice([0, 1, 8]))}
        name = self.draw.choice(["Decrypt", "ReEncrypt", "Encrypt", "GenerateDataKey", "RetireGrant"])
        key, other = self.draw.choices(self.names, k=2)
        members = {"CiphertextBlob": text, "Plaintext": text, "KeyId": key, "KeySpec": "AES_256",
                   "DestinationKeyId": other, "EncryptionContext": context,
                   "GrantToken": text, "GrantTokens": [text[:8192]]}  # fmt: skip
        return self.call("kms", name, members)


@cache
def bombs() -> list[bytes]:
    """Return what unpacks to much."""
    return [
        gzip.compress(content, 6)
        for content in (
            b" " * (64 << 20),
            b"Action=ListMetrics&Version=2010-08-01&" + b"a=b&" * 900_000,
            b'{"Dimensions":[' + b'{"Name":"x"},' * MANY + b'{"Name":"x"}]}',
            gzip.compress(b"{}"),
            b"{}",
        )
    ]


def form_of(action: str, version: str, members: dict[str, Any]) -> str:
    """Return members as a form of the Query protocol, whatever they are."""
    pairs = [("Action", action), ("Version", version), *_flat("", members)]
    return "&".join(f"{quote_plus(name)}={quote_plus(text, errors='replace')}" for name, text in pairs)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), item)
    elif isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _flat(f"{name}.member.{number}", item)
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def packed(members: dict[str, Any]) -> bytes:
    """Return members as CBOR; numbers that it cannot hold as texts."""
    return cbor.dump(_held(members))


def _held(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _held(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_held(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) >= 1 << 64 else value


def stage(client: Callable[[str], Any]) -> list[str]:
    """Make a few things of each service, and return what they are called."""
    iam, kms, cloudwatch = client("iam"), client("kms"), client("cloudwatch")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    iam.create_user(UserName="ada")
    iam.create_group(GroupName="makers")
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    allow = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    policy = iam.create_policy(PolicyName="all", PolicyDocument=json.dumps(allow))["Policy"]
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/k", TargetKeyId=key["KeyId"])
    cloudwatch.put_metric_data(Namespace="Own", MetricData=[{"MetricName": "m", "Value": 1.0}])
    arns = [role["Arn"], policy["Arn"], key["Arn"], role["Arn"].replace(":role/worker", ":user/ada")]
    return ["ada", "makers", "worker", "all", key["KeyId"], "alias/k", "m", "Own", "default", "v1", *arns]
