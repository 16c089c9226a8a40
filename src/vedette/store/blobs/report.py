"""The report of a repair, by kind, for a person to read."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from vedette.store.blobs.quarantine import QuarantinedFile

MISSING = "missing"
DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class RepairNotice:
    """One notice of something doubtful, lost or done, with its subject."""

    subject: str
    sentence: str = ""


@dataclass(slots=True)
class RepairReport:
    """Counts, and everything that a person should know."""

    buckets: int = 0
    objects: int = 0
    versions: int = 0
    size: int = 0
    notices: dict[str, list[RepairNotice]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    """Where what is known of each bucket came from: index, journal or names."""
    needed: list[QuarantinedFile] = field(default_factory=list)
    """Files in quarantine that objects need."""
    returned: list[str] = field(default_factory=list)
    put_aside: int = 0
    is_new: bool = False
    """Whether a new index took the old one's place."""
    old_index: Path | None = None

    def add(self, kind: str, subject: str, sentence: str = "") -> None:
        """Add a notice."""
        self.notices.setdefault(kind, []).append(RepairNotice(subject, sentence))

    def count(self, db: sqlite3.Connection) -> None:
        """Count what an index holds."""
        ((self.buckets,),) = db.execute("SELECT count(*) FROM buckets").fetchall()
        ((self.versions, self.size),) = db.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM blobs"
        ).fetchall()
        ((self.objects,),) = db.execute(
            "SELECT count(*) FROM blobs WHERE latest = 1 AND marker = 0"
        ).fetchall()

    @property
    def is_whole(self) -> bool:
        """Whether every object has its bytes."""
        return not self.notices.keys() & {MISSING, DAMAGED}
