"""What changed in a project's labelled pictures between two versions, or since one: by frozen lines.

Of every usable line two short hashes are kept beside the frozen manifest: of its picture's address, and of
what it says of the picture. So a label that was set again to what it was is no change, and a comparison of a
quarter of a million lines reads a few megabytes.
"""

import hashlib
import json
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.dialects.dialect import Dialect
from vedette.errors import Refusal
from vedette.file_access import create_file, open_file
from vedette.manifest.lines import Line, Manifest
from vedette.manifest.marks import strip_marks
from vedette.manifest.verdicts import Verdict
from vedette.store.sealed_folders import keys_for
from vedette.training.folder import Folder

# 64 bits each: of a quarter of a million pictures two meet once in six hundred million datasets.
PAIR = np.dtype([("picture", "<u8"), ("content", "<u8")])
DIGEST = "lines.npz"
# Of the largest datasets each takes 4 MB.
MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class LabelledPictures:
    """What is labelled at one moment, as hashes; and each label's pictures."""

    pairs: NDArray[Any]
    labels: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """How many pictures came, went and are labelled otherwise; and the labels that came and went."""

    added: int = 0
    removed: int = 0
    relabelled: int = 0
    labels_added: tuple[str, ...] = ()
    labels_removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelDigests:
    """Digests of versions, made when they are asked for first and kept beside their lines."""

    _recent: OrderedDict[str, LabelledPictures] = field(default_factory=OrderedDict)
    _making: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of_version(self, dialect: Dialect, folder: Folder) -> LabelledPictures | None:
        """Return what a version learnt and was tested with; nothing where its lines are not to be had."""
        parts = [part for part in ("train", "test") if folder.manifest(part).exists()]
        if not parts:
            return None
        place = folder.root / DIGEST

        try:
            keys_for(place)
        except Refusal:
            return None

        def make() -> LabelledPictures:
            if place.exists():
                return _load(place)
            digest = digest_of(dialect, [folder.lines(part) for part in parts])
            _save(place, digest)
            return digest

        return self._keep(str(folder.root), make)

    def _keep(self, name: str, make: Callable[[], LabelledPictures]) -> LabelledPictures:
        with self._lock:
            if (digest := self._recent.get(name)) is not None:
                self._recent.move_to_end(name)
                return digest
            making = self._making.setdefault(name, threading.Lock())
        # Whoever asks for the same waits and finds it; others do not wait for a quarter of a million lines.
        with making:
            with self._lock:
                digest = self._recent.get(name)
            if digest is None:
                digest = make()
            with self._lock:
                self._recent[name] = digest
                self._making.pop(name, None)
                while len(self._recent) > MOST_KEPT:
                    self._recent.popitem(last=False)
        return digest


def digest_of(dialect: Dialect, manifests: Sequence[Manifest]) -> LabelledPictures:
    """Return the hashes of all lines that say something, each picture once, and the labels' counts."""
    contents: dict[int, int] = {}
    labels: Counter[str] = Counter()
    for manifest in manifests:
        for line in manifest():
            if not isinstance(line, Line):
                continue
            verdict = dialect.judge_line(strip_marks(line), strict=False)
            if verdict.state == "valid":
                contents[_hash(line.source)] = _hash(_content_of(verdict))
                labels.update(_names_of(verdict))
    pairs = np.fromiter(contents.items(), PAIR, len(contents))
    return LabelledPictures(np.sort(pairs, order="picture"), dict(labels))


def compare(before: LabelledPictures, after: LabelledPictures) -> LabelChanges:
    """Return what changed from one moment to the other."""
    old, new = before.pairs, after.pairs
    _, at_old, at_new = np.intersect1d(
        old["picture"], new["picture"], assume_unique=True, return_indices=True
    )
    return LabelChanges(
        added=len(new) - len(at_new),
        removed=len(old) - len(at_old),
        relabelled=int((old["content"][at_old] != new["content"][at_new]).sum()),
        labels_added=tuple(sorted(set(after.labels) - set(before.labels))),
        labels_removed=tuple(sorted(set(before.labels) - set(after.labels))),
    )


def _content_of(verdict: Verdict) -> str:
    """Return what a line says of its picture, whoever said it and when."""
    mask = verdict.mask.ref if verdict.mask else ""
    # By their text, since boxes have no order of their own.
    boxes = None if verdict.boxes is None else sorted(verdict.boxes, key=repr)
    return repr((sorted(verdict.labels), boxes, verdict.is_anomalous, mask))


def _names_of(verdict: Verdict) -> set[str]:
    if verdict.is_anomalous is None:
        return set(verdict.every_label)
    return {"anomaly" if verdict.is_anomalous else "normal", *verdict.labels}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _save(place: Path, digest: LabelledPictures) -> None:
    beside = place.with_name(f".{place.name}")
    with create_file(beside) as file:
        np.savez(file, pairs=digest.pairs, labels=np.frombuffer(json.dumps(digest.labels).encode(), "u1"))
    beside.replace(place)


def _load(place: Path) -> LabelledPictures:
    with open_file(place) as file, np.load(file, allow_pickle=False) as archive:
        return LabelledPictures(archive["pairs"], json.loads(archive["labels"].tobytes()))
