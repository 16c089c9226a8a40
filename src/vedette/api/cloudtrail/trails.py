"""Trails: an account's events, delivered into a bucket of its own with signed digests."""

import re
from datetime import UTC, datetime
from typing import Any

from vedette.api.house import Caller, House
from vedette.audit.delivery import TrailDelivery, require_bucket_of
from vedette.audit.digest_key import FOREVER_S, public_digest_keys
from vedette.audit.trails import Trail, TrailState, check_name
from vedette.clock import milliseconds
from vedette.dialects.cloudtrail_selectors import read_advanced, read_basic, reads_selected
from vedette.errors import Denied, Unbuilt, Wrong

LONGEST_PREFIX = 200
# What a trail of ours does not do: asked for, it is refused rather than ignored.
ABSENT = {
    "SnsTopicName": "Notifications of deliveries",
    "CloudWatchLogsLogGroupArn": "CloudWatch Logs",
    "CloudWatchLogsRoleArn": "CloudWatch Logs",
    "KmsKeyId": "A key of the trail's own (the bucket's default encryption seals what is delivered)",
    "IsOrganizationTrail": "Organizations",
    "TagsList": "Tags of trails",
}


def create_trail(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a trail; nothing is delivered before it is started."""
    name = request["Name"]
    check_name(name)
    caller.require("CreateTrail", _arn(caller, name))
    _refuse_absent(request)
    trail = Trail(
        caller.account,
        caller.region,
        name,
        request["S3BucketName"],
        request.get("S3KeyPrefix", ""),
        every_region=request.get("IsMultiRegionTrail", False),
        validates=request.get("EnableLogFileValidation", False),
    )
    _require_place(house, caller, trail)
    return _shown(_delivery(house).trails.make(trail))


def update_trail(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change where a trail's events go from now on, and what of them."""
    name = _name(request["Name"], caller)
    caller.require("UpdateTrail", _arn(caller, name))
    _refuse_absent(request)
    trails = _delivery(house).trails
    members = {
        "S3BucketName": "bucket",
        "S3KeyPrefix": "prefix",
        "IsMultiRegionTrail": "every_region",
        "EnableLogFileValidation": "validates",
    }
    changes = {field: request[member] for member, field in members.items() if member in request}
    old = trails.find(caller.account, name)
    place = Trail(
        old.account, old.region, name, changes.get("bucket", old.bucket), changes.get("prefix", old.prefix)
    )
    _require_place(house, caller, place)
    return _shown(trails.change(caller.account, name, **changes))


def delete_trail(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget a trail; what it delivered stays in the bucket."""
    name = _name(request["Name"], caller)
    caller.require("DeleteTrail", _arn(caller, name))
    _delivery(house).trails.remove(caller.account, name)
    return {}


def get_trail(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a trail."""
    name = _name(request["Name"], caller)
    caller.require("GetTrail", _arn(caller, name))
    return {"Trail": _facts(_delivery(house).trails.find(caller.account, name))}


def describe_trails(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the account's trails, all or those that are named; names that are not there are passed over."""
    caller.require("DescribeTrails", "*")
    trails = _delivery(house).trails.of_account(caller.account)
    if names := {_name(name, caller) for name in request.get("trailNameList") or []}:
        trails = [trail for trail in trails if trail.name in names]
    return {"trailList": [_facts(trail) for trail in trails]}


def list_trails(house: House, caller: Caller, _request: dict[str, Any]) -> dict[str, Any]:
    """Return the account's trails by name; there are a few, so never a second page."""
    caller.require("ListTrails", "*")
    trails = _delivery(house).trails.of_account(caller.account)
    names = [
        {"TrailARN": _facts(trail)["TrailARN"], "Name": trail.name, "HomeRegion": trail.region}
        for trail in trails
    ]
    return {"Trails": names}


def start_logging(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Deliver events from now on."""
    name = _name(request["Name"], caller)
    caller.require("StartLogging", _arn(caller, name))
    delivery = _delivery(house)
    _require_place(house, caller, delivery.trails.find(caller.account, name))
    delivery.trails.start(caller.account, name, milliseconds(house.clock()))
    delivery.wake()
    return {}


def stop_logging(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Deliver what there is, with a last digest, and nothing that happens from now on."""
    name = _name(request["Name"], caller)
    caller.require("StopLogging", _arn(caller, name))
    delivery = _delivery(house)
    if delivery.trails.find(caller.account, name).is_on:
        delivery.trails.change(caller.account, name, is_on=False, stopped_ms=milliseconds(house.clock()))
    delivery.wake()
    return {}


def get_trail_status(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return whether a trail is delivered, how far, and what is in its way."""
    name = _name(request["Name"], caller)
    caller.require("GetTrailStatus", _arn(caller, name))
    trails = _delivery(house).trails
    trail = trails.find(caller.account, name)
    return _status(trail, trails.state(trail))


def list_public_keys(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the keys that have signed digests: those of the time that is asked for, all others too."""
    caller.require("ListPublicKeys", "*")
    del request  # a key that was made later cannot have signed earlier: no harm in naming all
    keys = [
        {
            "Value": key.der,
            "ValidityStartTime": _time(key.since_s * 1000),
            "ValidityEndTime": _time((key.since_s + FOREVER_S) * 1000),
            "Fingerprint": key.fingerprint,
        }
        for key in public_digest_keys(house.settings.data)
    ]
    return {"PublicKeyList": keys}


def get_event_selectors(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what is delivered: what was selected, or all that the audit trail holds of the account."""
    name = _name(request["TrailName"], caller)
    caller.require("GetEventSelectors", _arn(caller, name))
    trail = _delivery(house).trails.find(caller.account, name)
    if trail.selection:
        return _selectors(trail)
    kind = "All" if house.settings.audit == "all" else "WriteOnly"
    objects = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]
    selector = {"ReadWriteType": kind, "IncludeManagementEvents": True, "DataResources": objects}
    return {"TrailARN": _facts(trail)["TrailARN"], "EventSelectors": [selector]}


def put_event_selectors(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Select what a trail delivers of what happens from now on."""
    name = _name(request["TrailName"], caller)
    caller.require("PutEventSelectors", _arn(caller, name))
    basic, advanced = request.get("EventSelectors"), request.get("AdvancedEventSelectors")
    if (basic is None) == (advanced is None):
        raise Wrong("Give EventSelectors or AdvancedEventSelectors, one of the two.", kind="event selectors")
    trails = _delivery(house).trails
    trails.find(caller.account, name)
    selection = read_basic(basic) if basic is not None else read_advanced(advanced or [])
    now_ms = milliseconds(house.clock())
    trail = trails.select(caller.account, name, dict(selection), reads_selected(selection), now_ms)
    return _selectors(trail)


def _selectors(trail: Trail) -> dict[str, Any]:
    forms = {"basic": "EventSelectors", "advanced": "AdvancedEventSelectors"}
    members = {forms[form]: selectors for form, selectors in trail.selection.items()}
    return {"TrailARN": _shown(trail)["TrailARN"], **members}


def _delivery(house: House) -> TrailDelivery:
    if house.delivery is None:
        raise Unbuilt("This installation keeps no audit trail (VEDETTE_AUDIT=no): nothing can be delivered.")
    return house.delivery


def _refuse_absent(request: dict[str, Any]) -> None:
    for member, subject in ABSENT.items():
        if request.get(member):
            raise Unbuilt(f"{subject} is not supported with trails: leave out {member}.", name=member)


def _require_place(house: House, caller: Caller, trail: Trail) -> None:
    """Refuse a bucket that is not the account's, or in which the caller may not write."""
    if len(trail.prefix) > LONGEST_PREFIX or not re.fullmatch(r"[^\x00-\x1f\x7f]*", trail.prefix):
        raise Wrong(
            f"A prefix has {LONGEST_PREFIX} characters at most, none of them a control character.",
            kind="trail prefix",
        )
    require_bucket_of(house.blobs, trail.bucket, caller.account)
    key = f"{trail.prefix}/AWSLogs/x" if trail.prefix else "AWSLogs/x"
    if not house.access.may_write(caller.principal, trail.bucket, key):
        raise Denied(
            f"{caller.principal.arn} may not put objects into {trail.bucket}, so no trail of theirs may.",
            kind="trail bucket policy",
        )


def _name(text: str, caller: Caller) -> str:
    """Return the name that a name or an ARN of the account says."""
    if not text.startswith("arn:"):
        return text
    prefix, _, name = text.partition(":trail/")
    parts = prefix.split(":")
    if len(parts) != 5 or parts[2] != "cloudtrail" or not name:
        raise Wrong(f"{text[:300]} is not the ARN of a trail.", kind="trail arn")
    # Of another account's trail nothing is known here, not even whether it is there.
    return name if parts[4] == caller.account else ""


def _arn(caller: Caller, name: str) -> str:
    return f"arn:aws:cloudtrail:{caller.region}:{caller.account}:trail/{name}"


def _facts(trail: Trail) -> dict[str, Any]:
    return _shown(trail) | {
        "HomeRegion": trail.region,
        "HasCustomEventSelectors": bool(trail.selection),
        "HasInsightSelectors": False,
    }


def _shown(trail: Trail) -> dict[str, Any]:
    facts = {
        "Name": trail.name,
        "S3BucketName": trail.bucket,
        "S3KeyPrefix": trail.prefix or None,
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": trail.every_region,
        "TrailARN": f"arn:aws:cloudtrail:{trail.region}:{trail.account}:trail/{trail.name}",
        "LogFileValidationEnabled": trail.validates,
        "IsOrganizationTrail": False,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _status(trail: Trail, state: TrailState) -> dict[str, Any]:
    moments = {
        "LatestDeliveryTime": state.delivered_ms,
        "LatestDigestDeliveryTime": state.digested_ms,
        "StartLoggingTime": trail.started_ms,
        "StopLoggingTime": trail.stopped_ms,
        "LatestDeliveryAttemptTime": max(state.delivered_ms, state.problem_ms),
    }
    times = {
        name: _time(moment) for name, moment in moments.items() if moment and not name.endswith("AttemptTime")
    }
    attempt = moments["LatestDeliveryAttemptTime"]
    facts: dict[str, Any] = {"IsLogging": trail.is_on, "LatestDeliveryError": state.problem}
    if attempt:
        facts["LatestDeliveryAttemptTime"] = f"{_time(attempt):%Y-%m-%dT%H:%M:%SZ}"
    return {name: value for name, value in facts.items() if value != ""} | times


def _time(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC)
