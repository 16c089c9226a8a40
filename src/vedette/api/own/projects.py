"""A project of either service, found by its ARN and by what the caller may do to it."""

from vedette.api.house import Caller, House
from vedette.arn import parse_arn
from vedette.errors import Missing, Wrong
from vedette.projects.project import Project, read_project_arn


def find_project(house: House, caller: Caller, action: str, text: str) -> Project:
    """Return the project that an ARN of either service names, if the caller may do this to it."""
    arn = parse_arn(text)
    caller.require(action, arn)
    if read_project_arn(text) is None:
        raise Wrong(f"{text} is not the ARN of a project.", kind="project", name=text)
    if arn.region != caller.region:
        raise Missing(f"{text} is in another region than {caller.region}.", kind="project", name=text)
    return house.projects.find_by_arn(text, caller.region)
