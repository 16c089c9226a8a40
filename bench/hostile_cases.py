"""Requests that mean no good, drawn from a seed: what bench/hostile.py sends.

A case is bytes for a raw socket. Many carry a true signature, so that they get past the
gate and reach the parsers, the rooms and the disk behind it.
"""

import base64
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from vedette.wire.canonical import canonical_requests, digest
from vedette.wire.http import Headers, Request
from vedette.wire.sigv4 import sign, signing_key

BUCKET = "hostile"
SERVICES = ("rekognition", "lookoutvision", "s3", "sts")


@dataclass(frozen=True)
class Case:
    """What to send; `cut` says that the request stops before its end."""

    family: str
    data: bytes
    cut: bool = False


class Cases:
    """A source of cases: the same seed gives the same ones, but for dates and signatures."""

    def __init__(self, seed: int, host: str, key: tuple[str, str], clock: Callable[[], datetime]) -> None:
        self.draw = random.Random(seed)
        self.host = host
        self.key = key
        self.clock = clock
        self.kinds: list[tuple[int, Callable[[], Case]]] = [
            (6, self.noise),
            (8, self.start_line),
            (10, self.header_bomb),
            (8, self.framing),
            (10, self.forged),
            (14, self.json_body),
            (10, self.rest_route),
            (16, self.object_path),
            (12, self.object_headers),
            (10, self.documents),
            (6, self.chunks),
            (6, self.form),
            (5, self.query_protocol),
            (5, self.own_pages),
            (6, self.truncated),
            (4, self.smuggled),
        ]

    def next(self) -> Case:
        """Return one more case."""
        make = self.draw.choices([make for _, make in self.kinds], [weight for weight, _ in self.kinds])[0]
        return make()

    # --- pieces ---------------------------------------------------------------------------------

    def bytes_(self, most: int) -> bytes:
        return self.draw.randbytes(self.draw.randint(0, most))

    def any_of(self, *choices: object) -> object:
        return self.draw.choice(choices)

    def text(self) -> str:
        """Return a value that somebody did not expect."""
        odd = [
            "",
            " ",
            "0",
            "-1",
            "1e999",
            "NaN",
            "null",
            "true",
            "%",
            "%%",
            "%zz",
            "%00",
            "\x7f",
            "é",
            "\u202e",
            "😀" * 50,
            "a" * 70_000,
            "../" * 40,
            "..\\..\\",
            "/etc/passwd",
            "file:///etc/passwd",
            "C:\\x",
            "'; DROP TABLE projects; --",
            "${jndi:ldap://x}",
            "{{7*7}}",
            "<script>",
            "\r\nX: y",
            "a\0b",
            "CON",
            "arn:aws:rekognition:us-east-1:000000000000:project/x/1",
            "arn:::::",
            "arn:aws:s3:::" + "x" * 3000,
            "9" * 400,
            "-" * 300,
            "2026-13-45T99:99:99Z",
            "s3://",
            "s3://hostile/../../x",
            ".",
            "..",
            "~root",
        ]
        return self.draw.choice(odd)

    def value(self, depth: int = 0) -> object:
        """Return a JSON value of any type."""
        kind = self.draw.randint(0, 9 if depth < 3 else 6)
        if kind < 3:
            return self.text()
        if kind < 7:
            return self.any_of(0, -1, 2**63, 10**40, 1e308, True, False, None, 0.1)
        if kind == 7:
            return [self.value(depth + 1) for _ in range(self.draw.randint(0, 4))]
        if kind == 8:
            return {self.text(): self.value(depth + 1) for _ in range(self.draw.randint(0, 4))}
        return {name: self.value(depth + 1) for name in self.draw.sample(MEMBERS, 3)}

    def raw(
        self,
        method: str,
        target: str,
        fields: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        *,
        length: str | None = None,
        version: str = "HTTP/1.1",
    ) -> bytes:
        """Return a request as bytes; text goes out in Latin-1, so that any byte can be sent."""
        lines = [f"{method} {target} {version}", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in fields or []]
        if body or length is not None:
            lines.append(f"Content-Length: {len(body) if length is None else length}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body

    def signed(
        self,
        service: str,
        method: str,
        path: str,
        query: str = "",
        fields: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        *,
        declared: str = "",
        length: str | None = None,
    ) -> bytes:
        """Return a request with a true signature over whatever it carries."""
        stamp = self.clock().strftime("%Y%m%dT%H%M%SZ")
        parts = [(name, one_line(value)) for name, value in fields or []]
        parts.append(("X-Amz-Date", stamp))
        if service == "s3" or declared:
            parts.append(("X-Amz-Content-SHA256", declared or sha256(body).hexdigest()))
        headers = Headers([("Host", self.host), *parts])
        names = tuple(sorted({name for name, _ in headers}))
        payload = headers.get("x-amz-content-sha256") or sha256(body).hexdigest()
        request = Request(method, path, query, headers)
        text = next(canonical_requests(request, service=service, names=names, payload=payload))
        scope = f"{stamp[:8]}/us-east-1/{service}/aws4_request"
        key = signing_key(self.key[1], stamp[:8], "us-east-1", service)
        signature = sign(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest(text)}".encode())
        proof = f"Credential={self.key[0]}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
        parts.append(("Authorization", f"AWS4-HMAC-SHA256 {proof}"))
        return self.raw(method, f"{path}?{query}" if query else path, parts, body, length=length)

    # --- families -------------------------------------------------------------------------------

    def noise(self) -> Case:
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + self.draw.randbytes(200)
        data = self.any_of(
            self.bytes_(2000),
            hello,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\r\n" * 500,
            b"\0" * 5000,
            b"GET /\r\n",
            b"A" * 200_000,
            b"HELO x\r\n",
            b"*1\r\n$4\r\nINFO\r\n",
        )
        return Case("noise", data, cut=True)

    def start_line(self) -> Case:
        method = self.any_of(
            "GET", "PUT", "FOO", "get", "", "G E T", "CONNECT", "TRACE", "OPTIONS", "M" * 5000, "PROPFIND"
        )
        target = self.any_of(
            "/",
            "*",
            "",
            "http://other.example/x",
            "//",
            "/" + "a" * 70_000,
            "/?" + "a=b&" * 10_000,
            "\\",
            "/\t/",
            "/%",
            "/%zz",
            "/é",
            "/" + "%2e%2e/" * 30 + "etc/passwd",
            "/?\0",
            "x y",
            "?",
        )
        version = self.any_of(
            "HTTP/1.1", "HTTP/1.0", "HTTP/0.9", "HTTP/9.9", "HTTP/2.0", "", "HTTX/1.1", "HTTP/1.1 x"
        )
        return Case("start line", self.raw(str(method), str(target), version=str(version)))

    def header_bomb(self) -> Case:
        choice = self.draw.randint(0, 9)
        many: list[tuple[str, str]] = [
            [(f"X-{number}", "x") for number in range(self.draw.choice([150, 250, 5000]))],
            [("X-Long", "x" * self.draw.choice([5000, 63_000, 300_000]))],
            [("X" * 70_000, "x")],
            [("X-Meta-\0", "a\0b")],
            [("Cookie", self.text())] * 100,
            [("Host", "other"), ("Host", self.text())],
            [("Range", "bytes=" + "0-1," * 5000)],
            [("X y", "no"), (" folded", "yes"), ("", "empty")],
            [("Authorization", "AWS4-HMAC-SHA256 " + "Credential=," * 4000)],
            [("x-amz-meta-" + str(number), self.text()) for number in range(20)],
        ][choice]
        return Case("header bomb", self.raw("GET", self.path(), many))

    def framing(self) -> Case:
        wrong = [
            ([("Content-Length", "5"), ("Content-Length", "6")], b"hello"),
            ([("Content-Length", "5"), ("Transfer-Encoding", "chunked")], b"0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked")], b"zz\r\nhello\r\n0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked")], b"5;" + b"x" * 70_000 + b"\r\nhello\r\n0\r\n\r\n"),
            ([("Transfer-Encoding", "chunked")], b"0\r\n" + b"X-T: y\r\n" * 3000 + b"\r\n"),
            ([("Transfer-Encoding", "chunked")], b"ffffffffffffffff\r\nhello"),
            ([("Transfer-Encoding", "gzip, chunked")], b"5\r\nhello\r\n0\r\n\r\n"),
            ([("Transfer-Encoding", self.text())], b"hello"),
            ([("Content-Length", self.text())], b"hello"),
            ([("Content-Length", "99999999999999999999")], b"hello"),
            ([("Content-Length", "-5")], b"hello"),
            ([("Expect", "100-continue"), ("Content-Length", "99999999999")], b""),
            ([("Expect", self.text()), ("Content-Length", "5")], b"hello"),
            ([("Upgrade", "h2c"), ("Connection", "Upgrade"), ("HTTP2-Settings", "x")], b""),
            ([("Content-Encoding", "gzip"), ("Content-Length", "5")], b"hello"),
        ]
        fields, body = self.draw.choice(wrong)
        method = str(self.any_of("POST", "PUT", "GET"))
        return Case("framing", self.raw(method, self.path(), fields) + body, cut=True)

    def forged(self) -> Case:
        good = self.signed(
            str(self.any_of(*SERVICES)), "POST", "/", fields=[("x-amz-target", self.operation())], body=b"{}"
        )
        choice = self.draw.randint(0, 3)
        if choice == 0:  # one byte of the head is another
            at = self.draw.randrange(good.index(b"Host"), len(good))
            return Case("forged", good[:at] + self.draw.randbytes(1) + good[at + 1 :], cut=True)
        if choice == 1:
            fields = [
                ("Authorization", str(self.any_of("AWS4-HMAC-SHA256 ", "AWS ", "Bearer ", "")) + self.text())
            ]
            return Case("forged", self.raw("GET", self.path(), fields))
        if choice == 2:
            names = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature"]
            query = "&".join(f"{name}={quote(self.text()[:3000], safe='')}" for name in names)
            return Case("forged", self.raw("GET", f"{self.path()}?{query}"))
        signature, expires = quote(self.text()[:3000]), quote(self.text()[:300])
        query = f"AWSAccessKeyId={self.key[0]}&Signature={signature}&Expires={expires}"
        return Case("forged", self.raw("GET", f"{self.path()}?{query}"))

    def json_body(self) -> Case:
        target = f"RekognitionService.{self.operation()}" if self.draw.random() < 0.9 else self.text()[:500]
        bodies: list[Callable[[], bytes]] = [
            lambda: json.dumps({name: self.value() for name in self.draw.sample(MEMBERS, 4)}).encode(),
            lambda: json.dumps({name: self.value() for name in self.draw.sample(MEMBERS, 4)}).encode(),
            lambda: json.dumps(self.value()).encode(),
            lambda: b"[" * self.draw.choice([100, 2000, 200_000]),
            lambda: b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
            lambda: b'{"ProjectName":"\xff\xfe"}',
            lambda: b'{"ProjectName":"\\ud800"}',
            lambda: b'{"ProjectName":"a","ProjectName":"b"}',
            lambda: b'{"MaxResults":1e999}',
            lambda: b'{"MaxResults":' + b"9" * 50_000 + b"}",
            lambda: b"",
            lambda: self.bytes_(500),
            lambda: json.dumps({"ProjectName": "x"}).encode("utf-16"),
            lambda: json.dumps({"Image": {"Bytes": base64.b64encode(self.picture()).decode()}}).encode(),
            lambda: b"{}" + b" " * 100_000,
        ]
        kind = self.any_of(
            "application/x-amz-json-1.1", "text/plain", "application/json; charset=utf-7", self.text()[:200]
        )
        body = self.draw.choice(bodies)()
        fields = [("X-Amz-Target", target), ("Content-Type", str(kind))]
        return Case("json", self.signed("rekognition", "POST", "/", fields=fields, body=body))

    def rest_route(self) -> Case:
        name = quote(
            str(self.any_of("p", "..", ".", "%", "a/b", "a" * 300, "é", "\0", "p q", self.text()[:2000])),
            safe="",
        )
        path = str(
            self.any_of(
                f"/2020-11-20/projects/{name}",
                f"/2020-11-20/projects/{name}/datasets/{name}/entries",
                f"/2020-11-20/projects/{name}/models/{name}/detect",
                f"/2020-11-20/tags/{name}",
                f"/2020-11-20/projects/{name}/models",
                "/2020-11-20/projects",
                "/2020-11-20/",
                f"/2020-11-20/{name}",
                f"/2020-11-20/projects/../{name}",
                f"/2020-11-20//projects//{name}/",
                f"/2020-11-20/projects/%2e%2e/{name}",
            )
        )
        query = str(
            self.any_of(
                "",
                "maxResults=" + quote(self.text()[:900]),
                "nextToken=" + quote(self.text()[:900]),
                "tagKeys=a&" * 300,
                "a&b=&=c",
            )
        )
        body = self.any_of(b"", b"{}", json.dumps(self.value()).encode(), self.picture(), b"[" * 5000)
        fields = [
            (
                "Content-Type",
                str(self.any_of("application/json", "image/png", "image/jpeg", self.text()[:100])),
            )
        ]
        if self.draw.random() < 0.4:
            fields.append(("X-Amzn-Client-Token", self.text()[:200]))
        method = str(self.any_of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"))
        return Case("rest", self.signed("lookoutvision", method, path, query, fields, body))

    def object_path(self) -> Case:
        path = self.path()
        method = str(self.any_of("PUT", "PUT", "GET", "HEAD", "DELETE", "POST"))
        body = self.bytes_(300) if method in ("PUT", "POST") else b""
        query = str(
            self.any_of("", "", "", "versionId=" + quote(self.text()[:500]), "uploads", "acl", "tagging")
        )
        return Case("path", self.signed("s3", method, path, query, body=body))

    def object_headers(self) -> Case:
        name, values = self.draw.choice(S3_HEADERS)
        value = self.draw.choice([*values, self.text()[:4000]])
        fields = [(name, value)]
        if self.draw.random() < 0.3:
            other, values = self.draw.choice(S3_HEADERS)
            fields.append((other, self.draw.choice([*values, self.text()[:200]])))
        method = str(self.any_of("GET", "PUT", "HEAD"))
        body = b"body" if method == "PUT" else b""
        query = str(
            self.any_of(
                "response-content-type=" + quote(self.text()[:500]),
                "",
                "",
                "",
                f"partNumber={quote(self.text()[:50])}&uploadId={quote(self.text()[:50])}",
            )
        )
        return Case(
            "s3 header",
            self.signed("s3", method, f"/{BUCKET}/k{self.draw.randint(0, 9)}", query, fields, body),
        )

    def documents(self) -> Case:
        query = self.draw.choice(SUBRESOURCES)
        body = self.draw.choice(DOCUMENTS)
        if self.draw.random() < 0.3:
            body = body[: self.draw.randint(0, len(body))] + self.bytes_(20)
        if self.draw.random() < 0.2:
            name = self.draw.choice(["max-keys", "marker", "prefix", "encoding-type", "uploadId"])
            query += f"&{name}={quote(self.text()[:2000])}"
        method = str(self.any_of("PUT", "POST", "GET", "DELETE"))
        path = str(self.any_of(f"/{BUCKET}", f"/{BUCKET}/key", "/nobody", "/"))
        md5 = [("Content-MD5", self.text()[:60])] if self.draw.random() < 0.1 else []
        return Case("document", self.signed("s3", method, path, query, md5, body))

    def chunks(self) -> Case:
        mode = str(
            self.any_of(
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
                "UNSIGNED-PAYLOAD",
                "0" * 64,
                self.text()[:100],
            )
        )
        data = self.bytes_(100)
        good = b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n" % (
            len(data),
            data,
            base64.b64encode(zlib.crc32(data).to_bytes(4, "big")),
        )
        body = self.any_of(
            good,
            good[: self.draw.randint(0, len(good))],
            good + b"more",
            b"1\r\nx\r\n" * 3000,
            b"ffffffffffffffff\r\nx",
            b"5;chunk-signature=" + b"0" * 64 + b"\r\nhello\r\n0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n",
            b"x" * 5000,
            b"0\r\n" + b"a:b\r\n" * 4000 + b"\r\n",
            self.bytes_(300),
        )
        fields = [
            ("x-amz-decoded-content-length", str(self.any_of(len(data), "-1", "1e9", "x", 0, 10**30))),
            ("Content-Encoding", str(self.any_of("aws-chunked", "gzip,aws-chunked", "")) or "x"),
            (
                "x-amz-trailer",
                str(self.any_of("x-amz-checksum-crc32", "x-amz-checksum-sha256", "host", self.text()[:50])),
            ),
        ]
        return Case(
            "chunks", self.signed("s3", "PUT", f"/{BUCKET}/c", "", fields, body, declared=one_line(mode))
        )

    def form(self) -> Case:
        mark = "----mark"
        parts = b""
        for _ in range(self.draw.randint(0, 6)):
            name = str(
                self.any_of(
                    "key",
                    "policy",
                    "x-amz-signature",
                    "signature",
                    "AWSAccessKeyId",
                    "file",
                    "acl",
                    self.text()[:100],
                )
            )
            value = self.draw.choice(
                [self.bytes_(100), b"../../../etc/x", b"${filename}", b"x" * 30_000, b"eyJ9"]
            )
            head = (
                f'Content-Disposition: form-data; name="{name}"; filename="../../x{self.text()[:20]}"\r\n\r\n'
            )
            parts += f"--{mark}\r\n{head}".encode("utf-8", "replace") + value + b"\r\n"
        ending = self.draw.choice([f"--{mark}--\r\n".encode(), b"", f"--{mark}".encode()])
        kind = str(
            self.any_of(
                f"multipart/form-data; boundary={mark}",
                "multipart/form-data",
                "multipart/form-data; boundary=" + "x" * 500,
            )
        )
        return Case("form", self.raw("POST", f"/{BUCKET}", [("Content-Type", kind)], parts + ending))

    def query_protocol(self) -> Case:
        names = [
            "Action",
            "Version",
            "RoleArn",
            "RoleSessionName",
            "DurationSeconds",
            "Policy",
            "Tags.member.1.Key",
        ]
        action = str(
            self.any_of(
                "GetCallerIdentity",
                "AssumeRole",
                "GetSessionToken",
                "DecodeAuthorizationMessage",
                self.text()[:50],
            )
        )
        pairs = [f"Action={quote(action)}", "Version=2011-06-15"]
        pairs += [
            f"{name}={quote(self.text()[:5000])}" for name in self.draw.sample(names, self.draw.randint(0, 5))
        ]
        if self.draw.random() < 0.1:
            pairs += [f"Tags.member.{number}.Key=x" for number in range(3000)] + [
                "Tags.member.99999999999.Key=x"
            ]
        body = "&".join(pairs).encode()
        fields = [("Content-Type", "application/x-www-form-urlencoded")]
        return Case(
            "query",
            self.signed(
                "sts", "POST", "/", "", fields, body if self.draw.random() < 0.9 else self.bytes_(400)
            ),
        )

    def own_pages(self) -> Case:
        root = str(self.any_of("/console", "/console/", "/healthz", "/readyz", "/metrics", "/static"))
        tail = str(
            self.any_of(
                "",
                "/",
                "/../../etc/passwd",
                "/%2e%2e/%2e%2e/etc/passwd",
                "//etc/passwd",
                "/..%5c..%5cx",
                "?" + "a" * 3000,
                "/%00",
            )
        )
        return Case(
            "own pages", self.raw(str(self.any_of("GET", "POST", "DELETE", "HEAD", "OPTIONS")), root + tail)
        )

    def truncated(self) -> Case:
        whole = self.draw.choice(
            [self.json_body, self.object_path, self.documents, self.form, self.rest_route]
        )().data
        if self.draw.random() < 0.3:
            length = str(len(whole) + self.draw.randint(1, 10**6))
            return Case(
                "truncated", self.signed("s3", "PUT", f"/{BUCKET}/t", body=b"x" * 50, length=length), cut=True
            )
        return Case("truncated", whole[: self.draw.randint(0, max(0, len(whole) - 1))], cut=True)

    def smuggled(self) -> Case:
        """Hide a second request in the first, or send many on one line without waiting."""
        inner = self.raw("DELETE", f"/{BUCKET}", [("Authorization", "AWS a:b")])
        good = self.signed("s3", "GET", f"/{BUCKET}", "list-type=2")
        mixed = [("Content-Length", str(len(inner))), ("Transfer-Encoding", "chunked")]
        whole = [
            self.raw("POST", "/", mixed, b"0\r\n\r\n" + inner),
            self.raw("POST", "/", [("Transfer-Encoding", " chunked")], b"0\r\n\r\n" + inner),
            self.raw("POST", "/", [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "x")]) + inner,
            self.raw("GET", f"/{BUCKET}", body=inner),
            self.raw("GET", f"/{BUCKET}") * 300,
            good + inner + good,
            good * 20 + self.bytes_(50),
            self.signed("s3", "PUT", f"/{BUCKET}/s", body=inner, length="3"),
        ]
        return Case("smuggled", self.draw.choice(whole), cut=True)

    def path(self) -> str:
        """Return a path that would like to be somewhere else."""
        step = self.draw.choice(STEPS)
        tail = self.draw.choice(
            ["etc/passwd", "credentials.json", "x", "", "vedette.db", "secret.txt", "a" * 300]
        )
        bucket = self.draw.choice([BUCKET, BUCKET, BUCKET, "..", ".", "nobody", "%2e%2e"])
        return f"/{bucket}/{step * self.draw.randint(1, 8)}{tail}"

    def operation(self) -> str:
        return self.draw.choice(OPERATIONS)

    def picture(self) -> bytes:
        """Return what begins like a picture and goes on otherwise."""
        starts = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\0\0\0",
            b"\xff\xd8\xff\xe0",
            b"GIF89a",
            b"BM",
        ]
        return self.draw.choice(starts) + self.bytes_(2000)


def one_line(value: str) -> str:
    """Return the value without what would end its line, so that it can be signed."""
    return (
        value.replace("\r", " ")
        .replace("\n", " ")
        .replace("\0", " ")
        .encode("utf-8", "replace")
        .decode("latin-1")
        .strip()
    )


OPERATIONS = [
    "CreateProject",
    "DescribeProjects",
    "DeleteProject",
    "CreateDataset",
    "DescribeDataset",
    "UpdateDatasetEntries",
    "ListDatasetEntries",
    "ListDatasetLabels",
    "DistributeDatasetEntries",
    "DeleteDataset",
    "CreateProjectVersion",
    "DescribeProjectVersions",
    "StartProjectVersion",
    "StopProjectVersion",
    "DeleteProjectVersion",
    "CopyProjectVersion",
    "DetectCustomLabels",
    "PutProjectPolicy",
    "ListProjectPolicies",
    "DeleteProjectPolicy",
    "TagResource",
    "UntagResource",
    "ListTagsForResource",
    "DetectLabels",
    "Nonsense",
    "",
]
MEMBERS = [
    "ProjectName",
    "ProjectArn",
    "ProjectVersionArn",
    "VersionName",
    "VersionNames",
    "ProjectNames",
    "MaxResults",
    "NextToken",
    "Tags",
    "TagKeys",
    "ResourceArn",
    "DatasetArn",
    "DatasetType",
    "DatasetSource",
    "Changes",
    "Image",
    "MinConfidence",
    "MinInferenceUnits",
    "OutputConfig",
    "KmsKeyId",
    "PolicyName",
    "PolicyDocument",
    "Features",
    "Feature",
    "TrainingData",
    "TestingData",
    "Datasets",
    "SourceRefContains",
    "ContainsLabels",
    "HasErrors",
    "Labeled",
    "AutoUpdate",
]
STEPS = [
    "../",
    "%2e%2e/",
    "..%2f",
    "%2e%2e%2f",
    "..\\",
    "%5c..%5c",
    "./",
    "//",
    "%00/",
    "%ff/",
    "é/",
    "...",
    " ",
    "%20/",
    "%0d%0a",
    "CON/",
    "aux.txt/",
    "nul.",
    "a:b",
    "k/",
    "%f0%9f%98%80/",
    "%ed%a0%80/",
    "~/",
    "a" * 200 + "/",
    "%c0%ae%c0%ae/",
    "-rf",
    "*?",
]
S3_HEADERS: list[tuple[str, list[str]]] = [
    (
        "Range",
        [
            "bytes=5-1",
            "bytes=-0",
            "bytes=99999999999999999999-",
            "bytes=0-0,1-1",
            "items=1-2",
            "bytes=a-b",
            "bytes=",
        ],
    ),
    ("If-Match", ['"x"', "*", "", '"' * 100]),
    ("If-None-Match", ["*", '"x", W/"y"']),
    ("If-Modified-Since", ["Fri, 99 Foo 2026", "0", "Sat, 01 Jan 99999 00:00:00 GMT"]),
    (
        "x-amz-copy-source",
        [
            "/../../etc/passwd",
            "hostile",
            "/hostile/%2e%2e/%2e%2e/x",
            "hostile/k?versionId=",
            "%zz",
            "//",
            "/hostile/",
        ],
    ),
    ("x-amz-copy-source-range", ["bytes=0-", "bytes=9-1"]),
    ("x-amz-metadata-directive", ["REPLACE", "NONSENSE"]),
    ("x-amz-tagging", ["a=b&" * 50, "=&=", "a" * 500 + "=x", "a=b&a=c"]),
    ("x-amz-meta-x", ["é", "=?UTF-8?Q?x?=", "=?x?y?z?=", "x" * 3000]),
    ("x-amz-acl", ["public-read-write", "nonsense"]),
    ("x-amz-grant-read", ["id=", "uri=x", 'emailAddress="' + "x" * 500 + '"']),
    ("x-amz-storage-class", ["GLACIER", "x"]),
    ("x-amz-server-side-encryption", ["aws:kms", "AES256", "x"]),
    ("x-amz-server-side-encryption-customer-key", ["x", base64.b64encode(b"k" * 32).decode()]),
    ("x-amz-server-side-encryption-customer-algorithm", ["AES256", "x"]),
    ("x-amz-object-lock-mode", ["GOVERNANCE", "x"]),
    ("x-amz-object-lock-retain-until-date", ["2030-01-01T00:00:00Z", "never"]),
    ("x-amz-checksum-crc32", ["AAAAAA==", "x", ""]),
    ("x-amz-checksum-sha256", ["x", "é"]),
    ("x-amz-website-redirect-location", ["javascript:x", "/x"]),
    ("Content-MD5", ["x", "", "AAAAAAAAAAAAAAAAAAAAAA=="]),
    ("Content-Type", ["a/b\x7f", "x" * 3000, "text/html; charset=\xff"]),
    ("Expires", ["0", "never"]),
    ("Origin", ["null", "http://x", "x" * 2000]),
    ("x-amz-security-token", ["x", "y" * 5000]),
    ("x-amz-expected-bucket-owner", ["000000000000", "1", "x"]),
    ("Host", ["..", "a.b.localhost", "hostile.localhost", "[::1", "\xff"]),
]
SUBRESOURCES = [
    "",
    "acl",
    "cors",
    "policy",
    "versioning",
    "encryption",
    "lifecycle",
    "notification",
    "publicAccessBlock",
    "tagging",
    "ownershipControls",
    "website",
    "logging",
    "object-lock",
    "retention",
    "legal-hold",
    "delete",
    "uploads",
    "versions",
    "uploadId=x",
    "uploadId=../../x&partNumber=1",
    "partNumber=0&uploadId=x",
    "list-type=2",
    "list-type=3",
    "location",
    "requestPayment",
    "accelerate",
    "replication",
    "analytics",
    "inventory",
    "metrics",
    "select&select-type=2",
    "attributes",
    "restore",
    "torrent",
    "policyStatus",
    "nonsense",
    "intelligent-tiering",
]
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9)
)
DOCUMENTS = [
    b"",
    b"<",
    b"<a/>",
    b"not xml",
    b"<?xml version='1.0' encoding='utf-32'?><a/>",
    f"{LAUGHS}]><Tagging>&j;</Tagging>".encode(),
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Tagging>&e;</Tagging>',
    b"<a>" * 50_000,
    b"<a" + b" b='c'" * 20_000 + b"/>",
    b"<Delete>" + b"<Object><Key>../../x</Key></Object>" * 1001 + b"</Delete>",
    b"<Delete><Object><Key>../../../etc/passwd</Key></Object><Object><Key></Key></Object></Delete>",
    b"<Delete><Quiet>perhaps</Quiet></Delete>",
    b"<Tagging><TagSet>" + b"<Tag><Key>k</Key><Value>v</Value></Tag>" * 100 + b"</TagSet></Tagging>",
    b"<CompleteMultipartUpload><Part><PartNumber>-1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>",
    b"<CompleteMultipartUpload><Part><PartNumber>9e9</PartNumber></Part></CompleteMultipartUpload>",
    b"<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>",
    b"<CORSConfiguration><CORSRule><AllowedMethod>FOO</AllowedMethod></CORSRule></CORSConfiguration>",
    b"<LifecycleConfiguration><Rule><Expiration><Days>-5</Days></Expiration></Rule></LifecycleConfiguration>",
    b"<AccessControlPolicy><Owner/><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>",
    b"<CreateBucketConfiguration><LocationConstraint>\xff</LocationConstraint></CreateBucketConfiguration>",
    b'{"Version":"2012-10-17","Statement":' + b"[" * 3000,
    b'{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Principal":{"AWS":[1]},"Action":5,"Resource":null}]}',
    b"\xef\xbb\xbf<a/>",
    b"\xff\xfe<\0a\0/\0>\0",
    b"<a>\0</a>",
    b"<a>" + b"x" * 300_000 + b"</a>",
]
