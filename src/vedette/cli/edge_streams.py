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
    post: Annotated[
        list[str] | None,
        Option(help="An http(s):// address that each line is posted to, or @FILE; may be repeated."),
    ] = None,
    post_header: Annotated[
        list[str] | None, Option(help="A header for --post, NAME: VALUE or @FILE; may be repeated.")
    ] = None,
    mqtt: Annotated[
        list[str] | None,
        Option(help="mqtt(s)://BROKER/TOPIC that each line is published to, or @FILE; may be repeated."),
    ] = None,
    ca: Annotated[
        Path | None, Option(help="Authorities to trust for https and mqtts, instead of the system's.")
    ] = None,
    certificate: Annotated[
        Path | None, Option(help="This device's certificate for https and mqtts, PEM.")
    ] = None,
    key: Annotated[Path | None, Option(help="Its key, where it lies in a file of its own.")] = None,
    save: Annotated[
        Path | None, Option(help="A folder for the pictures of events, with some before and after.")
    ] = None,
    save_above: Annotated[
        float | None,
        Option(help="What is an event: a score or confidence from here on; else the verdict.", min=0, max=1),
    ] = None,
    save_label: Annotated[
        list[str] | None, Option(help="What is an event: only these labels or types; may be repeated.")
    ] = None,
    save_before: Annotated[int, Option(help="Frames to save before an event.", min=0, max=100)] = 5,
    save_after: Annotated[int, Option(help="Frames to save after an event.", min=0, max=10000)] = 5,
    save_limit: Annotated[int, Option(help="MiB of pictures at most; the oldest go.", min=1)] = 1024,
    status: Annotated[
        str, Option(help="A HOST:PORT of this machine for figures and a page, such as 127.0.0.1:9465.")
    ] = "",
    threads: Annotated[int, Option(help="Processor threads for the model; 0 for every core.", min=0)] = 0,
    memory: Annotated[int, Option(help="MiB of memory that the model may take.", min=256)] = 2048,
) -> None:
    """Look at a camera, a network stream or a video file, a line of JSON a frame.

    What is live is never waited for: frames that come while the model works are passed over.
    """
    require_part("video")
    from vedette.edge.process import ProcessLimits
    from vedette.edge.streams.brokers import BrokerTarget
    from vedette.edge.streams.posting import HttpTarget, TlsOptions, header_of
    from vedette.edge.streams.running import LineFile, WatchOrder, run
    from vedette.edge.streams.saving import SaveOptions, SaveRule

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    tls = TlsOptions(ca, certificate, key)
    rule = SaveRule(save_above, frozenset(save_label or []))
    try:
        order = WatchOrder(
            stream=_stream(source, name, rate, frames, play, option or []),
            model=model,
            limits=ProcessLimits(threads=threads, memory=memory << 20),
            prints=not quiet,
            line_file=LineFile(lines, lines_size << 20, lines_files) if lines else None,
            posts=[
                HttpTarget(address, dict(map(header_of, post_header or [])), tls) for address in post or []
            ],
            brokers=[BrokerTarget(address, tls) for address in mqtt or []],
            saving=SaveOptions(save, rule, save_before, save_after, save_limit << 20) if save else None,
            status=status,
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
