"""A watch of a stream put together: its model's process, its receivers, signals, and an orderly end."""

import logging
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from vedette.edge.catalogue import model_at
from vedette.edge.memory import reuse_freed_memory
from vedette.edge.notify import notified_systemd
from vedette.edge.process import ProcessLimits
from vedette.edge.served import ServedModel
from vedette.edge.status_page import served_pages
from vedette.edge.streams.brokers import BrokerReceiver, BrokerTarget
from vedette.edge.streams.lines import FileReceiver, LineSender, PipeReceiver, Receiver
from vedette.edge.streams.posting import HttpReceiver, HttpTarget
from vedette.edge.streams.saving import PictureSaver, SaveOptions
from vedette.edge.streams.stream_pages import StreamPages
from vedette.edge.streams.stream_watch import GRACE_S, StreamOptions, StreamOutputs, StreamWatch

# Of freed memory so much is kept: two frames of 1,920 × 1,080 pixels.
MOST_FREE_BYTES = 16 << 20

log = logging.getLogger("vedette.edge.stream")


@dataclass(frozen=True, slots=True)
class LineFile:
    """A file for the lines: how large it becomes before a new one is begun, how many there are."""

    path: Path
    most_bytes: int = 16 << 20
    most_files: int = 10


@dataclass(frozen=True, slots=True)
class WatchOrder:
    """Everything that a watch is told."""

    stream: StreamOptions
    model: Path
    limits: ProcessLimits = field(default_factory=ProcessLimits)
    prints: bool = True
    line_file: LineFile | None = None
    posts: Sequence[HttpTarget] = ()
    brokers: Sequence[BrokerTarget] = ()
    saving: SaveOptions | None = None
    status: str = ""


@contextmanager
def stream_watch(order: WatchOrder, stdout: BinaryIO) -> Iterator[StreamWatch]:
    """Yield a watch that is ready to run; end its model and its receivers after it."""
    model = model_at(order.model)
    senders: list[LineSender] = []
    served = ServedModel(model, order.limits)
    saver: PictureSaver | None = None
    try:
        waits = not order.stream.source.is_live
        senders.extend(LineSender(receiver, waits=waits) for receiver in _receivers(order, stdout))
        if order.saving is not None:
            saver = PictureSaver(order.saving, waits=waits)
        yield StreamWatch(order.stream, served, StreamOutputs(senders, saver))
    finally:
        served.close()
        if saver is not None:
            saver.close(GRACE_S)
        _close(senders)


def run(order: WatchOrder, stdout: BinaryIO = sys.stdout.buffer) -> None:
    """Watch until the stream ends, SIGTERM or Ctrl-C.

    Raises:
        Refusal: when it cannot begin, or a file cannot be read.
    """
    reuse_freed_memory(MOST_FREE_BYTES)
    with stream_watch(order, stdout) as watch:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: watch.close())
        with _pages(watch, order.status), notified_systemd():
            watch.run()
        _report(watch)


def _receivers(order: WatchOrder, stdout: BinaryIO) -> Iterator[Receiver]:
    if order.prints:
        yield PipeReceiver(stdout)
    if order.line_file is not None:
        file = order.line_file
        yield FileReceiver(file.path, most_bytes=file.most_bytes, most_files=file.most_files)
    for target in order.posts:
        yield HttpReceiver(target)
    for broker in order.brokers:
        yield BrokerReceiver(broker)


@contextmanager
def _pages(watch: StreamWatch, address: str) -> Iterator[None]:
    if not address:
        yield
        return
    with served_pages(StreamPages(watch), address) as page:
        log.info("Status and figures: %s", page)
        yield


def _close(senders: Sequence[LineSender]) -> None:
    for sender in senders:
        with suppress(Exception):
            sender.close(GRACE_S)


def _report(watch: StreamWatch) -> None:
    counts = watch.counts
    log.info(
        "%s: %d frames looked at, %d not, %d passed over, %d damaged; opened %d times",
        watch.name,
        counts.answered,
        counts.failed,
        counts.dropped,
        counts.damaged,
        counts.openings,
    )
