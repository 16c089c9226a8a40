"""The thread that sends what is due.

A webhook that hangs keeps others from nothing: each topic has one call at a time.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from vedette.errors import Refusal
from vedette.monitoring.actions import ActionBook, call_webhook
from vedette.notifications.outbox import Delivery, Outbox

log = logging.getLogger(__name__)

EVERY_S, SWEEP_EVERY = 1.0, 3600
# Calls at once, to as many topics.
CALLERS = 8


class Sender:
    """Sends deliveries of an outbox. Several servers may: each row is claimed."""

    def __init__(self, outbox: Outbox, book: Callable[[], ActionBook]) -> None:
        self.outbox = outbox
        self._book = book
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._callers = ThreadPoolExecutor(CALLERS, "notification")
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="notifications", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; what is not sent yet waits for the next start."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self._callers.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        rounds = 0
        while not self._ended.wait(EVERY_S):
            try:
                self.send_due()
                if rounds % SWEEP_EVERY == 0:
                    self.outbox.forget_old()
            except Exception:
                log.exception("notifications could not be looked after")
            rounds += 1

    def send_due(self) -> None:
        """Begin to send what is due, as far as there are callers and topics that are not busy."""
        while not self._ended.is_set():
            with self._lock:
                busy = set(self._busy)
            if len(busy) >= CALLERS:
                return
            delivery = self.outbox.claim(busy)
            if delivery is None:
                return
            with self._lock:
                self._busy.add(delivery.topic)
            self._callers.submit(self._send, delivery)

    def _send(self, delivery: Delivery) -> None:
        try:
            self.outbox.end(delivery, self._problem(delivery))
        except Exception:
            log.exception("what came of the notification %s could not be written", delivery.id)
        finally:
            with self._lock:
                self._busy.discard(delivery.topic)

    def _problem(self, delivery: Delivery) -> str:
        try:
            topic = self._book().topics.get(delivery.topic)
            if topic is None or not topic.webhook:
                return "The operator's file names no such topic with a webhook."
            call_webhook(topic, delivery.body.encode())
        except Refusal as refusal:
            return refusal.sentence
        except Exception:
            log.exception("the notification %s failed", delivery.id)
            return "The server failed; its log tells why."
        return ""
