"""The room's front: edge packages ordered, found and listed."""

import shutil
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from vedette.datasets.buckets import bucket_problem
from vedette.encryption.folder_keys import read_folder_mark
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.packaging import records
from vedette.packaging.values import PackagedPlace, PackagingJob, PackagingWish
from vedette.packaging.works import (
    PACKAGE,
    PackagingTools,
    WritePackage,
    link_version,
    packaging_kind,
)
from vedette.projects.project import Project, Scope, read_project_arn
from vedette.projects.projects import by_name
from vedette.projects.tokens import Answer, ClientToken, once, stored_answer
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.projects.version_rows import require
from vedette.runtime.components import refuse_names
from vedette.store.sealed_folders import read_mark

# A component's version has six digits at most; a model of another name begins at one.
FIRST_VERSION = "1.0.0"
LONGEST_NUMBER = 6
ELSEWHERE = (
    "The buckets lie on another S3, which does not know the keys of this installation: a package cannot be "
    "encrypted there. Order it without a KmsKeyId."
)


class Packagings:
    """The packaging jobs of the installation. Threads may share it."""

    def __init__(self, tools: PackagingTools, jobs: JobRunner, *, most_under_way: int) -> None:
        self._tools = tools
        self._database = tools.database
        self._jobs = jobs
        self._most_under_way = most_under_way
        jobs.register(packaging_kind(tools))

    def start(self, *, is_alone: bool = True) -> None:
        """Clear what a stop or a crash left of jobs that are over. The server calls this first.

        Beside another server, what no job is known of may be of one that is being asked for there.
        """
        self._tools.folder.mkdir(parents=True, exist_ok=True)
        if not is_alone:
            return
        with self._database.read() as connection:
            numbers = {str(number) for number in records.under_way(connection)}
        for place in self._tools.folder.iterdir():
            if place.name not in numbers:
                shutil.rmtree(place, ignore_errors=True)

    def create(
        self, version: Version, wish: PackagingWish, caller: Principal, token: ClientToken | None = None
    ) -> PackagingJob:
        """Write a job down and begin it; refuse at once what cannot come to anything."""
        wish = self._completed(version, wish)
        refuse_names(wish.component, wish.component_version)
        is_new = False

        def make() -> Answer:
            nonlocal is_new
            is_new = True
            self._refuse(version, wish, caller)
            return {"id": self._add(connection, version, wish, dump_principal(caller))}

        with self._database.write() as connection:
            answer = once(
                connection,
                token,
                self._tools.now_ms(),
                do=make,
                stands=lambda first: records.find_job(connection, first["id"]) is not None,
            )
            job = records.find_job(connection, answer["id"])
            assert job is not None, "it was written or stands"
        if is_new and (number := self._jobs.number(PACKAGE, str(job.id))) is not None:
            self._jobs.begin(PACKAGE, number)
        return job

    def made_by(self, token: ClientToken | None) -> PackagingJob | None:
        """Return the job that the first call with this token created, if there is one."""
        if token is None:
            return None
        with self._database.read() as connection:
            answer = stored_answer(connection, token, self._tools.now_ms())
            return records.find_job(connection, answer["id"]) if answer else None

    def describe(self, project: Project, name: str) -> PackagingJob:
        """Return a project's job."""
        with self._database.read() as connection:
            job = records.job_by_name(connection, project.id, name)
        if job is None:
            raise Missing(
                f"The project {project.name} has no packaging job {name}.", kind="packaging job", name=name
            )
        return job

    def list(
        self, project: Project, *, before: int | None = None, most: int = 100
    ) -> tuple[list[PackagingJob], bool]:
        """Return a project's jobs, the newest first, and whether there are more."""
        with self._database.read() as connection:
            return records.list_jobs(connection, project.id, before=before, most=most)

    def place_of(self, project_arn: str, name: str, part: str) -> PackagedPlace:
        """Return where a job wrote a part of its package, and the key that it wrote it under."""
        parts = read_project_arn(project_arn)
        with self._database.read() as connection:
            project = None if parts is None else by_name(connection, *parts)
            job = None if project is None else records.job_by_name(connection, project.id, name)
        if job is None or part not in job.files:
            raise Missing(f"The packaging job {name} is not there.", kind="packaging job", name=name)
        return PackagedPlace(job.wish.bucket, job.files[part], job.wish.encryption_key or self._own_key(job))

    def hold_project(self, connection: Connection, project: Project) -> str:
        """Return what of a project is under way here, so that it is not deleted meanwhile."""
        count = records.count_of_project(connection, project.id)
        return f"{count} packaging job{'s' if count > 1 else ''} under way" if count else ""

    # Inside

    def _own_key(self, job: PackagingJob) -> str:
        """Return the key of the version that a job packaged; empty for one in clear, or gone by now."""
        try:
            version = self._tools.versions.find_by_id(job.version)
        except Missing:
            return ""
        mark = read_mark(self._tools.folder_of(version).root)
        return "" if mark is None else read_folder_mark(mark).key

    def _completed(self, version: Version, wish: PackagingWish) -> PackagingWish:
        is_number = version.name.isdigit() and len(version.name) <= LONGEST_NUMBER
        number = f"{version.name}.0.0" if is_number else FIRST_VERSION
        return replace(
            wish,
            name=wish.name or str(uuid.uuid4()),
            component_version=wish.component_version or number,
            thresholds=dict(version.thresholds.values),
        )

    def _refuse(self, version: Version, wish: PackagingWish, caller: Principal) -> None:
        """Refuse a model that has no package, and a place that the caller may not write to."""
        if version.state not in WITH_PACKAGE:
            raise Busy(
                f"The version {version.name} of {version.project.name} {WORDS[version.state]}: "
                "there is no model to package.",
                kind="version",
                name=version.path,
            )
        tools, project = self._tools, version.project
        if wish.encryption_key and not tools.blobs.seals_by_key:
            raise Wrong(ELSEWHERE, kind="encryption key", name=wish.encryption_key)
        if sentence := bucket_problem(tools.blobs, wish.bucket, project.scope):
            raise Wrong(sentence, kind="bucket", name=wish.bucket)
        key = project.dialect.result_key(wish.prefix, f"{wish.component}/{wish.component_version}/x")
        if ".." in key.split("/"):
            raise Wrong(
                f"The prefix {wish.prefix!r} leads out of its folder.", kind="bucket", name=wish.bucket
            )
        if not tools.blobs.has_bucket(wish.bucket) or not tools.access.may_write(
            caller, wish.bucket, key, wish.encryption_key
        ):
            raise Wrong(project.dialect.unwritable_output, kind="bucket", name=wish.bucket)

    def _add(
        self, connection: Connection, version: Version, wish: PackagingWish, caller: Mapping[str, Any]
    ) -> int:
        scope = version.project.scope
        self._refuse_taken(connection, version.project, scope, wish)
        if records.count_under_way(connection, scope.account) >= self._most_under_way:
            raise TooMuch(
                f"{self._most_under_way} packaging jobs of this account are under way; wait for one.",
                kind="packaging job",
                name=wish.name,
            )
        # In this transaction it is known that the version is still there to be linked.
        current = require(connection, version.id)
        number = records.add_job(connection, current, wish, caller, self._tools.now_ms())
        try:
            link_version(self._tools.folder_of(current), self._tools.place(number))
        except FileNotFoundError:
            shutil.rmtree(self._tools.place(number), ignore_errors=True)
            raise Missing(
                f"The version {current.name} of {current.project.name} is damaged on the server's disk; "
                "train it again.",
                kind="version",
                name=current.path,
            ) from None
        self._jobs.add(connection, NewJob(PACKAGE, str(number), scope.account, WritePackage(number)))
        return number

    def _refuse_taken(
        self, connection: Connection, project: Project, scope: Scope, wish: PackagingWish
    ) -> None:
        if records.job_by_name(connection, project.id, wish.name) is not None:
            raise Taken(
                f"The project {project.name} has a packaging job named {wish.name} already.",
                kind="packaging job",
                name=wish.name,
            )
        other = records.component_job(connection, scope, wish.component, wish.component_version)
        if other is not None:
            raise Taken(
                f"There is a component {wish.component} of the version {wish.component_version} already, by "
                f"the packaging job {other.wish.name}. Give this one another version.",
                kind="packaging job",
                name=other.wish.name,
            )
