"""Deliveries counted by topic, with the last thing that went wrong for each."""

from dataclasses import dataclass

from vedette.notifications.outbox import GIVEN_UP, SENT, WAITING, Outbox


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """What became of a topic's deliveries, as far back as they are kept; moments are milliseconds."""

    waiting: int = 0
    heard: int = 0
    given_up: int = 0
    problem: str = ""
    problem_ms: int = 0


def summaries(outbox: Outbox, account: str) -> dict[str, TopicSummary]:
    """Return the summaries of an account's topics that have any deliveries, by name."""
    counts = outbox.counts(account)
    by_topic = {}
    for topic in {topic for topic, _ in counts}:
        last = outbox.last_problem(topic)
        by_topic[topic] = TopicSummary(
            counts.get((topic, WAITING), 0),
            counts.get((topic, SENT), 0),
            counts.get((topic, GIVEN_UP), 0),
            last.problem if last else "",
            last.created_ms if last else 0,
        )
    return by_topic
