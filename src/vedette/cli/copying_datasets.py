"""Datasets that are copied: read whole at the source, held against the destination, written by new entries.

Of entries at the destination none is changed: those that the source has too must say the same, and others are
let be only where that was said. So a copy that was ended is gone on with, and no other dataset is mixed up.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.cli.dataset_client import BATCH, BATCH_BYTES, DatasetClient, Selection
from vedette.cli.remote import Server, remote_dataset
from vedette.cli.remote_models import list_projects
from vedette.errors import Missing, Taken, Wrong
from vedette.manifest.lines import BadLine, Line, change_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.places import canonical_ref, is_s3

REF_END = "-ref"
SETTINGS = 100  # labels in one change of settings


@dataclass(frozen=True, slots=True)
class CopiedDataset:
    """A dataset as the destination is to have it, and what of it the destination has not."""

    service: str
    name: str
    kind: str
    new: Sequence[Line]
    addresses: dict[str, str]

    def write(self, target: Server, arn: str, report: Callable[[int], object]) -> None:
        """Append what the destination has not, to a dataset that is made where there is none."""
        client = DatasetClient(target, self.service, self.name, arn, self.kind)
        if client.remote.describe() is None:
            client.remote.create_empty()
        for batch in _pieces(self.new):
            client.add(batch)
            report(len(batch))


@dataclass(frozen=True, slots=True)
class DatasetCopy:
    """Which dataset is copied, and what it is called at the destination."""

    service: str
    project: str
    name: str
    kind: str

    def read(
        self, source: Server, target: Server, address_of: Callable[[str], str], *, adds: bool
    ) -> CopiedDataset | None:
        """Return the dataset with its new addresses; None where the source has none.

        Raises:
            Taken: where the destination holds something else.
        """
        try:
            old = list(remote_dataset(source, self.project, self.kind).lines())
        except Missing:
            return None
        except BadLine as bad:
            raise Wrong(f"An entry of {self.project}/{self.kind} cannot be read. {bad.sentence}") from None
        addresses: dict[str, str] = {}
        lines = {line.source: line for line in (_moved(line, address_of, addresses) for line in old)}
        present = self._present(target)
        differing = [
            source
            for source, line in present.items()
            if source in lines and lines[source].values != line.values
        ]
        others = present.keys() - lines.keys()
        if differing:
            raise Taken(
                f"{self.name}/{self.kind} at the destination has {len(differing)} of the same pictures with "
                f"other labels, such as {min(differing)}. They stay; say --as NAME for a copy beside it."
            )
        if others and not adds:
            raise Taken(
                f"{self.name}/{self.kind} at the destination holds {len(others)} pictures that "
                f"{self.project} has not, such as {min(others)}. "
                "Say --add to add to it, or --as NAME for a copy beside it."
            )
        new = [line for source, line in lines.items() if source not in present]
        return CopiedDataset(self.service, self.name, self.kind, new, addresses)

    def _present(self, target: Server) -> dict[str, Line]:
        """Return the entries that the destination has."""
        arn = arn_of(target, self.service, self.name)
        if arn is None:
            return {}
        client = DatasetClient(target, self.service, self.name, arn, self.kind)
        if client.remote.describe() is None:
            return {}
        return {entry.source: strip_marks(entry.line) for entry in client.entries(Selection())}


def arn_of(server: Server, service: str, project: str) -> str | None:
    """Return the ARN of a project of one service, where there is one."""
    arns = (arn for of, name, arn in list_projects(server) if (of, name) == (service, project))
    return next(arns, None)


def copy_settings(source: Server, arn: str, target: Server, new_arn: str) -> None:
    """Give labels the colours and keys that they have at the source, where they have none yet."""
    listed = source.client("vedette").list_label_settings(ProjectArn=arn)["Labels"]
    client = target.client("vedette")
    present = client.list_label_settings(ProjectArn=new_arn)["Labels"]
    names, keys = ({entry[part] for entry in present} for part in ("Name", "Key"))
    new = [entry for entry in listed if entry["Name"] not in names and (entry["Key"] or None) not in keys]
    for start in range(0, len(new), SETTINGS):
        client.update_label_settings(ProjectArn=new_arn, Labels=new[start : start + SETTINGS])


def copy_tags(source: Server, arn: str, target: Server, new_arn: str) -> None:
    """Give a project the tags that it has at the source; those it has already stay as they are."""
    old, new = (
        dict(server.client("rekognition").list_tags_for_resource(ResourceArn=project)["Tags"])
        for server, project in ((source, arn), (target, new_arn))
    )
    more = {key: value for key, value in old.items() if key not in new and not key.startswith("aws:")}
    if more:
        target.client("rekognition").tag_resource(ResourceArn=new_arn, Tags=more)


def _moved(line: Line, address_of: Callable[[str], str], addresses: dict[str, str]) -> Line:
    """Return a line with its new addresses, which are noted."""
    changes: dict[str, Any] = {}
    for key, value in line.values.items():
        ref = canonical_ref(value) if isinstance(value, str) else ""
        if key.endswith(REF_END) and is_s3(ref):
            changes[key] = addresses[ref] = address_of(ref)
    return change_line(line, changes)


def _pieces(lines: Sequence[Line]) -> Iterator[list[Line]]:
    piece: list[Line] = []
    size = 0
    for line in lines:
        length = len(line.text.encode())
        if piece and (len(piece) == BATCH or size + length > BATCH_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(line)
        size += length
    if piece:
        yield piece
