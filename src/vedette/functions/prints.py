"""What a function prints, of which a gigabyte is kept as little as a line."""

# The beginning and the end of what an invocation prints.
MOST_LOG, LOG_TAIL = 256 << 10, 8 << 10


class LogBuffer:
    """What a process prints, up to so much: the beginning and the end are kept, the middle is counted."""

    def __init__(self) -> None:
        self._begin = bytearray()
        self._end = bytearray()
        self._dropped = 0

    def add(self, part: bytes) -> None:
        """Take what was printed."""
        room = MOST_LOG - len(self._begin)
        self._begin += part[:room]
        self._end += part[max(0, room) :]
        if len(self._end) > 2 * LOG_TAIL:
            self._dropped += len(self._end) - LOG_TAIL
            del self._end[:-LOG_TAIL]

    def take(self) -> str:
        """Return it as text, and begin anew."""
        parts = [bytes(self._begin).decode("utf-8", "replace")]
        if self._dropped:
            parts.append(f"\n[{self._dropped:,} bytes more were printed, and are not kept]\n")
        parts.append(bytes(self._end).decode("utf-8", "replace"))
        self._begin, self._end, self._dropped = bytearray(), bytearray(), 0
        return "".join(parts).replace("\0", "\N{REPLACEMENT CHARACTER}")
