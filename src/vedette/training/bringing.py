"""A version that AWS trained, brought along as its figures: no job, no model, and nothing that could run.

It is asked for as a training is, with a tag that names the service's evaluation file in the output bucket.
That file and its neighbours of the same version stay where they are, and belong to whoever put them there.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.dialects.past_models import MOST_BYTES, PastModel, dump_past, load_past
from vedette.errors import Missing, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import dump_principal
from vedette.manifest.places import is_s3, split_s3
from vedette.projects.project import Project
from vedette.projects.tokens import ClientToken
from vedette.projects.version import Version
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.store.blobs.port import Blobs
from vedette.training.folder import Folder
from vedette.training.order import BACKBONE_TAG, NETWORK_TAG, PAST_TAG, NewTraining
from vedette.training.report import LabelReport, TrainingReport

PAST = "past"


@dataclass(frozen=True, slots=True)
class PastModels:
    """Brings past models along."""

    versions: Versions
    blobs: Blobs
    access: ObjectAccess

    # Where a version's files would lie.
    folder_of: Callable[[Version], Folder]

    def bring(self, project: Project, request: NewTraining, token: ClientToken | None) -> Version:
        """Return the version that a request's tag asks for; it is what it will ever be."""
        address = request.tags[PAST_TAG]
        bucket, key = self._place(project, request, address)
        past = project.dialect.read_past_model(self._read(request, bucket, key), address)
        new = NewVersion(
            # Lookout numbers its models; one that is brought along keeps its number.
            name=past.name if project.dialect.names.latest else request.name,
            state="archived",
            description=request.description,
            bucket=bucket,
            prefix=request.prefix,
            inputs={"account": request.caller.account, "caller": dump_principal(request.caller)},
            tags=request.tags,
            created_ms=past.created_ms,
            ended_ms=past.ended_ms,
            results={
                "metrics": past.metrics,
                "task": past.task,
                "files": self._files(project, request, bucket, key),
                PAST: dump_past(past),
            },
        )

        def make_room(connection: Connection, version: Version) -> None:
            del connection
            self.folder_of(version).put_aside()

        version, _ = self.versions.create(project, new, token, also=make_room)
        return version

    def _place(self, project: Project, request: NewTraining, address: str) -> tuple[str, str]:
        """Return where the evaluation file lies; refuse what goes with no past model."""
        start = project.dialect.results[project.dialect.past_model]
        if not is_s3(address) or not _name_of(address).startswith(f"{start}-"):
            form = f"s3://bucket/{start}-….json"
            raise Wrong(f'The tag {PAST_TAG} is the address of an evaluation, {form}, not "{address}".')
        bucket, key = split_s3(address)
        if bucket != request.bucket:
            raise Wrong(
                f"The files of a model of AWS stay where they are: the output bucket is {bucket} then."
            )
        inputs = (request.train, request.test, request.auto_create, request.kms_key)
        if any(inputs) or not request.tags.keys().isdisjoint((NETWORK_TAG, BACKBONE_TAG)):
            raise Wrong(
                "A model that was trained at AWS is brought along without manifests, key, network or "
                "backbone."
            )
        return bucket, key

    def _read(self, request: NewTraining, bucket: str, key: str) -> bytes:
        sentence = f"There is no s3://{bucket}/{key}, or whoever asked for it may not read it."
        if not self.access.may_read(request.caller, bucket, key):
            raise Wrong(sentence, kind="file", name=key)
        try:
            with self.blobs.open(bucket, key) as stream:
                return stream.read(MOST_BYTES + 1)
        except Missing:
            raise Wrong(sentence, kind="file", name=key) from None

    def _files(self, project: Project, request: NewTraining, bucket: str, key: str) -> dict[str, str]:
        """Return the evaluation file and those beside it that are of the same version, by their kinds."""
        dialect = project.dialect
        folder, slash, name = key.rpartition("/")
        rest = name.removeprefix(dialect.results[dialect.past_model])
        keys = {kind: f"{folder}{slash}{start}{rest}" for kind, start in dialect.results.items()}
        return {kind: place for kind, place in keys.items() if self._is_there(request, bucket, place)}

    def _is_there(self, request: NewTraining, bucket: str, key: str) -> bool:
        if not self.access.may_read(request.caller, bucket, key):
            return False
        try:
            self.blobs.find(bucket, key)
        except Missing:
            return False
        return True


def report_past(version: Version) -> TrainingReport:
    """Return a past model's figures as those of a training; what AWS does not tell is left out."""
    past: PastModel = load_past(version.results[PAST])
    return TrainingReport(
        task=past.task,
        train_pictures=past.train_pictures,
        test_pictures=past.test_pictures,
        correct=None,
        precision=past.precision,
        recall=past.recall,
        f1=past.f1,
        budget="",
        labels=[
            LabelReport(
                label.label,
                label.test_pictures,
                label.precision,
                label.recall,
                label.f1,
                threshold=label.threshold,
                iou=label.iou,
            )
            for label in past.labels
        ],
        candidates=(),
        advice={},
    )


def _name_of(address: str) -> str:
    return address.rpartition("/")[2]
