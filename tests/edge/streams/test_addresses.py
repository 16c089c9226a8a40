"""A stream's address is understood, and shown without its secrets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.edge.streams.addresses import SourceKind, public_address, source_address
from vedette.errors import Missing, Wrong


@pytest.mark.parametrize(
    ("text", "kind", "public"),
    [
        ("rtsp://camera/1", SourceKind.NETWORK, "rtsp://camera/1"),
        ("rtsp://user:secret@camera:554/1", SourceKind.NETWORK, "rtsp://…@camera:554/1"),
        ("RTSP://user:secret@camera/1", SourceKind.NETWORK, "RTSP://…@camera/1"),
        ("rtsp://user:se/c@ret@camera/1", SourceKind.NETWORK, "rtsp://…@camera/1"),
        ("http://camera/video?user=me&pwd=secret", SourceKind.NETWORK, "http://camera/video?…"),
        (
            "rtsp://camera/user=me&password=secret&channel=1",
            SourceKind.NETWORK,
            "rtsp://camera/user=…&password=…&channel=1",
        ),
        ("/dev/video7", SourceKind.DEVICE, "/dev/video7"),
        ("gst:videotestsrc ! videoscale", SourceKind.GSTREAMER, "gst:videotestsrc ! videoscale"),
        (
            'gst:rtspsrc location=rtsp://me:secret@camera/1 user-id=me user-pw="sec ret" ! decodebin',
            SourceKind.GSTREAMER,
            "gst:rtspsrc location=rtsp://…@camera/1 user-id=… user-pw=… ! decodebin",
        ),
    ],
)
def test_an_address_leads_somewhere_and_is_shown_without_secrets(text, kind, public):
    source = source_address(text)
    assert (source.kind, source.public, source.is_live) == (kind, public, True)
    assert "secret" not in repr(source)


def test_a_file_is_a_file_and_not_live(tmp_path):
    (tmp_path / "belt.mp4").touch()
    source = source_address(str(tmp_path / "belt.mp4"))
    assert (source.kind, source.is_live) == (SourceKind.FILE, False)


def test_an_address_may_lie_in_a_file(tmp_path):
    (tmp_path / "camera").write_text("rtsp://user:secret@camera/1\n")
    source = source_address(f"@{tmp_path}/camera")
    assert (source.address, source.public) == ("rtsp://user:secret@camera/1", "rtsp://…@camera/1")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file:///etc/passwd", "Streams of the kind file://"),
        ("concat://a|b", "Streams of the kind concat://"),
        ("rtsp://", "followed by a camera's address"),
        ("gst:", "followed by a pipeline"),
        ('gst:videotestsrc "', "followed by a pipeline"),
        ("/", "neither a video file nor a camera"),
    ],
)
def test_what_is_no_stream_is_refused(text, words):
    with pytest.raises(Wrong, match=words):
        source_address(text)


@pytest.mark.parametrize("text", ["none.mp4", "@none", "@", "", "a\0b"])
def test_what_is_not_there_is_missing(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((Missing, Wrong)):
        source_address(text)


def test_a_film_named_as_an_address_file_is_refused(tmp_path):
    (tmp_path / "film").write_bytes(b"\xff" * 5000)
    with pytest.raises(Wrong, match="too long to hold an address"):
        source_address(f"@{tmp_path}/film")


@given(
    user=st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), max_size=8),
    scheme=st.sampled_from(["rtsp", "https", "gst:rtspsrc location=rtsp"]),
)
def test_no_password_is_shown_whatever_signs_it_has(user, scheme):
    assert "Hunter2x" not in public_address(f"{scheme}://{user}:Hunter2x@camera/1")
