"""What each operation of Vedette's own service asks for: its own action, on things of the other services."""

from vedette.api.permissions import RESOURCE_TAG, Permission

PROJECT = (
    "arn:aws:rekognition:REGION:ACCOUNT:project/NAME/CREATED or "
    "arn:aws:lookoutvision:REGION:ACCOUNT:project/NAME"
)
MODEL = (
    "arn:aws:rekognition:REGION:ACCOUNT:project/NAME/version/VERSION/CREATED or "
    "arn:aws:lookoutvision:REGION:ACCOUNT:model/NAME/VERSION"
)


def _on(action: str, resource: str) -> tuple[Permission, ...]:
    return (Permission(f"vedette:{action}", resource, (RESOURCE_TAG,)),)


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "CountEntries": _on("CountEntries", PROJECT),
    "DescribeTraining": _on("DescribeTraining", MODEL),
    "DownloadModel": _on("DownloadModel", MODEL),
    "ListEntries": _on("ListEntries", PROJECT),
    "ListLabelSettings": _on("ListLabelSettings", PROJECT),
    "MoveEntries": _on("MoveEntries", PROJECT),
    "QueryEntries": _on("QueryEntries", PROJECT),
    "RemoveEntries": _on("RemoveEntries", PROJECT),
    "UpdateEntries": _on("UpdateEntries", PROJECT),
    "UpdateLabelSettings": _on("UpdateLabelSettings", PROJECT),
}
