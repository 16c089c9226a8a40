"""Logs of functions without a server: read in pages, found by patterns, and let go of."""

from types import SimpleNamespace

import pytest
from sqlalchemy import event

from doubles.function_requests import make_function
from doubles.houses import HERE, a_caller
from vedette.api.logs import OPERATIONS
from vedette.errors import BadToken, Missing, Wrong
from vedette.functions.log_pattern import parse_pattern
from vedette.functions.store import FunctionPlace

REGION = "eu-west-1"
PLACE = FunctionPlace(HERE, REGION)
GROUP = {"logGroupName": "/aws/lambda/sorter"}


@pytest.fixture
def desk(house, clock):
    make_function(house.functions, HERE, REGION)
    function = house.functions.find(PLACE, "sorter")
    caller = a_caller("logs")

    def ask(name, **members):
        return OPERATIONS[name](house, caller, members)

    def say(text, stream="one"):
        house.functions.keep_log(function, "1", text, stream)
        clock.move(seconds=1)

    ask("DeleteLogGroup", **GROUP)
    return SimpleNamespace(house=house, clock=clock, ask=ask, say=say)


def messages(answer):
    return [event["message"] for event in answer["events"]]


def test_a_log_is_there_once_something_was_printed_and_goes(desk):
    assert desk.ask("DescribeLogGroups")["logGroups"] == []
    with pytest.raises(Missing, match="log group does not exist"):
        desk.ask("FilterLogEvents", **GROUP)
    desk.say("first\nsecond\n\n")
    [group] = desk.ask("DescribeLogGroups", logGroupNamePrefix="/aws/lambda/so")["logGroups"]
    assert group["logGroupName"] == GROUP["logGroupName"]
    assert group["arn"] == f"arn:aws:logs:{REGION}:{HERE}:log-group:/aws/lambda/sorter:*"
    assert desk.ask("DescribeLogGroups", logGroupNamePrefix="/aws/lambda/other")["logGroups"] == []
    by_arn = {"logGroupIdentifier": group["logGroupArn"]}
    assert messages(desk.ask("FilterLogEvents", **by_arn)) == ["first", "second"]
    desk.ask("DeleteLogGroup", **GROUP)
    assert desk.ask("DescribeLogGroups")["logGroups"] == []


def test_the_list_of_logs_tells_their_bytes_and_reads_none_of_them(desk):
    desk.say("späte Schicht\n")
    desk.say("x" * 1000, "two")
    queries = []
    engine = desk.house.functions.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: queries.append(call[2:4]))
    [group] = desk.ask("DescribeLogGroups")["logGroups"]
    assert group["storedBytes"] == 15 + 1000
    statement, values = next(query for query in queries if "sum(" in query[0])
    assert "function_logs.text" not in statement
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        assert any("COVERING INDEX ix_function_logs_size" in row[-1] for row in plan), plan
    desk.ask("DeleteLogGroup", **GROUP)
    assert desk.ask("DescribeLogGroups")["logGroups"] == []


def test_a_stream_is_read_forward_and_back_to_the_end(desk):
    for number in range(40):
        desk.say(f"a{number}\nb{number}")
        desk.say(f"x{number}", "two")
    everything = [f"{letter}{number}" for number in range(40) for letter in "ab"]
    stream = {**GROUP, "logStreamName": "one", "limit": 7}
    answer = desk.ask("GetLogEvents", **stream, startFromHead=True)
    read, token = messages(answer), ""
    while token != answer["nextForwardToken"]:
        token = answer["nextForwardToken"]
        answer = desk.ask("GetLogEvents", **stream, nextToken=token)
        read += messages(answer)
    assert read == everything
    assert (
        messages(desk.ask("GetLogEvents", **stream, nextToken=answer["nextBackwardToken"])) == everything[-7:]
    )
    answer = desk.ask("GetLogEvents", **stream)
    read, token = messages(answer), ""
    while token != answer["nextBackwardToken"]:
        token = answer["nextBackwardToken"]
        answer = desk.ask("GetLogEvents", **stream, nextToken=token)
        read = messages(answer) + read
    assert read == everything
    desk.say("later")
    assert (
        messages(desk.ask("GetLogEvents", **stream, nextToken=answer["nextForwardToken"]))[:2]
        == everything[:2]
    )
    with pytest.raises(BadToken):
        desk.ask("GetLogEvents", **{**stream, "logStreamName": "two"}, nextToken=token)
    with pytest.raises(BadToken):
        desk.ask("GetLogEvents", **stream, nextToken="f/nonsense")
    with pytest.raises(Missing, match="log stream does not exist"):
        desk.ask("GetLogEvents", **GROUP, logStreamName="none")


def test_lines_are_found_by_pattern_stream_and_time_page_by_page(desk):
    begin = round(desk.clock().timestamp() * 1000)
    for number in range(20):
        desk.say(f"INFO {number}\nERROR {number} it is late")
        desk.say(f"WARN {number}", "two")
    found, token = [], {}
    while True:
        answer = desk.ask("FilterLogEvents", **GROUP, filterPattern='ERROR "is late"', limit=3, **token)
        assert len(answer["events"]) <= 3
        found += messages(answer)
        if "nextToken" not in answer:
            break
        token = {"nextToken": answer["nextToken"]}
    assert found == [f"ERROR {number} it is late" for number in range(20)]
    with pytest.raises(BadToken):
        desk.ask("FilterLogEvents", **GROUP, filterPattern="WARN", **token)
    of_two = desk.ask("FilterLogEvents", **GROUP, logStreamNames=["two"], limit=2)
    assert messages(of_two) == ["WARN 0", "WARN 1"]
    assert of_two["events"][0]["logStreamName"] == "two"
    assert len({event["eventId"] for event in desk.ask("FilterLogEvents", **GROUP)["events"]}) == 60
    window = desk.ask("FilterLogEvents", **GROUP, startTime=begin + 2000, endTime=begin + 3000)
    assert messages(window) == ["INFO 1", "ERROR 1 it is late", "WARN 1"]
    names = [each["logStreamName"] for each in desk.ask("DescribeLogStreams", **GROUP)["logStreams"]]
    assert names == ["one", "two"]
    newest = desk.ask("DescribeLogStreams", **GROUP, orderBy="LastEventTime", descending=True, limit=1)
    assert [each["logStreamName"] for each in newest["logStreams"]] == ["two"]
    rest = desk.ask(
        "DescribeLogStreams", **GROUP, orderBy="LastEventTime", descending=True, nextToken=newest["nextToken"]
    )
    assert [each["logStreamName"] for each in rest["logStreams"]] == ["one"]


def test_a_log_is_kept_for_its_days(desk):
    desk.say("old")
    desk.ask("PutRetentionPolicy", **GROUP, retentionInDays=3)
    desk.clock.move(days=2)
    desk.say("young")
    desk.clock.move(days=2)
    assert messages(desk.ask("FilterLogEvents", **GROUP)) == ["young"]
    store = desk.house.functions.logs.store
    store._swept -= 1000
    store.sweep(desk.house.functions.database)
    desk.ask("DeleteRetentionPolicy", **GROUP)
    assert messages(desk.ask("FilterLogEvents", **GROUP)) == ["young"]
    with pytest.raises(Wrong, match="retentionInDays is one of"):
        desk.ask("PutRetentionPolicy", **GROUP, retentionInDays=2)


def test_what_the_server_says_has_a_stream_of_its_own(desk):
    desk.say("it is denied", "")
    desk.say("it is sorted", "2026/one")
    assert messages(desk.ask("GetLogEvents", **GROUP, logStreamName="server")) == ["it is denied"]
    for prefix, expected in (("serv", "it is denied"), ("2026/", "it is sorted")):
        assert messages(desk.ask("FilterLogEvents", **GROUP, logStreamNamePrefix=prefix)) == [expected]


def test_the_last_lines_are_read_without_the_rest_of_a_log(desk):
    """A log may have a quarter of a GiB, and who follows it asks every few seconds."""
    desk.say("a line")
    statements = []
    engine = desk.house.functions.database.engine

    def note(_connection, _cursor, statement, *_others):
        statements.append(statement.casefold())

    event.listen(engine, "before_cursor_execute", note)
    assert messages(desk.ask("GetLogEvents", **GROUP, logStreamName="one", limit=1)) == ["a line"]
    assert [each for each in statements if "function_logs" in each]
    assert [each for each in statements if "length(" in each or "group by" in each] == []


@pytest.mark.parametrize("name", ["startTime", "endTime"])
def test_a_moment_that_never_comes_is_one(desk, name):
    desk.say("a line")
    expected = ["a line"] if name == "endTime" else []
    last = {name: (1 << 63) - 1}
    assert messages(desk.ask("FilterLogEvents", **GROUP, **last)) == expected
    assert messages(desk.ask("GetLogEvents", **GROUP, logStreamName="one", **last)) == expected


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "an ERROR", True),
        ("ERROR", "an error", False),
        ("ERROR late", "late ERROR", True),
        ('"timed out"', "it timed out", True),
        ('"timed out"', "timed and out", False),
        (r'"say \"no\""', 'they say "no"', True),
        ("-DEBUG", "DEBUG 1", False),
        ("-DEBUG", "INFO 1", True),
        ("one -two", "one two", False),
        ("?WARN ?FATAL", "FATAL", True),
        ("?WARN ?FATAL", "INFO", False),
        ('-"a b"', "a b", False),
        ("2026-11-30", "on 2026-11-30", True),
    ],
)
def test_a_pattern_finds_what_it_says(pattern, line, expected):
    assert parse_pattern(pattern)(line) is expected


@pytest.mark.parametrize("pattern", ["{ $.a = 1 }", "[a, b]", "%a.*%", '"open', 'a"b', "?a b", "?a -b"])
def test_what_is_no_pattern_here_is_refused(pattern):
    with pytest.raises(Wrong, match="Invalid filter pattern"):
        parse_pattern(pattern)
