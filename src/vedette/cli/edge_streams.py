"""`vedette edge watch`: look at a stream, and say what is seen in it as lines of JSON."""

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.parts import require_part
from vedette.cli.signatures import Exit, Option
from vedette.errors import Refusal, Wrong

if TYPE_CHECKING:
    from vedette.edge.streams.stream_watch import StreamOptions


def watch(  # noqa: PLR0913  (each is an option of the command)
    source: Annotated[
        str,
        Option(help="rtsp://…, /dev/video0, a video file, gst:PIPELINE; or @FILE, which holds one of them."),
    ],
    model: Annotated[
        Path, Option(help="The model that looks: a package, as a folder or zip, or a component.")
    ],
    name: Annotated[str, Option(help="How the lines call the stream; else by its address.")] = "",
    rate: Annotated[float, Option(help="Frames a second to look at; 0 for every one.", min=0)] = 5.0,
    frames: Annotated[int, Option(help="End after so many frames; 0 for never.", min=0)] = 0,
    play: Annotated[
        bool, Option("--play", help="Play a file at its own speed, as if it were a camera.")
    ] = False,
    option: Annotated[
        list[str] | None,
        Option(help="KEY=VALUE for FFmpeg, such as video_size=1280x720; may be repeated."),
    ] = None,
    quiet: Annotated[bool, Option("--quiet", help="Print no lines.")] = False,
    lines: Annotated[Path | None, Option(help="A file that the lines are appended to.")] = None,
    lines_size: Annotated[int, Option(help="MiB of that file before a new one is begun.", min=1)] = 16,
    lines_files: Annotated[int, Option(help="How many such files stay; the oldest goes.", min=1)] = 10,
    threads: Annotated[int, Option(help="Processor threads for the model; 0 for every core.", min=0)] = 0,
    memory: Annotated[int, Option(help="MiB of memory that the model may take.", min=256)] = 2048,
) -> None:
    """Look at a camera, a network stream or a video file, a line of JSON a frame.

    What is live is never waited for: frames that come while the model works are passed over.
    """
    require_part("video")
    from vedette.edge.process import ProcessLimits
    from vedette.edge.streams.running import LineFile, WatchOrder, run

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        order = WatchOrder(
            stream=_stream(source, name, rate, frames, play, option or []),
            model=model,
            limits=ProcessLimits(threads=threads, memory=memory << 20),
            prints=not quiet,
            line_file=LineFile(lines, lines_size << 20, lines_files) if lines else None,
        )
        run(order)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None


def _stream(
    source: str, name: str, rate: float, frames: int, plays: bool, words: list[str]
) -> "StreamOptions":
    from vedette.edge.streams.addresses import source_address
    from vedette.edge.streams.camera_process import SourceOptions
    from vedette.edge.streams.stream_watch import StreamOptions

    options = dict(_pair(word) for word in words)
    reading = SourceOptions(source_address(source), rate=rate, plays=plays, options=options)
    return StreamOptions(reading, name=name, rate=rate, most_frames=frames)


def _pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not (key and equals):
        raise Wrong(f"{word!r:.100} is no KEY=VALUE for --option.")
    return key, value
