"""What Lookout calls things in ARNs: models have numbers, from 1, and datasets no ARN."""

import re

from vedette.dialects.names import ResourceName, ResourceNames

_NAME = r"[a-zA-Z0-9_\-]{1,255}"

NAMES = ResourceNames(
    project=ResourceName("project/{name}", re.compile(rf"project/(?P<name>{_NAME})")),
    model=ResourceName(
        "model/{project}/{name}", re.compile(rf"model/(?P<project>{_NAME})/(?P<name>[1-9]\d{{0,9}})")
    ),
    latest="latest",
)
