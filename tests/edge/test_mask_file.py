"""A mask on its way between two processes: whole in the file, or not in it at all."""

import os

import grpc
import pytest

from doubles.devices import DeviceClient, bitmap_of, plain, running_device, tiny_models
from vedette.edge import mask_file as module
from vedette.edge.mask_file import MaskFile


@pytest.fixture
def file():
    file = MaskFile.create()
    yield file
    file.close()


def test_what_is_put_is_taken(file):
    other_side = MaskFile(file.number, file.size)
    for content in (b"abc" * 1000, b"x"):
        assert other_side.put(content)
        assert file.take(len(content)) == content


def test_a_mask_that_is_too_large_is_not_put(file):
    assert not file.put(bytes(module.MOST_BYTES + 1))
    assert file.put(bytes(module.MOST_BYTES))


def test_nobody_can_make_the_file_smaller_or_larger(file):
    for size in (0, module.MOST_BYTES - 1, module.MOST_BYTES + 1):
        with pytest.raises(PermissionError):
            os.ftruncate(file.number, size)


def test_where_the_system_has_no_such_file_nothing_is_put(monkeypatch):
    monkeypatch.setattr(module, "sealed_file", lambda _: ())
    file = MaskFile.create()
    assert (file.numbers, file.put(b"x")) == ((), False)
    file.close()


@pytest.mark.parametrize("height", [512, 2048])
def test_masks_smaller_and_larger_than_the_file_arrive(tmp_path, height):
    red = plain((255, 0, 0), height=height, width=2048)
    assert (red.size > module.MOST_BYTES) is (height == 2048)
    with running_device(tiny_models(tmp_path / "models"), most_answer=64 << 20) as device:
        device.run("masks")
        address, options = f"unix://{device.socket}", [("grpc.max_receive_message_length", -1)]
        with grpc.insecure_channel(address, options) as channel:
            result = DeviceClient(channel).detect("masks", bitmap_of(red))
    assert result.anomaly_mask.byte_data == bytes.fromhex("D62728") * (height * 2048)
