"""Frames out of a pipeline of GStreamer, which the machine has or has not: it is no package of Python.

The pipeline runs as `gst-launch-1.0`, ends in a pipe, and what comes out of that is read as any other video.
Its words are those of the command line; no shell reads them. It is of the camera's process group, and is
ended with it.
"""

import shlex
import shutil
import subprocess

from vedette.edge.streams.addresses import SourceKind
from vedette.edge.streams.decoding import StreamLost, VideoReader

PROGRAM = "gst-launch-1.0"
# Raw pictures with their size before them (YUV4MPEG2), which FFmpeg reads. Of a source with sound,
# videoconvert takes the pictures. FFmpeg takes colours for BT.601, also where GStreamer means others by the
# size. y4menc writes rows as GStreamer has them, padded unless eight divides the width; another one is scaled
# to the next that it does. The queue drops what waits.
ENDING = (
    "! videoconvert ! videoscale add-borders=false ! "
    "video/x-raw,format=I420,colorimetry=bt601,width=[8,16384,8],height=[2,16384,2] "
    "! queue leaky=downstream max-size-buffers=2 max-size-bytes=0 max-size-time=0 "
    "! y4menc ! fdsink fd=1 sync=false"
)


def opened_pipeline(pipeline: str) -> tuple[subprocess.Popen[bytes], VideoReader]:
    """Start a pipeline and return it with its frames.

    Raises:
        StreamLost: when GStreamer is missing, or the pipeline gives no pictures.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise StreamLost(f"needs GStreamer, and there is no {PROGRAM} on this machine")
    process = subprocess.Popen(  # noqa: S603  (the operator's own pipeline, and no shell)
        [program, "-q", *shlex.split(pipeline), *shlex.split(ENDING)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        return process, VideoReader(SourceKind.GSTREAMER, process.stdout, file_format="yuv4mpegpipe")
    except StreamLost:
        process.kill()
        process.wait()
        raise StreamLost(f"gave no pictures: try it as {PROGRAM} … ! autovideosink") from None
