"""Versions that are copied with their project: by CopyProjectVersion, where one server holds both projects.

Another installation takes no trained version, and Lookout for Vision has no such operation: there the package
is what can be carried (`vedette model download`), and that is said.
"""

import time
from collections.abc import Iterator

from vedette.cli.copying_objects import read_place
from vedette.cli.remote import Server
from vedette.cli.remote_models import CustomLabelsModels, RemoteModel, open_models

POLL_S = 0.3
CARRIED = ("TRAINING_COMPLETED", "RUNNING", "STOPPED", "STARTING", "STOPPING", "COPYING_COMPLETED")
UNDER_WAY = "COPYING_IN_PROGRESS"


def copy_models(
    source: Server, target: Server, service: str, names: tuple[str, str], to: str, key: str = ""
) -> None:
    """Copy the trained versions that the destination's project has not, oldest first, and print each.

    `key` is the ARN of the key that seals them there.
    """
    old, new = open_models(source, names[0], service), open_models(target, names[1], service)
    if not (isinstance(old, CustomLabelsModels) and isinstance(new, CustomLabelsModels)):
        print("  its models stay: Lookout for Vision copies none. `vedette model download` writes packages.")
        return
    bucket, _, prefix = read_place(to).removeprefix("s3://").partition("/")
    for version in _missing(old, new):
        target.client("rekognition").copy_project_version(
            SourceProjectArn=old.arn,
            SourceProjectVersionArn=version.arn,
            DestinationProjectArn=new.arn,
            VersionName=version.name,
            OutputConfig={"S3Bucket": bucket, "S3KeyPrefix": prefix},
            **({"KmsKeyId": key} if key else {}),
        )
        copy = new.find(version.name)
        while copy.status == UNDER_WAY:
            time.sleep(POLL_S)
            copy = new.find(version.name)
        print(f"  version {copy.name}: {copy.status}. {copy.message}".rstrip())


def _missing(old: CustomLabelsModels, new: CustomLabelsModels) -> Iterator[RemoteModel]:
    present = {version.name for version in new.list()}
    for version in reversed(list(old.list())):
        if version.name in present:
            print(f"  version {version.name}: is there already.")
        elif version.status in CARRIED:
            yield version
        else:
            print(f"  version {version.name}: stays, it is {version.status}.")
