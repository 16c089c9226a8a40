"""Object lock: versions that may not go before their time, or while they are held."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vedette.api.s3.access import authorise, is_allowed
from vedette.api.s3.call import Call, document_answer, in_thread, read_setting, rewrite
from vedette.api.s3.facts import Facts, facts_of_date
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.pick import authorised_version
from vedette.store.blobs.values import Blob, Bucket
from vedette.wire.http import Response
from vedette.wire.scalars import iso, read_time

MODES = ("GOVERNANCE", "COMPLIANCE")
PREFIX = "x-amz-object-lock-"
BYPASS = "x-amz-bypass-governance-retention"


async def put_configuration(call: Call) -> Response:
    """PutObjectLockConfiguration."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketObjectLockConfiguration", bucket)
    document = await call.document("PutObjectLockConfiguration")
    if bucket.versioning != "Enabled":
        raise S3Fault(
            "InvalidBucketState",
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
        )
    if document.get("ObjectLockEnabled") != "Enabled":
        raise S3Fault("MalformedXML", "ObjectLockEnabled must be Enabled.")
    if "Rule" in document:
        _check_rule(document["Rule"].get("DefaultRetention", {}))
    body = rewrite("PutObjectLockConfiguration", document, "ObjectLockConfiguration")
    await in_thread(call.store.buckets.lock, bucket.name)
    await in_thread(call.store.buckets.put_document, bucket.name, "object-lock", body)
    return Response()


def _check_rule(rule: dict[str, Any]) -> None:
    if rule.get("Mode") not in MODES or ("Days" in rule) == ("Years" in rule):
        raise S3Fault("MalformedXML", "A default retention has a mode, and either days or years.")
    if rule.get("Days", rule.get("Years", 0)) <= 0:
        raise S3Fault("InvalidRetentionPeriod", "Default retention period must be a positive integer value.")
    if rule.get("Days", 0) > 36_500 or rule.get("Years", 0) > 100:
        raise S3Fault("InvalidRetentionPeriod", "Default retention period is too large.")


async def get_configuration(call: Call) -> Response:
    """GetObjectLockConfiguration."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketObjectLockConfiguration", bucket)
    if not bucket.locked:
        raise S3Fault(
            "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"
        )
    configuration = _configuration(bucket)
    return document_answer(
        "GetObjectLockConfiguration", {"ObjectLockConfiguration": configuration}, "ObjectLockConfiguration"
    )


def _configuration(bucket: Bucket) -> dict[str, Any]:
    document = bucket.documents.get("object-lock")
    if document is None:
        return {"ObjectLockEnabled": "Enabled"}
    return dict(read_setting("PutObjectLockConfiguration", document))


async def put_retention(call: Call) -> Response:
    """PutObjectRetention: longer always, shorter only past governance and by who may."""
    document = await call.document("PutObjectRetention")
    bucket, blob = _lockable(call, "s3:PutObjectRetention", _facts_of_retention(call, document))
    retention = _read_retention(call, document.get("Mode", ""), document.get("RetainUntilDate"))
    _check_change(call, bucket, blob, retention)
    await in_thread(call.store.objects.change, blob, lambda about: replace(about, retention=retention))
    return Response()


def _check_change(call: Call, bucket: Bucket, blob: Blob, new: dict[str, str]) -> None:
    old = blob.about.retention
    if not old or read_time(old["until"]) <= call.now:
        return
    weaker = read_time(new["until"]) < read_time(old["until"]) or new["mode"] != old["mode"]
    if weaker and (old["mode"] == "COMPLIANCE" or not _bypasses(call, bucket, blob)):
        raise S3Fault("AccessDenied", "Access Denied because object protected by object lock.")


async def get_retention(call: Call) -> Response:
    """GetObjectRetention."""
    _, blob = _lockable(call, "s3:GetObjectRetention")
    retention = blob.about.retention
    if not retention:
        raise S3Fault(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration"
        )
    value = {"Retention": {"Mode": retention["mode"], "RetainUntilDate": read_time(retention["until"])}}
    return document_answer("GetObjectRetention", value, "Retention")


async def put_hold(call: Call) -> Response:
    """PutObjectLegalHold."""
    status = (await call.document("PutObjectLegalHold")).get("Status", "")
    _, blob = _lockable(call, "s3:PutObjectLegalHold", {"s3:object-lock-legal-hold": status})
    if status not in ("ON", "OFF"):
        raise S3Fault("MalformedXML", "A legal hold is ON or OFF.")
    await in_thread(call.store.objects.change, blob, lambda about: replace(about, legal_hold=status))
    return Response()


async def get_hold(call: Call) -> Response:
    """GetObjectLegalHold."""
    _, blob = _lockable(call, "s3:GetObjectLegalHold")
    if not blob.about.legal_hold:
        raise S3Fault(
            "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration"
        )
    return document_answer(
        "GetObjectLegalHold", {"LegalHold": {"Status": blob.about.legal_hold}}, "LegalHold"
    )


def lock_of_request(call: Call, bucket: Bucket) -> tuple[dict[str, str], str]:
    """Return the retention and the hold of a new version: the client's, or the bucket's default."""
    mode, until, hold = (
        call.header(f"{PREFIX}{name}") for name in ("mode", "retain-until-date", "legal-hold")
    )
    if (mode or until or hold) and not bucket.locked:
        raise S3Fault("InvalidRequest", "Bucket is missing Object Lock Configuration")
    if hold and hold not in ("ON", "OFF"):
        raise S3Fault("InvalidArgument", "Legal Hold must be either of 'ON' or 'OFF'")
    if bool(mode) != bool(until):
        raise S3Fault(
            "InvalidArgument",
            "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
        )
    if mode:
        try:
            moment = read_time(until)
        except ValueError:
            raise S3Fault("InvalidArgument", "The retain until date is no date.") from None
        if mode not in MODES:
            raise S3Fault("InvalidArgument", "Unknown wormMode directive.")
        return _read_retention(call, mode, moment), hold
    return _default_retention(call, bucket), hold


def check_removal(call: Call, bucket: Bucket, blob: Blob) -> None:
    """Refuse to remove a version that is held, or whose time has not come."""
    retention = blob.about.retention
    is_retained = bool(retention) and read_time(retention["until"]) > call.now
    is_bypassed = is_retained and retention["mode"] == "GOVERNANCE" and _bypasses(call, bucket, blob)
    if blob.about.legal_hold == "ON" or (is_retained and not is_bypassed):
        raise S3Fault("AccessDenied", "Access Denied because object protected by object lock.")


def lock_headers(blob: Blob) -> list[tuple[str, str]]:
    """Return what the headers of a read say about locks."""
    retention = blob.about.retention
    headers = (
        [(f"{PREFIX}mode", retention["mode"]), (f"{PREFIX}retain-until-date", retention["until"])]
        if retention
        else []
    )
    if blob.about.legal_hold:
        headers.append((f"{PREFIX}legal-hold", blob.about.legal_hold))
    return headers


def _bypasses(call: Call, bucket: Bucket, blob: Blob) -> bool:
    wants_bypass = call.header(BYPASS).lower() == "true"
    return wants_bypass and is_allowed(call, "s3:BypassGovernanceRetention", bucket, key=blob.key, blob=blob)


def _default_retention(call: Call, bucket: Bucket) -> dict[str, str]:
    if not bucket.locked:
        return {}
    rule = _configuration(bucket).get("Rule", {}).get("DefaultRetention")
    if rule is None:
        return {}
    days = rule["Days"] if "Days" in rule else 365 * rule["Years"]
    return {"mode": rule["Mode"], "until": iso(call.now + timedelta(days=days))}


def _read_retention(call: Call, mode: str, until: datetime | None) -> dict[str, str]:
    if mode not in MODES or until is None:
        raise S3Fault("MalformedXML", "A retention has a mode and a date.")
    if until <= call.now:
        raise S3Fault("InvalidArgument", "The retain until date must be in the future!")
    return {"mode": mode, "until": iso(until)}


def _lockable(call: Call, action: str, more: Facts | None = None) -> tuple[Bucket, Blob]:
    """Return the version, once the caller may do this to it; only then whether the bucket has locks."""
    bucket, blob = authorised_version(call, action, more=more)
    if not bucket.locked:
        raise S3Fault("InvalidRequest", "Bucket is missing Object Lock Configuration")
    return bucket, blob


def _facts_of_retention(call: Call, document: dict[str, Any]) -> Facts:
    """Return what conditions may ask about a retention that is to be set."""
    facts: Facts = {}
    if document.get("Mode"):
        facts["s3:object-lock-mode"] = document["Mode"]
    until = document.get("RetainUntilDate")
    return facts if until is None else facts | facts_of_date(call, until)
