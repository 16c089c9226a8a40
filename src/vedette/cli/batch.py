"""`vedette batch detect`: a model asked about all pictures of a folder or a prefix, each once."""

import contextlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.batch_calls import BatchEnds, PictureCalls, RateLimit, asker
from vedette.cli.batch_model import AskedModel, asked_model, hold_model
from vedette.cli.batch_outputs import open_results
from vedette.cli.batch_pictures import PictureSource, Share, open_source
from vedette.cli.batch_results import Result, ResultStore, closing, is_finished
from vedette.cli.batch_summary import BatchSummary
from vedette.cli.models import Project, RemoteOptions, Which, translate_client_errors
from vedette.cli.remote import Server
from vedette.cli.remote_models import MODELS, find_project
from vedette.cli.signatures import Argument, CommandGroup, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Wrong

app = CommandGroup("Many pictures at once.")

# A client of botocore keeps so many connections.
MOST_CLIENTS = 10
# Pictures that are read ahead of those that are asked about, a client.
AHEAD = 2


@app.define("detect")
def detect(  # noqa: PLR0913  (a command has as many options as it has)
    source: Annotated[str, Argument(help="A folder, or s3://bucket/prefix.")],
    *,
    project: Project,
    out: Annotated[str, Option(help="A .jsonl or .parquet file, a folder, or s3://bucket/prefix.")],
    version: Which = "",
    clients: Annotated[int, Option(min=1, max=MOST_CLIENTS, help="Pictures asked about side by side.")] = 4,
    rate: Annotated[float, Option(min=0, help="Pictures a second at most; 0 is as many as go.")] = 0.0,
    confidence: Annotated[
        float, Option(min=-1, max=100, help="Labels from so many per cent on; -1 is the model's own.")
    ] = -1.0,
    share: Annotated[str, Option(help="2/5 on the second of five machines, each with its own --out.")] = "",
    patience: Annotated[
        float, Option(min=0, help="Seconds until an answer that does not come ends it.")
    ] = 300.0,
    summary: Annotated[str, Option(help="Write the summary into this file, as JSON.")] = "",
    draw: Annotated[str, Option(help="A folder or s3://bucket/prefix for drawn pictures and masks.")] = "",
    remote: RemoteOptions,
) -> None:
    """Detect in every picture, each once: the same command again goes on where the last one ended."""
    with translate_client_errors():
        _require_summary_place(summary, out)
        service, arn = find_project(remote.reach(), project, remote.service)
        server = Server(service, remote.endpoint, remote.data)
        model = MODELS[service](server, project, arn).find(version)
        s3 = server.client("s3")
        pictures, part = open_source(source, s3), Share.parse(share)
        least = None if confidence < 0 else confidence
        stopped = threading.Event()
        ask = asker(server, model, project, pictures, least)
        identity = asked_model(server, project, model, least)
        if draw:
            ask = _drawing_asker(ask, draw, source, pictures, s3)
        calls = PictureCalls(
            ask,
            patience_s=patience,
            rate=RateLimit(rate),
            stopped=stopped,
        )
        with closing(open_results(out, s3)) as results:
            run = BatchRun(calls.result, results, BatchSummary())
            finished = results.finished()
            before = len(finished)
            doubt = hold_model(results.note, identity, out, before=before, is_alone=results.is_alone)
            again = [f"{before} pictures have a result already."] if finished else []
            print(*again, *filter(None, [doubt]), f"Asking {identity.words}.", file=sys.stderr)
            names = (
                name for name in pictures.names() if part.holds(name) and not is_finished(name, finished)
            )
            reason = run.all(names, clients, stopped)
    _report(run.summary, summary, identity, before)
    if reason:
        print(f"Not finished: {reason} The same command goes on from here.", file=sys.stderr)
        raise Exit(1)


def _drawing_asker(
    ask: Callable[[str], Any], draw: str, source: str, pictures: PictureSource, s3: Any
) -> Callable[[str], Any]:
    """Return what asks about a picture and draws what was found, before its result is kept."""
    from vedette.cli.batch_drawing import open_drawings

    drawings = open_drawings(draw, source, pictures, s3)

    def ask_and_draw(name: str) -> Any:
        response = ask(name)
        drawings.draw(name, response)
        return response

    return ask_and_draw


class BatchRun:
    """Asks about pictures side by side, and keeps each result as it comes."""

    def __init__(
        self, ask: Callable[[str], Result], results: ResultStore, summary: BatchSummary, *, ahead: int = AHEAD
    ) -> None:
        self.summary = summary
        self._ask, self._results, self._ahead = ask, results, ahead

    def all(self, names: Iterator[str], clients: int, stopped: threading.Event) -> str:
        """Work through the names; return why it ended before their end, or nothing."""
        pending: dict[Future[Result], str] = {}
        with ThreadPoolExecutor(clients) as pool, ProgressLine("detecting") as line:
            try:
                for name, result in self._each(names, pool, pending, clients * self._ahead):
                    self._results.put(name, result)
                    self.summary.add(name, result)
                    line.update(self.summary.pictures, note=f"{self.summary.pictures} pictures")
            except BatchEnds as end:
                return str(end)
            except OSError as error:
                return f"{error.strerror or error}."
            except KeyboardInterrupt:
                return "Stopped."
            finally:
                stopped.set()  # nobody waits for an answer that will not be kept
                for future in pending:
                    future.cancel()
        return ""

    def _each(
        self, names: Iterator[str], pool: ThreadPoolExecutor, pending: dict[Future[Result], str], most: int
    ) -> Iterator[tuple[str, Result]]:
        """Yield names with their results as they come, with so many asked for ahead and no more."""
        while True:
            for name in islice(names, most - len(pending)):
                pending[pool.submit(self._ask, name)] = name
            if not pending:
                return
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                yield pending.pop(future), future.result()


def _require_summary_place(file: str, out: str) -> None:
    """Refuse, before hours of work, a summary that could not be written or would lie over the results."""
    if not file:
        return
    path = Path(file)
    if path.resolve() == Path(out).resolve():
        raise Wrong("The summary would lie over the results: give it a file of its own.")
    if path.is_dir() or not path.parent.is_dir():
        raise Wrong(f"The summary cannot be written to {file}: name a file in a folder that is there.")


def _report(summary: BatchSummary, file: str, identity: AskedModel, before: int) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(*summary.lines(), f"By {identity.words}: {identity.arn}", sep="\n")
        if before:
            print(f"Not counted here: {before} pictures that had a result before.")
    if file:
        document = {**identity.facts(), **summary.document(), "before": before}
        Path(file).write_text(json.dumps(document, indent=2, ensure_ascii=False), "utf-8")
