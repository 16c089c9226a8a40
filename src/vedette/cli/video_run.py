"""One pass over a film: frames come from a process of FFmpeg's libraries, a model looks at some of them.

Results are written as they come, and the file has its name when it is whole; memory does not grow with time.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from PIL import Image

from vedette.cli.terminal import ProgressLine
from vedette.cli.video_drawing import ContactSheet, FilmWriter, as_image
from vedette.cli.video_models import FrameFindings, FrameModel
from vedette.cli.video_segments import RunningMedian, Segment, Segments
from vedette.edge.streams.addresses import SourceAddress
from vedette.edge.streams.camera_process import (
    CameraFrame,
    CameraLost,
    CameraProcess,
    SourceOptions,
    StreamOver,
)
from vedette.errors import Wrong
from vedette.vision.images import Pixels

NOTHING = FrameFindings({})


class FilmRun:
    """Looks at a film with a model, once."""

    def __init__(
        self,
        model: FrameModel,
        source: SourceAddress,
        *,
        rate: float,
        most: int,
        smooth: int,
        gap: float,
    ) -> None:
        self._model, self._source = model, source
        self._rate, self._most = rate, most
        self._median, self._segments = RunningMedian(smooth), Segments(gap)
        self._ended = ""
        self._look_count = 0
        self._spans: list[str] = []
        self._sheet: ContactSheet | None = None
        self._line = ProgressLine(is_shown=False)

    def all(self, out: Path, film: Path | None, sheet: Path | None) -> str:
        """Write the results; return why the film broke off, or nothing.

        Raises:
            Wrong: where not a single frame of it can be read.
        """
        part = out.with_name(f".{out.name}.part")
        self._sheet = ContactSheet() if sheet else None
        with ExitStack() as stack:
            stack.callback(part.unlink, missing_ok=True)
            stream = stack.enter_context(part.open("w", encoding="utf-8"))
            self._line = stack.enter_context(ProgressLine("looking"))
            self._write(stream, _LateFilm(film, stack))
            if not self._look_count:
                raise Wrong(f"{self._source.public} {self._ended or 'has no frames'}.")
            stream.flush()
            part.replace(out)
        print(f"{self._look_count} frames looked at, {len(self._spans)} spans: {out}")
        if sheet and self._sheet:
            print(f"{self._sheet.write(sheet)} frames on {sheet}")
        return self._ended

    def _write(self, stream: IO[str], film: "_LateFilm") -> None:
        names = json.dumps(self._source.public), json.dumps(self._model.name)
        stream.write(f'{{"source": {names[0]}, "model": {names[1]},\n "frames": [')
        findings, end = NOTHING, 0.0
        for frame, is_due in self._frames(film.is_wanted):
            pixels, image = as_image(frame.pixels, frame.raster.width, frame.raster.height)
            end = frame.position_s
            if is_due:
                findings = self._look(stream, frame, pixels)
                self._join(end, findings, image)
            film.add(end, findings, image)
        for at, labels in self._median.finish():
            self._end(self._segments.add(at, labels))
        self._end(self._segments.finish(end))
        stream.write('],\n "segments": [' + ",".join(f"\n  {text}" for text in self._spans))
        stream.write(f'],\n "ended": {json.dumps(self._ended)}}}\n')
        film.finish()

    def _look(self, stream: IO[str], frame: CameraFrame, pixels: Pixels) -> FrameFindings:
        findings = self._model.look(pixels)
        fields = {"time": round(frame.position_s, 3), "frame": frame.number, "findings": findings.dump()}
        stream.write(f"{',' if self._look_count else ''}\n  {json.dumps(fields, ensure_ascii=False)}")
        self._look_count += 1
        self._line.update(self._look_count, note=f"{self._look_count} frames, {frame.position_s:.0f} s")
        return findings

    def _join(self, time: float, findings: FrameFindings, image: Image.Image) -> None:
        """Take a frame's labels into the spans."""
        if self._sheet is not None and findings.labels:
            self._sheet.see(findings.labels, findings.drawn(image))
        for at, labels in self._median.add(time, findings.labels):
            self._end(self._segments.add(at, labels))

    def _end(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._spans.append(json.dumps(segment.dump(), ensure_ascii=False))
            self._line.print(segment.sentence())
            if self._sheet is not None:
                self._sheet.add(segment)

    def _frames(self, wants_all: bool) -> Iterator[tuple[CameraFrame, bool]]:
        """Yield frames, each with whether the model is to look at it."""
        camera = CameraProcess(SourceOptions(self._source, 0.0 if wants_all else self._rate))
        due, count = 0.0, 0
        try:
            camera.open()
            while not self._most or count < self._most:
                frame = camera.next()
                is_due = not wants_all or not self._rate or frame.position_s + 1e-6 >= due
                if is_due:
                    count += 1
                    due = (
                        (int((frame.position_s + 1e-6) * self._rate) + 1) / self._rate if self._rate else 0.0
                    )
                yield frame, is_due
        except StreamOver:
            return
        except CameraLost as loss:
            self._ended = str(loss)
        finally:
            camera.close()


class _LateFilm:
    """The film with drawings, begun when the size of a frame is known; nothing where none is wanted."""

    def __init__(self, target: Path | None, stack: ExitStack) -> None:
        self.is_wanted = target is not None
        self._target, self._stack = target, stack
        self._writer: FilmWriter | None = None

    def add(self, time: float, findings: FrameFindings, image: Image.Image) -> None:
        if self._target is None:
            return
        if self._writer is None:
            self._writer = FilmWriter(self._target, image.width, image.height)
            self._stack.callback(self._writer.abandon)
        self._writer.add(time, findings.drawn(image))

    def finish(self) -> None:
        if self._writer is not None:
            self._writer.finish()
