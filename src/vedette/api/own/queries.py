"""Entries of a dataset as a gallery needs them: filtered, sorted, from any place, and counted."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import describe_problems, find_dataset, read_filter
from vedette.clock import from_milliseconds
from vedette.datasets.asking import EntryFilter, EntryQuery, SizeRange
from vedette.datasets.editing import revision_of
from vedette.datasets.query_pages import QueryPage, SummaryEntry, id_of
from vedette.dialects.dialect import Dialect
from vedette.manifest.lines import read_line
from vedette.manifest.places import split_s3
from vedette.manifest.relabel import names_of
from vedette.manifest.turned import labelled_sizes
from vedette.vision.annotations import ANOMALY, NORMAL, Box

USUAL = 100
MOST_BOXES = 100
"""Boxes of one entry in an answer: more of them on a thumbnail hide the picture."""


def query_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the entries that pass, from an offset or around an entry."""
    project, dataset = find_dataset(house, caller, "QueryEntries", request)
    sort, descending = request.get("SortBy", "position"), request.get("Descending", False)
    query = EntryQuery(read_conditions(request), sort, descending=descending)
    terms = {"most": request.get("MaxResults", USUAL), "snapshot": request.get("Snapshot", "")}
    queries = house.datasets.queries
    if "AroundEntryId" in request:
        page = queries.page_around(dataset, query, request["AroundEntryId"], **terms)
    else:
        page = queries.page(dataset, query, offset=request.get("Offset", 0), **terms)
    return _answer(page, project.dialect, with_lines=request.get("WithLines", False))


def count_entries(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Count the entries that pass: by state, and by label."""
    _, dataset = find_dataset(house, caller, "CountEntries", request)
    counts = house.datasets.queries.count(dataset, read_conditions(request))
    return {
        "Total": counts.total,
        "Labeled": counts.labelled,
        "Unsure": counts.unsure,
        "Errors": counts.errors,
        "Normal": counts.normal,
        "Anomaly": counts.anomaly,
        "Broken": counts.broken,
        "Pending": counts.pending,
        "Twins": counts.twins,
        "Shared": counts.shared,
        "Labels": [
            {"Name": name, "Pictures": pictures, "Boxed": boxed} for name, pictures, boxed in counts.labels
        ],
        "IsPending": counts.is_pending,
    }


def read_conditions(request: dict[str, Any]) -> EntryFilter:
    """Return the filter of a request; none lets everything pass."""
    conditions = request.get("Filter", {})
    return EntryFilter(
        basic=read_filter(conditions, contains="NameContains"),
        without_labels=tuple(sorted(set(conditions.get("WithoutLabels", ())))),
        size=SizeRange(
            conditions.get("LeastSide"),
            conditions.get("MostSide"),
            conditions.get("LeastBytes"),
            conditions.get("MostBytes"),
        ),
        picture_states=tuple(sorted(set(conditions.get("PictureStates", ())))),
        has_twin=conditions.get("HasTwin", False),
        is_shared=conditions.get("IsShared", False),
        has_boxes=conditions.get("HasBoxes"),
        is_unsure=conditions.get("Unsure"),
        ids=tuple(sorted({*conditions.get("EntryIds", ()), *map(id_of, conditions.get("SourceRefs", ()))})),
    )


def _answer(page: QueryPage, dialect: Dialect, *, with_lines: bool) -> dict[str, Any]:
    return {
        "Snapshot": page.snapshot,
        "Total": page.total,
        "Offset": page.offset,
        "IsStale": page.is_stale,
        "IsPending": page.is_pending,
        "Entries": [
            {"IsRemoved": True} if entry is None else describe_summary(entry, dialect, with_lines=with_lines)
            for entry in page.entries
        ],
    }


def describe_summary(entry: SummaryEntry, dialect: Dialect, *, with_lines: bool = False) -> dict[str, Any]:
    """Return an entry as a gallery shows it."""
    summary: dict[str, Any] = {
        "Id": entry.id,
        "Name": split_s3(entry.source)[1],
        "SourceRef": entry.source,
        "Revision": revision_of(entry.line),
        "Labels": entry.labels,
        "Labeled": entry.is_labelled,
        "CreationDate": from_milliseconds(entry.created_ms),
        "PictureState": entry.picture_state,
        "Width": entry.width,
        "Height": entry.height,
        "Bytes": entry.bytes,
        "Problems": describe_problems(entry.flaws),
        **_drawings(entry, dialect),
    }
    if entry.is_anomalous is not None:
        summary["AnomalyClass"] = ANOMALY if entry.is_anomalous else NORMAL
    if entry.is_unsure:
        summary["Unsure"] = True
        summary["UnsureLabels"] = sorted(names_of(read_line(entry.line)))
    if with_lines:
        summary["Line"] = entry.line
    return summary


def _drawings(entry: SummaryEntry, dialect: Dialect) -> dict[str, Any]:
    """Return what is drawn over a picture: its boxes, as shares of it, and the address of its mask."""
    line = read_line(entry.line)
    verdict = dialect.judge_line(line, strict=False)
    drawings: dict[str, Any] = {
        "Boxes": [_box(name, box) for name, box in (verdict.boxes or ())[:MOST_BOXES]],
    }
    if verdict.boxes and entry.width != entry.height:
        # Where EXIF turns the picture by a quarter, such boxes lie on the upright one (decisions/0148).
        drawings["BoxesFitUpright"] = (entry.width, entry.height) in labelled_sizes(line)
    if verdict.mask is not None:
        drawings["MaskRef"] = verdict.mask.ref
    return drawings


def _box(name: str, box: Box) -> dict[str, Any]:
    return {"Label": name, "Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}
