"""Exports: a dataset written into a folder of a bucket, in the background."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.clock import from_milliseconds
from vedette.exports.values import ExportState, ExportWish


def create_export(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to write a dataset's entries of this moment, with their pictures where they are wanted."""
    project = find_project(house, caller, "CreateExport", request["ProjectArn"])
    # An export says what a list says.
    caller.require("ListEntries", request["ProjectArn"])
    wish = ExportWish(
        request["DatasetType"],
        request["Format"],
        request.get("WithPictures", False),
        request["Address"],
        request.get("Existing", "refuse"),
    )
    return _describe(house.exports.create(project, wish, caller.principal))


def describe_export(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far an export is."""
    project = find_project(house, caller, "DescribeExport", request["ProjectArn"])
    return _describe(house.exports.describe(project, request["ExportId"]))


def list_exports(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's exports, the newest first."""
    project = find_project(house, caller, "ListExports", request["ProjectArn"])
    return {"Exports": [_describe(state) for state in house.exports.of_projects([project.id])]}


def cancel_export(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave an export; what it has written stays."""
    project = find_project(house, caller, "CancelExport", request["ProjectArn"])
    return _describe(house.exports.cancel(project, request["ExportId"]))


def delete_export(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget an export that is over; what it has written stays."""
    project = find_project(house, caller, "DeleteExport", request["ProjectArn"])
    house.exports.delete(project, request["ExportId"])
    return {}


def _describe(state: ExportState) -> dict[str, Any]:
    wish = state.wish
    return {
        "ExportId": state.id,
        "DatasetType": wish.dataset,
        "Format": wish.form,
        "WithPictures": wish.with_pictures,
        "Address": wish.address,
        "Existing": wish.existing,
        "Status": state.status,
        "Message": state.message,
        "Done": state.completed,
        "Total": state.total,
        "Files": state.files,
        "Bytes": state.size,
        "LeftOut": state.left_out,
        "CreationDate": from_milliseconds(state.created_ms),
        "UpdateDate": from_milliseconds(state.changed_ms),
    }
