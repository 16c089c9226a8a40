"""The targets of the audit trail: opened with the server, and examined by `vedette doctor`."""

import contextlib
from collections.abc import Iterator

from vedette.audit.forwarding import TargetRelay, state_of, waiting_for
from vedette.audit.targets import AuditTarget, FileTarget, SyslogTarget
from vedette.clock import Clock, from_milliseconds, system_clock
from vedette.dialects.cloudtrail import record_of
from vedette.errors import Refusal
from vedette.server.health import HealthCheck
from vedette.settings import Settings

# More than a few seconds of a busy server; fewer are on their way.
MANY = 10_000


def targets_of(settings: Settings) -> dict[str, AuditTarget]:
    """Return the targets that the settings name; none where there is no trail.

    Raises:
        Wrong: when the address is none of a syslog server.
    """
    targets: dict[str, AuditTarget] = {}
    if settings.audit == "no":
        return targets
    if settings.audit_file is not None:
        most_bytes = settings.audit_file_mb * 1_000_000
        targets["file"] = FileTarget(
            settings.audit_file, most_bytes=most_bytes, most_files=settings.audit_files
        )
    if settings.audit_syslog:
        targets["syslog"] = SyslogTarget(settings.audit_syslog, settings.audit_syslog_ca)
    return targets


def open_targets(settings: Settings, closing: contextlib.ExitStack) -> None:
    """Forward the trail to its targets from now on; opened before it, they end after its last signature."""
    for name, target in targets_of(settings).items():
        relay = TargetRelay(settings.data, name, target, record_of)
        closing.callback(relay.close)
        relay.start()


def examine_targets(settings: Settings, clock: Clock = system_clock) -> Iterator[HealthCheck]:
    """Yield how each target is."""
    try:
        names = list(targets_of(settings))
    except Refusal as refusal:
        yield HealthCheck("audit targets", "bad", refusal.sentence)
        return
    for name in names:
        yield _examine(settings, name, clock)


def _examine(settings: Settings, name: str, clock: Clock) -> HealthCheck:
    subject, state = f"audit to {name}", state_of(settings.data, name)
    if state is None:
        return HealthCheck(subject, "note", "no server has forwarded to it yet")
    waiting = waiting_for(settings.data, name)
    if state.problem:
        since = clock() - from_milliseconds(state.problem_ms)
        sentence = f"not forwarded for {since.total_seconds() / 60:.0f} minutes: {state.problem}"
        return HealthCheck(subject, "bad", f"{sentence}; {waiting:,} events wait")
    if state.missed:
        sentence = f"{state.missed:,} events were removed before they were forwarded (VEDETTE_AUDIT_DAYS)"
        return HealthCheck(subject, "bad", sentence)
    if waiting > MANY:
        return HealthCheck(subject, "note", f"it falls behind: {waiting:,} events wait")
    return HealthCheck(subject, "good", f"forwarded; {waiting:,} events on their way")
