"""A thread that does to keys what falls due: it rotates them, and destroys those whose window is over."""

import logging
import threading

from vedette.encryption.keys import EncryptionKeys

log = logging.getLogger("vedette.encryption")

LOOK_S = 60.0


class KeyKeeper:
    """Looks once a minute."""

    def __init__(self, keys: EncryptionKeys, look_s: float = LOOK_S) -> None:
        self._keys = keys
        self._look_s = look_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keys", daemon=True)

    def start(self) -> None:
        """Begin, with a look at once."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self) -> None:
        """Do what is due now."""
        for key in self._keys.end_due():
            log.info("Destroyed the key %s: what it encrypted cannot be read any more.", key.arn)
        count = self._keys.rotate_due()
        if count:
            log.info("Rotated %d keys.", count)

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("What is due of the keys could not be done; the next look tries again.")
            if self._stop.wait(self._look_s):
                return
