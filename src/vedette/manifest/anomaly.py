"""Normal or anomalous: the class name in the metadata decides, never the number.

Customers' manifests number the classes either way round; the service writes 1 for an anomaly.
"""

from typing import Any

from vedette.manifest.attributes import Attribute, Stamp
from vedette.manifest.classification import write_label
from vedette.vision.annotations import ANOMALY, NORMAL

ATTRIBUTE = "anomaly-label"


def read_class(attribute: Attribute) -> bool | None:
    """Return whether the picture is anomalous; None for any other class, which leaves it unlabelled."""
    name = attribute.metadata.get("class-name")
    folded = name.casefold() if isinstance(name, str) else ""
    return {NORMAL: False, ANOMALY: True}.get(folded)


def write_class(*, is_anomalous: bool, stamp: Stamp, attribute: str = ATTRIBUTE) -> dict[str, Any]:
    """Return the pair that says what the picture is."""
    return write_label(
        ANOMALY if is_anomalous else NORMAL, attribute=attribute, stamp=stamp, number=int(is_anomalous)
    )
