"""GetLogEvents and FilterLogEvents: what functions printed, line by line."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.logs.naming import permitted, shown, stored
from vedette.errors import BadToken, Missing
from vedette.functions.log_pattern import parse_pattern
from vedette.functions.log_store import LogLine, LogSelection
from vedette.functions.logs import MOST_LINES
from vedette.wire import pages

BEGIN = (0, 0)
# What databases hold, with room for one more: a later moment is as good as this one.
LATEST_MS = 1 << 62


def get_log_events(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lines of one stream: the last ones, or from its head, or on from a token of before."""
    stream, logs = str(request["logStreamName"]), house.functions.logs
    group = permitted(house, caller, "GetLogEvents", request, stream)
    selection = _selection(request, (stored(stream),), ends_after=0)
    scope = pages.scope("GetLogEvents", caller.account, caller.region, group.name, stream)
    most = request.get("limit", MOST_LINES)
    is_forward, place = _read_token(house, scope, request)
    if is_forward:
        lines = logs.page(group, selection, place, most)
    else:
        lines = logs.page_before(group, selection, place, most)
    # Its streams are looked for where it has no lines: a long log takes a second for them.
    if not lines and stored(stream) not in {source.name for source in logs.streams(group)}:
        raise Missing("The specified log stream does not exist.", kind="log stream", name=stream)

    def token(direction: str, line: tuple[int, int]) -> str:
        return f"{direction}/{pages.encode(house.page_key, scope, list(line))}"

    # An empty page has the token that led to it, by which clients know the end.
    row, number = place or BEGIN
    after = lines[-1].place if lines else ((row, number) if is_forward else (row, number - 1))
    before = lines[0].place if lines else ((row, number + 1) if is_forward else (row, number))
    return {
        "events": [_event(line) for line in lines],
        "nextForwardToken": token("f", after),
        "nextBackwardToken": token("b", before),
    }


def filter_log_events(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lines of a log that fit a pattern, in their order."""
    group = permitted(house, caller, "FilterLogEvents", request)
    names = request.get("logStreamNames")
    streams = None if names is None else tuple(stored(name) for name in names)
    prefix, pattern = str(request.get("logStreamNamePrefix", "")), str(request.get("filterPattern", ""))
    if prefix:
        # By what they are called, which for the server's is not how it lies.
        all_streams = [stream.name for stream in house.functions.logs.streams(group)]
        streams = tuple(
            name
            for name in all_streams
            if shown(name).startswith(prefix) and name in (streams or all_streams)
        )
    selection = _selection(request, streams, ends_after=1)
    scope = pages.scope(
        "FilterLogEvents", caller.account, caller.region, group.name, names, prefix, pattern,
        request.get("startTime"), request.get("endTime"),
    )  # fmt: skip
    position = pages.decode(house.page_key, scope, request.get("nextToken"))
    lines, following = house.functions.logs.search(
        group,
        selection,
        (position[0], position[1]) if position else None,
        most=request.get("limit", MOST_LINES),
        matches=parse_pattern(pattern),
    )
    token = {} if following is None else {"nextToken": pages.encode(house.page_key, scope, list(following))}
    return {"events": [_found(line) for line in lines], "searchedLogStreams": [], **token}


def _selection(
    request: Mapping[str, Any], streams: tuple[str, ...] | None, *, ends_after: int
) -> LogSelection:
    """Return which lines are wanted; the moment of the end itself counts where `ends_after` is 1."""
    end = request.get("endTime")
    before_ms = None if end is None else min(int(end), LATEST_MS) + ends_after
    return LogSelection(streams, min(int(request.get("startTime", 0)), LATEST_MS), before_ms)


def _read_token(house: House, scope: str, request: Mapping[str, Any]) -> tuple[bool, tuple[int, int] | None]:
    """Return whether a page goes forward, and from where."""
    text = request.get("nextToken")
    if not text:
        return bool(request.get("startFromHead", False)), None
    direction, _, token = str(text).partition("/")
    position = pages.decode(house.page_key, scope, token) if direction in ("f", "b") else None
    if position is None:
        raise BadToken("The specified nextToken is invalid.")
    return direction == "f", (position[0], position[1])


def _event(line: LogLine) -> dict[str, Any]:
    return {"timestamp": line.at_ms, "message": line.text, "ingestionTime": line.at_ms}


def _found(line: LogLine) -> dict[str, Any]:
    # An id has 56 digits, as CloudWatch Logs has them, in the order of the lines.
    number = f"{line.at_ms:020}{line.row:020}{line.number:016}"
    return {**_event(line), "logStreamName": shown(line.stream), "eventId": number}
