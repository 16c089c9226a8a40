"""`vedette batch start …`: batches as the server's own work, which needs nobody to watch it.

`detect` asks from this machine, about files too; a batch of the server reads pictures of a bucket and writes
its results into one, on every server that shares the database, and goes on after a restart.
"""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from vedette.cli import batch as batch_command
from vedette.cli.batch_calls import BatchEnds
from vedette.cli.batch_model import ENDING, AskedModel, NoteFile, as_json
from vedette.cli.batch_parquet import TABLE, write_lines_as_table
from vedette.cli.batch_pictures import BucketPictures
from vedette.cli.batch_results import whole_lines
from vedette.cli.batch_summary import summary_lines
from vedette.cli.listing import Columns, print_facts, print_list, prints_records, take
from vedette.cli.models import Project, RemoteOptions, Which, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import find_project, open_models
from vedette.cli.signatures import Argument, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Missing, Wrong

app = batch_command.app

POLL_S = 0.5
UNDER_WAY = ("listing", "running")
BLOCK = 1 << 20

Facts = Mapping[str, Any]
BATCH_COLUMNS: Columns = {
    "name": "BatchName",
    "id": "BatchId",
    "version": "VersionName",
    "status": "Status",
    "done": "Done",
    "total": "Total",
    "failed": "Failed",
    "address": "Address",
    "created": "CreationDate",
    "message": "Message",
}
OneBatch = Annotated[str, Argument(help="The batch's name or id; the newest without it.")]


@app.define("start")
def start_batch(  # noqa: PLR0913  (a command's options)
    source: Annotated[str, Argument(help="The pictures: s3://bucket/folder.")],
    *,
    project: Project,
    out: Annotated[str, Option(help="An empty folder in a bucket for the results: s3://bucket/folder.")],
    name: Annotated[str, Option(help="What to call the batch.")] = "batch",
    version: Which = "",
    confidence: Annotated[
        float, Option(min=-1, max=100, help="Labels from so many per cent on; -1 is the model's own.")
    ] = -1.0,
    wait: Annotated[bool, Option("--wait/--no-wait", help="Wait until it is done.")] = True,
    place: RemoteOptions,
) -> None:
    """Have the server ask a version about all pictures of a folder. The version need not be running."""
    with translate_client_errors():
        batches = ServerBatches(place.reach(), project, place.service)
        model = open_models(batches.server, project, place.service).find(version).name
        least = {} if confidence < 0 else {"MinConfidence": confidence}
        batch = batches.begin(name, model, Source=source, Address=out, **least)
        print(f"Begun: {batch['BatchName']} ({batch['BatchId']}) with {model} of {project}.", file=sys.stderr)
        if wait:
            _follow(batches, batch)


@app.define("list")
@prints_records
def list_batches(project: Project, place: RemoteOptions) -> None:
    """List a project's batches on the server, the newest first."""
    with translate_client_errors():
        print_list(BATCH_COLUMNS, ServerBatches(place.reach(), project, place.service).all(), _row)


@app.define("show")
@prints_records
def show_batch(batch: OneBatch = "", *, project: Project, place: RemoteOptions) -> None:
    """Show how far a batch of the server is, and what came of its pictures."""
    with translate_client_errors():
        facts = ServerBatches(place.reach(), project, place.service).find(batch)
        print_facts(take(facts, BATCH_COLUMNS), lambda: _show(facts))


@app.define("stop")
def stop_batch(batch: OneBatch = "", *, project: Project, place: RemoteOptions) -> None:
    """Leave a batch of the server off; what is written stays, and it can go on later."""
    with translate_client_errors():
        batches = ServerBatches(place.reach(), project, place.service)
        _show(batches.change("stop", batches.find(batch)))


@app.define("resume")
def resume_batch(
    batch: OneBatch = "",
    *,
    project: Project,
    wait: Annotated[bool, Option("--wait/--no-wait", help="Wait until it is done.")] = True,
    place: RemoteOptions,
) -> None:
    """Go on with a batch of the server that was stopped or has failed, from where it was."""
    with translate_client_errors():
        batches = ServerBatches(place.reach(), project, place.service)
        facts = batches.change("resume", batches.find(batch))
        if wait:
            _follow(batches, facts)


@app.define("results")
def get_results(
    batch: OneBatch = "",
    *,
    project: Project,
    out: Annotated[
        str,
        Option(help="A .jsonl or .parquet file, or a folder for the files of the bucket; else here."),
    ] = "",
    draw: Annotated[str, Option(help="A folder or s3://bucket/prefix for drawn pictures and masks.")] = "",
    place: RemoteOptions,
) -> None:
    """Fetch the results of a batch of the server, as far as they are written."""
    with translate_client_errors():
        batches = ServerBatches(place.reach(), project, place.service)
        facts = batches.find(batch)
        path = Path(out)
        if path.suffix == TABLE:
            write_lines_as_table(path, batches.lines(facts))
            _note(batches, facts, path.with_name(f"{path.name}{ENDING}"))
        elif out and path.suffix != ".jsonl":
            _fetch_parts(batches, facts, path)
            _note(batches, facts, path / ENDING)
        elif out:
            _write(path, batches.lines(facts))
            _note(batches, facts, path.with_name(f"{path.name}{ENDING}"))
        elif not draw:
            for block in batches.lines(facts):
                sys.stdout.buffer.write(block)
        if draw:
            _draw(batches, facts, draw)


@app.define("delete")
def delete_batch(
    batch: Annotated[str, Argument(help="The batch's name or id.")], *, project: Project, place: RemoteOptions
) -> None:
    """Forget a batch of the server that is over; its results stay in the bucket."""
    with translate_client_errors():
        batches = ServerBatches(place.reach(), project, place.service)
        batches.delete(batches.find(batch or "-"))
        print(f"Deleted: {batch} of {project}; its results stay.")


class ServerBatches:
    """The batches of one project on a server."""

    def __init__(self, server: Server, project: str, service: str = "") -> None:
        _, self.arn = find_project(server, project, service)
        self.server = server
        self.project = project
        self._own = server.client("vedette")

    def begin(self, name: str, version: str, **members: Any) -> Facts:
        """Begin a batch."""
        return _batch(
            self._own.start_batch_detection(
                ProjectArn=self.arn, BatchName=name, VersionName=version, **members
            )
        )

    def all(self) -> Sequence[Facts]:
        """Return the batches, the newest first."""
        batches: Sequence[Facts] = self._own.list_batch_detections(ProjectArn=self.arn)["Batches"]
        return batches

    def find(self, text: str) -> Facts:
        """Return the batch of that name or id; the newest where none is named."""
        batches = [batch for batch in self.all() if text in ("", batch["BatchName"], batch["BatchId"])]
        if not batches:
            raise Missing(f"The project {self.project} has no batch {text}.".replace(" .", "."))
        if text and len(batches) > 1:
            ids = ", ".join(batch["BatchId"] for batch in batches)
            raise Wrong(f"{len(batches)} batches are called {text}; name one by its id: {ids}.")
        return batches[0]

    def change(self, verb: str, batch: Facts) -> Facts:
        """Stop or resume a batch, or look at it again; return it as it is then."""
        operation = getattr(self._own, f"{verb}_batch_detection")
        return _batch(operation(ProjectArn=self.arn, BatchId=batch["BatchId"]))

    def delete(self, batch: Facts) -> None:
        """Forget a batch."""
        self._own.delete_batch_detection(ProjectArn=self.arn, BatchId=batch["BatchId"])

    def lines(self, batch: Facts, **part: int) -> Iterator[bytes]:
        """Yield the results by the block, of all parts or of one."""
        answer = self._own.get_batch_results(ProjectArn=self.arn, BatchId=batch["BatchId"], **part)
        yield from iter(lambda: answer["Body"].read(BLOCK), b"")


def _batch(answer: Mapping[str, Any]) -> Facts:
    facts: Facts = answer["Batch"]
    return facts


def _fetch_parts(batches: ServerBatches, facts: Facts, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, facts["Parts"] + 1):
        _write(folder / f"results-{number:05}.{facts['Format']}", batches.lines(facts, Part=number))


def _note(batches: ServerBatches, facts: Facts, path: Path) -> None:
    """Say beside results that lay the last there whose they are; an older server does not tell."""
    path.unlink(missing_ok=True)
    if "ModelArn" in facts:
        least = facts.get("MinConfidence")
        service = facts["ModelArn"].split(":")[2]
        identity = AskedModel(
            facts["VersionName"],
            batches.project,
            service,
            facts["ModelArn"],
            "",
            facts["PackageDigest"],
            least,
        )
        NoteFile(path).replace(as_json(asdict(identity)))


def _draw(batches: ServerBatches, facts: Facts, draw: str) -> None:
    # Only who draws needs what draws.
    from vedette.cli.batch_drawing import draw_lines, open_drawings

    s3, source = batches.server.client("s3"), facts["Source"]
    drawings = open_drawings(draw, source, BucketPictures(s3, source), s3)
    try:
        count, lost_pictures = draw_lines(whole_lines(batches.lines(facts)), drawings)
    except BatchEnds as end:
        raise Wrong(str(end)) from None
    missing = f" {lost_pictures} are not in their bucket any more." if lost_pictures else ""
    print(f"{count - lost_pictures} pictures drawn into {draw}.{missing}", file=sys.stderr)


def _write(path: Path, blocks: Iterator[bytes]) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        for block in blocks:
            file.write(block)
    part.replace(path)


def _follow(batches: ServerBatches, batch: Facts) -> None:
    """Show how far a batch is until it ends; Ctrl-C leaves it to the server."""
    with ProgressLine("detecting") as line:
        while batch["Status"] in UNDER_WAY:
            time.sleep(POLL_S)
            batch = batches.change("describe", batch)
            line.update(batch["Done"], note=f"{batch['Done']} of {batch['Total'] or '…'}")
    _show(batch)
    if batch["Status"] != "done":
        raise Exit(1)


def _show(batch: Facts) -> None:
    message = f" {batch['Message']}" if batch["Message"] else ""
    print(f"{batch['BatchName']}: {batch['Status']}, {batch['Done']} of {batch['Total']}.{message}")
    if not batch["Done"]:
        return
    counts = {key: {item["Name"]: item["Count"] for item in batch[key]} for key in ("Failures", "Verdicts")}
    facts = {
        "pictures": batch["Done"],
        "failed": counts["Failures"],
        "verdicts": counts["Verdicts"],
        "bins": batch["Confidences"],
        "doubtful": [
            {"source": item["SourceRef"], "confidence": item["Confidence"], "verdict": item["Verdict"]}
            for item in batch["Doubtful"]
        ],
    }
    model = [f"By version {batch['VersionName']}: {batch['ModelArn']}"] if "ModelArn" in batch else []
    print(*summary_lines(facts), *model, f"Results: {batch['Address']}", sep="\n")


def _row(batch: Facts) -> tuple[str, ...]:
    return (
        batch["BatchName"],
        batch["BatchId"],
        f"version {batch['VersionName']}",
        batch["Status"],
        f"{batch['Done']} of {batch['Total']}",
        f"{batch['Failed']} without an answer",
        batch["Address"],
        f"{batch['CreationDate']:%Y-%m-%d %H:%M}",
    )
