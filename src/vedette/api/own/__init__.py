"""Vedette's own service: what AWS has no operation for, asked and answered as AWS would."""

from vedette.api.faults import Handler
from vedette.api.own.entries import list_entries, move_entries, remove_entries, update_entries
from vedette.api.own.faults import translate
from vedette.api.own.labels import list_label_settings, update_label_settings
from vedette.api.own.models import describe_training, download_model

OPERATIONS: dict[str, Handler] = {
    "DescribeTraining": describe_training,
    "DownloadModel": download_model,
    "ListEntries": list_entries,
    "ListLabelSettings": list_label_settings,
    "MoveEntries": move_entries,
    "RemoveEntries": remove_entries,
    "UpdateEntries": update_entries,
    "UpdateLabelSettings": update_label_settings,
}

__all__ = ["OPERATIONS", "translate"]
