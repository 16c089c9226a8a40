"""A stream looked at at a chosen rate: frame in, answer out as a line of JSON, for weeks.

What is live is never waited for: while the model works, newer frames take the place of older ones. A camera
that goes away is opened again, later and later; a model that failed is started again. A file is looked at
whole, frame by frame, and ends.
"""

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import orjson

from vedette.clock import Clock, system_clock
from vedette.edge.life import ModelState, ProcessFailed
from vedette.edge.looking import BitmapSource, ask
from vedette.edge.process import CallerGone
from vedette.edge.served import ServedModel
from vedette.edge.streams.camera_process import (
    CameraFrame,
    CameraLost,
    CameraProcess,
    SourceOptions,
    StreamOver,
)
from vedette.edge.streams.lines import LineSender
from vedette.edge.streams.saving import PictureSaver, SavedFrame
from vedette.edge.watch import answer_fields, verdict_of
from vedette.errors import Busy, NoSpace, Refusal, TooFast, Wrong

log = logging.getLogger("vedette.edge.stream")

# Seconds before a camera that is away is tried again: at first, and at most. Cameras lock out who tries a
# wrong password often; one that comes back is not left alone for long.
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 30.0
# After so many seconds of pictures a camera counts as well again.
WELL_AFTER_S = 10.0
# A model that failed is started again after so long: whatever ended it may be over.
MODEL_RETRY_S = 30.0
# Lines that wait when the watch ends are sent first, for so long.
GRACE_S = 10.0


class FrameCamera(Protocol):
    """A stream that can be opened once."""

    def open(self) -> None:
        """Open it."""

    def interrupt(self) -> None:
        """Have whoever waits for it get CameraLost; from any thread."""

    def next(self) -> CameraFrame:
        """Return the next frame."""

    def close(self) -> None:
        """Close it."""


Opener = Callable[[SourceOptions], FrameCamera]


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What is looked at, how often, and how the lines call it."""

    source: SourceOptions
    name: str = ""
    rate: float = 5.0
    most_frames: int = 0

    @property
    def shown_name(self) -> str:
        """The stream's name in every line."""
        return self.name or self.source.source.public


@dataclass(frozen=True, slots=True)
class StreamOutputs:
    """Where answers go: as lines to receivers, as pictures into a folder."""

    senders: Sequence[LineSender] = ()
    saver: PictureSaver | None = None


@dataclass(slots=True)
class StreamCounts:
    """What a watch has counted since it began."""

    answered: int = 0
    failed: int = 0
    dropped: int = 0
    damaged: int = 0
    openings: int = 0
    losses: int = 0
    is_open: bool = False
    problem: str = ""
    verdicts: Counter[str] = field(default_factory=Counter)


class FramePace:
    """When the next frame is due: at a rate, on an even beat, and never two to catch up."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._now = now
        self._due = now()

    def wait_s(self) -> float:
        """Return for how long to wait for it; count it as taken."""
        now = self._now()
        wait_s = max(0.0, self._due - now)
        beats = max(1, -(-(now - self._due) // self._interval)) if self._interval else 0
        self._due += beats * self._interval
        return wait_s


class StreamWatch:
    """Looks at one stream; `run` in one thread, `close` from any."""

    def __init__(
        self,
        options: StreamOptions,
        served: ServedModel,
        outputs: StreamOutputs,
        *,
        opener: Opener = CameraProcess,
        clock: Clock = system_clock,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.counts = StreamCounts()
        self._options = options
        self._served = served
        self.outputs = outputs
        self._opener = opener
        self._clock = clock
        self._now = now
        self._is_over = threading.Event()
        self._numbers = itertools.count()
        self._camera: FrameCamera | None = None

    @property
    def name(self) -> str:
        """How its lines call the stream."""
        return self._options.shown_name

    def close(self) -> None:
        """Have `run` end after the present frame."""
        self._is_over.set()
        for sender in self.outputs.senders:
            sender.stop_waiting()
        if self.outputs.saver is not None:
            self.outputs.saver.stop_waiting()
        if self._camera is not None:
            self._camera.interrupt()

    def run(self) -> None:
        """Look until `close`, or to the end of a file.

        Raises:
            Refusal: when a file cannot be read, or the model cannot be started.
        """
        self._start_model()
        retry_s = FIRST_RETRY_S
        while not self._is_over.is_set():
            began = self._now()
            if self._is_watched_to_its_end():
                return
            if self._now() - began > WELL_AFTER_S:
                retry_s = FIRST_RETRY_S
            self._is_over.wait(retry_s)
            retry_s = min(2 * retry_s, LAST_RETRY_S)

    def _start_model(self) -> None:
        """Start the model and wait until it runs."""
        self._served.start(self._served.model)
        while self._served.state is ModelState.STARTING and not self._is_over.wait(0.02):
            pass
        if self._served.state is ModelState.FAILED:
            raise Wrong(self._served.report.message, kind="model", name=self._served.name)

    def _is_watched_to_its_end(self) -> bool:
        """Look at the stream until it is lost; say whether nothing is left to do."""
        try:
            self._look_until_lost()
        except CameraLost as error:
            if self._is_over.is_set():
                return True
            self._note_loss(str(error))
            if not self._options.source.source.is_live:
                raise Wrong(f"{self.name} {error}.", kind="stream", name=self.name) from None
            return False
        return True

    def _look_until_lost(self) -> None:
        """Open the stream and look at it until it ends in order, or `close`."""
        camera = self._camera = self._opener(self._options.source)
        self.counts.openings += 1
        try:
            camera.open()
            for frame in self._frames(camera):
                moment = self._clock()
                self._emit(frame, moment, self._answer(frame))
                if self._is_enough():
                    return
        finally:
            self._camera, self.counts.is_open = None, False
            camera.close()

    def _is_enough(self) -> bool:
        if any(sender.is_gone for sender in self.outputs.senders):
            log.info("nobody reads the lines any more")
            return True
        most = self._options.most_frames
        return bool(most and self.counts.answered + self.counts.failed >= most)

    def _frames(self, camera: FrameCamera) -> Iterator[CameraFrame]:
        """Yield frames as they are due; of a file all that its process hands out."""
        pace = FramePace(self._options.rate if self._options.source.is_live else 0.0, self._now)
        dropped = damaged = 0
        while not self._is_over.wait(pace.wait_s()):
            try:
                frame = camera.next()
            except StreamOver:
                if self._options.source.source.is_live:
                    raise CameraLost("ended") from None
                return
            self._note_open()
            self.counts.dropped += frame.dropped - dropped
            self.counts.damaged += frame.damaged - damaged
            dropped, damaged = frame.dropped, frame.damaged
            yield frame

    def _answer(self, frame: CameraFrame) -> Mapping[str, Any]:
        """Return what the model says of a frame, or what went wrong with it."""
        source = BitmapSource(frame.raster, frame.pixels)
        try:
            fields, _ = ask(self._served, source, {}, is_awaited=lambda: not self._is_over.is_set())
        except (Wrong, NoSpace, TooFast, ProcessFailed) as error:
            return {"error": getattr(error, "sentence", None) or str(error)}
        except Busy as refusal:
            self._revive_model()
            return {"error": refusal.sentence}
        except CallerGone:
            return {"error": "The watch ends."}
        return answer_fields(fields)

    def _revive_model(self) -> None:
        """Start a model again that failed, after a while."""
        log.warning("%s: the model failed: %s", self.name, self._served.report.message)
        if self._is_over.wait(MODEL_RETRY_S):
            return
        try:
            self._start_model()
        except Refusal as refusal:
            log.warning("%s: the model cannot be started: %s", self.name, refusal.sentence)

    def _emit(self, frame: CameraFrame, moment: datetime, fields: Mapping[str, Any]) -> None:
        if "error" in fields:
            self.counts.failed += 1
        else:
            self.counts.answered += 1
        self.counts.verdicts[verdict_of(fields)] += 1
        document = {
            "stream": self.name,
            "number": next(self._numbers),
            "time": moment.isoformat(timespec="milliseconds"),
            "frame": frame.number,
            "position": round(frame.position_s, 3),
            "model": self._served.name,
            **fields,
        }
        line = orjson.dumps(document) + b"\n"
        for sender in self.outputs.senders:
            sender.put(line)
        if self.outputs.saver is not None:
            self.outputs.saver.add(SavedFrame(frame, moment, line), fields)

    def _note_open(self) -> None:
        counts = self.counts
        if not counts.is_open and counts.problem:
            log.warning("%s gives pictures again", self.name)
        counts.is_open, counts.problem = True, ""

    def _note_loss(self, problem: str) -> None:
        self.counts.losses += 1
        if problem != self.counts.problem:  # once, not at every try
            log.warning("%s %s", self.name, problem)
        self.counts.problem = problem
