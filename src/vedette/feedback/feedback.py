"""The room's front: what versions keep of what they are asked, changed and described; and drift."""

import logging
import shutil
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from vedette.clock import Clock, milliseconds
from vedette.datasets.buckets import bucket_problem
from vedette.datasets.datasets import Datasets
from vedette.errors import Denied, Missing, Refusal, Wrong
from vedette.feedback import records
from vedette.feedback.learning import LEARN, LearnReference, ReferenceTools, reference_kind
from vedette.feedback.storing import DAY_MS, SampleStore, exact_of, guess_of
from vedette.feedback.sweeping import SampleSweeper
from vedette.feedback.taking import SampleCandidate, SampleTaker
from vedette.feedback.values import (
    MOST_DAYS,
    MOST_PER_DAY,
    USUAL_DAYS,
    USUAL_PER_DAY,
    USUAL_SHARE,
    FeedbackState,
    SamplingPlan,
)
from vedette.feedback.watching import DriftAnswer, DriftWatch
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.trials.collecting import TrialCollections

log = logging.getLogger(__name__)

FOLDER = "vedette-feedback"
EXAMPLES = 8
TIGHT = "Nothing is kept: the disk of this installation has too little room."


@dataclass(frozen=True, slots=True)
class FeedbackTools:
    """What the room works with."""

    database: Database
    datasets: Datasets
    blobs: Blobs
    access: ObjectAccess
    collections: TrialCollections
    store: SampleStore
    watch: DriftWatch
    references: ReferenceTools
    clock: Clock


@dataclass(frozen=True, slots=True)
class SamplingWish:
    """What somebody wants a version to keep; what is None stays as it is."""

    is_on: bool | None = None
    share: float | None = None
    most_per_day: int | None = None
    doubtful_first: bool | None = None
    retention_days: int | None = None
    address: str = ""


class Feedback:
    """The feedback of the installation. Threads may share it."""

    def __init__(self, tools: FeedbackTools, jobs: JobRunner) -> None:
        self._tools = tools
        self._database = tools.database
        self._jobs = jobs
        self._problems: dict[int, str] = {}
        self.taker = SampleTaker(self._plans, self._take)
        self.sweeper = SampleSweeper(tools.database, tools.collections, tools.store, tools.clock)
        jobs.register(reference_kind(tools.references))

    def count_looks(self, count: Callable[[str, Mapping[str, float]], None]) -> None:
        """Have each look for drift counted, in percent of nothing in common."""
        watch = self._tools.watch
        watch.on_look = lambda version, distance: count(str(version.arn), {"drift": 100 * distance})

    def start(self, *, is_alone: bool = True) -> None:
        """Clear what a stop or a crash left, and begin to take and to sweep.

        Beside another server, a record without its object may be of one that is being written there.
        """
        shutil.rmtree(self._tools.references.root, ignore_errors=True)
        self._tools.references.root.mkdir(parents=True)
        if is_alone:
            self._forget_unfinished()
        self.taker.open()
        self.sweeper.open()

    def close(self) -> None:
        """Leave off; what waits is passed over."""
        self.taker.close()
        self.sweeper.close()

    def change(self, version: Version, wish: SamplingWish, caller: Principal) -> FeedbackState:
        """Change what a version keeps; turned on for the first time, its training is measured."""
        before = self._plan(version)
        plan = self._changed(version, before, wish, caller)
        if plan.is_on:
            self._require_usable(version, plan, caller)
        with self._database.write() as connection:
            if not plan.trial:
                trial = self._tools.collections.make(connection, version, plan.address, caller)
                plan = replace(plan, trial=trial)
            records.put_plan(connection, plan)
            number = self._measure(connection, version, plan)
        if number is not None:
            self._jobs.begin(LEARN, number)
        self.taker.refresh()
        return self.state(version)

    def state(self, version: Version) -> FeedbackState:
        """Return what a version keeps, and drift."""
        drift = self._tools.watch.state(version)
        plan = self._plan(version)
        if plan is None:
            return FeedbackState(None, drift)
        now = milliseconds(self._tools.clock())
        with self._database.read() as connection:
            count, size = records.count_samples(connection, plan.trial)
            today, _ = records.count_samples(connection, plan.trial, now - now % DAY_MS)
        drift = replace(drift, examples=self._examples(version, plan) if drift.findings else [])
        passed = self.taker.passed_over[version.id]
        return FeedbackState(plan, drift, count, size, today, passed, self._problems.get(version.id, ""))

    def _examples(self, version: Version, plan: SamplingPlan) -> list[int]:
        """Return the kept pictures that are most unlike the training in what the warning is about."""
        exacts = self._tools.watch.examples(version)
        with self._database.read() as connection:
            numbers = records.numbers_of(connection, plan.trial, exacts)
        return [numbers[exact] for exact in exacts if exact in numbers][:EXAMPLES]

    def _plans(self) -> Mapping[int, SamplingPlan]:
        with self._database.read() as connection:
            return {plan.version: plan for plan in records.plans(connection)}

    def _plan(self, version: Version) -> SamplingPlan | None:
        with self._database.read() as connection:
            return records.find_plan(connection, version.id)

    def _changed(
        self, version: Version, before: SamplingPlan | None, wish: SamplingWish, caller: Principal
    ) -> SamplingPlan:
        plan = before or self._usual(version, caller)
        if wish.address and before is not None and wish.address != before.address:
            raise Wrong("Where samples lie cannot be changed once some may lie there.", kind="bucket")
        changes: dict[str, Any] = {
            name: value
            for name in ("is_on", "share", "most_per_day", "doubtful_first", "retention_days")
            if (value := getattr(wish, name)) is not None
        }
        address = plan.address or wish.address or self._usual_address(version)
        now = milliseconds(self._tools.clock())
        # Saved anew, so that a pause of the sweeps ends here.
        facts: dict[str, Any] = {"address": address, "caller": dump_principal(caller), "changed_ms": now}
        plan = replace(plan, **changes, **facts, swept=None, pause="")
        _check(plan)
        return plan

    def _usual(self, version: Version, caller: Principal) -> SamplingPlan:
        return SamplingPlan(
            version=version.id,
            project=version.project.id,
            trial="",
            is_on=False,
            share=USUAL_SHARE,
            most_per_day=USUAL_PER_DAY,
            doubtful_first=True,
            retention_days=USUAL_DAYS,
            address="",
            caller=dump_principal(caller),
            changed_ms=0,
        )

    def _usual_address(self, version: Version) -> str:
        """Return a folder in the bucket of the dataset, where samples can be learnt from without a copy."""
        for dataset in self._tools.datasets.of_projects([version.project]).get(version.project.id, ()):
            if dataset.bucket:
                return f"s3://{dataset.bucket}/{FOLDER}/{version.project.name}/{version.name}/"
        raise Wrong(
            "The project has no dataset with pictures, so name a folder for the samples: s3://bucket/folder/.",
            kind="bucket",
        )

    def _require_usable(self, version: Version, plan: SamplingPlan, caller: Principal) -> None:
        if version.state not in WITH_PACKAGE:
            raise Wrong(f"The version {version.name} has no model.", kind="version", name=version.path)
        bucket, _, prefix = plan.address.removeprefix("s3://").partition("/")
        blobs = self._tools.blobs
        if not blobs.has_bucket(bucket) or blobs.owner(bucket) != caller.account:
            raise Missing(f"This account has no bucket {bucket}.", kind="bucket", name=bucket)
        if sentence := bucket_problem(blobs, bucket, version.project.scope):
            raise Wrong(sentence, kind="bucket", name=bucket)
        if not self._tools.access.may_write(caller, bucket, f"{prefix}sample"):
            raise Denied(
                f"User: {caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{prefix}sample"
            )

    def _measure(self, connection: Any, version: Version, plan: SamplingPlan) -> int | None:
        row = records.find_drift(connection, version.id)
        if not plan.is_on or (row is not None and row.status in ("running", "ready")):
            return None
        records.put_drift(connection, version.id, version.project.id, status="running", message="")
        order = LearnReference(version.id, plan.caller)
        account = version.project.scope.account
        return self._jobs.add(connection, NewJob(LEARN, f"version:{version.id}", account, order))

    def _take(self, candidate: SampleCandidate) -> None:
        """Keep a drawn picture, and count it for drift; what is asked for again is not counted again."""
        guess = guess_of(candidate)
        names = [*guess["labels"], *(box[0] for box in guess["boxes"] or ())]
        answer = str(guess["is_anomalous"]) if guess["is_anomalous"] is not None else (names or [""])[0]
        store, watch, version = self._tools.store, self._tools.watch, candidate.version
        exact = exact_of(candidate)
        if store.is_new(candidate):
            watch.count(version, candidate.picture.data, DriftAnswer(answer, guess["doubt"], exact))
        problem = TIGHT if store.is_tight() else ""
        try:
            store.keep(candidate, examples=self._examples_beside(candidate.plan, version, exact))
        except Refusal as refusal:
            problem = refusal.sentence
            raise
        finally:
            self._problems[version.id] = problem

    def _examples_beside(self, plan: SamplingPlan, version: Version, exact: str) -> Collection[int] | None:
        """Return the kept examples of a drift where this picture is one of which too few are kept."""
        last = self._tools.watch.last_examples(version)
        if exact not in last:
            return None
        with self._database.read() as connection:
            numbers = records.numbers_of(connection, plan.trial, last).values()
        return numbers if len(numbers) < EXAMPLES else None

    def _forget_unfinished(self) -> None:
        """Forget records whose objects a crash left unwritten, with the objects where they are there."""
        for plan in self._plans().values():
            for picture in self._tools.collections.unfinished(plan.trial):
                with suppress(Exception):
                    self._tools.store.remove(plan, picture)


def _check(plan: SamplingPlan) -> None:
    if not 0 < plan.share <= 1:
        raise Wrong("The share is more than 0, and 1 at most.", kind="feedback")
    if not 1 <= plan.most_per_day <= MOST_PER_DAY:
        raise Wrong(f"From 1 to {MOST_PER_DAY:,} pictures a day can be kept.", kind="feedback")
    if not 1 <= plan.retention_days <= MOST_DAYS:
        raise Wrong(f"Pictures are kept from 1 to {MOST_DAYS} days.", kind="feedback")
    head, _, rest = plan.address.partition("://")
    bucket, _, prefix = rest.partition("/")
    is_plain = all(letter.isprintable() for letter in prefix)
    if head != "s3" or not bucket or not prefix.endswith("/") or not is_plain:
        raise Wrong(
            f"{plan.address[:100]!r} is no folder in a bucket: it has the form s3://bucket/folder/.",
            kind="bucket",
            name=plan.address[:100],
        )
