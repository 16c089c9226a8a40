"""What a version's move says, in the form of an event of EventBridge, alone or within SNS's envelope.

The source is `vedette` and the service: programs that match by it know that AWS did not send it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.clock import from_milliseconds
from vedette.projects.version import State, Version

TRAINING, MODEL, DRIFT = "training", "model", "drift"
# Of each state in which a move ends: what it is an event of, and the word for it.
TOLD: Mapping[State, tuple[str, str]] = {
    "trained": (TRAINING, "TRAINING_COMPLETED"),
    "failed": (TRAINING, "TRAINING_FAILED"),
    "copied": (TRAINING, "COPYING_COMPLETED"),
    "copy-failed": (TRAINING, "COPYING_FAILED"),
    "running": (MODEL, "RUNNING"),
    "start-failed": (MODEL, "FAILED"),
    "stopped": (MODEL, "STOPPED"),
}
TITLES = {TRAINING: "Training State Change", MODEL: "Model State Change", DRIFT: "Model Drift State Change"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: of which kind, in whose account, and its document."""

    kind: str
    account: str
    document: Mapping[str, Any]


def happening_of(version: Version, state: State, message: str, stamp: tuple[str, int]) -> Happening | None:
    """Return what a move to a state says; nothing where nobody waits for it. `stamp` is its id and time."""
    if state not in TOLD:
        return None
    kind, word = TOLD[state]
    return _happening(version, kind, {"state": word, "message": message}, stamp)


def drift_of(version: Version, findings: Sequence[Mapping[str, Any]], stamp: tuple[str, int]) -> Happening:
    """Return what a warning of drift says that begins, or ends where nothing is found any more."""
    facts: dict[str, Any] = {
        "state": "DRIFT_FOUND" if findings else "DRIFT_ENDED",
        "message": ", ".join(str(finding["name"]) for finding in findings),
        "findings": list(findings),
    }
    return _happening(version, DRIFT, facts, stamp)


def _happening(version: Version, kind: str, facts: Mapping[str, Any], stamp: tuple[str, int]) -> Happening:
    (number, now_ms), arn = stamp, version.arn
    document = {
        "version": "0",
        "id": number,
        "detail-type": TITLES[kind],
        "source": f"vedette.{arn.service}",
        "account": arn.account,
        "time": f"{from_milliseconds(now_ms):%Y-%m-%dT%H:%M:%SZ}",
        "region": arn.region,
        "resources": [str(arn)],
        "detail": {"project": version.project.name, "version": version.name, **facts},
    }
    return Happening(kind, arn.account, document)


def enveloped(document: Mapping[str, Any], topic: str) -> dict[str, Any]:
    """Return an event as SNS delivers one to a web address."""
    detail = document["detail"]
    return {
        "Type": "Notification",
        "MessageId": document["id"],
        "TopicArn": f"arn:aws:sns:{document['region']}:{document['account']}:{topic.rpartition(':')[2]}",
        "Subject": f"{detail['state']}: {detail['project']} {detail['version']}"[:100],
        "Message": json.dumps(document),
        "Timestamp": document["time"],
    }
