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
    "a text without an end in another": b"\x7f\x7f\x61a\xff\xff",
    "bytes without an end in others": b"\x5f\x5f\x41a\xff\xff",
    "a chunk with a tag": b"\x7f\xc2\x61a\xff",
    "chunks that divide a sign": b"\x7f\x61\xc3\x61\xa4\xff",
    "a chunk longer than its body": b"\x7f\x7b" + b"\xff" * 8,
    "chunks without an end": b"\x7f" + b"\x61a" * 100_000,
    "a million empty chunks": b"\x5f" + b"\x40" * 1_000_000 + b"\xff",
    "a number without an end": b"\x1f",
    "a tag without an end": b"\xdf\x00",
    "an end of nothing": b"\xff",
    "an end between name and value": b"\xbf\x61a\xff",
    "an end in a counted list": b"\x82\x00\xff",
    "a time of a large number": b"\xc1\xc2\x49" + b"\xff" * 9,
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


def test_texts_and_bytes_in_chunks_are_whole():
    assert cbor.load(b"\x7f\x61a\x60\x62\xc3\xa4\xff") == "a\u00e4"
    assert cbor.load(b"\x5f\x41a\x42bc\xff") == b"abc"
    empty = [cbor.load(bytes([head, cbor.BREAK])) for head in (0x7F, 0x5F, 0x9F, 0xBF)]
    assert empty == ["", b"", [], {}]
