"""Alarms: put, evaluated, moved, and whom they call, by the operator's file alone."""

import contextlib
import hashlib
import hmac
import json
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.cloudwatch import OPERATIONS
from vedette.api.operations import Operation
from vedette.errors import Missing, Refusal, Unbuilt, Wrong
from vedette.monitoring import actions
from vedette.monitoring.monitoring import Monitoring

TOPIC = f"arn:aws:sns:eu-west-1:{HERE}:night-shift"
NAME = 'lamp "1" / 裂: <b>'
RULE = {
    "AlarmName": NAME,
    "Namespace": "Plant",
    "MetricName": "Rejected",
    "Dimensions": [{"Name": "Line", "Value": "4"}],
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 5.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [TOPIC],
}


@pytest.fixture
def book(tmp_path):
    return tmp_path / "actions.toml"


@pytest.fixture
def watched(house, book):
    """The house with alarms whose operator has a file."""
    monitoring = Monitoring(
        house.monitoring.alarms.database, house.meter, house.clock, account=HERE, actions=book
    )
    object.__setattr__(house, "monitoring", monitoring)
    yield monitoring
    monitoring.watch.close()


@pytest.fixture
def call(house, watched):
    def call(name, **request):
        handler = OPERATIONS[name]
        handler = handler.handler if isinstance(handler, Operation) else handler
        return handler(house, a_caller("cloudwatch"), request)

    return call


@contextlib.contextmanager
def hook(status=200, location=""):
    """A webhook that remembers what it was told."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.append((self.path, dict(self.headers), body))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def eventually(observe):
    deadline = time.monotonic() + 60
    while not (value := observe()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def state(call):
    return call("DescribeAlarms", AlarmNames=[NAME])["MetricAlarms"][0]["StateValue"]


def acted(call):
    lines = call("DescribeAlarmHistory", AlarmName=NAME, HistoryItemType="Action")["AlarmHistoryItems"]
    return [line["HistorySummary"] for line in lines]


def reject(call, value):
    datum = {"MetricName": "Rejected", "Dimensions": RULE["Dimensions"], "Value": value}
    call("PutMetricData", Namespace="Plant", MetricData=[datum])


def test_an_alarm_moves_with_its_figures_and_calls_its_topic_once(call, watched, clock, book):
    with hook() as (address, told):
        book.write_text(f'[topics.night-shift]\nwebhook = "{address}/in"\nsecret = "s"\n')
        call("PutMetricAlarm", **RULE)
        assert state(call) == "INSUFFICIENT_DATA"
        reject(call, 9.0)
        clock.move(minutes=1, seconds=40)
        watched.watch.judge_all()
        watched.watch.judge_all()
        assert state(call) == "ALARM"
        eventually(lambda: acted(call))
        clock.move(minutes=1)
        reject(call, 1.0)
        clock.move(minutes=1)
        watched.watch.judge_all()
        assert state(call) == "OK"
        clock.move(minutes=5)
        watched.watch.judge_all()
        assert state(call) == "INSUFFICIENT_DATA"
    ((path, headers, body),) = told
    message = json.loads(body)
    facts = json.loads(message["Message"])
    assert (path, message["Type"], message["TopicArn"]) == ("/in", "Notification", TOPIC)
    assert (facts["AlarmName"], facts["NewStateValue"], facts["OldStateValue"]) == (
        NAME, "ALARM", "INSUFFICIENT_DATA",
    )  # fmt: skip
    signed = f"{headers['X-Vedette-Timestamp']}.".encode() + body
    assert headers["X-Vedette-Signature"] == f"sha256={hmac.new(b's', signed, hashlib.sha256).hexdigest()}"
    assert acted(call) == [f"Successfully executed action {TOPIC}"]
    moves = call("DescribeAlarmHistory", AlarmName=NAME, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert [line["HistorySummary"].rpartition(" ")[2] for line in moves] == [
        "INSUFFICIENT_DATA", "OK", "ALARM",
    ]  # fmt: skip


def test_a_request_names_topics_and_nothing_else(call):
    """The attack: an action that is an address, a program, or something of another service."""
    lambda_ = "arn:aws:lambda:a:b:function:c"
    for action in (
        "http://169.254.169.254/",
        "file:///etc/passwd",
        lambda_,
        "rm -rf /",
        "arn:aws:sns:a:b:c:d",
    ):
        with pytest.raises(Unbuilt, match="not supported yet"):
            call("PutMetricAlarm", **RULE | {"AlarmActions": [action]})
    with pytest.raises(Wrong):
        call("PutMetricAlarm", **RULE | {"AlarmActions": [TOPIC] * 6})


def test_a_topic_of_another_account_or_of_nobody_calls_nobody(call, book):
    with hook() as (address, told):
        hooks = [
            f'[topics.{name}]\nwebhook = "{address}"\n'
            for name in ("night-shift", '"999999999999:night-shift"')
        ]
        book.write_text("".join(hooks))
        other = TOPIC.replace(HERE, "999999999999")
        call("PutMetricAlarm", **RULE | {"AlarmActions": [other, TOPIC.replace("night", "day")]})
        call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
        eventually(lambda: len(acted(call)) == 2)
    assert sum("names no such topic" in line for line in acted(call)) == 1
    assert sum("a topic of another account" in line for line in acted(call)) == 1
    assert told == []


def test_no_redirect_is_followed_and_a_failing_hook_is_called_again_and_then_named(call, book, monkeypatch):
    monkeypatch.setattr(actions, "PAUSES_S", (0.0, 0.0))
    with hook() as (inside, told), hook(307, f"{inside}/secret") as (address, _):
        book.write_text(f'[topics.night-shift]\nwebhook = "{address}"\n')
        call("PutMetricAlarm", **RULE)
        call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
        (line,) = eventually(lambda: acted(call))
        assert line.endswith("The webhook answered with the status 307.")
        assert told == []
    with hook(503) as (address, told):
        book.write_text(f'[topics.night-shift]\nwebhook = "{address}"\n')
        call("SetAlarmState", AlarmName=NAME, StateValue="OK", StateReason="a try")
        call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
        eventually(lambda: len(acted(call)) == 2)
        assert len(told) == 3


def test_a_hook_that_hangs_holds_no_alarm_up(call, book, monkeypatch, watched, clock):
    monkeypatch.setattr(actions, "PAUSES_S", ())
    monkeypatch.setattr(actions, "WEBHOOK_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        book.write_text(f'[topics.night-shift]\nwebhook = "http://127.0.0.1:{silent.getsockname()[1]}"\n')
        call("PutMetricAlarm", **RULE)
        call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
        clock.move(minutes=2)
        watched.watch.judge_all()
        assert state(call) == "INSUFFICIENT_DATA"
        (line,) = eventually(lambda: acted(call))
        assert "could not be called" in line


def test_a_command_of_the_operator_s_gets_the_message_and_its_failure_is_told(call, book, tmp_path):
    out = tmp_path / "out"
    program = (
        f"import sys; open({str(out)!r}, 'wb').write(sys.stdin.buffer.read()); sys.exit(len(sys.argv) - 2)"
    )
    command = json.dumps([sys.executable, "-c", program, NAME])
    book.write_text(f"[topics.night-shift]\ncommand = {command}\n")
    call("PutMetricAlarm", **RULE)
    call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try; $(reboot)")
    eventually(lambda: acted(call))
    assert json.loads(json.loads(out.read_bytes())["Message"])["NewStateReason"] == "a try; $(reboot)"
    book.write_text('[topics.night-shift]\ncommand = ["/nowhere/none"]\nemails = ["a@b"]\n')
    call("SetAlarmState", AlarmName=NAME, StateValue="OK", StateReason="a try")
    call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
    line = eventually(lambda: next((text for text in acted(call) if "command failed" in text), ""))
    assert "names no mail server" in line


@pytest.mark.parametrize(
    "text",
    [
        '[topics.night-shift]\ncommand = ["/very-secret/none"]\n',
        "[topics.night-shift]\ncommand = [PYTHON, '-c', 'import sys; sys.exit(\"very-secret\")']\n",
        '[topics.night-shift]\nemails = ["very-secret@x"]\n[mail]\nhost = "127.0.0.1"\nport = 9\n',
        '[topics.night-shift]\nwebhook = "http://u:very-secret@127.0.0.1:9/very-secret"\n',
        '[topics.night-shift]\nwebhook = "http://127.0.0.1:9/very secret\\tvery-secret"\n',
        "[topics.night-shift\nvery-secret",
    ],
)
def test_why_nobody_was_called_says_nothing_that_the_operator_s_file_holds(call, book, monkeypatch, text):
    """The account that has the alarm reads its history, and is not who wrote the file."""
    monkeypatch.setattr(actions, "PAUSES_S", ())
    book.write_text(text.replace("PYTHON", json.dumps(sys.executable)))
    call("PutMetricAlarm", **RULE)
    call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
    (line,) = eventually(lambda: acted(call))
    assert line.startswith("Failed to execute action")
    history = call("DescribeAlarmHistory", AlarmName=NAME)["AlarmHistoryItems"]
    told = json.dumps(history, default=str)
    assert "secret" not in told
    assert str(book) not in told


@pytest.mark.parametrize("text", ["[topics", '[topics.a]\nurl = "x"\n', '[topics.a]\nevents = ["model"]\n',
                                  '[topics.a]\ncommand = "rm -rf /"\n', "topics = 1\n"])  # fmt: skip
def test_a_file_that_says_something_else_is_refused_with_its_name(book, text):
    book.write_text(text)
    with pytest.raises(Wrong, match=r"actions\.toml cannot be read"):
        actions.read_actions(book)


def test_alarms_are_listed_disabled_and_deleted_all_or_none(call, watched, clock, book):
    call("PutMetricAlarm", **RULE)
    call("PutMetricAlarm", **RULE | {"AlarmName": "other", "AlarmActions": []})
    (row,) = call("DescribeAlarms", ActionPrefix="arn:aws:sns")["MetricAlarms"]
    assert {name: row[name] for name in RULE} == RULE
    assert row["AlarmArn"] == f"arn:aws:cloudwatch:eu-west-1:{HERE}:alarm:{NAME}"
    first = call("DescribeAlarms", MaxRecords=1)
    second = call("DescribeAlarms", MaxRecords=1, NextToken=first["NextToken"])
    names = [row["AlarmName"] for page in (first, second) for row in page["MetricAlarms"]]
    assert (sorted(names), "NextToken" in second) == (sorted([NAME, "other"]), False)
    of_metric = {name: RULE[name] for name in ("Namespace", "MetricName", "Dimensions")}
    assert len(call("DescribeAlarmsForMetric", **of_metric)["MetricAlarms"]) == 2
    call("DisableAlarmActions", AlarmNames=[NAME, "none"])
    call("SetAlarmState", AlarmName=NAME, StateValue="ALARM", StateReason="a try")
    assert (state(call), acted(call)) == ("ALARM", [])
    with pytest.raises(Missing):
        call("DeleteAlarms", AlarmNames=[NAME, "none"])
    assert state(call) == "ALARM"
    call("DeleteAlarms", AlarmNames=[NAME, "other"])
    assert call("DescribeAlarms")["MetricAlarms"] == []
    assert len(call("DescribeAlarmHistory", AlarmName=NAME)["AlarmHistoryItems"]) == 3


def test_an_alarm_of_expressions_and_one_on_nothing(call, watched, clock):
    stat = {"Metric": {name: RULE[name] for name in ("Namespace", "MetricName", "Dimensions")}, "Period": 60}
    metrics = [
        {"Id": "m1", "MetricStat": stat | {"Stat": "Sum"}, "ReturnData": False},
        {"Id": "e1", "Expression": "FILL(m1, 0) * 10", "ReturnData": True},
    ]
    rule = {
        name: RULE[name] for name in ("AlarmName", "EvaluationPeriods", "Threshold", "ComparisonOperator")
    }
    call("PutMetricAlarm", **rule, Metrics=metrics)
    assert call("DescribeAlarms")["MetricAlarms"][0]["Metrics"] == metrics
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "OK"
    for wrong in (
        {"Metrics": [{**metrics[0], "ReturnData": True}, metrics[1]]},
        {"Metrics": [metrics[0], {**metrics[1], "Expression": "SUM(m1)"}]},
        {"Metrics": [metrics[0], {**metrics[1], "Expression": "m2"}]},
        {"Metrics": [{**metrics[1], "Expression": "TIME_SERIES(1)"}]},
        {**RULE, "Metrics": metrics},
        {**RULE, "Statistic": "Median"},
        {**RULE, "Period": 10},
        {**RULE, "Period": 86400, "EvaluationPeriods": 8},
        {name: RULE[name] for name in ("MetricName", "Namespace")},
    ):
        with pytest.raises(Refusal):
            call("PutMetricAlarm", **rule | wrong)


def test_a_clock_that_jumps_moves_no_alarm_wrongly_and_evaluation_goes_on(call, watched, clock):
    call("PutMetricAlarm", **RULE | {"AlarmActions": []})
    reject(call, 9.0)
    clock.move(minutes=1, seconds=40)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
    for leap in ({"days": -30}, {"days": 60}, {"days": -30}):
        clock.leap(**leap)
        watched.watch.judge_all()
    assert state(call) == "ALARM", "the same minute once more"


def test_periods_of_hours_end_at_the_minute_that_is_judged(call, watched, clock):
    """Whole hours since 1970 would leave an alarm without figures in all minutes but one."""
    rule = {**RULE, "Period": 3600, "EvaluationPeriods": 2, "Threshold": 0.0}
    call("PutMetricAlarm", **rule)
    clock.move(minutes=17)
    reject(call, 1.0)
    clock.move(hours=1)
    reject(call, 1.0)
    clock.move(minutes=3)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
    silent = {"ComparisonOperator": "LessThanThreshold", "Threshold": 1.0, "TreatMissingData": "breaching"}
    call("PutMetricAlarm", **{**rule, **silent, "EvaluationPeriods": 1})
    reject(call, 1.0)
    clock.move(minutes=30)
    watched.watch.judge_all()
    assert state(call) == "OK"
    clock.move(minutes=50)
    watched.watch.judge_all()
    assert state(call) == "ALARM"
