"""DescribeLogGroups and its kin: which logs there are, and how long they are kept."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.logs.naming import arn_of, permitted, shown
from vedette.api.paging import PageMembers, read_page
from vedette.dialects.aws_lambda import log_group
from vedette.errors import Wrong
from vedette.functions.log_store import LogGroup, LogStream
from vedette.functions.store import FunctionPlace

MEMBERS = PageMembers(size="limit", token="nextToken", next_token="nextToken")  # noqa: S106  (members' names)
USUAL = 50
# How many are read to fill a page of those whose names fit: an account has a hundred functions.
MOST = 200
DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
)  # fmt: skip
ELSEWHERE = ("accountIdentifiers", "includeLinkedAccounts", "logGroupIdentifiers")


def describe_log_groups(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the logs of the account in the region."""
    caller.require("DescribeLogGroups", arn_of(caller, ""))
    for member in ELSEWHERE:
        if request.get(member):
            raise Wrong(f"{member} is not supported here: leave it out.")
    prefix, pattern = request.get("logGroupNamePrefix", ""), request.get("logGroupNamePattern", "")
    if prefix and pattern:
        raise Wrong("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    words = ("DescribeLogGroups", caller.account, caller.region, prefix, pattern)
    page = read_page(house, request, *words, size=USUAL, members=MEMBERS)
    place = FunctionPlace(caller.account, caller.region)
    groups, _ = house.functions.logs.groups(place, after=page.after(0), most=MOST)
    is_usual = request.get("logGroupClass", "STANDARD") == "STANDARD"
    fitting = [group for group in groups if is_usual and _fits(group, prefix, pattern)]
    answer = {"logGroups": [_described(caller, group) for group in fitting[: page.size]]}
    return page.answer(answer, fitting[page.size - 1].function if len(fitting) > page.size else None)


def describe_log_streams(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the streams of a log, by their names or the last first."""
    group = permitted(house, caller, "DescribeLogStreams", request)
    prefix, by_time = request.get("logStreamNamePrefix", ""), request.get("orderBy") == "LastEventTime"
    if prefix and by_time:
        raise Wrong("Cannot order by LastEventTime with a logStreamNamePrefix.")
    words = ("DescribeLogStreams", caller.account, caller.region, group.name, prefix, by_time)
    page = read_page(house, request, *words, request.get("descending", False), size=USUAL, members=MEMBERS)
    streams = [
        stream for stream in house.functions.logs.streams(group) if shown(stream.name).startswith(prefix)
    ]
    streams.sort(key=lambda stream: (stream.last_ms if by_time else 0, shown(stream.name)))
    if request.get("descending", False):
        streams.reverse()
    first = page.after(0)
    last = first + page.size
    answer = {"logStreams": [_stream(caller, group, stream) for stream in streams[first:last]]}
    return page.answer(answer, last if last < len(streams) else None)


def put_retention_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say for how many days a log is kept."""
    group, days = permitted(house, caller, "PutRetentionPolicy", request), int(request["retentionInDays"])
    if days not in DAYS:
        raise Wrong(f"1 validation error detected: retentionInDays is one of {', '.join(map(str, DAYS))}.")
    house.functions.logs.set_days(group, days)
    return {}


def delete_retention_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a log be kept as long as there is room for it."""
    group = permitted(house, caller, "DeleteRetentionPolicy", request)
    house.functions.logs.set_days(group, 0)
    return {}


def delete_log_group(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete all that a function printed; it begins anew with the next call."""
    house.functions.logs.clear(permitted(house, caller, "DeleteLogGroup", request))
    return {}


def _fits(group: LogGroup, prefix: str, pattern: str) -> bool:
    name = log_group(group.name)
    return name.startswith(prefix) and pattern.lower() in name.lower()


def _described(caller: Caller, group: LogGroup) -> dict[str, Any]:
    name = log_group(group.name)
    arn = f"arn:aws:logs:{caller.region}:{caller.account}:log-group:{name}"
    days = {"retentionInDays": group.days} if group.days else {}
    return {
        "logGroupName": name,
        "creationTime": group.began_ms,
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "storedBytes": group.size,
        "logGroupClass": "STANDARD",
        "logGroupArn": arn,
        **days,
    }


def _stream(caller: Caller, group: LogGroup, stream: LogStream) -> dict[str, Any]:
    return {
        "logStreamName": shown(stream.name),
        "creationTime": stream.first_ms,
        "firstEventTimestamp": stream.first_ms,
        "lastEventTimestamp": stream.last_ms,
        "lastIngestionTime": stream.last_ms,
        "uploadSequenceToken": "0",
        "arn": str(arn_of(caller, log_group(group.name), shown(stream.name))),
        "storedBytes": 0,
    }
