"""Projects, in Rekognition's terms."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.api.paging import read_page
from vedette.api.rekognition.datasets import dataset_metadata
from vedette.datasets.dataset import Dataset
from vedette.errors import Wrong
from vedette.projects.project import Project, Scope
from vedette.projects.projects import NewProject


def create_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a project. The permission is asked for the ARN it would get, whatever its creation time."""
    name, tags = request["ProjectName"], request.get("Tags", {})
    caller.require("CreateProject", caller.own(f"project/{name}/*"), tags=tags)
    if tags:
        caller.require("TagResource", caller.own(f"project/{name}/*"), tags=tags)
    feature, auto_update = request.get("Feature", "CUSTOM_LABELS"), request.get("AutoUpdate", "")
    if feature == "CONTENT_MODERATION" and not auto_update:
        raise Wrong("AutoUpdate is required for the feature CONTENT_MODERATION.")
    new_project = NewProject(name, feature, auto_update, is_feature_named="Feature" in request, tags=tags)
    project = house.projects.create(_scope(caller), new_project)
    return {"ProjectArn": str(project.arn)}


@operation(is_quick=True)
def describe_projects(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List projects in the order of creation; unknown names are left out."""
    caller.require("DescribeProjects", "*")
    names = sorted(request.get("ProjectNames", ()))
    features = sorted(request.get("Features", ("CUSTOM_LABELS",)))
    page = read_page(house, request, "DescribeProjects", caller.account, caller.region, names, features)
    with house.projects.one_moment():
        projects, more = house.projects.list(
            _scope(caller), names=names, features=features, after=page.after(0), most=page.size
        )
        datasets = house.datasets.of_projects(projects)
    descriptions = [_description(project, datasets.get(project.id, ())) for project in projects]
    return page.answer({"ProjectDescriptions": descriptions}, projects[-1].id if more else None)


def delete_project(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete an empty project; it is deleted at once, though the answer says DELETING."""
    arn = caller.permit("DeleteProject", request["ProjectArn"])
    house.projects.delete_by_arn(str(arn), caller.region)
    return {"Status": "DELETING"}


def _description(project: Project, datasets: Sequence[Dataset]) -> dict[str, Any]:
    description: dict[str, Any] = {
        "ProjectArn": str(project.arn),
        "CreationTimestamp": project.created,
        "Status": project.status,
        "Datasets": [dataset_metadata(project, dataset) for dataset in datasets],
    }
    # Terraform takes what it did not ask for as a change, so what the request did not name goes unsaid.
    if project.is_feature_named or project.feature != "CUSTOM_LABELS":
        description["Feature"] = project.feature
    if project.auto_update:
        description["AutoUpdate"] = project.auto_update
    return description


def _scope(caller: Caller) -> Scope:
    return Scope("rekognition", caller.account, caller.region)
