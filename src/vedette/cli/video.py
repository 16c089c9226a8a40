"""`vedette video`: what a model sees in a film: by time, as spans, drawn into it, and as a sheet."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.models import Endpoint, Of, Which, translate_client_errors
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Wrong

if TYPE_CHECKING:
    from vedette.cli.video_models import FrameModel


@dataclass(frozen=True, slots=True)
class VideoModelOptions:
    """Which model looks: a package, or a version of a server."""

    model: Annotated[Path | None, Option(help="A model package: a folder, or a zip of it.")] = None
    project: Annotated[str, Option(help="In its place: a project of a server, whose model runs.")] = ""
    version: Which = ""
    service: Of = ""
    endpoint: Endpoint = ""
    data: Data = None
    min_confidence: Annotated[
        float | None, Option(min=0, max=1, help="What is at least so sure; else each label has its own.")
    ] = None
    threads: Annotated[int | None, Option(min=1, help="Processor threads for a package.")] = None

    def open(self) -> "FrameModel":
        """Return the model."""
        from vedette.cli.remote import Server
        from vedette.cli.video_models import PackageFrames, RemoteFrames

        if (self.model is None) == (not self.project):
            raise Wrong("Say --model PACKAGE, or --project NAME of a server: one of both.")
        if self.model is not None:
            return PackageFrames(self.model, least=self.min_confidence, threads=self.threads)
        server = Server(self.service, self.endpoint, self.data)
        return RemoteFrames(server, self.project, self.version, least=self.min_confidence)


@dataclass(frozen=True, slots=True)
class VideoOutputs:
    """What is written."""

    out: Annotated[Path | None, Option(help="A JSON file; FILE.json beside the film by default.")] = None
    film: Annotated[Path | None, Option(help="An MP4 of all frames with what was found drawn in.")] = None
    sheet: Annotated[Path | None, Option(help="A JPEG of the surest frame of each span.")] = None


def video(  # noqa: PLR0913  (a command has as many options as it has)
    source: Annotated[str, Argument(help="A film, or the address of a stream; or @FILE, which holds it.")],
    *,
    choice: VideoModelOptions,
    every: Annotated[float, Option(min=0.001, help="Seconds from one look to the next.")] = 1.0,
    fps: Annotated[
        float | None, Option(min=0, help="Looks a second, in place of --every; 0 for each frame.")
    ] = None,
    frames: Annotated[int, Option(min=0, help="End after so many looks; 0 for never.")] = 0,
    smooth: Annotated[int, Option(min=0, help="Looks on either side that a label is judged by.")] = 1,
    gap: Annotated[float, Option(min=0, help="Seconds for which a span may be interrupted.")] = 1.0,
    outputs: VideoOutputs,
) -> None:
    """Look at a film, once a second unless told otherwise, and say when what is seen in it."""
    require_part("video")
    from vedette.cli.video_run import FilmRun
    from vedette.edge.streams.addresses import SourceKind, source_address

    with translate_client_errors():
        address = source_address(source)
        if outputs.out is None and address.kind is not SourceKind.FILE:
            raise Wrong("Say --out: a stream has no place beside which the result could lie.")
        out = outputs.out or Path(f"{address.address}.json")
        own = [Path(address.address)] if address.kind is SourceKind.FILE else []
        _require_apart(own, *filter(None, (out, outputs.film, outputs.sheet)))
        rate = 1 / every if fps is None else fps
        run = FilmRun(choice.open(), address, rate=rate, most=frames, smooth=smooth, gap=gap)
        reason = run.all(out, outputs.film, outputs.sheet)
    if reason:
        print(f"The film ended early: {reason}.", file=sys.stderr)
        raise Exit(1)


def _require_apart(sources: list[Path], *outputs: Path) -> None:
    """Refuse results over the film itself, or over one another."""
    places = [path.resolve() for path in (*sources, *outputs)]
    for number, path in enumerate(outputs, len(sources)):
        over = [place for place in places[:number] if place == places[number] or _is_same(place, path)]
        if over:
            raise Wrong(f"{path} is named twice: what is written there would take the place of the other.")


def _is_same(place: Path, path: Path) -> bool:
    return place.exists() and path.exists() and place.samefile(path)
