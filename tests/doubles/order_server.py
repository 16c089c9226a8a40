"""A server that devices belong to, played: it signs and answers what a test wants."""

import contextlib
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from doubles.packages import tiny_package
from vedette.packaging.building import build_component
from vedette.runtime.component_archives import zip_component
from vedette.runtime.components import ComponentFacts
from vedette.runtime.device_orders import DeviceOrder, DeviceToken, OrderedModel, write_order
from vedette.runtime.signatures import encode, make_private_key, public_key_of, sign

PIECE = 1 << 20
DEVICE = "abcdefghijklmnopqrstuvwxyz"


class OrderServer:
    """What a device is answered. `say` is asked for each report, and `send` for each archive."""

    def __init__(self):
        self.private = make_private_key()
        self.token = str(DeviceToken(DEVICE, secrets.token_urlsafe(32), public_key_of(self.private)))
        self.archives = {}
        self.reports = []
        self.requests = []
        self.order = None
        self.signature = None
        # Bytes after which each answer with an archive is cut.
        self.cut_after = 0
        # Bytes of an archive a second, if not as fast as it goes.
        self.rate = 0
        # What every report is answered with instead: status, headers, body.
        self.nonsense = None
        self.address = ""

    def package(self, folder, *, name="belt", version="1.0.0", threshold=0.4, **more):
        """Make a component and its archive; return what an order says of it."""
        task = more.pop("task", "anomaly")
        model = tiny_package(folder / f"model-{version}", task, thresholds={"anomaly": threshold})
        facts = ComponentFacts(name, version, **more.pop("facts", {}))
        component = build_component(model, facts, folder / f"component-{version}", **more)
        place = folder / f"{version}.zip"
        with place.open("wb") as stream:
            zip_component(component, stream)
        return self.keep(place.read_bytes(), name, version, component.digest)

    def keep(self, content, name, version, digest):
        """Keep an archive; return what an order says of it."""
        archive = hashlib.sha256(content).hexdigest()
        self.archives[archive] = content
        return OrderedModel(name, version, digest, archive, len(content))

    def give(self, number, *models, device=DEVICE, private=None):
        """Answer with an order from now on."""
        self.order = write_order(DeviceOrder(device, number, models))
        self.signature = sign(private or self.private, "order", self.order)

    @property
    def last(self):
        """What the device said last."""
        return self.reports[-1] if self.reports else {}

    def model(self, name="belt"):
        """What the device said last of a model."""
        return next((row for row in self.last.get("models", ()) if row["name"] == name), {})

    def answer(self):
        """Return what a report is answered with."""
        answer = {"after_s": 1}
        if self.order is not None:
            answer["order"] = {"text": encode(self.order), "signature": encode(self.signature)}
        return answer


class OrderHandler(BaseHTTPRequestHandler):
    """Answers for one played server."""

    played: OrderServer

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/announce"):
            self.played.reports.append(json.loads(body))
        if self.played.nonsense is not None:
            status, headers, content = self.played.nonsense
            self.reply(status, content, headers)
        else:
            answer = self.played.answer() if self.path.endswith("/announce") else {}
            self.reply(200, json.dumps(answer).encode())

    def do_GET(self):
        self.played.requests.append(self.headers.get("Range"))
        content = self.played.archives.get(self.path.rpartition("/")[2])
        if content is None:
            self.reply(404, b"{}")
            return
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = start + self.played.cut_after if self.played.cut_after else len(content)
        with contextlib.suppress(ConnectionError):  # a device whose power was cut hears no more
            for place in range(start, end, PIECE):
                self.wfile.write(content[place : min(place + PIECE, end)])
                if self.played.rate:
                    time.sleep(PIECE / self.played.rate)
        self.close_connection = True

    def reply(self, status, content, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def running_order_server():
    """A played server on a port of its own."""
    played = OrderServer()
    handler = type("Handler", (OrderHandler,), {"played": played})

    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    played.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
