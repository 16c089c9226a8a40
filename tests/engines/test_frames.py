"""Frames come through a socket in whatever pieces, and come out as they went in."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.engines.frames import FrameCutter, frame_start, read_frame

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
heads = st.dictionaries(texts, st.none() | texts | st.integers(-9, 9) | st.booleans(), max_size=3)
frames = st.lists(st.tuples(heads, st.binary(max_size=40)), max_size=4)


def written(listed):
    return b"".join(frame_start(head, body) + body for head, body in listed)


@given(frames, st.lists(st.integers(1, 30), min_size=1))
def test_frames_are_cut_out_of_whatever_pieces(listed, sizes):
    data, cutter, result, at = written(listed), FrameCutter(), [], 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        result += cutter.cut(data[at : at + size])
        at += size
    assert result == listed


@given(frames)
def test_frames_are_read_one_after_the_other(listed):
    stream = io.BytesIO(written(listed))
    assert [read_frame(stream) for _ in listed] == listed
    assert read_frame(stream) is None


@pytest.mark.parametrize("end", [3, 9, 30])
def test_a_stream_that_ends_in_a_frame_has_ended(end):
    assert read_frame(io.BytesIO(written([({"least": None}, b"x" * 20)])[:end])) is None


def test_a_head_is_json():
    start = frame_start({"least": 0.5}, b"abc")
    assert (start[:8], json.loads(start[8:])) == (b"\0\0\0\x0d\0\0\0\x03", {"least": 0.5})
