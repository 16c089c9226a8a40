"""Where a stream's pictures come from: an address, read once, and how it is shown without its secrets.

rtsp://user:password@camera/1      a network camera
/dev/video0                        a camera of this machine
belt.mp4                           a video file
gst:v4l2src ! videoconvert         a pipeline of GStreamer
@/etc/vedette-edge/camera          any of these, read from a file, so that no list of processes shows it
"""

import re
import shlex
import stat
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from vedette.errors import Missing, Wrong

HIDDEN = "…"
# What FFmpeg opens over a network; its other protocols read files and compose addresses.
NETWORK_SCHEMES = frozenset({"rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "rtp", "udp", "tcp", "srt"})
# A file with an address in it is a line; whoever names a film by mistake gets a sentence.
MOST_ADDRESS_BYTES = 4096

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
# Up to the last "@" of the address: passwords hold any sign, slashes and "@" too.
_USER = re.compile(r"(?<=://)[^\s]*@")
_QUERY = re.compile(r"(?<=\?)\S+")
# Cheap cameras take name and password in the path, GStreamer's elements as properties.
_SECRET = re.compile(
    r"(?i)([\w-]*(?:pass|pwd|pw|token|secret|key|auth|sign|user|login)[\w-]*=)"
    r"""("[^"]*"|'[^']*'|[^&;/?#\s]*)"""
)


class SourceKind(Enum):
    """What an address leads to."""

    FILE = "file"
    NETWORK = "network"
    DEVICE = "device"
    GSTREAMER = "gstreamer"


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """A stream's address. `public` has no secret in it; nothing else of it is ever printed."""

    kind: SourceKind
    address: str = field(repr=False)
    public: str

    @property
    def is_live(self) -> bool:
        """Whether pictures come when they come: they are dropped rather than waited with, and never end."""
        return self.kind is not SourceKind.FILE


def source_address(text: str) -> SourceAddress:
    """Return the stream that a text means.

    Raises:
        Refusal: when it is none.
    """
    text = read_secret(text).strip()
    if text.startswith("gst:"):
        return SourceAddress(SourceKind.GSTREAMER, _pipeline(text), public_address(text))
    scheme = _SCHEME.match(text)
    if scheme:
        return _network(text, scheme[1].lower())
    path = Path(text)
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):
        if text.startswith("/dev/"):  # a camera that is not plugged in yet
            return SourceAddress(SourceKind.DEVICE, text, text)
        raise Missing(f"There is no video file {text!r:.200}.", kind="file", name=text[:200]) from None
    if stat.S_ISCHR(kind):
        return SourceAddress(SourceKind.DEVICE, text, text)
    if not stat.S_ISREG(kind):
        raise Wrong(f"{text!r:.200} is neither a video file nor a camera.", kind="stream")
    return SourceAddress(SourceKind.FILE, str(path.absolute()), text)


def public_address(text: str) -> str:
    """Return an address or a pipeline without user names, passwords, keys and queries."""
    words = [_USER.sub(f"{HIDDEN}@", word) for word in re.split(r"(\s+)", text)]
    return _SECRET.sub(rf"\1{HIDDEN}", _QUERY.sub(HIDDEN, "".join(words)))


def read_secret(text: str) -> str:
    """Return a text, or what lies in the file that `@FILE` names."""
    if not text.startswith("@"):
        return text
    path = Path(text[1:])
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_ADDRESS_BYTES + 1)
        if len(content) > MOST_ADDRESS_BYTES:
            raise Wrong(f"{path} is too long to hold an address.", kind="file", name=str(path))
        return content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise Wrong(f"{path} holds no text.", kind="file", name=str(path)) from None
    except OSError as error:
        raise Missing(f"{path} cannot be read: {error.strerror}.", kind="file", name=str(path)) from error


def _pipeline(text: str) -> str:
    pipeline = text.removeprefix("gst:").strip()
    try:
        words = shlex.split(pipeline)
    except ValueError:
        words = []
    if not words:
        raise Wrong("gst: is followed by a pipeline, such as gst:videotestsrc ! videoconvert.", kind="stream")
    return pipeline


def _network(text: str, scheme: str) -> SourceAddress:
    if scheme not in NETWORK_SCHEMES:
        raise Wrong(
            f"Streams of the kind {scheme}:// are not opened; these are: "
            f"{', '.join(sorted(NETWORK_SCHEMES))}.",
            kind="stream",
        )
    if not text.partition("://")[2].strip("/"):
        raise Wrong(f"{scheme}:// is followed by a camera's address.", kind="stream")
    return SourceAddress(SourceKind.NETWORK, text, public_address(text))
