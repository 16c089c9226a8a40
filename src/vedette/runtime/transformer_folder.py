"""A folder that the library `transformers` wrote, made into one file of weights, and what its card says.

    config.json                    which network it is
    preprocessor_config.json       the mean and deviation that pictures are brought to, where there is one
    model.safetensors              the weights; or the parts that model.safetensors.index.json names
    README.md                      the card, whose head may name a licence

The file is safetensors: the tensors as they lie in the folder, and in `__metadata__` the two JSON documents
as texts. So one file is all that is sent, sealed, linked and told apart. Nothing else of a folder is read: no
code, no pickle. Neither torch nor transformers is needed here.
"""

import json
import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from vedette.errors import Wrong

CONFIG, PREPROCESSOR = "transformers.config", "transformers.preprocessor"
# As much as the reader of weights takes (learn/net/weight_files.py).
MOST_BYTES = 2 * 1024**3
MOST_HEAD = 16 * 1024**2
MOST_TEXT = 1024**2
MOST_PARTS = 100
PIECE = 1 << 20
INDEX, WEIGHTS = "model.safetensors.index.json", "model.safetensors"
# A name beside the index: no way into another folder.
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}\.safetensors\Z")
_CARD_HEAD = re.compile(r"\A\ufeff?---\r?\n(.*?)\r?\n---", re.DOTALL)
_LICENCE = re.compile(r"^licen[sc]e: *[\"']?([A-Za-z0-9][A-Za-z0-9.+_-]{0,60})[\"']? *$", re.MULTILINE)
_LICENCE_NAME = re.compile(r"^license_name: *[\"']?([A-Za-z0-9][A-Za-z0-9.+_-]{0,60})[\"']? *$", re.MULTILINE)


def write_file(folder: Path, file: Path) -> None:
    """Write what a folder's network is and weighs into one file; refuse a folder that is no such network."""
    texts = read_texts(folder)
    parts = weight_files(folder)
    heads = [_read_head(part) for part in parts]
    tensors = _shifted(heads, parts)
    head = json.dumps({"__metadata__": texts, **tensors}, ensure_ascii=False, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    if len(head) > MOST_HEAD:
        raise _wrong(folder, f"its tensors' names take more than {MOST_HEAD:,} bytes")
    with file.open("wb") as out:
        out.write(struct.pack("<Q", len(head)) + head)
        for part, (_, start, length) in zip(parts, heads, strict=True):
            with part.open("rb") as stream:
                stream.seek(start)
                _copy(stream, out, length)


def read_texts(folder: Path) -> dict[str, str]:
    """Return the JSON documents of a folder that say which network it is, as texts."""
    if not (folder / "config.json").is_file():
        raise Wrong(f"{folder} holds no model of transformers: there is no config.json in it.")
    texts = {CONFIG: _text(folder / "config.json")}
    if (folder / "preprocessor_config.json").is_file():
        texts[PREPROCESSOR] = _text(folder / "preprocessor_config.json")
    return texts


def weight_files(folder: Path) -> list[Path]:
    """Return the files with a folder's weights, in order."""
    if (folder / WEIGHTS).is_file():
        files = [folder / WEIGHTS]
    elif (folder / INDEX).is_file():
        files = [folder / name for name in _named_parts(folder)]
    else:
        reason = "there is no model.safetensors in it"
        if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
            reason += "; its weights are a pickle, which is a program: save it as safetensors"
        raise _wrong(folder, reason)
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise _wrong(folder, f"its weights have {size:,} bytes; {MOST_BYTES:,} are the most")
    return files


def licence_of(folder: Path) -> str:
    """Return the licence that a folder's card names in its head; nothing where it names none."""
    try:
        with (folder / "README.md").open("rb") as stream:
            card = stream.read(MOST_TEXT).decode("utf-8", "replace")
    except OSError:
        return ""
    head = _CARD_HEAD.match(card)
    if head is None or (licence := _LICENCE.search(head[1])) is None:
        return ""
    own = _LICENCE_NAME.search(head[1]) if licence[1] == "other" else None
    return own[1] if own else licence[1]


def _named_parts(folder: Path) -> list[str]:
    try:
        index = json.loads(_text(folder / INDEX))
        names = sorted(set(index["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _wrong(folder, f"{INDEX} does not say where its weights lie") from error
    if not 1 <= len(names) <= MOST_PARTS or not all(_PART.match(str(name)) for name in names):
        raise _wrong(folder, f"{INDEX} names no files beside it, or too many")
    for name in names:
        if not (folder / name).is_file():
            raise _wrong(folder, f"{name}, which {INDEX} names, is missing")
    return names


def _shifted(heads: list[tuple[Mapping[str, Any], int, int]], parts: list[Path]) -> dict[str, Any]:
    """Return where all tensors lie, once the parts lie behind one another."""
    tensors: dict[str, Any] = {}
    before = 0
    for (head, _, length), part in zip(heads, parts, strict=True):
        for name, entry in _tensors(head):
            if name in tensors:
                raise Wrong(f"{part} has the tensor {name:.100}, which another part has too.", kind="file")
            try:
                start, end = entry["data_offsets"]
                tensors[name] = {**entry, "data_offsets": [before + start, before + end]}
            except (KeyError, TypeError, ValueError) as error:
                raise Wrong(f"{part} is no file of safetensors: {name:.100} lies nowhere.") from error
        before += length
    return tensors


def _tensors(head: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, entry) for name, entry in head.items() if name != "__metadata__")


def _read_head(file: Path) -> tuple[Mapping[str, Any], int, int]:
    """Return a file's head, where its tensors begin, and how many bytes they have."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(MOST_HEAD, size - 8):
            raise Wrong(f"{file} is no file of safetensors: its head is not as long as it says.", kind="file")
        try:
            head = json.loads(stream.read(length))
        except (ValueError, RecursionError) as error:
            raise Wrong(f"{file} is no file of safetensors: its head is no JSON.", kind="file") from error
    if not isinstance(head, dict):
        raise Wrong(f"{file} is no file of safetensors: its head is no object.", kind="file")
    return head, 8 + length, size - 8 - length


def _copy(stream: BinaryIO, out: BinaryIO, length: int) -> None:
    while length and (piece := stream.read(min(PIECE, length))):
        out.write(piece)
        length -= len(piece)
    if length:
        raise Wrong("A file of weights became shorter while it was read; add it again.", kind="file")


def _text(file: Path) -> str:
    if file.stat().st_size > MOST_TEXT:
        raise Wrong(f"{file} has more than {MOST_TEXT:,} bytes.", kind="file", name=str(file))
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Wrong(f"{file} is no text in UTF-8.", kind="file", name=str(file)) from error


def _wrong(folder: Path, reason: str) -> Wrong:
    return Wrong(f"{folder} cannot be taken in: {reason}.", kind="folder", name=str(folder))
