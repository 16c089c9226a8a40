"""Labelling a picture as Lookout does it: normal or anomaly, whatever the attribute is called."""

from vedette.errors import Wrong
from vedette.manifest import anomaly
from vedette.manifest.attributes import Stamp, read_pairs
from vedette.manifest.lines import Line, write_line
from vedette.manifest.relabel import names_of, without_attributes
from vedette.vision.annotations import ANOMALY, NORMAL

CLASSES = frozenset({NORMAL, ANOMALY})


def label_line(line: Line, name: str, stamp: Stamp) -> Line:
    """Call a picture normal or anomalous; one that is called so already stays as it is."""
    return line if name in names_of(line) & CLASSES else set_class(line, name, stamp)


def set_class(line: Line, name: str, stamp: Stamp) -> Line:
    """Call a picture normal or anomalous (Lookout); a normal picture has no mask."""
    if name not in (NORMAL, ANOMALY):
        raise Wrong(
            f"Lookout knows the labels {NORMAL} and {ANOMALY}, not {name!r}.", kind="label", name=name
        )
    attributes = {pair.name for pair in read_pairs(line) if pair.kind == "class"}
    if name == NORMAL:
        attributes |= {pair.name for pair in read_pairs(line) if pair.kind == "mask"}
    attribute = next((pair.name for pair in read_pairs(line) if pair.kind == "class"), anomaly.ATTRIBUTE)
    values = without_attributes(line, attributes)
    values.update(anomaly.write_class(is_anomalous=name == ANOMALY, stamp=stamp, attribute=attribute))
    return write_line(values, number=line.number)
