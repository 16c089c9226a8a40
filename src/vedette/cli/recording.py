"""Commands that change who may come in are in the audit trail, as requests to the server are."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click

from vedette.clock import milliseconds, system_clock
from vedette.errors import Refusal

if TYPE_CHECKING:
    from vedette.settings import Settings

# What these commands do changes nothing.
READING = frozenset({"list", "show"})
# Parameters that say where, and not what.
PLACES = frozenset({"data"})


@contextmanager
def on_record(settings: "Settings") -> Iterator[None]:
    """Put the command under way on record once it has done what it does; one that only reads is not."""
    yield
    context = click.get_current_context(silent=True)
    if context is None or context.info_name in READING or settings.audit == "no":
        return
    from vedette.audit.trail import AuditTrail

    try:
        trail = AuditTrail(settings.data, days=settings.audit_days)
        trail.note(_event(context, settings))
        trail.close()
    except (Refusal, OSError) as error:
        print(f"The command is done, and is not in the audit trail: {error}", file=sys.stderr)


def _event(context: click.Context, settings: "Settings") -> Any:
    from vedette.audit.event import AuditCaller, AuditEvent, shown

    words = context.command_path.split()[1:]
    return AuditEvent(
        id=str(uuid4()),
        time_ms=milliseconds(system_clock()),
        service="command-line",
        operation=" ".join(["vedette", *words]),
        region="",
        caller=AuditCaller("operator", "", settings.account, name=_user()),
        parameters=shown({name: _plain(v) for name, v in context.params.items() if name not in PLACES and v}),
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool | list | tuple) else str(value)


def _user() -> str:
    """Return who is logged in, by the system; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
