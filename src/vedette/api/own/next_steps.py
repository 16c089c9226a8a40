"""What a project needs next, as facts that pages put into words."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project


def list_next_steps(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what is to be done, what a training cannot begin without first."""
    project = find_project(house, caller, "ListNextSteps", request["ProjectArn"])
    return {
        "Steps": [
            {
                "Kind": step.kind,
                "DatasetType": step.dataset,
                "Count": step.count,
                "Labels": list(step.labels),
                "IsNeeded": step.is_needed,
            }
            for step in house.next_steps.of_project(project)
        ]
    }
