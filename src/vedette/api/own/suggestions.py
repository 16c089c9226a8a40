"""What to do next with a dataset: pictures worth a look, each with its reason as facts."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.entries import find_dataset
from vedette.api.own.queries import describe_summary
from vedette.clock import from_milliseconds
from vedette.dialects.dialect import Dialect
from vedette.suggestions.dismissals import SuggestionKey, SuggestionKind
from vedette.suggestions.suggestions import KINDS, StudyState, Suggestion

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
            for suggestion in house.suggestions.find(project, dataset, kind, most)
        ]
    }


def dismiss_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let suggestions stand, until the label that they are about is another."""
    project, dataset = find_dataset(house, caller, "DismissSuggestions", request)
    house.suggestions.dismiss(project, dataset, _keys(request), caller.principal.name)
    return {}


def restore_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take back that suggestions were dismissed."""
    project, dataset = find_dataset(house, caller, "RestoreSuggestions", request)
    house.suggestions.restore(project, dataset, _keys(request))
    return {}


def list_dismissed_suggestions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what is dismissed, the latest first, with who did it."""
    project, dataset = find_dataset(house, caller, "ListDismissedSuggestions", request)
    dismissed = house.suggestions.dismissed(project, dataset)
    return {
        "Total": len(dismissed),
        "Suggestions": [
            {
                **_suggestion(item.kind, suggestion, project.dialect),
                "DismissDate": from_milliseconds(item.dismissed_ms),
                "DismissedBy": item.person,
            }
            for item, suggestion in dismissed[: request.get("MaxResults", USUAL)]
        ],
    }


def find_different(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the entry that looks least like recent ones; none where the dataset was not studied."""
    project, dataset = find_dataset(house, caller, "FindDifferent", request)
    recent, passed = request.get("RecentEntryIds", ()), request.get("PassedEntryIds", ())
    entry = house.suggestions.different(project, dataset, recent, passed)
    return {} if entry is None else {"Entry": describe_summary(entry, project.dialect)}


def _keys(request: dict[str, Any]) -> list[SuggestionKey]:
    return [
        SuggestionKey(item["Kind"], item["EntryId"], item.get("BoxNumber")) for item in request["Suggestions"]
    ]


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
