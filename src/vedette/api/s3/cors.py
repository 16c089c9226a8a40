"""Cross-origin rules of a bucket: set, given back, and obeyed."""

from typing import Any

from vedette.api.s3.access import authorise
from vedette.api.s3.call import Call, in_thread, read_setting, rewrite
from vedette.api.s3.faults import S3Fault
from vedette.errors import Missing
from vedette.store.blobs.values import Bucket
from vedette.wire.http import Response

METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
MOST_RULES = 100


async def get_cors(call: Call) -> Response:
    """GetBucketCors."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketCORS", bucket)
    if "cors" not in bucket.documents:
        raise S3Fault(
            "NoSuchCORSConfiguration",
            "The CORS configuration does not exist",
            members={"BucketName": bucket.name},
        )
    return Response(200, [("content-type", "application/xml")], bucket.documents["cors"])


async def put_cors(call: Call) -> Response:
    """PutBucketCors."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketCORS", bucket)
    document = await call.document("PutBucketCors")
    rules = document.get("CORSRules", [])
    if not 1 <= len(rules) <= MOST_RULES:
        raise S3Fault("MalformedXML", "There are between 1 and 100 CORS rules.")
    for rule in rules:
        _check_rule(rule)
    await in_thread(
        call.store.buckets.put_document,
        bucket.name,
        "cors",
        rewrite("PutBucketCors", document, "CORSConfiguration"),
    )
    return Response()


def _check_rule(rule: dict[str, Any]) -> None:
    if not rule.get("AllowedOrigins") or not rule.get("AllowedMethods"):
        raise S3Fault("MalformedXML", "A CORS rule has at least one origin and one method.")
    for method in rule["AllowedMethods"]:
        if method not in METHODS:
            raise S3Fault(
                "InvalidRequest",
                f"Found unsupported HTTP method in CORS config. Unsupported method is {method}",
            )
    for pattern in [*rule["AllowedOrigins"], *rule.get("AllowedHeaders", [])]:
        if pattern.count("*") > 1:
            raise S3Fault("InvalidRequest", f'"{pattern}" can not have more than one wildcard.')


async def delete_cors(call: Call) -> Response:
    """DeleteBucketCors."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketCORS", bucket)
    await in_thread(call.store.buckets.delete_documents, bucket.name, ["cors"])
    return Response(204)


def answer_preflight(call: Call) -> Response:
    """Answer a preflight request, which is never signed."""
    origin, method = call.header("origin"), call.header("access-control-request-method")
    if not origin or not method:
        raise S3Fault("BadRequest", "Insufficient information. Origin request header needed.")
    header_names = [
        name.strip().lower()
        for name in call.header("access-control-request-headers").split(",")
        if name.strip()
    ]
    rule = _find_rule(call.owned_bucket(), origin, method, header_names)
    if rule is None:
        raise S3Fault("AccessForbidden", "CORSResponse: This CORS request is not allowed.")
    headers = _headers(rule, origin)
    if header_names:
        headers.append(("access-control-allow-headers", ", ".join(header_names)))
    if "MaxAgeSeconds" in rule:
        headers.append(("access-control-max-age", str(rule["MaxAgeSeconds"])))
    return Response(200, headers)


def cors_headers(call: Call) -> list[tuple[str, str]]:
    """Return what lets a page of another origin read the answer, where the bucket lets it."""
    origin = call.header("origin")
    if not origin or not call.bucket:
        return []
    try:
        bucket = call.owned_bucket()
    except Missing:
        return []
    method = call.header("access-control-request-method") or call.request.method
    rule = _find_rule(bucket, origin, method, [])
    return [] if rule is None else _headers(rule, origin)


def _headers(rule: dict[str, Any], origin: str) -> list[tuple[str, str]]:
    anyone = "*" in rule["AllowedOrigins"]
    headers = [
        ("access-control-allow-origin", "*" if anyone else origin),
        ("access-control-allow-methods", ", ".join(rule["AllowedMethods"])),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if origin in rule["AllowedOrigins"]:
        # Whoever is let in by a wildcard was not named, so the browser's cookies are not for their scripts.
        headers.append(("access-control-allow-credentials", "true"))
    if rule.get("ExposeHeaders"):
        headers.append(("access-control-expose-headers", ", ".join(rule["ExposeHeaders"])))
    return headers


def _find_rule(bucket: Bucket, origin: str, method: str, header_names: list[str]) -> dict[str, Any] | None:
    if "cors" not in bucket.documents:
        return None
    rules: list[dict[str, Any]] = read_setting("PutBucketCors", bucket.documents["cors"])["CORSRules"]
    for rule in rules:
        allowed = [name.lower() for name in rule.get("AllowedHeaders", [])]
        if (
            method in rule["AllowedMethods"]
            and any(_means(pattern, origin) for pattern in rule["AllowedOrigins"])
            and all(any(_means(pattern, name) for pattern in allowed) for name in header_names)
        ):
            return rule
    return None


def _means(pattern: str, text: str) -> bool:
    head, star, tail = pattern.partition("*")
    if not star:
        return pattern == text
    return len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
