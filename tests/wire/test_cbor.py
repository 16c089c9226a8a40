"""CBOR that means no good is refused before it costs much."""

import struct

import pytest

from vedette.wire import cbor
from vedette.wire.errors import Malformed

HOSTILE = {
    "a list longer than its body": b"\x9b" + b"\xff" * 8,
    "a map longer than its body": b"\xbb" + b"\xff" * 8,
    "bytes longer than their body": b"\x5b\x7f" + b"\xff" * 7,
    "lists without an end": b"\x9f" * 5000,
    "lists within lists": b"\x81" * 100_000 + b"\x00",
    "tags within tags": b"\xc1" * 5000 + b"\x00",
    "a time that is a text": b"\xa1\x61a\xc1\x61x",
    "a member twice": b"\xbf\x61a\x01\x61a\x02\xff",
    "a name that is a number": b"\xa1\x01\x02",
    "a text that is not UTF-8": b"\xa1\x62\xff\xfe\x01",
    "texts within a text that are bytes": b"\x7f\x41a\xff",
    "an unknown simple value": b"\xf8\xff",
    "something after the value": b"\xa0\xa0",
    "a million empty lists": b"\x9f" + b"\x80" * 1_000_000 + b"\xff",
    "maps and lists beyond what a metric has": b"\x9f" + b"\xa0\x80" * 60_000 + b"\xff",
    "a million empty lists, counted": b"\x9a" + struct.pack(">I", 1_000_000) + b"\x80" * 1_000_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_cbor_is_refused(body):
    with pytest.raises(Malformed) as refused:
        cbor.load(body)
    assert len(refused.value.sentence) < 200


def test_the_largest_request_of_the_service_is_read():
    datum = {"Values": [1.5] * 150, "Counts": [1.0] * 150, "Dimensions": [{"Name": "n", "Value": "v"}] * 30}
    body = cbor.dump({"Namespace": "x", "MetricData": [datum] * 1000})
    assert len(cbor.load(body)["MetricData"]) == 1000


def test_lists_cost_more_than_numbers_and_are_fewer():
    with pytest.raises(Malformed, match="more than 100000 lists and maps"):
        cbor.load(b"\x9a" + struct.pack(">I", 1_000_000) + b"\x80" * 1_000_000)
    assert len(cbor.load(b"\x9a" + struct.pack(">I", 400_000) + b"\x00" * 400_000)) == 400_000
