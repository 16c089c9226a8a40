"""The figures of a watch are those that it counted."""

import urllib.error
import urllib.request
from http import HTTPStatus

from doubles.videos import frame
from vedette.edge.status_page import served_pages
from vedette.edge.streams.addresses import SourceAddress, SourceKind
from vedette.edge.streams.camera_process import SourceOptions
from vedette.edge.streams.lines import LineSender, ReceiverAway
from vedette.edge.streams.saving import PictureSaver, SavedFrame, SaveOptions
from vedette.edge.streams.stream_pages import StreamPages
from vedette.edge.streams.stream_watch import StreamOptions, StreamOutputs, StreamWatch

SOURCE = SourceAddress(SourceKind.NETWORK, "rtsp://me:hunter2@camera/1", "rtsp://…@camera/1")


class AwayReceiver:
    name, most_at_once = "away", 1

    def deliver(self, lines):
        raise ReceiverAway("is away")

    def close(self):
        pass


def watch_of(tmp_path, clock):
    saver = PictureSaver(SaveOptions(tmp_path))
    saver.add(SavedFrame(frame(0), clock(), b"{}\n"), {"labels": [{"name": "a", "confidence": 1.0}]})
    sender = LineSender(AwayReceiver())
    for _ in range(3):
        sender.put(b"{}\n")
    outputs = StreamOutputs([sender], saver)
    watch = StreamWatch(StreamOptions(SourceOptions(SOURCE)), None, outputs, opener=None)
    counts = watch.counts
    counts.answered, counts.failed, counts.dropped, counts.damaged, counts.openings = 7, 1, 30, 2, 4
    counts.verdicts.update(anomaly=2, normal=5)
    saver.close(30)
    return watch, sender


def test_every_count_is_a_figure(tmp_path, clock):
    watch, sender = watch_of(tmp_path, clock)
    _, _, body = StreamPages(watch).answer("/metrics")
    lines = {line for line in body.decode().splitlines() if not line.startswith("#")}
    pictures = sum(path.stat().st_size for path in tmp_path.glob("vedette-*"))
    assert lines == {
        "vedette_stream_open 0.0",
        'vedette_stream_frames_total{outcome="answered"} 7.0',
        'vedette_stream_frames_total{outcome="failed"} 1.0',
        'vedette_stream_frames_total{outcome="dropped"} 30.0',
        'vedette_stream_frames_total{outcome="damaged"} 2.0',
        "vedette_stream_openings_total 4.0",
        'vedette_stream_verdicts_total{verdict="anomaly"} 2.0',
        'vedette_stream_verdicts_total{verdict="normal"} 5.0',
        'vedette_stream_lines_total{outcome="delivered",receiver="away"} 0.0',
        'vedette_stream_lines_total{outcome="dropped",receiver="away"} 0.0',
        'vedette_stream_lines_total{outcome="refused",receiver="away"} 0.0',
        'vedette_stream_lines_waiting{receiver="away"} 3.0',
        'vedette_stream_pictures_total{outcome="saved"} 1.0',
        'vedette_stream_pictures_total{outcome="passed over"} 0.0',
        f"vedette_stream_pictures_bytes {float(pictures)}",
    }
    sender.close(0)


def test_health_says_whether_the_stream_gives_pictures(tmp_path, clock):
    watch, sender = watch_of(tmp_path, clock)
    pages = StreamPages(watch)
    assert pages.answer("/healthz")[::2] == (HTTPStatus.SERVICE_UNAVAILABLE, b"no picture has come yet\n")
    watch.counts.problem = "failed: Connection refused"
    assert pages.answer("/healthz")[::2] == (HTTPStatus.SERVICE_UNAVAILABLE, b"failed: Connection refused\n")
    watch.counts.is_open = True
    assert pages.answer("/healthz")[::2] == (HTTPStatus.OK, b"ok\n")
    sender.close(0)


def test_the_page_is_served_and_shows_no_secret(tmp_path, clock):
    watch, sender = watch_of(tmp_path, clock)
    with served_pages(StreamPages(watch), "127.0.0.1:0") as address:
        with urllib.request.urlopen(address, timeout=30) as response:
            page = response.read().decode()
        try:
            status = urllib.request.urlopen(f"{address}none", timeout=30).status
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
    assert status == HTTPStatus.NOT_FOUND
    assert "rtsp://…@camera/1" in page
    assert "vedette_stream_verdicts, anomaly" in page
    assert "hunter2" not in page
    sender.close(0)
