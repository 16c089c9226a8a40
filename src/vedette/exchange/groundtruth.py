"""Multi-label Ground Truth manifests, which Custom Labels takes only when converted, as its guide does it."""

from typing import Any

from vedette.errors import Wrong
from vedette.manifest.attributes import TYPES, read_pairs
from vedette.manifest.classification import read_tags
from vedette.manifest.lines import PAIR_END, SOURCE, Line, write_line


def convert_line(line: Line) -> Line:
    """Return the line with one classification pair a label; itself where it has no multi-label pair."""
    pairs = [pair for pair in read_pairs(line) if pair.kind == "tags"]
    if not pairs:
        return line
    values: dict[str, Any] = {SOURCE: line.source}
    for pair in pairs:
        try:
            tags = read_tags(pair)
        except ValueError as fault:
            raise Wrong(f"Line {line.number}: {fault}.", kind="line", name=line.source) from None
        common = {
            k: pair.metadata[k]
            for k in ("job-name", "human-annotated", "creation-date")
            if k in pair.metadata
        }
        for number, (name, sure) in enumerate(tags):
            values[f"{pair.name}{number}"] = number
            values[f"{pair.name}{number}{PAIR_END}"] = {
                "class-name": name,
                "confidence": sure,
                "type": TYPES["class"],
                **common,
            }
    return write_line(values, number=line.number)
