"""Which pictures a trial is about: those below an address, those that are named, or a dataset's unlabelled.

With the rights of who asks, and by the rules that the service has for a project's buckets. At most so many: a
trial with more is refused, and nothing of it begins. Of a dataset's pictures without labels the first are
taken: once they are verified and added, they have labels, and the next trial takes others.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from vedette.datasets.buckets import bucket_problem, split_folder
from vedette.datasets.dataset import Filter, Kind
from vedette.datasets.datasets import Datasets
from vedette.errors import Denied, Missing, TooMuch, Wrong
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.manifest.lines import read_line
from vedette.manifest.places import canonical_ref, is_s3, split_s3
from vedette.projects.project import Project
from vedette.store.blobs.port import Blobs, StoredObject
from vedette.trials.values import MOST_PICTURES, ChosenPicture, NewTrial

USABLE = frozenset({".jpg", ".jpeg", ".png"})
# A prefix may hold other things than pictures; a bucket is not searched to its end for the first of them.
MOST_OBJECTS = 200_000


def choose(chooser: "PictureChooser", datasets: Datasets, wish: NewTrial) -> list[ChosenPicture]:
    """Return the pictures, each once, in the order of their addresses."""
    if bool(wish.address) + bool(wish.pictures) + (wish.dataset is not None) != 1:
        raise Wrong(
            "A trial is of the pictures below an Address, of those in SourceRefs, or of those without labels "
            "in the dataset of a DatasetType.",
            kind="trial",
        )
    if wish.dataset is not None:
        return chooser.named(_unlabelled(datasets, chooser.project, wish.dataset))
    pictures = chooser.below(wish.address) if wish.address else chooser.named(wish.pictures)
    if not pictures:
        raise Wrong(f"There is no JPEG or PNG below {wish.address}.", kind="bucket", name=wish.address)
    return pictures


def _unlabelled(datasets: Datasets, project: Project, kind: Kind) -> list[str]:
    """Return the first pictures of a dataset that have no labels."""
    dataset = datasets.find(project, kind)
    entries, _ = datasets.contents.page(dataset, Filter(is_labelled=False), most=MOST_PICTURES)
    if not entries:
        raise Wrong(f"Every picture of the {kind} dataset has labels.", kind="dataset", name=kind)
    return [read_line(entry.line).source for entry in entries]


class PictureChooser:
    """Buckets as one caller sees them for one project."""

    def __init__(self, blobs: Blobs, access: ObjectAccess, project: Project, caller: Principal) -> None:
        self._blobs = blobs
        self._access = access
        self.project = project
        self._caller = caller

    def below(self, address: str) -> list[ChosenPicture]:
        bucket, prefix = split_folder(address)
        self._require_usable(bucket)
        if not self._access.may_list(self._caller, bucket):
            raise Denied(f"User: {self._caller.arn} is not authorized to perform: s3:ListBucket on {bucket}")
        pictures: list[ChosenPicture] = []
        for item in self._pictures(bucket, prefix):
            if len(pictures) == MOST_PICTURES:
                raise _too_many(f"There are more below s3://{bucket}/{prefix}.")
            pictures.append(ChosenPicture(f"s3://{bucket}/{item.key}", item.etag))
        return pictures

    def named(self, addresses: Sequence[str]) -> list[ChosenPicture]:
        """Return the pictures of these addresses; whether they are there is seen when it is their turn."""
        unique = sorted({canonical_ref(address) for address in addresses})
        if len(unique) > MOST_PICTURES:
            raise _too_many(f"These are {len(unique):,}.")
        for address in unique:
            if not is_s3(address):
                raise Wrong(f"{address[:200]!r} is no address of a picture (s3://bucket/key).", kind="trial")
        for bucket in sorted({split_s3(address)[0] for address in unique}):
            self._require_usable(bucket)
        return [ChosenPicture(address, "") for address in unique]

    def _pictures(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        for number, item in enumerate(self._blobs.list(bucket, prefix)):
            if number == MOST_OBJECTS:
                raise TooMuch(f"There are more than {MOST_OBJECTS:,} objects below s3://{bucket}/{prefix}.")
            if PurePosixPath(item.key).suffix.lower() in USABLE and is_s3(f"s3://{bucket}/{item.key}"):
                yield item

    def _require_usable(self, bucket: str) -> None:
        """Refuse a bucket that the service forbids; another account's in the words for one that is none."""
        if not self._blobs.has_bucket(bucket) or self._blobs.owner(bucket) != self._caller.account:
            raise Missing(f"This account has no bucket {bucket}.", kind="bucket", name=bucket)
        if sentence := bucket_problem(self._blobs, bucket, self.project.scope):
            raise Wrong(sentence, kind="bucket", name=bucket)


def _too_many(reason: str) -> TooMuch:
    return TooMuch(
        f"A trial has at most {MOST_PICTURES:,} pictures. {reason} Choose fewer, or run several trials.",
        kind="trial",
    )
