"""CloudTrail: what the audit trail holds of an account, looked up and delivered."""

from vedette.api.cloudtrail import trails
from vedette.api.cloudtrail.faults import translate
from vedette.api.cloudtrail.lookup import lookup_events
from vedette.api.operations import Handler, OperationsDoor, operation
from vedette.api.permissions import OBJECT, Permission
from vedette.api.protocols import JsonProtocol

OPERATIONS: dict[str, Handler] = {
    "CreateTrail": trails.create_trail,
    "DeleteTrail": trails.delete_trail,
    "DescribeTrails": trails.describe_trails,
    "GetEventSelectors": trails.get_event_selectors,
    "GetTrail": trails.get_trail,
    "GetTrailStatus": trails.get_trail_status,
    "ListPublicKeys": trails.list_public_keys,
    "ListTrails": trails.list_trails,
    "LookupEvents": operation(effect="reads")(lookup_events),
    "PutEventSelectors": trails.put_event_selectors,
    "StartLogging": operation(effect="writes")(trails.start_logging),
    "StopLogging": operation(effect="writes")(trails.stop_logging),
    "UpdateTrail": trails.update_trail,
}
OF_ALL = ("DescribeTrails", "ListPublicKeys", "ListTrails", "LookupEvents")
# Who has events put into a bucket could put them there.
INTO_A_BUCKET = ("CreateTrail", "StartLogging", "UpdateTrail")
PERMISSIONS = {
    name: (
        Permission(f"cloudtrail:{name}", *(() if name in OF_ALL else ("trail/NAME",))),
        *((Permission("s3:PutObject", OBJECT),) if name in INTO_A_BUCKET else ()),
    )
    for name in OPERATIONS
}

DOOR = OperationsDoor(
    JsonProtocol("cloudtrail"),
    OPERATIONS,
    translate,
    title="CloudTrail",
    permissions=PERMISSIONS,
    instead="Trails deliver all that the audit trail holds; `vedette audit` shows, verifies and exports it.",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
