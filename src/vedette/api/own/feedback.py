"""Feedback from production: what a version keeps of what it is asked, and whether it is like its training."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.clock import from_milliseconds
from vedette.feedback.drift import DriftFinding
from vedette.feedback.feedback import SamplingWish
from vedette.feedback.values import DriftState, FeedbackState


def describe_feedback(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what a version keeps, how much that is, and drift."""
    version = find_model(house, caller, "DescribeFeedback", request)
    return {"Feedback": _describe(house.feedback.state(version))}


def update_feedback(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change what a version keeps; what is not named stays as it is."""
    version = find_model(house, caller, "UpdateFeedback", request)
    wish = SamplingWish(
        request.get("Enabled"),
        request.get("Share"),
        request.get("MostPerDay"),
        request.get("DoubtfulFirst"),
        request.get("RetentionDays"),
        request.get("Address", ""),
    )
    return {"Feedback": _describe(house.feedback.change(version, wish, caller.principal))}


def _describe(state: FeedbackState) -> dict[str, Any]:
    answer: dict[str, Any] = {"Enabled": False, "Drift": _drift(state.drift)}
    plan = state.plan
    if plan is None:
        return answer
    return answer | {
        "Enabled": plan.is_on,
        "Share": plan.share,
        "MostPerDay": plan.most_per_day,
        "DoubtfulFirst": plan.doubtful_first,
        "RetentionDays": plan.retention_days,
        "Address": plan.address,
        "TrialId": plan.trial,
        "Pause": plan.pause,
        "Problem": state.problem if plan.is_on else "",
        "Kept": state.count,
        "KeptToday": state.count_today,
        "Bytes": state.size,
        "PassedOver": state.passed_over,
        "UpdateDate": from_milliseconds(plan.changed_ms),
    }


def _drift(drift: DriftState) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "Status": drift.status,
        "Message": drift.message,
        "Pictures": drift.count,
        "Findings": [_finding(finding) for finding in drift.findings],
        "Examples": list(drift.examples),
    }
    if drift.since_ms:
        answer["Since"] = from_milliseconds(drift.since_ms)
    return answer


def _finding(finding: DriftFinding) -> dict[str, Any]:
    return {
        "Name": finding.name,
        "Higher": finding.is_higher,
        "Distance": finding.distance,
        "Usual": finding.usual,
        "Now": finding.now,
        "Pictures": finding.window,
    }
