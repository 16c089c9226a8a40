"""Drafts: what the project's newest model guesses of pictures without a label, to accept or correct."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.changes import describe_progress
from vedette.api.own.entries import find_dataset
from vedette.suggestions.drafts import USUAL, DraftChoice, DraftState, EntryDraft


def start_drafts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to guess at the first pictures without a label."""
    project, dataset = find_dataset(house, caller, "StartDrafts", request)
    return _state(house.drafts.begin(project, dataset, request.get("MaxEntries", USUAL)))


def stop_drafts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave off guessing; what was guessed stays."""
    _, dataset = find_dataset(house, caller, "StopDrafts", request)
    return _state(house.drafts.cancel(dataset))


def list_drafts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List drafts whose entries are as they were, the surest first, and count them."""
    _, dataset = find_dataset(house, caller, "ListDrafts", request)
    choice = _choice(request)
    drafts = house.drafts.find(dataset, choice, request.get("MaxResults", 100))
    return _state(house.drafts.state(dataset, choice.least)) | {
        "Drafts": [_draft(draft, with_mask=request.get("WithMasks", False)) for draft in drafts]
    }


def accept_drafts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let drafts become what their entries say; can be undone as any change of many entries."""
    project, dataset = find_dataset(house, caller, "AcceptDrafts", request)
    return describe_progress(house.drafts.accept(project, dataset, _choice(request), caller.principal))


def discard_drafts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget drafts: of these entries, or all."""
    _, dataset = find_dataset(house, caller, "DiscardDrafts", request)
    house.drafts.discard(dataset, _choice(request))
    return {}


def _choice(request: dict[str, Any]) -> DraftChoice:
    return DraftChoice(tuple(request.get("EntryIds", ())), float(request.get("MinConfidence", 0.0)))


def _state(state: DraftState) -> dict[str, Any]:
    return {
        "Status": state.status,
        "Message": state.message,
        "Total": state.total,
        "Done": state.completed,
        "Count": state.count,
    }


def _draft(draft: EntryDraft, *, with_mask: bool) -> dict[str, Any]:
    guess = draft.guess
    answer: dict[str, Any] = {
        "EntryId": draft.entry,
        "Revision": draft.revision,
        "Confidence": draft.confidence,
        "Labels": list(guess["labels"]),
    }
    if guess["boxes"] is not None:
        names = ("Label", "Confidence", "Left", "Top", "Width", "Height")
        answer["Boxes"] = [dict(zip(names, box, strict=True)) for box in guess["boxes"]]
    if guess["is_anomalous"] is not None:
        answer["AnomalyClass"] = "anomaly" if guess["is_anomalous"] else "normal"
    if with_mask and draft.mask is not None:
        answer["Mask"] = bytes(draft.mask)
        answer["MaskColors"] = [
            {"Name": name, "Color": color} for color, name in (guess["colors"] or {}).items()
        ]
    return answer
