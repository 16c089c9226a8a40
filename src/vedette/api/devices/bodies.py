"""A sealed package on its way to a device, a piece at a time."""

from vedette.api.file_pieces import PIECE, FilePieces
from vedette.devices.packages import KeptPackage


def stream_package(package: KeptPackage, start: int) -> FilePieces:
    """Return a package from a byte on; a damaged one is told as an error before the answer begins."""
    stream = package.open()
    try:
        stream.seek(start)
        return FilePieces(stream, stream.read(PIECE))
    except BaseException:
        stream.close()
        raise
