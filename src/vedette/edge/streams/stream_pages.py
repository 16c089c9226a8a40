"""What a watch of a stream has counted, for Prometheus and for people. On loopback alone, read only.

/          the same figures, as a page that reads itself again
/metrics   figures for Prometheus
/healthz   200 while the stream gives pictures, else 503 and why
"""

import html
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

import vedette
from vedette.edge.streams.stream_watch import StreamWatch

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>{name}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem;color-scheme:light dark}}
td{{padding:.3rem 1rem .3rem 0;border-bottom:1px solid #8888}}td.n{{text-align:right}}</style></head><body>
<h1>{name}</h1><p>{state}</p><p>Vedette {version}</p><table>{rows}</table></body></html>
"""


class StreamPages:
    """The pages of one watch."""

    def __init__(self, watch: StreamWatch) -> None:
        self._watch = watch
        self._registry = CollectorRegistry()
        self._registry.register(_StreamCollector(watch))

    def answer(self, path: str) -> tuple[HTTPStatus, str, bytes]:
        """Return status, content type and body for a path."""
        if path == "/":
            return HTTPStatus.OK, "text/html; charset=utf-8", self._page()
        if path == "/metrics":
            kind = "text/plain; version=0.0.4; charset=utf-8"
            return HTTPStatus.OK, kind, generate_latest(self._registry)
        if path == "/healthz":
            status = HTTPStatus.OK if self._watch.counts.is_open else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "text/plain; charset=utf-8", f"{self._state()}\n".encode()
        return HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is /, /metrics and /healthz.\n"

    def _state(self) -> str:
        counts = self._watch.counts
        return "ok" if counts.is_open else counts.problem or "no picture has come yet"

    def _page(self) -> bytes:
        rows = [
            f"<tr><td>{html.escape(', '.join((metric.name, *sample.labels.values())))}</td>"
            f'<td class="n">{sample.value:,.0f}</td></tr>'
            for metric in self._registry.collect()
            for sample in metric.samples
        ]
        return PAGE.format(
            name=html.escape(self._watch.name),
            state=html.escape(self._state()),
            version=vedette.__version__,
            rows="".join(rows),
        ).encode()


class _StreamCollector(Collector):
    """A watch's counts at the moment of asking."""

    def __init__(self, watch: StreamWatch) -> None:
        self._watch = watch

    def collect(self) -> Iterator[Any]:
        """Yield the stream's figures, its receivers' and its pictures'."""
        counts = self._watch.counts
        yield _gauge("vedette_stream_open", "1 while the stream gives pictures.", {(): counts.is_open}, ())
        frames = {
            ("answered",): counts.answered,
            ("failed",): counts.failed,
            ("dropped",): counts.dropped,
            ("damaged",): counts.damaged,
        }
        yield _counter("vedette_stream_frames", "Frames by what became of them.", frames, ("outcome",))
        yield _counter("vedette_stream_openings", "Times the stream was opened.", {(): counts.openings}, ())
        verdicts = {(verdict,): count for verdict, count in sorted(counts.verdicts.items())}
        yield _counter("vedette_stream_verdicts", "Frames by what was seen in them.", verdicts, ("verdict",))
        yield from self._receivers()
        yield from self._pictures()

    def _receivers(self) -> Iterator[Any]:
        lines: dict[tuple[str, ...], float] = {}
        waiting: dict[tuple[str, ...], float] = {}
        for sender in self._watch.outputs.senders:
            lines[sender.name, "delivered"] = sender.deliveries
            lines[sender.name, "dropped"] = sender.dropped
            lines[sender.name, "refused"] = sender.refusals
            waiting[sender.name,] = sender.waiting
        yield _counter("vedette_stream_lines", "Lines by receiver and fate.", lines, ("receiver", "outcome"))
        yield _gauge("vedette_stream_lines_waiting", "Lines on their way.", waiting, ("receiver",))

    def _pictures(self) -> Iterator[Any]:
        saver = self._watch.outputs.saver
        if saver is not None:
            pictures = {("saved",): saver.saved, ("passed over",): saver.passed_over}
            yield _counter("vedette_stream_pictures", "Pictures of events.", pictures, ("outcome",))
            yield _gauge("vedette_stream_pictures_bytes", "What they take.", {(): saver.bytes}, ())


def _counter(name: str, text: str, values: Mapping[Any, float], labels: tuple[str, ...]) -> Any:
    family = CounterMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _gauge(name: str, text: str, values: Mapping[Any, float], labels: tuple[str, ...]) -> Any:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, float(value))
    return family
