"""What queries on entries answer: an entry as a gallery shows it, pages of them, and their counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from vedette.datasets.blocks import hash_ref
from vedette.manifest.problems import Flaw


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """An entry as a gallery shows it. `id` is its address's hash, the same in every dataset."""

    seq: int
    id: str
    source: str
    line: str
    labels: Sequence[str]
    is_labelled: bool
    is_unsure: bool
    is_anomalous: bool | None
    flaws: Sequence[Flaw]
    created_ms: int
    picture_state: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class QueryPage:
    """A page of an answer; an entry that was removed since is None, so that places stay."""

    snapshot: str
    total: int
    offset: int
    entries: Sequence[SummaryEntry | None]
    # The dataset was changed since the answer was worked out.
    is_stale: bool
    # Pictures are being compared or looked at, so that the answer may change by itself.
    is_pending: bool


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """How many of the entries that pass have each property, and each label."""

    total: int
    labelled: int
    unsure: int
    errors: int
    normal: int
    anomaly: int
    broken: int
    pending: int
    twins: int
    shared: int
    labels: Sequence[tuple[str, int, int]]
    is_pending: bool


def id_of(ref: str) -> str:
    """Return the identifier of the entry of an address, whether there is one or not."""
    return hash_ref(ref).hex()


def id_bytes(text: str) -> bytes:
    """Return what an entry is found by; nothing's where the text is no identifier."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
