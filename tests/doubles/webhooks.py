"""A webhook on this machine, which answers as it is told, or not at all."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE_S = 60


class Hook(ThreadingHTTPServer):
    """A webhook that answers with what is written down, and keeps what it was sent."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), HookHandler)
        self.requests, self.status, self.location = [], 204, ""
        self.hangs, self.heard = threading.Event(), threading.Semaphore(0)
        self.hangs.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.hangs.set()
        self.shutdown()
        self.server_close()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class HookHandler(BaseHTTPRequestHandler):
    """One request to a webhook."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, self.headers, body))
        self.server.heard.release()
        self.server.hangs.wait(PATIENCE_S)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("location", self.server.location)
        self.send_header("content-length", "0")
        self.end_headers()

    def do_GET(self):
        self.do_POST()

    def log_message(self, *_):
        pass
