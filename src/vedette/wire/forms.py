"""A form with a file at its end (multipart/form-data), parsed as a stream.

Fields before the file are bounded and buffered; the file is handed on as a stream; what
follows the file is read and dropped, as S3 does.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from vedette.wire.signed import SignatureFault, SignatureFaultKind

# S3's own bound on everything but the file.
MOST_FIELDS_BYTES = 20 * 1024
MOST_HEAD_BYTES = 8 * 1024
PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;\s]*))', re.ASCII)


@dataclass(slots=True)
class UploadForm:
    """The fields by lower-case name, the browser's facts about the file, and the file as a stream."""

    fields: dict[str, str]
    file_name: str
    file_type: str
    file: AsyncIterator[bytes]


async def read_form(content_type: str, pieces: AsyncIterator[bytes]) -> UploadForm:
    """Return the form, read up to the first byte of its file."""
    cursor = _FormCursor(pieces, _boundary(content_type))
    fields: dict[str, str] = {}
    await cursor.skip_preamble()
    while await cursor.has_part():
        head = await cursor.head()
        name = head.get("name", "").lower()
        if name == "file":
            return UploadForm(fields, head.get("filename", ""), head.get("content-type", ""), cursor.file())
        if not name or name in fields:
            raise _malformed("A field of the form has no name, or the name of another.")
        fields[name] = await cursor.field()
    raise _malformed("POST requires exactly one file upload per request.")


class _FormCursor:
    """A position in the form's bytes; `_buffer` holds what was received and not yet parsed."""

    def __init__(self, pieces: AsyncIterator[bytes], boundary: bytes) -> None:
        self._pieces = pieces
        self._mark = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that the first boundary looks like every other
        self._budget = MOST_FIELDS_BYTES

    async def skip_preamble(self) -> None:
        await self._until(self._mark, MOST_HEAD_BYTES)

    async def has_part(self) -> bool:
        ending = await self._until(b"\r\n", 256)
        if ending.strip(b" \t") not in (b"", b"--"):
            raise _malformed("A boundary of the form is followed by something else.")
        return not ending

    async def head(self) -> dict[str, str]:
        """Return the part's name, filename and content-type, where it has them."""
        # A part without any header begins with the empty line itself.
        self._buffer = b"\r\n" + self._buffer
        lines = _text(await self._until(b"\r\n\r\n", MOST_HEAD_BYTES)).split("\r\n")
        parameters: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip().lower() == "content-disposition":
                for key, quoted, bare in PARAMETER.findall(value):
                    parameters[key.lower()] = quoted.replace('\\"', '"').replace("%22", '"') or bare
            elif name.strip().lower() == "content-type":
                parameters["content-type"] = value.strip()
        return parameters

    async def field(self) -> str:
        value = await self._until(self._mark, self._budget)
        self._budget -= len(value)
        return _text(value)

    async def file(self) -> AsyncIterator[bytes]:
        """Yield the file, then drop the rest of the form."""
        overlap = len(self._mark) - 1
        while (at := self._buffer.find(self._mark)) < 0:
            whole = len(self._buffer) - overlap
            if whole > 0:
                yield self._buffer[:whole]
                self._buffer = self._buffer[whole:]
            await self._more()
        if at:
            yield self._buffer[:at]
        self._buffer = b""
        async for _ in self._pieces:
            pass

    async def _until(self, mark: bytes, most: int) -> bytes:
        """Return the bytes before the mark, and skip it."""
        start = 0
        while (at := self._buffer.find(mark, start)) < 0:
            if len(self._buffer) > most + len(mark):
                break
            start = max(0, len(self._buffer) - len(mark))
            await self._more()
        if at < 0 or at > most:
            raise _malformed("Your POST request fields preceding the upload file were too large.")
        before, self._buffer = self._buffer[:at], self._buffer[at + len(mark) :]
        return before

    async def _more(self) -> None:
        try:
            self._buffer += await anext(self._pieces)
        except StopAsyncIteration:
            raise _malformed(
                "The body of your POST request is not well-formed multipart/form-data."
            ) from None


def _boundary(content_type: str) -> bytes:
    kind, _, _ = content_type.partition(";")
    parameters = {match[1].lower(): match[2] or match[3] for match in PARAMETER.finditer(content_type)}
    boundary = parameters.get("boundary") or ""  # one that is quoted and empty is none
    if kind.strip().lower() != "multipart/form-data" or not 1 <= len(boundary) <= 200:
        raise _malformed("Bucket POST must be of the enclosure-type multipart/form-data, with a boundary.")
    return boundary.encode("latin-1", "replace")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise _malformed("A field of the form is not UTF-8.") from None


def _malformed(sentence: str) -> SignatureFault:
    return SignatureFault(SignatureFaultKind.MALFORMED_FORM, sentence, form="post")
