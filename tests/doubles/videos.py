"""Videos for tests, and cameras: one whose frames are written down, and one that speaks RTSP."""

import base64
import contextlib
import io
import socket
import socketserver
import struct
import threading
import time

import av
import numpy as np

from vedette.edge.rasters import Raster
from vedette.edge.streams.camera_process import CameraFrame, CameraLost, StreamOver

SIDE = (96, 64)
TS_PACKETS = 7 * 188
SDP = (
    "v=0",
    "o=- 0 0 IN IP4 127.0.0.1",
    "s=camera",
    "t=0 0",
    "m=video 0 RTP/AVP 33",
    "a=control:track",
    "",
)


def write_video(target, colors, *, rate=10, size=SIDE, file_format=None, codec="mpeg4", pace=None):
    """Write a video of frames of one colour each, to a path or a stream; `pace` is called before each."""
    width, height = size
    with av.open(target if file_format else str(target), "w", format=file_format) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = 1 if pace else 12
        for color in colors:
            if pace:
                pace()
            pixels = np.broadcast_to(np.asarray(color, np.uint8), (height, width, 3)).copy()
            for packet in stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)
    return target


def frame(number, color=255, *, size=SIDE, dropped=0, damaged=0, rate=10.0):
    """Return a frame as a camera's process gives it."""
    width, height = size
    pixels = np.full((height, width, 3), color, np.uint8).tobytes()
    return CameraFrame(number, number / rate, Raster(width, height), pixels, dropped, damaged)


class ScriptedCamera:
    """A camera whose frames and losses are written down: frames, exceptions, and calls in between."""

    def __init__(self, script):
        self.script = list(script)
        self.is_closed = False
        self._is_interrupted = threading.Event()

    def open(self):
        if self.script and isinstance(self.script[0], CameraLost):
            raise self.script.pop(0)

    def next(self):
        while self.script:
            step = self.script.pop(0)
            if isinstance(step, Exception):
                raise step
            if isinstance(step, CameraFrame):
                return step
            step()
        raise StreamOver

    def interrupt(self):
        self._is_interrupted.set()

    def close(self):
        self.is_closed = True


class RtspCamera(socketserver.ThreadingTCPServer):
    """A network camera: MPEG-TS in RTP in RTSP's own connection (RFC 2326, 2250), a user if wanted."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *, user="", rate=25, colors=(255,), seconds=60.0, port=0):
        super().__init__(("127.0.0.1", port), _RtspSession)
        self.user, self.rate, self.colors, self.seconds = user, rate, colors, seconds
        self.sessions = 0
        self.refusals = 0
        self.connections = []

    @property
    def port(self):
        return self.server_address[1]

    def drop(self):
        """Cut every connection, as a camera that loses its power."""
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _RtspSession(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections.append(self.request)
        with contextlib.suppress(OSError, ValueError):
            while (request := self._request()) is not None:
                self._answer(*request)

    def _request(self):
        first = self.rfile.readline().decode("ascii", "replace").split()
        if len(first) != 3:
            return None
        headers = {}
        while (line := self.rfile.readline().decode("ascii", "replace").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return first[0], headers

    def _answer(self, method, headers):
        sequence = headers.get("cseq", "0")
        if self.server.user and method != "OPTIONS":
            expected = "Basic " + base64.b64encode(self.server.user.encode()).decode()
            if headers.get("authorization") != expected:
                self.server.refusals += 1
                self._send(sequence, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="camera"'})
                return
        if method == "OPTIONS":
            self._send(sequence, "200 OK", {"Public": "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN"})
        elif method == "DESCRIBE":
            self._send(sequence, "200 OK", {"Content-Type": "application/sdp"}, "\r\n".join(SDP))
        elif method == "SETUP":
            transport = "RTP/AVP/TCP;unicast;interleaved=0-1"
            self._send(sequence, "200 OK", {"Transport": transport, "Session": "1"})
        elif method == "PLAY":
            self._send(sequence, "200 OK", {"Session": "1"})
            self.server.sessions += 1
            self._play()
        else:
            self._send(sequence, "200 OK", {"Session": "1"})

    def _send(self, sequence, status, headers, body=""):
        lines = [f"RTSP/1.0 {status}", f"CSeq: {sequence}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def _play(self):
        began = time.monotonic()
        packets = _RtpWriter(self.wfile)

        def pace():
            nonlocal count
            if packets.is_broken:
                raise ConnectionError
            time.sleep(max(0.0, began + count / self.server.rate - time.monotonic()))
            count += 1

        count = 0
        colors = (
            self.server.colors[number % len(self.server.colors)]
            for number in range(round(self.server.seconds * self.server.rate))
        )
        write_video(
            packets, colors, rate=self.server.rate, file_format="mpegts", codec="mpeg2video", pace=pace
        )


class _RtpWriter(io.RawIOBase):
    """What FFmpeg writes a transport stream to; it goes out in RTP packets."""

    def __init__(self, line):
        self._line, self._rest, self._number = line, b"", 0
        self.is_broken = False

    def writable(self):
        return True

    def write(self, content):
        self._rest += bytes(content)
        while len(self._rest) >= TS_PACKETS:
            payload, self._rest = self._rest[:TS_PACKETS], self._rest[TS_PACKETS:]
            self._packet(payload)
        return len(content)

    def _packet(self, payload):
        clock = int(time.monotonic() * 90_000) & 0xFFFFFFFF
        head = struct.pack("!BBHII", 0x80, 33, self._number & 0xFFFF, clock, 1)
        self._number += 1
        try:
            self._line.write(struct.pack("!cBH", b"$", 0, len(head) + len(payload)) + head + payload)
        except OSError:  # FFmpeg, which calls this, is not to know
            self.is_broken = True


@contextlib.contextmanager
def rtsp_camera(**options):
    """A camera that answers while the block runs."""
    with RtspCamera(**options) as camera:
        threading.Thread(target=camera.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield camera
        finally:
            camera.shutdown()
            camera.drop()
