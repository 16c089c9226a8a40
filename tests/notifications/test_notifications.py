"""What happens to models told to webhooks: who hears what, how often it is tried, and what hangs nobody."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from doubles.houses import HERE
from doubles.webhooks import PATIENCE_S, Hook
from vedette.clock import milliseconds
from vedette.errors import Busy, Missing, Wrong
from vedette.monitoring.actions import ActionBook, Topic, call_webhook, read_actions
from vedette.monitoring.alarm import AlarmRule
from vedette.monitoring.alarm_messages import AlarmMove
from vedette.monitoring.alarms import StoredAlarm
from vedette.monitoring.metrics import MetricName, Place
from vedette.monitoring.queries import MetricQuery, MetricStatistic
from vedette.notifications.outbox import DAY_MS, GIVEN_UP, SENT, WAITING, Outbox
from vedette.notifications.sender import Sender
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tokens import ClientToken
from vedette.projects.version import Version
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions

OTHER = "444455556666"


@pytest.fixture
def hook():
    hook = Hook()
    yield hook
    hook.close()


def a_version(clock, account=HERE):
    scope = Scope("rekognition", account, "us-east-1")
    project = Project(1, scope, "doors", clock(), 1_700_000_000_000)
    return Version(1, project, "v1", clock(), 1_700_000_000_001, "training")


def an_outbox(database, clock, topics):
    return Outbox(database, lambda: ActionBook(topics), HERE, clock)


def move(database, outbox, version, state="trained"):
    with database.write() as connection:
        outbox.note_move(connection, version, state, "It is trained.")


SUM = MetricQuery("m1", MetricStatistic(MetricName("Plant", "Rejected", (("Line", "4"),)), "Sum", 5))


def a_move(clock, *queries, is_simple=True):
    """An alarm that came from OK to ALARM."""
    rule = AlarmRule(queries or (SUM,), is_simple, 5, 2, 1, 5.0, "GreaterThanThreshold")
    now_ms = milliseconds(clock())
    place = Place(HERE, "us-east-1")
    alarm = StoredAlarm(1, place, "many", rule, True, now_ms, "OK", "1 <= 5", "", now_ms, now_ms)
    return AlarmMove(alarm, "ALARM", "9 > 5", "", clock())


def sent(outbox, sender):
    """Send what is due, and wait until what came of it is written down."""
    sender.send_due()
    sender._callers.shutdown(wait=True)
    return [(row.topic, row.state, row.problem) for row in outbox.list()]


def test_a_topic_hears_what_it_asks_for_in_its_form_and_signed(database, clock, hook):
    topics = {
        "sns": Topic(hook.address, "secret", events=("training",)),
        "bridge": Topic(hook.address, events=("training", "model"), form="eventbridge"),
        "models": Topic(hook.address, events=("model",)),
        "alarms": Topic(hook.address),
        f"{OTHER}:theirs": Topic(hook.address, events=("training",)),
    }
    outbox = an_outbox(database, clock, topics)
    move(database, outbox, a_version(clock))
    rows = sent(outbox, Sender(outbox, lambda: ActionBook(topics)))
    assert sorted(rows) == [("bridge", SENT, ""), ("sns", SENT, "")]
    by_form = {"Type" in json.loads(body): (headers, body) for _, headers, body in hook.requests}
    headers, body = by_form[True]
    event = json.loads(json.loads(body)["Message"])
    assert json.loads(body)["TopicArn"] == f"arn:aws:sns:us-east-1:{HERE}:sns"
    assert json.loads(by_form[False][1]) == event
    assert (event["source"], event["detail-type"]) == ("vedette.rekognition", "Training State Change")
    assert event["detail"]["state"] == "TRAINING_COMPLETED"
    assert event["resources"] == [str(a_version(clock).arn)]
    stamp = headers["X-Vedette-Timestamp"]
    mac = hmac.new(b"secret", f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["X-Vedette-Signature"] == f"sha256={mac}"
    assert by_form[False][0]["X-Vedette-Signature"] is None


def test_another_accounts_topic_hears_of_that_account_alone(database, clock, hook):
    topics = {
        "own": Topic(hook.address, events=("model",)),
        f"{OTHER}:own": Topic(hook.address, events=("model",)),
    }
    outbox = an_outbox(database, clock, topics)
    move(database, outbox, a_version(clock, OTHER), "running")
    assert [row.topic for row in outbox.list()] == [f"{OTHER}:own"]


def test_a_move_that_is_undone_tells_nobody_and_a_broken_file_undoes_no_move(database, clock, hook):
    outbox = an_outbox(database, clock, {"own": Topic(hook.address, events=("training",))})

    def undo():
        with database.write() as connection:
            outbox.note_move(connection, a_version(clock), "failed", "")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undo()

    def broken():
        raise Wrong("The file cannot be read.")

    move(database, Outbox(database, broken, HERE, clock), a_version(clock))
    move(database, outbox, a_version(clock), "starting")
    assert outbox.list() == []


def test_a_webhook_that_fails_is_tried_later_and_later_for_a_day_and_then_given_up(database, clock, hook):
    topics = {"own": Topic(hook.address, events=("training",))}
    outbox = an_outbox(database, clock, topics)
    move(database, outbox, a_version(clock))
    hook.status, pauses, tries = 500, [], 0
    while (row := outbox.list()[0]).state == WAITING:
        clock.leap(seconds=max(0, row.due_ms / 1000 - clock().timestamp()))
        before = clock().timestamp()
        assert sent(outbox, Sender(outbox, lambda: ActionBook(topics)))[0][2].endswith("status 500.")
        tries += 1
        pauses.append(round(outbox.list()[0].due_ms / 1000 - before))
    assert pauses[:5] == [10, 20, 40, 80, 160]
    assert max(pauses[:-1]) == 3600
    assert (outbox.list(GIVEN_UP)[0].tries, 25 < tries < 40) == (tries, True)
    hook.status = 204
    with pytest.raises(Missing):
        outbox.send_again("another")
    assert outbox.send_again() == 1
    assert sent(outbox, Sender(outbox, lambda: ActionBook(topics))) == [("own", SENT, "")]
    clock.leap(seconds=8 * DAY_MS / 1000)
    outbox.forget_old()
    assert outbox.list() == []


def test_a_webhook_that_hangs_keeps_another_from_nothing(database, clock, hook):
    quick = Hook()
    topics = {
        "hangs": Topic(hook.address, events=("training",)),
        "quick": Topic(quick.address, events=("training",)),
    }
    outbox = an_outbox(database, clock, topics)
    hook.hangs.clear()
    sender = Sender(outbox, lambda: ActionBook(topics))
    for _ in range(20):
        move(database, outbox, a_version(clock))
    sender.send_due()
    assert hook.heard.acquire(timeout=PATIENCE_S)
    for _ in range(20):
        assert quick.heard.acquire(timeout=PATIENCE_S)
        while "quick" in sender._busy:
            pass
        sender.send_due()
    assert len(hook.requests) == 1, "one call at a time to one topic"
    hook.hangs.set()
    sender._callers.shutdown(wait=True)
    quick.shutdown()
    quick.server_close()


def test_of_two_servers_one_sends(database, clock, hook):
    topics = {"own": Topic(hook.address, events=("training",))}
    outbox, other = (an_outbox(database, clock, topics) for _ in range(2))
    move(database, outbox, a_version(clock))
    assert outbox.claim(()) is not None
    assert other.claim(()) is None
    clock.leap(seconds=61)
    assert other.claim(()) is not None, "the first one died in the middle"


def test_a_redirect_is_followed_nowhere(database, clock, hook):
    inside = Hook()
    hook.status, hook.location = 307, inside.address
    with pytest.raises(Wrong, match="307"):
        call_webhook(Topic(hook.address), b"{}")
    hook.status = 302
    with pytest.raises(Wrong, match="302"):
        call_webhook(Topic(hook.address), b"{}")
    assert inside.requests == []
    inside.shutdown()
    inside.server_close()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('events = ["everything"]', "events of own"),
        ('form = "xml"', "form of own"),
        ('events = ["model"]\nwebhook = ""', "go to its webhook"),
    ],
)
def test_a_file_that_asks_for_what_there_is_not_is_refused(tmp_path, line, problem):
    webhook = "" if "webhook" in line else 'webhook = "https://hooks.example"\n'
    (tmp_path / "actions.toml").write_text(f"[topics.own]\n{webhook}{line}\n")
    with pytest.raises(Wrong, match=problem):
        read_actions(tmp_path / "actions.toml")


def test_every_move_of_a_real_version_that_somebody_waits_for_is_told_once(database, clock, hook):
    outbox = an_outbox(database, clock, {"own": Topic(hook.address, events=("training", "model"))})
    projects = Projects(database, clock)
    versions = Versions(database, projects, clock)
    versions.on_move = outbox.note_move
    doors = projects.create(Scope("lookoutvision", HERE, "eu-west-1"), NewProject("doors"))
    version = versions.create(doors, NewVersion("1"))[0]
    version = versions.move(version, "trained")
    token = ClientToken(doors.scope, "StartModel", "a token", {})
    for _ in range(2):  # a client that repeats its request starts nothing twice
        version = versions.move(version, "starting", token=token)
    versions.move(version, "running")
    with pytest.raises(Busy):
        versions.move(version, "trained")
    events = [json.loads(json.loads(row.body)["Message"]) for row in outbox.list()]
    assert sorted(event["detail"]["state"] for event in events) == ["RUNNING", "TRAINING_COMPLETED"]
    assert {event["source"] for event in events} == {"vedette.lookoutvision"}


def test_an_alarm_is_noted_with_its_move_or_not_at_all(database, clock, hook):
    topics = {"own": Topic(hook.address), "mail": Topic(emails=("a@b",))}
    outbox = an_outbox(database, clock, topics)
    arn, change = f"arn:aws:sns:us-east-1:{HERE}:", a_move(clock)
    with database.write() as connection:
        noted = [outbox.note_alarm(connection, f"{arn}{name}", change) for name in ("own", "mail", "none")]
    assert noted == [True, False, False]

    def undo():
        with database.write() as connection:
            outbox.note_alarm(connection, f"{arn}own", change)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undo()
    assert [(row.topic, row.kind, json.loads(row.body)["TopicArn"]) for row in outbox.list()] == [
        ("own", "alarm", f"{arn}own")
    ]
    hook.status = 500
    assert sent(outbox, Sender(outbox, lambda: ActionBook(topics)))[0][1] == WAITING, "it is tried again"


def test_a_bus_hears_of_an_alarm_what_eventbridge_says_and_a_topic_what_sns_says(database, clock):
    """Programs that read either look for what was watched, in words of its own."""
    topics = {"bus": Topic("http://hooks", form="eventbridge"), "own": Topic("http://hooks")}
    outbox = an_outbox(database, clock, topics)
    with database.write() as connection:
        for name in topics:
            outbox.note_alarm(connection, f"arn:aws:sns:us-east-1:{HERE}:{name}", a_move(clock))
    bodies = {row.topic: json.loads(row.body) for row in outbox.list()}
    at = f"{clock():%Y-%m-%dT%H:%M:%S}"
    arn = f"arn:aws:cloudwatch:us-east-1:{HERE}:alarm:many"
    watched = {"namespace": "Plant", "name": "Rejected", "dimensions": {"Line": "4"}}
    measured = {"metric": watched, "period": 300, "stat": "Sum"}
    assert bodies["bus"] == {
        "version": "0", "id": bodies["bus"]["id"], "source": "vedette.cloudwatch", "account": HERE,
        "detail-type": "CloudWatch Alarm State Change", "time": f"{at}Z", "region": "us-east-1",
        "resources": [arn],
        "detail": {
            "alarmName": "many",
            "state": {"value": "ALARM", "reason": "9 > 5", "timestamp": f"{at}.000+0000"},
            "previousState": {"value": "OK", "reason": "1 <= 5", "timestamp": f"{at}.000+0000"},
            "configuration": {
                "description": "",
                "metrics": [{"id": "m1", "returnData": True, "metricStat": measured}],
            },
        },
    }  # fmt: skip
    message = json.loads(bodies["own"]["Message"])
    assert (bodies["own"]["Timestamp"], message["StateChangeTime"]) == (f"{at}.000Z", f"{at}.000+0000")
    assert message["Trigger"] == {
        "MetricName": "Rejected", "Namespace": "Plant", "StatisticType": "Statistic", "Statistic": "SUM",
        "Dimensions": [{"value": "4", "name": "Line"}], "Unit": None, "Period": 300, "EvaluationPeriods": 2,
        "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 5.0,
        "TreatMissingData": "missing", "EvaluateLowSampleCountPercentile": "",
    }  # fmt: skip


def test_what_an_alarm_of_expressions_or_of_a_percentile_watches_is_told(clock):
    expression = MetricQuery("e1", expression="FILL(m1, 0)", label="all", period=5)
    hidden = replace(SUM, returns=False)
    message = json.loads(a_move(clock, hidden, expression, is_simple=False).message("arn")["Message"])
    metric = {"MetricName": "Rejected", "Namespace": "Plant",
              "Dimensions": [{"value": "4", "name": "Line"}]}  # fmt: skip
    assert message["Trigger"]["Metrics"] == [
        {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}},
        {"Id": "e1", "ReturnData": True, "Label": "all", "Expression": "FILL(m1, 0)"},
    ]
    late = replace(SUM, statistic=replace(SUM.statistic, statistic="p90"))
    trigger = json.loads(a_move(clock, late).message("arn")["Message"])["Trigger"]
    assert (trigger["StatisticType"], trigger["ExtendedStatistic"]) == ("ExtendedStatistic", "p90")
    assert "Statistic" not in trigger


def test_a_warning_of_drift_is_told_to_who_waits_for_it_in_its_account(database, clock, hook):
    topics = {
        "sns": Topic(hook.address, events=("drift",)),
        "bridge": Topic(hook.address, events=("drift",), form="eventbridge"),
        "models": Topic(hook.address, events=("model", "training")),
        f"{OTHER}:theirs": Topic(hook.address, events=("drift",)),
    }
    outbox, version = an_outbox(database, clock, topics), a_version(clock)
    finding = {"name": "light", "is_higher": False, "distance": 0.4}
    with database.write() as connection:
        outbox.note_drift(connection, version, [finding])
        outbox.note_drift(connection, version, [])
    rows = [(row.topic, json.loads(row.body)) for row in outbox.list()]
    assert sorted(topic for topic, _ in rows) == ["bridge", "bridge", "sns", "sns"]
    events = [body if topic == "bridge" else json.loads(body["Message"]) for topic, body in rows]
    assert {event["detail-type"] for event in events} == {"Model Drift State Change"}
    facts = {event["detail"]["state"]: event["detail"]["findings"] for event in events}
    assert facts == {"DRIFT_FOUND": [finding], "DRIFT_ENDED": []}
    assert events[0]["resources"] == [str(version.arn)]
