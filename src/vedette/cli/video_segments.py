"""From what is seen in single frames of a film to spans of time in which something is there.

A label counts in a frame where most of the frames around it have it (a running median of its confidence), so
that one frame of glare begins nothing and one blurred frame ends nothing. Memory does not grow with the film.
"""

import statistics
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Labels = Mapping[str, float]


@dataclass(slots=True)
class Segment:
    """A span in which a label is seen: from its first frame until the frame after its last one."""

    label: str
    start: float
    end: float
    # Where it is surest, and how sure.
    best: float
    confidence: float
    frames: int = 1

    def dump(self) -> dict[str, object]:
        """Return it for JSON."""
        times = {"start": round(self.start, 3), "end": round(self.end, 3), "best": round(self.best, 3)}
        return {"label": self.label, **times, "confidence": round(self.confidence, 4), "frames": self.frames}

    def sentence(self) -> str:
        """Return it for people."""
        span = f"{self.label} from {self.start:.1f} s to {self.end:.1f} s"
        return f"{span} ({self.confidence:.0%} at {self.best:.1f} s)"


class RunningMedian:
    """Confidences of labels, each the median of the frames around it: `reach` on either side."""

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._window: deque[tuple[float, Labels]] = deque()
        self._next = 0  # the place in the window of the frame whose neighbours are awaited

    def add(self, time: float, labels: Labels) -> Iterator[tuple[float, Labels]]:
        """Take the next frame; yield each earlier one whose neighbours are known now."""
        self._window.append((time, labels))
        if len(self._window) > self._next + self._reach:
            yield self._smoothed()

    def finish(self) -> Iterator[tuple[float, Labels]]:
        """Yield the last frames, which have fewer neighbours."""
        while self._next < len(self._window):
            yield self._smoothed()

    def _smoothed(self) -> tuple[float, Labels]:
        first = max(0, self._next - self._reach)
        around = list(self._window)[first : self._next + self._reach + 1]
        time = self._window[self._next][0]
        names = {name for _, labels in around for name in labels}
        medians = {
            name: statistics.median_low([labels.get(name, 0.0) for _, labels in around]) for name in names
        }
        if self._next == self._reach:
            self._window.popleft()
        else:
            self._next += 1
        return time, {name: median for name, median in medians.items() if median > 0}


class Segments:
    """Joins frames into segments; one that is interrupted for no longer than `gap` goes on."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._open: dict[str, Segment] = {}
        # Ends of open segments are where the next frame begins.
        self._last: set[str] = set()

    def add(self, time: float, labels: Labels) -> Iterator[Segment]:
        """Take the next frame; yield the segments that are over."""
        for name in self._last:
            self._open[name].end = time
        for name, confidence in labels.items():
            segment = self._open.get(name)
            if segment is None:
                self._open[name] = Segment(name, time, time, time, confidence)
                continue
            segment.frames += 1
            segment.end = time
            if confidence > segment.confidence:
                segment.best, segment.confidence = time, confidence
        self._last = set(labels)
        over = [name for name, segment in self._open.items() if time - segment.end > self._gap]
        yield from (self._open.pop(name) for name in over)

    def finish(self, end: float) -> Iterator[Segment]:
        """Yield what is open still, at the film's end."""
        for name in self._last:
            self._open[name].end = max(self._open[name].end, end)
        yield from sorted(self._open.values(), key=lambda segment: segment.start)
        self._open.clear()
        self._last = set()
