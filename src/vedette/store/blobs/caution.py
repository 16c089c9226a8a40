"""The pause of lifecycle rules: a mark beside the buckets, after which rules remove nothing.

After a repair or a restore the store holds what it held at another time. Rules that remove
objects by age (lifecycle) would act on that at once; they are paused until a person resumes them.
The mark is a file, so that it travels with the folder and a command can set it while no
server runs. It never ends by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.store.blobs.files import replace_file

MARK = ".caution.json"
"""Its name in the folder of the buckets; no bucket's name begins with a dot."""


@dataclass(frozen=True, slots=True)
class LifecyclePause:
    """Why and since when lifecycle rules are paused."""

    reason: str
    since: datetime


def pause_lifecycle(root: Path, reason: str, clock: Clock = system_clock) -> LifecyclePause:
    """Pause the rules of a folder of buckets; an existing pause stays."""
    standing = lifecycle_pause(root, clock)
    if standing is not None:
        return standing
    since_ms = milliseconds(clock())
    replace_file(root / MARK, orjson.dumps({"reason": reason, "since_ms": since_ms}))
    return LifecyclePause(reason, from_milliseconds(since_ms))


def lifecycle_pause(root: Path, clock: Clock = system_clock) -> LifecyclePause | None:
    """Return the pause, or None where there is none; a mark that cannot be read counts as a pause."""
    try:
        content = (root / MARK).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return LifecyclePause(f"the mark {root / MARK} cannot be read: {error.strerror}", clock())
    try:
        document = orjson.loads(content)
        return LifecyclePause(str(document["reason"]), from_milliseconds(int(document["since_ms"])))
    except (ValueError, KeyError, TypeError, OverflowError):
        return LifecyclePause(f"the mark {root / MARK} is damaged", clock())


def resume_lifecycle(root: Path) -> bool:
    """Resume the rules, on a person's command; return whether they were paused."""
    try:
        (root / MARK).unlink()
    except FileNotFoundError:
        return False
    return True
