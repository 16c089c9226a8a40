"""The job that brings a network in, in a process that gives networks a second and a second more."""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.engines.port import EmitEvent
from vedette.runtime import session
from vedette.workers import bring_model


def bring_hastily(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Bring one model in."""
    session.MOST_S = session.STUCK_S = 1.0
    return bring_model.main(order, emit, cancelled)
