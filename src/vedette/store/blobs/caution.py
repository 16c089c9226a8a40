"""A mark beside the buckets: what they hold was put back, so nothing may be removed by rules for now.

After a repair or a restore the store holds what it held at another time. Rules that remove
objects by age (lifecycle) would act on that at once; they wait until a person has looked.
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
class Caution:
    """Why and since when nothing may be removed by rules."""

    reason: str
    since: datetime


def set_caution(root: Path, reason: str, clock: Clock = system_clock) -> Caution:
    """Put the mark on the folder of the buckets; a mark that is there already stays the older one."""
    standing = caution(root, clock)
    if standing is not None:
        return standing
    since_ms = milliseconds(clock())
    replace_file(root / MARK, orjson.dumps({"reason": reason, "since_ms": since_ms}))
    return Caution(reason, from_milliseconds(since_ms))


def caution(root: Path, clock: Clock = system_clock) -> Caution | None:
    """Return the mark, or None where there is none; one that cannot be read stands all the same."""
    try:
        content = (root / MARK).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Caution(f"the mark {root / MARK} cannot be read: {error.strerror}", clock())
    try:
        document = orjson.loads(content)
        return Caution(str(document["reason"]), from_milliseconds(int(document["since_ms"])))
    except (ValueError, KeyError, TypeError, OverflowError):
        return Caution(f"the mark {root / MARK} is damaged", clock())


def clear_caution(root: Path) -> bool:
    """Take the mark off, once a person has said so; return whether there was one."""
    try:
        (root / MARK).unlink()
    except FileNotFoundError:
        return False
    return True
