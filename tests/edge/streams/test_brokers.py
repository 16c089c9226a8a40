"""Lines reach a broker of MQTT once at least, in order, also when it was away; TLS is checked."""

import time

import pytest

from doubles.receivers import Broker, serving, write_certificate
from vedette.edge.streams import brokers
from vedette.edge.streams.brokers import BrokerReceiver, BrokerTarget
from vedette.edge.streams.lines import LineSender, ReceiverAway
from vedette.edge.streams.posting import TlsOptions
from vedette.errors import Wrong

SOON_S = 30.0
LINES = [b'{"number":%d}\n' % number for number in range(50)]


@pytest.fixture
def publishing_to():
    receivers = []

    def open_receiver(broker, user="", scheme="mqtt", **options):
        address = f"{scheme}://{user}127.0.0.1:{broker.port}/belts/1%20a"
        receivers.append(BrokerReceiver(BrokerTarget(address, **options)))
        return receivers[-1]

    yield open_receiver
    for receiver in receivers:
        receiver.close()


def payloads(broker):
    return [payload for _, payload in broker.messages]


def test_lines_are_published_in_order(publishing_to):
    with serving(Broker(user="me:hun/ter2")) as broker:
        sender = LineSender(publishing_to(broker, "me:hun%2Fter2@"))
        for line in LINES:
            sender.put(line)
        sender.close(SOON_S)
    assert payloads(broker) == [line.strip() for line in LINES]
    assert {topic for topic, _ in broker.messages} == {"belts/1 a"}
    assert sender.deliveries == 50


def test_a_broker_that_loses_its_power_gets_every_line(publishing_to, monkeypatch):
    monkeypatch.setattr(brokers, "TIMEOUT_S", 0.2)
    with serving(Broker()) as broker:
        port = broker.port
        sender = LineSender(publishing_to(broker), retry_s=0.02)
        sender.put(LINES[0])
        deadline = time.monotonic() + SOON_S
        while not sender.deliveries:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        broker.is_silent = True
        for line in LINES[1:30]:
            sender.put(line)
        while not sender.problem:
            assert time.monotonic() < deadline
            time.sleep(0.005)
    for line in LINES[30:]:
        sender.put(line)
    with serving(Broker(port=port)) as back:
        sender.close(SOON_S)
    assert sender.deliveries == 50
    assert list(dict.fromkeys(payloads(back))) == [line.strip() for line in LINES[1:]]


def test_a_wrong_password_is_said_without_it(publishing_to, monkeypatch):
    monkeypatch.setattr(brokers, "TIMEOUT_S", 0.3)
    with serving(Broker(user="me:right")) as broker:
        receiver = publishing_to(broker, "me:hunter2@")
        deadline = time.monotonic() + SOON_S
        while not broker.names:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        with pytest.raises(ReceiverAway, match="refused the connection: Bad user name or password") as raised:
            receiver.deliver(LINES[:1])
    assert "hunter2" not in str(raised.value)


# The library leaves the closing of a connection whose certificate is wrong to the collector.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
def test_a_certificate_is_checked(publishing_to, tmp_path, monkeypatch):
    monkeypatch.setattr(brokers, "TIMEOUT_S", 0.5)
    with serving(Broker(context=write_certificate(tmp_path))) as broker:
        with pytest.raises(ReceiverAway, match="has a certificate that is not trusted"):
            publishing_to(broker, scheme="mqtts").deliver(LINES[:1])
        monkeypatch.setattr(brokers, "TIMEOUT_S", SOON_S)
        trusting = TlsOptions(authorities=tmp_path / "certificate.pem")
        publishing_to(broker, scheme="mqtts", tls=trusting).deliver(LINES[:1])
    assert payloads(broker) == [LINES[0].strip()]


@pytest.mark.parametrize(
    "text",
    [
        "http://host/topic",
        "mqtt://host",
        "mqtt://host/",
        "mqtt:///topic",
        "mqtt://host/a/%23",
        "mqtt://host:x/t",
    ],
)
def test_what_is_no_broker_and_topic_is_refused(text):
    with pytest.raises(Wrong, match="is no broker and topic"):
        BrokerReceiver(BrokerTarget(text))
