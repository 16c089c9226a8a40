"""Which drawn pictures are kept, and where: a bucket of the account, with the rights of who made the plan.

The record comes before the object, so that after a crash nothing lies in the bucket that no record names.
Where a day is full, the least doubtful picture that nobody has verified gives way to a more doubtful one.
Removing is done while nobody verifies or adds, and what came into a dataset by another way in the same moment
is put back.
"""

import base64
import hashlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.dialects.detections import DetectionResult
from vedette.errors import Denied
from vedette.feedback import records
from vedette.feedback.taking import SampleCandidate
from vedette.feedback.values import MOST_BYTES, MOST_KEPT, SampleFacts, SamplingPlan
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal, load_principal
from vedette.manifest.attributes import Stamp
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.trials.collecting import TrialCollections
from vedette.trials.running import answer_values
from vedette.trials.values import TrialPicture

log = logging.getLogger(__name__)

DAY_MS = 24 * 60 * 60 * 1000
ENDINGS = {"JPEG": ".jpg", "PNG": ".png"}
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}
JOB_NAME = "labeling-job/feedback"


@dataclass(frozen=True, slots=True)
class SampleStore:
    """Keeps samples within their bounds."""

    database: Database
    collections: TrialCollections
    blobs: Blobs
    access: ObjectAccess
    clock: Clock
    # Whether the disk has so little room that nothing but removing should happen.
    is_tight: Callable[[], bool]

    def is_new(self, candidate: SampleCandidate) -> bool:
        """Say whether this very picture is not kept already."""
        with self.database.read() as connection:
            return not records.has_exact(connection, candidate.plan.trial, exact_of(candidate))

    def keep(self, candidate: SampleCandidate, *, examples: Collection[int] | None = None) -> int | None:
        """Keep a drawn picture; return its number, or nothing where it is not worth its place.

        One that comes with `examples` of a drift is another: it is worth the place of any that nobody has
        verified, but for theirs.
        """
        plan, data = candidate.plan, candidate.picture.data
        exact = exact_of(candidate)
        now = milliseconds(self.clock())
        guess = guess_of(candidate)
        if self.is_tight():
            return None
        with self.database.write() as connection:
            if records.has_exact(connection, plan.trial, exact):
                return None
            has_place, victim = self._place(connection, plan, now, len(data), guess["doubt"], examples)
            if not has_place:
                return None
            address = _address(plan, now, exact, candidate.picture.head.format)
            number = self.collections.reserve(connection, plan.trial, address)
            records.add_sample(connection, plan.trial, SampleFacts(number, now, len(data), exact))
        if victim is not None and not self.remove(plan, victim):
            self.collections.forget(plan.trial, number)
            return None
        self._put(candidate, plan, number, address, guess)
        return number

    def remove(self, plan: SamplingPlan, picture: TrialPicture, *, verified_before_ms: int = 0) -> bool:
        """Remove a kept picture and then its record; false where that is not certain to be right.

        One that is in a dataset stays, and so do an object that is not what was put there, and one that was
        verified, unless that was before a moment.
        """
        with self.collections.lock:
            # As it is now: it may have been verified or added since it was listed.
            current = next(iter(self.collections.pictures(plan.trial, [picture.number])), None)
            if current is None or not self._may_go(plan, current, verified_before_ms):
                return False
            if self._delete(current):
                self.collections.forget(plan.trial, current.number)
                return True
        return False

    def _may_go(self, plan: SamplingPlan, picture: TrialPicture, verified_before_ms: int) -> bool:
        if picture.added or not picture.address.startswith(plan.address):
            return False
        return picture.verdict == "none" or picture.verified_ms < verified_before_ms

    def _delete(self, picture: TrialPicture) -> bool:
        """Delete a picture's object, if it is what was put there and no dataset has it."""
        bucket, key = picture.address.removeprefix("s3://").split("/", 1)
        blob = self.collections.find_object(bucket, key)
        if blob is not None and picture.state == "answered" and blob.etag != picture.etag:
            return False
        if self.collections.is_in_a_dataset(picture.address):
            return False
        if blob is None:
            return True
        data = self.blobs.read(bucket, key)
        self.blobs.delete(bucket, key)
        if self.collections.is_in_a_dataset(picture.address):
            log.warning("%s came into a dataset while it was removed; it is put back", picture.address)
            self.blobs.put(bucket, key, data, content_type=blob.content_type)
            return False
        return True

    def _place(
        self,
        connection: Connection,
        plan: SamplingPlan,
        now: int,
        size: int,
        doubt: float,
        examples: Collection[int] | None,
    ) -> tuple[bool, TrialPicture | None]:
        """Return whether there is a place for the picture, and which one gives way for it."""
        count, total = records.count_samples(connection, plan.trial)
        if total + size > MOST_BYTES:
            return False, None
        today = now - now % DAY_MS
        kept_today, _ = records.count_samples(connection, plan.trial, today)
        if count < MOST_KEPT and kept_today < plan.most_per_day:
            return True, None
        if not plan.doubtful_first and examples is None:
            return False, None
        numbers = [item.number for item in records.samples(connection, plan.trial) if item.taken_ms >= today]
        rest = [number for number in numbers if number not in (examples or ())]
        least = self.collections.least_doubtful(connection, plan.trial, rest)
        gives_way = least is not None and (examples is not None or least.doubt < doubt)
        return gives_way, least if gives_way else None

    def _require_writable(self, caller: Principal, bucket: str, key: str) -> None:
        if not self.access.may_write(caller, bucket, key):
            raise Denied(f"{caller.arn} may not write s3://{bucket}/{key} any more.")

    def _put(
        self,
        candidate: SampleCandidate,
        plan: SamplingPlan,
        number: int,
        address: str,
        guess: Mapping[str, Any],
    ) -> None:
        bucket, key = address.removeprefix("s3://").split("/", 1)
        caller = load_principal({"caller": plan.caller})
        try:
            self._require_writable(caller, bucket, key)
            content_type = TYPES[candidate.picture.head.format]
            blob = self.blobs.put(bucket, key, candidate.picture.data, content_type=content_type)
        except Exception:
            self.collections.forget(plan.trial, number)
            raise
        stamp = Stamp(moment=self.clock(), job=JOB_NAME)
        values = answer_values(candidate.version.project, address, guess, stamp)
        self.collections.answer(plan.trial, number, {**values, "etag": blob.etag})


def exact_of(candidate: SampleCandidate) -> str:
    """Return the hash of a picture's bytes."""
    return hashlib.blake2b(candidate.picture.data, digest_size=16).hexdigest()


def guess_of(candidate: SampleCandidate) -> dict[str, Any]:
    """Return an answer as trials keep it: what was said, how sure it was, how doubtful."""
    result, head = candidate.result, candidate.picture.head
    guess: dict[str, Any] = {
        "size": [head.width, head.height],
        "labels": [],
        "boxes": None,
        "is_anomalous": result.is_anomalous,
        "mask": None,
        "colors": None,
    }
    confidences = [finding.confidence for finding in result.findings]
    if any(finding.box for finding in result.findings):
        guess["boxes"] = [
            [item.label, item.confidence, item.box.left, item.box.top, item.box.width, item.box.height]
            for item in result.findings
            if item.box
        ]
    elif result.is_anomalous is None:
        guess["labels"] = list(dict.fromkeys(finding.label for finding in result.findings))
    if result.is_anomalous and result.mask:
        _add_mask(guess, result)
    if result.confidence is not None:
        confidences = [result.confidence]
    sure = min(confidences, default=0.0)
    # Of an answer without any finding nobody knows how sure it was.
    doubt = 1 - abs(2 * sure - 1) if confidences else 0.5
    return {**guess, "confidence": sure, "doubt": doubt}


def _add_mask(guess: dict[str, Any], result: DetectionResult) -> None:
    visible = {finding.label for finding in result.findings if finding.area}
    guess["mask"] = base64.b64encode(result.mask).decode("ascii")
    guess["colors"] = {color: name for name, color in result.colors.items() if name in visible}


def _address(plan: SamplingPlan, now: int, exact: str, form: str) -> str:
    day = now // DAY_MS
    return f"{plan.address}{day}/{exact}{ENDINGS[form]}"
