"""A device's report read with distrust: held to sizes, in letters that only show, and nothing in it believed.

A device may be in anybody's hands. Nothing that it says decides anything here; it is shown to people.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vedette.devices.values import DeviceReport, ReportedMachine, ReportedModel
from vedette.errors import Wrong

MOST_MODELS = 50
LONGEST_TEXT = 300
MOST_NUMBER = 1 << 60


def read_report(body: bytes) -> DeviceReport:
    """Return a report; refuse what is no object, and cut the rest to size."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Wrong("A report is a JSON object.", kind="report")
    return report_of(document)


def report_of(document: Mapping[str, Any]) -> DeviceReport:
    """Return a report from its fields; what has another form than it should says nothing."""
    machine, models = document.get("machine"), document.get("models")
    return DeviceReport(
        agent=_text(document.get("agent")),
        instance=_text(document.get("instance"))[:64],
        order=_number(document.get("order")),
        machine=_machine(machine if isinstance(machine, dict) else {}),
        models=tuple(_model(row) for row in models[:MOST_MODELS] if isinstance(row, dict))
        if isinstance(models, list)
        else (),
        doing=_text(document.get("doing")),
        problem=_text(document.get("problem")),
    )


def dump_report(report: DeviceReport) -> str:
    """Return a report as it is kept."""
    return json.dumps(asdict(report))


def _machine(fields: Mapping[str, Any]) -> ReportedMachine:
    return ReportedMachine(
        system=_text(fields.get("system")),
        arch=_text(fields.get("arch")),
        host=_text(fields.get("host")),
        cores=_number(fields.get("cores")),
        memory=_number(fields.get("memory")),
        free_memory=_number(fields.get("free_memory")),
        free_disk=_number(fields.get("free_disk")),
    )


def _model(fields: Mapping[str, Any]) -> ReportedModel:
    return ReportedModel(
        name=_text(fields.get("name")),
        version=_text(fields.get("version")),
        digest=_text(fields.get("digest"))[:64],
        state=_text(fields.get("state"))[:20],
        message=_text(fields.get("message")),
        answered=_number(fields.get("answered")),
        waiting=_number(fields.get("waiting")),
        refused_digest=_text(fields.get("refused_digest"))[:64],
        problem=_text(fields.get("problem")),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else "?" for letter in value[:LONGEST_TEXT])


def _number(value: Any) -> int:
    return value if type(value) is int and 0 <= value < MOST_NUMBER else 0
