"""What to do next with a dataset: pictures worth a look, each with its reason as facts."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.queries import describe_summary
from vedette.clock import from_milliseconds
from vedette.dialects.dialect import Dialect
from vedette.suggestions.suggestions import KINDS, StudyState, Suggestion, SuggestionKind

USUAL = 12


def start_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to look through a dataset's pictures; one that is under way goes on."""
    project, dataset = find_dataset(house, caller, "StartSuggestions", request)
    return _state(house.suggestions.begin(project, dataset))


def stop_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave off looking; what was looked at is remembered."""
    _, dataset = find_dataset(house, caller, "StopSuggestions", request)
    return _state(house.suggestions.cancel(dataset))


def list_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what is striking about a dataset, the most striking of each kind first."""
    project, dataset = find_dataset(house, caller, "ListSuggestions", request)
    most = request.get("MaxResults", USUAL)
    return _state(house.suggestions.state(dataset)) | {
        "Suggestions": [
            _suggestion(kind, suggestion, project.dialect)
            for kind in request.get("Kinds", KINDS)
            for suggestion in house.suggestions.find(dataset, kind, most)
        ]
    }


def _state(state: StudyState) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Status": state.status,
        "Message": state.message,
        "IsStale": state.is_stale,
        "LookedAt": state.looked_at,
        "Of": state.of,
        "Done": state.completed,
        "Total": state.total,
    }
    if state.ended_ms is not None:
        answer["EndDate"] = from_milliseconds(state.ended_ms)
    return answer


def _suggestion(kind: SuggestionKind, suggestion: Suggestion, dialect: Dialect) -> dict[str, Any]:
    facts = suggestion.facts
    answer: dict[str, Any] = {
        "Kind": kind,
        "Entry": describe_summary(suggestion.entry, dialect),
        "Like": [describe_summary(entry, dialect) for entry in suggestion.like],
    }
    names = {
        "Label": facts.get("label"),
        "SuggestedLabel": facts.get("suggested"),
        "BoxNumber": facts.get("place"),
        "Strength": facts.get("strength"),
        "StandsFor": facts.get("stands_for"),
        "Deviations": facts.get("deviations"),
    }
    return answer | {name: value for name, value in names.items() if value not in (None, "")}
