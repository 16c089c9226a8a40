"""Schedules of functions without a server: each tick once, whoever looks, and what was missed is told."""

import json
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from doubles.function_requests import make_function
from vedette.api.functions.policies import add_permission
from vedette.errors import Busy, Missing, TooMuch, Wrong
from vedette.functions.functions import Functions, FunctionTools
from vedette.functions.rule_store import RuleTarget
from vedette.functions.rules import MOST_REFUSALS
from vedette.functions.store import FunctionPlace
from vedette.functions.tables import function_events
from vedette.identity.seal import Seal
from vedette.jobs.runner import JobRunner
from vedette.store.db import open_database

from doubles.houses import FREE, HERE, a_caller  # isort: skip

REGION = "eu-west-1"
PLACE = FunctionPlace(HERE, REGION)
ARN = f"arn:aws:lambda:{REGION}:{HERE}:function:sorter"
RULE = f"arn:aws:events:{REGION}:{HERE}:rule/often"


def let(house, **more):
    wish = {"FunctionName": "sorter", "StatementId": "rule", "Action": "lambda:InvokeFunction", **more}
    add_permission(house, a_caller("lambda"), {**wish, "Principal": "events.amazonaws.com"})


@pytest.fixture
def desk(house, clock):
    make_function(house.functions, HERE, REGION)
    rules = house.functions.rules
    rules.delete(PLACE, "nightly")
    rules.put(PLACE, "often", "rate(5 minutes)")
    rules.put_targets(PLACE, "often", [RuleTarget("one", ARN)])

    def events():
        with house.functions.database.read() as connection:
            rows = connection.execute(select(function_events).order_by(function_events.c.id)).all()
        return [json.loads(row.payload) for row in rows]

    def log():
        function = house.functions.find(PLACE, "sorter")
        with house.functions.database.read() as connection:
            rows = house.functions.logs.store.last(connection, function.id, 100)
        return [row.text for row in rows if row.text.startswith("arn:aws:events")]

    rules.beat()
    return SimpleNamespace(house=house, rules=rules, clock=clock, events=events, log=log)


def test_a_tick_is_told_once_and_as_eventbridge_tells_it(desk):
    let(desk.house, SourceArn=RULE)
    desk.clock.move(minutes=4, seconds=59)
    desk.rules.beat()
    assert desk.events() == []
    began = desk.clock()
    desk.clock.move(seconds=2)
    for _ in range(3):
        desk.rules.beat()
    [event] = desk.events()
    assert event["time"] == f"{began + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})
    assert (event["account"], event["region"], event["resources"]) == (HERE, REGION, [RULE])
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert len(desk.events()) == 2
    assert desk.log() == []


def test_two_servers_tell_each_tick_once(desk, address):
    let(desk.house)
    databases = [open_database(*address) for _ in range(3)]
    runners = [JobRunner(database, desk.clock, ticks=desk.clock.ticks) for database in databases]
    try:
        others = []
        for database, runner in zip(databases, runners, strict=True):
            tools = FunctionTools(database, Seal(bytes(32)), runner, FREE, clock=desk.clock)
            tools.hand_over(desk.house.functions.tools.actor)
            others.append(Functions(tools).rules)
        for other in others:
            other.beat()
        for _ in range(4):
            desk.clock.move(minutes=5)
            threads = [threading.Thread(target=rules.beat) for rules in (desk.rules, *others)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        times = [event["time"] for event in desk.events()]
        assert len(times) == 4
        assert len(set(times)) == 4
    finally:
        for runner, database in zip(runners, databases, strict=True):
            runner.close()
            database.close()


def test_of_missed_ticks_the_last_is_told_and_the_log_says_so(desk):
    let(desk.house)
    begin = desk.clock()
    desk.clock.move(minutes=37)
    desk.rules.beat()
    [event] = desk.events()
    assert event["time"] == f"{begin + timedelta(minutes=35):%Y-%m-%dT%H:%M:%SZ}"
    [line] = desk.log()
    assert "6 ticks from" in line
    assert "were missed, since no server ran" in line
    desk.clock.move(minutes=3)
    desk.rules.beat()
    assert [event["time"] for event in desk.events()[1:]] == [
        f"{begin + timedelta(minutes=40):%Y-%m-%dT%H:%M:%SZ}"
    ]


def test_after_days_nothing_older_than_a_day_is_told(desk):
    let(desk.house)
    desk.rules.put(PLACE, "often", "cron(0 3 1 * ? *)")
    begin = desk.clock()
    desk.clock.move(days=50)
    desk.rules.beat()
    assert desk.events() == []
    [line] = desk.log()
    assert "the ticks from" in line
    desk.rules.put(PLACE, "often", "rate(7 minutes)")
    desk.clock.move(days=3)
    desk.rules.beat()
    assert len(desk.events()) == 1
    assert "the ticks from" in desk.log()[-1]
    assert begin < desk.clock()


def test_a_target_may_want_no_late_tick(desk):
    let(desk.house)
    desk.rules.put_targets(PLACE, "often", [RuleTarget("one", ARN, oldest_s=60)])
    desk.clock.move(minutes=12)
    desk.rules.beat()
    assert desk.events() == []
    assert "is older than 60 s" in desk.log()[-1]


def test_who_is_not_let_is_told_nothing_and_the_log_says_why(desk):
    let(desk.house, SourceArn=RULE.replace("often", "another"))
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert desk.events() == []
    assert "does not let events.amazonaws.com call it" in desk.log()[-1]
    let(desk.house, StatementId="foreign", SourceAccount="999999999999")
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert desk.events() == []


def test_who_is_not_let_drives_nothing_out_of_a_function_s_log(desk):
    """Rules are made by whom the function's owner may not know."""
    for number in range(30):
        desk.rules.put(PLACE, f"flood-{number}", "rate(1 minute)")
        desk.rules.put_targets(PLACE, f"flood-{number}", [RuleTarget(name, ARN) for name in "abcde"])
    desk.clock.move(minutes=1)
    desk.rules.beat()
    assert len(desk.log()) == MOST_REFUSALS
    desk.clock.move(hours=1)
    desk.rules.beat()
    assert len(desk.log()) == 2 * MOST_REFUSALS
    assert desk.events() == []


def test_what_it_is_told_may_be_said(desk):
    let(desk.house)
    desk.rules.put_targets(PLACE, "often", [RuleTarget("two", ARN, '{"line": 2}')])
    desk.clock.move(minutes=5)
    desk.rules.beat()
    events = desk.events()
    assert len(events) == 2
    assert events[1] == {"line": 2}


def test_a_rule_rests_goes_on_and_goes(desk):
    let(desk.house)
    desk.rules.switch(PLACE, "often", is_on=False)
    desk.clock.move(hours=5)
    desk.rules.beat()
    desk.rules.switch(PLACE, "often", is_on=True)
    desk.rules.beat()
    assert desk.events() == []
    assert desk.log() == []
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert len(desk.events()) == 1
    with pytest.raises(Busy, match="since it has targets"):
        desk.rules.delete(PLACE, "often")
    desk.rules.remove_targets(PLACE, "often", ["one"])
    desk.rules.delete(PLACE, "often")
    with pytest.raises(Missing):
        desk.rules.find(PLACE, "often")


def test_a_clock_that_was_ahead_holds_no_rule_up(desk):
    let(desk.house)
    desk.clock.move(days=4000)
    desk.rules.beat()
    told = len(desk.events())
    desk.clock.leap(days=-4000)
    desk.rules.beat()
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert len(desk.events()) == told + 1


def test_a_function_that_was_deleted_is_not_called_and_holds_up_nobody(desk):
    let(desk.house)
    desk.rules.put_targets(PLACE, "often", [RuleTarget("none", ARN.replace("sorter", "none"))])
    desk.clock.move(minutes=5)
    desk.rules.beat()
    assert len(desk.events()) == 1


def test_a_rule_that_cannot_be_is_refused_and_changes_nothing(desk):
    with pytest.raises(Wrong, match="ScheduleExpression"):
        desk.rules.put(PLACE, "often", "rate(5 minute)")
    assert desk.rules.find(PLACE, "often").schedule == "rate(5 minutes)"
    with pytest.raises(Missing, match="does not exist on EventBus default"):
        desk.rules.put_targets(PLACE, "other", [])
    with pytest.raises(TooMuch, match="at most 5 targets"):
        desk.rules.put_targets(PLACE, "often", [RuleTarget(str(number), ARN) for number in range(5)])
    assert [target.name for target in desk.rules.targets(PLACE, "often")] == ["one"]
