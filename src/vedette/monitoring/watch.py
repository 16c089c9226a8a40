"""Alarms evaluated every minute by a thread, and whom they name called when they move."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from vedette.clock import milliseconds
from vedette.errors import Refusal, Wrong
from vedette.monitoring.actions import ActionBook, Topic, is_topic_of, perform, topic_name
from vedette.monitoring.alarm import judge
from vedette.monitoring.alarm_messages import AlarmMove
from vedette.monitoring.alarms import Alarms, StoredAlarm
from vedette.monitoring.extended import read_extended
from vedette.monitoring.metrics import KnownMetrics, Place
from vedette.monitoring.queries import MetricQuery, answer
from vedette.monitoring.series import Points

log = logging.getLogger(__name__)

EVERY_S = 15.0
# Figures are written every twenty seconds by whichever server counted them: a minute is judged after that.
LATE_MS = 30_000
# Calls at once, and calls that wait: a webhook that hangs must not gather callers without end.
CALLERS, MOST_WAITING = 4, 200


class AlarmWatch:
    """Evaluates alarms. Several servers may: the first to move an alarm is who calls."""

    def __init__(
        self, metrics: KnownMetrics, alarms: Alarms, actions: Callable[[], ActionBook], account: str
    ) -> None:
        self._metrics = metrics
        self._alarms = alarms
        self._actions = actions
        self._account = account
        # Writes down what a topic's webhook is to be told, with the move; says whether it did.
        self.tell: Callable[[Connection, str, AlarmMove], bool] = lambda *_: False
        self._last_minute = 0
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)
        self._callers = ThreadPoolExecutor(CALLERS, "alarm action")
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; calls that wait are left."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._callers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            try:
                self.judge_all()
            except Exception:
                log.exception("alarms could not be evaluated")

    def judge_all(self) -> None:
        """Evaluate every alarm by the last whole minute, once a minute, also where the clock was set back."""
        minute = (milliseconds(self._alarms.clock()) - LATE_MS) // 60_000
        if minute == self._last_minute:
            return
        self._last_minute = minute
        for alarm in self._alarms.all():
            try:
                self._judge(alarm, minute)
            except Refusal as refusal:
                log.warning("the alarm %s cannot be evaluated: %s", alarm.arn, refusal.sentence)
            except SQLAlchemyError:
                # None can be evaluated without a database.
                raise
            except Exception:
                log.exception("the alarm %s cannot be evaluated", alarm.arn)
        self._alarms.forget_old()

    def _judge(self, alarm: StoredAlarm, until: int) -> None:
        rule = alarm.rule
        since = until - rule.period * rule.periods
        # Whole hours since 1970 would be right in one minute of sixty: an alarm is about the last hour.
        points = self._points(alarm.place, rule.queries, since, until)
        values = [points.get(minute) for minute in range(since, until, rule.period)]
        unsure = self._unsure(alarm, since, until)
        sure = [value for value, is_unsure in zip(values, unsure, strict=True) if not is_unsure]
        state, reason = judge(rule, sure, alarm.state, sum(unsure))
        if state == alarm.state:
            return
        self.move(alarm, state, reason)

    def _points(self, place: Place, queries: Sequence[MetricQuery], since: int, until: int) -> Points:
        answers = answer(self._metrics, place, queries, since=since, until=until, is_exact=True)
        return answers[0].series[0].points if answers[0].series else {}

    def _unsure(self, alarm: StoredAlarm, since: int, until: int) -> list[bool]:
        """Return of each period whether its percentile is to be ignored, since too few samples were there."""
        rule = alarm.rule
        periods = range(since, until, rule.period)
        statistic = rule.queries[0].statistic
        extended = None if statistic is None else read_extended(statistic.statistic)
        if rule.low_samples != "ignore" or statistic is None or extended is None:
            return [False] * len(periods)
        counted = MetricQuery("m1", replace(statistic, statistic="SampleCount"))
        counts = self._points(alarm.place, [counted], since, until)
        return [0 < counts.get(minute, 0) < extended.least_samples for minute in periods]

    def move(self, alarm: StoredAlarm, state: str, reason: str, data: str = "") -> None:
        """Move an alarm, and call whom it names for its new state."""
        is_quiet = state == alarm.state or not alarm.has_actions
        actions = () if is_quiet else alarm.rule.actions.get(state, ())
        change = AlarmMove(alarm, state, reason, data, self._alarms.clock())
        handed: set[str] = set()

        def note(connection: Connection) -> None:
            own = {name for name in actions if is_topic_of(name, alarm.place.account)}
            handed.update(name for name in own if self.tell(connection, name, change))

        if self._alarms.move(alarm, (state, reason, data), note):
            for action in dict.fromkeys(actions):
                self._call(change, action, is_handed=action in handed)

    def _call(self, change: AlarmMove, action: str, *, is_handed: bool) -> None:
        """Call whom an action names; its webhook only where nothing was handed on to be told to it."""
        if not self._waiting.acquire(blocking=False):
            self._note(change.alarm, action, "too many calls wait already")
            return
        try:
            future = self._callers.submit(self._perform, change, action, is_handed)
        except RuntimeError:  # the server ends
            self._waiting.release()
            return
        future.add_done_callback(lambda _: self._waiting.release())

    def _perform(self, change: AlarmMove, action: str, is_handed: bool) -> None:
        alarm = change.alarm
        try:
            book = self._book()
            topic = self._topic(book, alarm, action)
            posted = change.body(topic.form, action)
            perform(book, replace(topic, webhook="") if is_handed else topic, change.message(action), posted)
        except Refusal as refusal:
            self._note(alarm, action, refusal.sentence)
        except Exception:
            log.exception("the action %s failed", action)
            self._note(alarm, action, "the server failed; its log tells why")
        else:
            self._note(alarm, action, "")

    def _book(self) -> ActionBook:
        try:
            return self._actions()
        except Refusal as refusal:
            # Its sentence names a path of the operator's machine, which the alarm's account has not to know.
            log.warning("nobody can be called: %s", refusal.sentence)
            raise Wrong("The operator's file of topics cannot be read.") from refusal

    def _topic(self, book: ActionBook, alarm: StoredAlarm, action: str) -> Topic:
        if not is_topic_of(action, alarm.place.account):
            raise Wrong("it is a topic of another account")
        topic = book.topics.get(topic_name(action, self._account))
        if topic is None:
            raise Wrong("the operator's file names no such topic")
        return topic

    def _note(self, alarm: StoredAlarm, action: str, problem: str) -> None:
        outcome = f"Failed to execute action {action}: {problem}"
        summary = outcome if problem else f"Successfully executed action {action}"
        try:
            facts = {"actionState": "Failed" if problem else "Succeeded", "notificationResource": action}
            self._alarms.note_action(alarm, summary, facts | ({"error": problem} if problem else {}))
        except Exception:
            log.exception("%s: %s", alarm.arn, summary)
