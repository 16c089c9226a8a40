"""Where an object's file lies: a key as a path that stays inside its bucket's folder.

Pure text. Every key has a place, no two versions share one (each file name carries
something unique), and the place reads like the key: `scans/board.jpg` becomes
`scans/board.3f2a9c1d5e6b.jpg`.

What a file system somewhere would refuse or misread is written `%XX`; an empty part
of a key is `%`, which no escaped text is. Segments that are too long, and whatever
lies deeper than `DEEPEST`, end in a hash, so that no path can outgrow the system.
"""

import hashlib
import re

LONGEST = 120
"""The most characters of a segment before it is cut: 255 bytes is the limit of nearly every
file system, and a character takes up to four of them in the worst script (2 × 120 < 255 for
most; the cut below counts bytes)."""

DEEPEST = 24
"""The most folders below the bucket's own. 1,024 slashes are a legal key."""

_NAMED = re.compile(r"(?s)(.+)\.[0-9a-f]{12}(\.[^.]{1,10})?")
_SHORTENED = re.compile(r"(?s).*~[0-9a-f]{16}(\.[^.]{1,8})?")
_ESCAPED = re.compile(r"%([0-9A-F]{2})")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f%\\:*?"<>|]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def escape_segment(segment: str) -> str:
    """Return one part of a key as a name that every file system takes."""
    if not segment:
        return "%"
    text = _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", segment)
    if text in {".", ".."}:
        return text.replace(".", "%2E")
    if _RESERVED.match(text):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    if text[-1] in ". ":
        text = f"{text[:-1]}%{ord(text[-1]):02X}"
    return _shortened(text, segment)


def place(key: str, unique: str) -> str:
    """Return the path of one version's file, relative to its bucket's folder, with slashes."""
    *folders, last = key.split("/")
    if len(folders) > DEEPEST:
        last = "/".join([*folders[DEEPEST:], last])
        folders = folders[:DEEPEST]
    name = escape_segment(last.replace("/", "%2F")) if "/" in last else escape_segment(last)
    stem, dot, extension = name.rpartition(".")
    file_name = (
        f"{stem}.{unique}.{extension}" if dot and stem and len(extension) <= 10 else f"{name}.{unique}"
    )
    return "/".join([*map(escape_segment, folders), file_name])


def key_of(path: str) -> tuple[str, bool]:
    """Return the key whose version lies at a path below its bucket's folder, and whether that is certain.

    Not certain are keys that were shortened, and files that no version's name was given to.
    """
    *folders, last = path.split("/")
    match = _NAMED.fullmatch(last)
    name = f"{match[1]}{match[2] or ''}" if match else last
    text = _unescape(name)
    if len(folders) == DEEPEST:
        text = text.replace("%2F", "/")
    key = "/".join([*map(_unescape, folders), text])
    unique = last[len(match[1]) + 1 :][:12] if match else ""
    is_whole = not any(map(_SHORTENED.fullmatch, [*folders, name]))
    return key, match is not None and is_whole and place(key, unique) == path


def _unescape(segment: str) -> str:
    return "" if segment == "%" else _ESCAPED.sub(lambda match: chr(int(match[1], 16)), segment)


def successor(text: str) -> str | None:
    """Return the first string that sorts after everything beginning with this one.

    Keys sort by code point, which is also the order of their UTF-8 bytes. None means that
    nothing sorts after: the text is all U+10FFFF.
    """
    for end in range(len(text), 0, -1):
        point = ord(text[end - 1])
        if point < 0x10FFFF:
            return text[: end - 1] + chr(0xE000 if point == 0xD7FF else point + 1)
    return None


def _shortened(text: str, original: str) -> str:
    raw = text.encode("utf-8")
    if len(raw) <= LONGEST:
        return text
    digest = hashlib.sha256(original.encode("utf-8")).hexdigest()[:16]
    stem, dot, extension = text.rpartition(".")
    tail = f".{extension}" if dot and stem and extension.isalnum() and len(extension) <= 8 else ""
    return raw[: LONGEST - 30].decode("utf-8", "ignore").rstrip(". ") + f"~{digest}{tail}"
