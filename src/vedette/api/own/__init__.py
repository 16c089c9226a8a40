"""Vedette's own service: what AWS has no operation for, asked and answered as AWS would."""

from vedette.api.operations import Handler, OperationsDoor
from vedette.api.own.entries import list_entries, move_entries, remove_entries, update_entries
from vedette.api.own.faults import translate
from vedette.api.own.labels import list_label_settings, update_label_settings
from vedette.api.own.models import describe_training, download_model
from vedette.api.own.permissions import PERMISSIONS
from vedette.api.own.queries import count_entries, query_entries
from vedette.api.protocols import RestJsonProtocol

OPERATIONS: dict[str, Handler] = {
    "CountEntries": count_entries,
    "DescribeTraining": describe_training,
    "DownloadModel": download_model,
    "ListEntries": list_entries,
    "ListLabelSettings": list_label_settings,
    "MoveEntries": move_entries,
    "QueryEntries": query_entries,
    "RemoveEntries": remove_entries,
    "UpdateEntries": update_entries,
    "UpdateLabelSettings": update_label_settings,
}

DOOR = OperationsDoor(
    RestJsonProtocol("vedette", family="json"),
    OPERATIONS,
    translate,
    title="Vedette's own",
    permissions=PERMISSIONS,
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
