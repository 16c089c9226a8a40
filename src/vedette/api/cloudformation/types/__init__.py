"""The types of resources that stacks can have, by their names."""

from vedette.api.cloudformation.types.alarms import ALARM
from vedette.api.cloudformation.types.base import ResourceType
from vedette.api.cloudformation.types.buckets import BUCKET, BUCKET_POLICY
from vedette.api.cloudformation.types.identities import GROUP, ROLE, USER
from vedette.api.cloudformation.types.keys import ALIAS, KEY
from vedette.api.cloudformation.types.policies import ACCESS_KEY, MANAGED_POLICY, POLICY
from vedette.api.cloudformation.types.projects import LOOKOUT_PROJECT, REKOGNITION_PROJECT
from vedette.api.cloudformation.types.toolkit import METADATA

TYPES: dict[str, ResourceType] = {
    kind.name: kind
    for kind in (
        REKOGNITION_PROJECT,
        LOOKOUT_PROJECT,
        BUCKET,
        BUCKET_POLICY,
        KEY,
        ALIAS,
        ALARM,
        USER,
        GROUP,
        ROLE,
        POLICY,
        MANAGED_POLICY,
        ACCESS_KEY,
        METADATA,
    )
}
