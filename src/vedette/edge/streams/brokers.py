"""Lines to an MQTT broker, each published with quality of service 1: it arrives once at least.

    mqtt://broker/belts/1                       to the topic belts/1, unencrypted
    mqtts://user:password@broker:8883/belts/1   by TLS

The library keeps the connection, and sends again what was under way when it broke.
"""

import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from vedette.edge.streams.addresses import public_address, read_secret
from vedette.edge.streams.lines import LineRefused, ReceiverAway
from vedette.edge.streams.posting import TlsOptions, reason_of
from vedette.errors import Wrong

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 30
FIRST_RETRY_S, LAST_RETRY_S = 1, 30
# How long a broker may take to say that it has a line; the connection is kept alive meanwhile.
TIMEOUT_S = 10.0
# A topic has 65,535 bytes at most (MQTT 3.1.1, 1.5.3).
MOST_TOPIC_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class BrokerTarget:
    """Where lines are published."""

    address: str = field(repr=False)
    tls: TlsOptions = field(default_factory=TlsOptions)


class BrokerReceiver:
    """A broker and a topic."""

    most_at_once = 20

    def __init__(self, target: BrokerTarget) -> None:
        """Begin to connect; the broker may be away.

        Raises:
            Wrong: when the address is none.
        """
        text = read_secret(target.address)
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            parts, host, port = urlsplit(""), None, 0
        self._topic = unquote(parts.path.removeprefix("/"))
        if not host or not _is_topic(self._topic):
            raise Wrong(f"{public_address(text)} is no broker and topic, such as mqtts://broker/belts/1.")
        self.name = f"broker {host}"
        self._under_way: list[Any] = []
        self._connected = threading.Event()
        self._problem = "cannot be reached"
        self._client = self._made_client(target.tls if parts.scheme == "mqtts" else None)
        if parts.username is not None:
            self._client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        self._client.connect_async(host, port, KEEP_ALIVE_S)
        self._client.loop_start()

    def deliver(self, lines: Sequence[bytes]) -> None:
        """Publish lines, and wait until the broker has them. What is under way already is not sent anew."""
        if not self._under_way:
            if not self._connected.wait(TIMEOUT_S):
                raise ReceiverAway(self._problem)
            self._under_way = [self._client.publish(self._topic, line.rstrip(b"\n"), qos=1) for line in lines]
        deadline = time.monotonic() + TIMEOUT_S
        for message in self._under_way:
            try:
                message.wait_for_publish(max(0.0, deadline - time.monotonic()))
            except (ValueError, RuntimeError):
                if message.rc == mqtt.MQTT_ERR_NO_CONN:
                    continue  # queued until the connection is back
                self._under_way = []
                raise LineRefused("refused a line") from None
        if not all(message.is_published() for message in self._under_way):
            raise ReceiverAway(self._problem)
        self._under_way = []

    def close(self) -> None:
        """Say good-bye, and end the library's thread."""
        with suppress(Exception):
            self._client.disconnect()
            self._client.loop_stop()

    def _made_client(self, tls: TlsOptions | None) -> Any:
        # The name is new each time: a broker ends an older connection of the same one.
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"vedette-{os.urandom(8).hex()}", protocol=mqtt.MQTTv311
        )
        client.reconnect_delay_set(FIRST_RETRY_S, LAST_RETRY_S)
        client.on_connect = self._note_connection
        client.on_connect_fail = self._note_failure
        client.on_disconnect = self._note_loss
        if tls is not None:
            client.tls_set_context(tls.context())
        return client

    def _note_connection(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._problem = f"refused the connection: {reason}"
        else:
            self._problem = "does not answer"
            self._connected.set()

    def _note_failure(self, _client: Any, _data: Any) -> None:
        error = sys.exc_info()[1]  # the library calls this while it handles one, which it hands to nobody
        self._problem = reason_of(error) if isinstance(error, Exception) else "cannot be reached"

    def _note_loss(self, _client: Any, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        self._connected.clear()


def _is_topic(topic: str) -> bool:
    is_plain = not set(topic) & {"+", "#", "\0"}
    return bool(topic) and is_plain and len(topic.encode()) <= MOST_TOPIC_BYTES
