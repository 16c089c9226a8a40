"""What the page of a version asks and changes, that the services have no operation for."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.api.own.projects import find_project
from vedette.errors import MalformedPolicy
from vedette.projects.policy_review import KnownPeople, review_policy


def update_model_description(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change what a person says of a version; an empty text takes it away."""
    version = find_model(house, caller, "UpdateModelDescription", request)
    house.versions.describe(version, request["Description"])
    return {}


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
