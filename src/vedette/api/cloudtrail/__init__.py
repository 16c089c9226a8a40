"""CloudTrail: what the audit trail holds of an account."""

from vedette.api.cloudtrail.faults import translate
from vedette.api.cloudtrail.lookup import lookup_events
from vedette.api.operations import Handler, OperationsDoor, operation
from vedette.api.permissions import Permission
from vedette.api.protocols import JsonProtocol

OPERATIONS: dict[str, Handler] = {"LookupEvents": operation(effect="reads")(lookup_events)}

DOOR = OperationsDoor(
    JsonProtocol("cloudtrail"),
    OPERATIONS,
    translate,
    title="CloudTrail",
    permissions={"LookupEvents": (Permission("cloudtrail:LookupEvents"),)},
    instead="There is one trail, the installation's own: `vedette audit` shows, verifies and exports it.",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
