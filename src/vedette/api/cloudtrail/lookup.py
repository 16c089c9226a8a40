"""LookupEvents: an account's events, the newest first, by one attribute and a range of time."""

import json
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from vedette.api.house import Caller, House
from vedette.audit.event import AuditEvent
from vedette.audit.search import TrailPlace, TrailQuery, walk
from vedette.clock import milliseconds
from vedette.dialects.cloudtrail import name_of, record_of, source_of, time_of, user_of
from vedette.errors import Wrong
from vedette.wire import pages

USUAL = 50
# A page says what was found in this time; its token goes on where it stopped, even where nothing was found.
LONGEST_S = 1.0
SERVICES = {"rekognition": "Rekognition", "lookoutvision": "LookoutVision", "iam": "IAM", "kms": "KMS"}

# What an event is looked up by, and what of it has to be the value.
ATTRIBUTES: dict[str, Callable[[AuditEvent], Collection[str]]] = {
    "EventId": lambda event: (event.id,),
    "EventName": lambda event: (name_of(event),),
    "ReadOnly": lambda event: (str(event.reads).lower(),),
    "Username": lambda event: (user_of(event),),
    "ResourceName": lambda event: _resource_names(event),
    "ResourceType": lambda event: {_type_of(arn) for arn in event.resources},
    "EventSource": lambda event: (source_of(event),),
    "AccessKeyId": lambda event: (event.caller.key,),
}


def lookup_events(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's events."""
    caller.require("LookupEvents", "*")
    scope = pages.scope(
        "LookupEvents", caller.account, caller.region, request.get("LookupAttributes"),
        request.get("StartTime"), request.get("EndTime"),
    )  # fmt: skip
    position = pages.decode(house.page_key, scope, request.get("NextToken"))
    query = _query(caller.account, caller.region, request, position)
    events, place = _page(house, query, request.get("MaxResults", USUAL))
    answer: dict[str, Any] = {"Events": [_shown(event) for event in events]}
    if place is not None:
        answer["NextToken"] = pages.encode(house.page_key, scope, [place.time_ms, place.chain, place.n])
    return answer


def _page(house: House, query: TrailQuery, most: int) -> tuple[list[AuditEvent], TrailPlace | None]:
    """Return a page's events, and the place from which the next one goes on."""
    deadline, events = time.monotonic() + LONGEST_S, list[AuditEvent]()
    for place, event in walk(house.settings.data, query):
        if event is not None:
            events.append(event)
            if len(events) == most:
                return events, place
        elif time.monotonic() > deadline:
            return events, place
    return events, None


def _query(account: str, region: str, request: dict[str, Any], position: list[Any] | None) -> TrailQuery:
    """Return which events are asked for: those of the region, and those of no region."""
    if request.get("EventCategory"):
        raise Wrong("Insights are not supported yet: no event is of this category.", kind="event category")
    attributes = request.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise Wrong("One lookup attribute may be given.", kind="lookup attribute")
    name, value = (attributes[0]["AttributeKey"], attributes[0]["AttributeValue"]) if attributes else ("", "")
    since, until = _moment(request.get("StartTime"), 0), _moment(request.get("EndTime"), 1 << 62)
    if since > until:
        raise Wrong("The start of the time range is after its end.", kind="time range")

    def is_wanted(event: AuditEvent) -> bool:
        is_here = event.caller.account == account and event.region in (region, "")
        return is_here and (not name or value in ATTRIBUTES[name](event))

    return TrailQuery(since, until, TrailPlace(*position) if position else None, account.encode(), is_wanted)


def _moment(value: datetime | None, otherwise: int) -> int:
    return otherwise if value is None else milliseconds(value)


def _shown(event: AuditEvent) -> dict[str, Any]:
    facts = {
        "EventId": event.id,
        "EventName": name_of(event),
        "ReadOnly": str(event.reads).lower(),
        "AccessKeyId": event.caller.key,
        "EventTime": time_of(event),
        "EventSource": source_of(event),
        "Username": user_of(event),
        "CloudTrailEvent": json.dumps(record_of(event), ensure_ascii=False),
    }
    resources = [{"ResourceType": _type_of(arn), "ResourceName": arn} for arn in event.resources]
    return {name: value for name, value in facts.items() if value} | {"Resources": resources}


def _resource_names(event: AuditEvent) -> set[str]:
    """Return what a person may call the things of an event: their ARNs, and names in the request."""
    names = {value for value in (event.parameters or {}).values() if isinstance(value, str)}
    return names | set(event.resources)


def _type_of(arn: str) -> str:
    """Return the type of a thing by its ARN, as CloudTrail calls it: AWS::Rekognition::Project."""
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return ""
    service, name = parts[2], parts[5]
    if service == "s3":
        return "AWS::S3::Object" if "/" in name else "AWS::S3::Bucket"
    kind = name.partition("/")[0].title().replace("-", "")
    return f"AWS::{SERVICES.get(service, service)}::{kind}"
