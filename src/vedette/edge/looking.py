"""A bitmap of the wire looked at by a model: checked, sent to the model's process, its answer typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vedette.edge.life import ProcessFailed
from vedette.edge.rasters import Raster, raster_of
from vedette.edge.segments import SegmentPart
from vedette.edge.served import ServedModel
from vedette.errors import NoSpace, Wrong


@dataclass(frozen=True, slots=True)
class BitmapSource:
    """A picture as a request has it: its size, and its bytes or where they lie."""

    raster: Raster
    content: bytes = b""
    segment: SegmentPart | None = None


@dataclass(frozen=True, slots=True)
class TypeArea:
    """A type of anomaly in a picture: its share of the pixels, and its colour in the mask."""

    name: str
    area: float
    color: str


@dataclass(frozen=True, slots=True)
class EdgeVerdict:
    """What an anomaly model says of a picture."""

    is_anomalous: bool
    confidence: float
    score: float
    threshold: float
    types: tuple[TypeArea, ...]
    has_mask: bool
    mask: bytes = b""


MaskTarget = SegmentPart | str


def bitmap_source(
    width: int, height: int, *, content: bytes | None = None, segment: SegmentPart | None = None
) -> BitmapSource:
    """Return a picture of a request; refuse one whose size does not match its bytes."""
    if segment is not None:
        return BitmapSource(raster_of(width, height, segment.size), segment=segment)
    if content is None:
        raise Wrong("The bitmap has neither byte_data nor a shared_memory_handle.", kind="picture")
    return BitmapSource(raster_of(width, height, len(content)), content)


def look(
    served: ServedModel, source: BitmapSource, mask: MaskTarget, *, is_awaited: Callable[[], bool]
) -> EdgeVerdict:
    """Return an anomaly model's verdict; `mask` says where its mask goes: "none", "bytes" or a segment."""
    target = list(_fields(mask)) if isinstance(mask, SegmentPart) else mask
    fields, body = ask(served, source, {"mask": target}, is_awaited=is_awaited)
    if "is_anomalous" not in fields:
        raise Wrong(
            f"{served.name} finds labels and judges no anomalies: use DetectCustomLabels.",
            kind="model",
            name=served.name,
        )
    types = sorted((TypeArea(*row) for row in fields["types"]), key=lambda entry: -entry.area)
    return EdgeVerdict(
        is_anomalous=fields["is_anomalous"],
        confidence=fields["confidence"],
        score=fields["score"],
        threshold=fields["threshold"],
        types=tuple(types),
        has_mask=served.task == "segmentation",
        mask=body,
    )


def ask(
    served: ServedModel, source: BitmapSource, options: Mapping[str, Any], *, is_awaited: Callable[[], bool]
) -> tuple[Mapping[str, Any], bytes]:
    """Return what a model's process answers to a picture."""
    raster = source.raster
    head: dict[str, Any] = {"raster": [raster.width, raster.height], **options}
    if source.segment is not None:
        head["segment"] = list(_fields(source.segment))
    reply, body = served.ask(head, source.content, is_awaited=is_awaited)
    return checked(reply), body


def ask_file(
    served: ServedModel, content: bytes, options: Mapping[str, Any], *, is_awaited: Callable[[], bool]
) -> Mapping[str, Any]:
    """Return what a model's process answers to a picture file."""
    reply, _ = served.ask({"picture": True, **options}, content, is_awaited=is_awaited)
    return checked(reply)


def checked(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answer in a reply; raise what the process refused."""
    if "answer" in reply:
        fields: Mapping[str, Any] = reply["answer"]
        return fields
    if "refused" in reply:
        raise Wrong(reply["refused"], kind="picture")
    if "exhausted" in reply:
        raise NoSpace(reply["exhausted"])
    raise ProcessFailed("The model's process could not look at the picture; see the agent's log.")


def _fields(part: SegmentPart) -> Sequence[Any]:
    return part.name, part.size, part.offset
