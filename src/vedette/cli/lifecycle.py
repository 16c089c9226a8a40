"""`vedette lifecycle`: the state of lifecycle rules, and resuming them after a pause."""

from pathlib import Path
from typing import TYPE_CHECKING

from vedette.cli.credentials import Data
from vedette.cli.listing import print_facts, prints_records
from vedette.cli.opening import opened
from vedette.cli.signatures import CommandGroup, Exit

if TYPE_CHECKING:
    from vedette.store.blobs.caution import LifecyclePause
    from vedette.store.blobs.looks import ExpiryRecord

lifecycle = CommandGroup("Lifecycle rules: what removes objects after their time.")


@lifecycle.define("status")
@prints_records
def show_status(data: Data = None) -> None:
    """Show whether the rules are active or paused, and what the last run removed."""
    from vedette.store.blobs.caution import lifecycle_pause

    root = _root(data)
    standing = lifecycle_pause(root)
    facts = {
        "active": standing is None,
        "paused_since": standing and standing.since,
        "reason": standing and standing.reason,
        **_look_facts(root),
    }
    print_facts(facts, lambda: _print_status(root, standing))


def _print_status(root: Path, standing: "LifecyclePause | None") -> None:
    if standing is None:
        print("Lifecycle rules are carried out while the server runs.")
    else:
        print(f"Paused since {standing.since:%Y-%m-%d %H:%M} UTC: {standing.reason.rstrip('.')}.")
        print("Rules remove nothing until you have checked the buckets and typed")
        print("vedette lifecycle resume")
    for line in _lines(root):
        print(line)


@lifecycle.define("resume")
def resume(data: Data = None) -> None:
    """Resume the rules, after a restore, a repair or a changed clock."""
    from vedette.store.blobs.caution import resume_lifecycle

    if resume_lifecycle(_root(data)):
        print("Lifecycle rules are carried out again; a running server begins within a minute.")
    else:
        print("Lifecycle rules are not paused.")


def _root(data: Path | None) -> Path:
    """Return the folder of the buckets; where a foreign S3 has them, there is nothing to say here."""
    from vedette.store.blobs.choose import buckets_folder

    with opened(data) as installation:
        settings = installation.settings
    if settings.s3_endpoint:
        print(f"The buckets are on {settings.s3_endpoint}, which carries out their rules itself.")
        raise Exit
    return buckets_folder(settings)


def _look_facts(root: Path) -> dict[str, object]:
    from vedette.clock import from_milliseconds
    from vedette.store.blobs.index import INDEX
    from vedette.store.blobs.looks import peek

    buckets, record = peek(root / INDEX)
    last_look = from_milliseconds(record.looked_ms) if record and record.looked_ms else None
    return {
        "buckets": buckets,
        "last_look": last_look,
        "problems": record.problems if record else [],
    }


def _lines(root: Path) -> list[str]:
    from vedette.store.blobs.index import INDEX
    from vedette.store.blobs.looks import peek

    buckets, record = peek(root / INDEX)
    lines = [f"Buckets with rules: {', '.join(buckets)}" if buckets else "No bucket has rules."]
    return lines + (_about_look(record) if record and record.looked_ms else ["There was no look yet."])


def _about_look(record: "ExpiryRecord") -> list[str]:
    from vedette.api.s3.lifecycle_runner import describe
    from vedette.clock import from_milliseconds

    lines = [f"Last look: {from_milliseconds(record.looked_ms):%Y-%m-%d %H:%M} UTC"]
    lines += [f"  {bucket}: {describe(removed)}" for bucket, removed in sorted(record.removed.items())]
    return lines + [f"  not carried out: {problem}" for problem in record.problems]
