"""What the page of a version asks and changes, that the services have no operation for."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.api.own.projects import find_project
from vedette.api.own.trainings import describe_need
from vedette.dialects.training_data import FrozenProblem
from vedette.errors import MalformedPolicy, Missing
from vedette.projects.policy_review import KnownPeople, review_policy
from vedette.projects.version import WORDS


def update_model_description(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change what a person says of a version; an empty text takes it away."""
    version = find_model(house, caller, "UpdateModelDescription", request)
    house.versions.describe(version, request["Description"])
    return {}


def describe_training_failure(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say why a training came to nothing: what it lacked, and which lines it could not use."""
    version = find_model(house, caller, "DescribeTrainingFailure", request)
    failure = house.trainings.facts.failure(version)
    if failure is None:
        raise Missing(
            f"The version {version.name} {WORDS[version.state]}.", kind="version", name=version.path
        )
    return {
        "Message": version.message,
        "Blame": failure.blame,
        "Needs": [describe_need(need) for need in failure.needs],
        "Problems": [_problem(problem) for problem in failure.problems],
        "ProblemCount": failure.problem_count,
        "HasManifests": bool(version.inputs.get("train") or version.inputs.get("test")),
    }


def _problem(problem: FrozenProblem) -> dict[str, Any]:
    answer = {
        "DatasetType": problem.part,
        "Line": problem.line,
        "SourceRef": problem.source,
        "Code": problem.code,
        "Message": problem.message,
    }
    return {name: value for name, value in answer.items() if value not in ("", 0)}


def check_project_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say whether a policy could be put as it stands, and what in it is suspicious; nothing is put."""
    project = find_project(house, caller, "CheckProjectPolicy", request["ProjectArn"])
    people = KnownPeople(house.identity.find_ids, house.identity.has_account)
    try:
        warnings = review_policy(project, request["PolicyDocument"], people)
    except MalformedPolicy as refusal:
        return {"IsUsable": False, "Problem": refusal.sentence, "Warnings": []}
    listed = [{"Kind": item.kind, "Statement": item.statement, "Name": item.name} for item in warnings]
    return {"IsUsable": True, "Warnings": listed}
