"""Copies of versions, and the policies that allow them to others, in Rekognition's terms."""

from functools import partial
from typing import Any

from vedette.api.house import Caller, House, about_tags
from vedette.api.paging import read_page
from vedette.api.rekognition.features import refuse_other_features
from vedette.api.training_keys import find_training_key
from vedette.arn import parse_arn
from vedette.errors import Denied, Missing, Wrong
from vedette.identity.may import may
from vedette.projects.policy import ACTION
from vedette.projects.project import Project
from vedette.projects.version import Version, read_version_arn
from vedette.training.order import NewTraining

# The service lists no more policies than this at once.
MOST_POLICIES = 5


def put_project_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Attach a policy to a project, or change one."""
    project = _project(house, caller, "PutProjectPolicy", request)
    name, revision = request["PolicyName"], request.get("PolicyRevisionId", "")
    document, resolve = request["PolicyDocument"], house.identity.find_ids
    return {"PolicyRevisionId": house.projects.policies.put(project, name, document, revision, resolve)}


def list_project_policies(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's policies, in the order in which they came."""
    project = _project(house, caller, "ListProjectPolicies", request)
    page = read_page(house, request, "ListProjectPolicies", project.id, size=MOST_POLICIES)
    policies, more = house.projects.policies.list(project, after=page.after(0), most=page.size)
    descriptions = [
        {
            "ProjectArn": str(project.arn),
            "PolicyName": policy.name,
            "PolicyRevisionId": policy.revision,
            "PolicyDocument": policy.document,
            "CreationTimestamp": policy.created,
            "LastUpdatedTimestamp": policy.updated,
        }
        for policy in policies
    ]
    return page.answer({"ProjectPolicies": descriptions}, policies[-1].id if more else None)


def delete_project_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a policy of a project."""
    project = _project(house, caller, "DeleteProjectPolicy", request)
    house.projects.policies.delete(project, request["PolicyName"], request.get("PolicyRevisionId", ""))
    return {}


def copy_project_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Copy a version into a project of the caller's own, which may be of another account than the source."""
    output, tags = request["OutputConfig"], request.get("Tags", {})
    target_arn = caller.permit("CopyProjectVersion", request["DestinationProjectArn"], tags=tags)
    target = house.projects.find_by_arn(str(target_arn), caller.region)
    refuse_other_features(target)
    source = _source(house, caller, request)
    new_copy = NewTraining(
        caller=caller.principal,
        bucket=output.get("S3Bucket", ""),
        prefix=output.get("S3KeyPrefix", ""),
        name=request["VersionName"],
        tags=tags,
        kms_key=request.get("KmsKeyId", ""),
        encryption_key=find_training_key(
            house, caller, request.get("KmsKeyId", ""), target.dialect.key_actions
        ),
    )
    if tags:
        version_arn = caller.own(f"project/{target.name}/version/{new_copy.name}/*")
        caller.require("TagResource", version_arn, tags=tags)
    return {"ProjectVersionArn": str(house.trainings.copy(source, target, new_copy).arn)}


def _source(house: House, caller: Caller, request: dict[str, Any]) -> Version:
    """Return the version to copy, if the caller may: by its own account, or by the project's policies.

    The refusal is the same with and without the version, so that it discloses nothing.
    """
    text = request["SourceProjectVersionArn"]
    names = read_version_arn(text)
    if parse_arn(text).service != caller.service or names is None:
        raise Wrong(f"{text} is not the ARN of a version.", name=text)
    refusal = Denied(
        f"User: {caller.principal.arn} is not authorized to perform: {ACTION} on resource: {text}"
    )
    facts = {**caller.context, **about_tags(request.get("Tags", {}))}
    about = partial(may, caller.principal, ACTION, text, facts, tags_of=partial(caller.tags_of, text))
    own = about()
    try:
        project = house.projects.find_by_arn(request["SourceProjectArn"], caller.region)
        source = house.versions.find_by_arn(text, caller.region)
    except Missing:
        if own:
            raise
        raise refusal from None
    if source.project.id != project.id and not own:
        # Policies of another project, which may be the caller's own, do not count.
        raise refusal
    policies = house.projects.policies.of(source.project)
    if not about(policies=policies):
        raise refusal
    if source.project.id != project.id:
        raise Wrong("The version to be copied is of another project than SourceProjectArn.", name=text)
    return source


def _project(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Project:
    arn = caller.permit(action, request["ProjectArn"])
    project = house.projects.find_by_arn(str(arn), caller.region)
    refuse_other_features(project)
    return project
