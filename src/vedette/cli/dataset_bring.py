"""Adding pictures in a bucket to a dataset, without copies, labelled by their folders."""

from collections.abc import Iterator, Sequence

from vedette.cli.dataset_client import BATCH, DatasetClient, Selection, batches
from vedette.cli.remote import Server
from vedette.cli.terminal import ProgressLine
from vedette.clock import system_clock
from vedette.errors import Wrong
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, write_line
from vedette.manifest.relabel import names_of

PICTURES = (".jpg", ".jpeg", ".png")  # what both services read


def lines_of(server: Server, place: str, service: str, *, with_labels: bool) -> Iterator[Line]:
    """Yield a line for every picture below a prefix, labelled by the folder directly below it."""
    bucket, prefix = _place(place)
    stamp = Stamp(moment=system_clock(), job="labeling-job/auto-label", by_hand=False)
    for page in server.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for key in (entry["Key"] for entry in page.get("Contents", ())):
            if not key.lower().endswith(PICTURES):
                continue
            line = write_line({"source-ref": f"s3://{bucket}/{key}"})
            folder, slash, _ = key[len(prefix) :].partition("/")
            yield _labelled(line, folder, service, stamp) if with_labels and slash and folder else line


def _labelled(line: Line, folder: str, service: str, stamp: Stamp) -> Line:
    from vedette.dialects.registry import dialect_of

    dialect = dialect_of(service)
    # Where labels are the service's own, other folders' pictures stay unlabelled, as in its console.
    is_label = not dialect.class_labels or folder in dialect.class_labels
    return dialect.label_line(line, folder, stamp) if is_label else line


def _place(place: str) -> tuple[str, str]:
    """Return the bucket, and the prefix as a folder: `s3://b/plants` does not mean `plants-old`."""
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket:
        raise Wrong(f"{place} is not a place of the form s3://bucket/prefix.")
    return bucket, prefix if not prefix or prefix.endswith("/") else prefix + "/"


def bring(client: DatasetClient, lines: Sequence[Line], *, dry_run: bool) -> None:
    exists = client.remote.describe() is not None
    existing = {entry.source for entry in client.entries(Selection())} if exists else set()
    new = [line for line in lines if line.source not in existing]
    labelled = sum(bool(names_of(line)) for line in new)
    counts = f"{len(new)} pictures ({labelled} labelled; {len(lines) - len(new)} are there already)"
    if dry_run:
        print(f"Would bring {counts} into {client.project}/{client.kind}.")
        return
    if not exists:
        client.remote.create_empty()
    with ProgressLine("bringing pictures", len(new)) as line:
        for batch in batches(new, BATCH):
            client.add(batch)
            line.advance(len(batch))
    print(f"Brought {counts} into {client.project}/{client.kind}.")
