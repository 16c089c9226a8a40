"""Projects, in Lookout for Vision's terms."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.lookout.datasets import dataset_metadata
from vedette.api.lookout.tokens import client_token
from vedette.api.operations import operation
from vedette.api.paging import read_page
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject


def create_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make an empty project."""
    name = request["ProjectName"]
    caller.require("CreateProject", caller.own(f"project/{name}"))
    token = client_token(caller, "CreateProject", request)
    project = house.projects.create(_scope(caller), NewProject(name), token)
    return {"ProjectMetadata": _metadata(project)}


@operation(is_quick=True)
def describe_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a project."""
    name = request["ProjectName"]
    caller.require("DescribeProject", caller.own(f"project/{name}"))
    with house.projects.one_moment():
        project = house.projects.find(_scope(caller), name)
        datasets = house.datasets.of_projects([project]).get(project.id, ())
    return {
        "ProjectDescription": {
            **_metadata(project),
            "Datasets": [dataset_metadata(dataset) for dataset in datasets],
        }
    }


@operation(is_quick=True)
def list_projects(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's projects of the region, in the order of creation."""
    caller.require("ListProjects", "*")
    page = read_page(house, request, "ListProjects", caller.account, caller.region)
    projects, more = house.projects.list(_scope(caller), after=page.after(0), most=page.size)
    metadata = [_metadata(project) for project in projects]
    return page.answer({"Projects": metadata}, projects[-1].id if more else None)


def delete_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete an empty project."""
    name = request["ProjectName"]
    caller.require("DeleteProject", caller.own(f"project/{name}"))
    token = client_token(caller, "DeleteProject", request)
    return {"ProjectArn": house.projects.delete(_scope(caller), name, token)}


def _metadata(project: Project) -> dict[str, Any]:
    return {
        "ProjectArn": str(project.arn),
        "ProjectName": project.name,
        "CreationTimestamp": project.created,
    }


def _scope(caller: Caller) -> Scope:
    return Scope("lookoutvision", caller.account, caller.region)
