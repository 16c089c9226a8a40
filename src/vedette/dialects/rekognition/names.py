"""What Custom Labels calls things in ARNs: each ends with the moment of its creation, in milliseconds."""

import re

from vedette.dialects.names import ResourceName, ResourceNames

_NAME = r"[a-zA-Z0-9_.\-]{1,255}"

NAMES = ResourceNames(
    project=ResourceName("project/{name}/{created}", re.compile(rf"project/(?P<name>{_NAME})/[0-9]{{1,16}}")),
    model=ResourceName(
        "project/{project}/version/{name}/{created}",
        re.compile(rf"project/(?P<project>{_NAME})/version/(?P<name>{_NAME})/(?P<created>\d{{1,16}})"),
    ),
    dataset=ResourceName(
        "project/{project}/dataset/{kind}/{created}",
        re.compile(rf"project/(?P<project>{_NAME})/dataset/(?P<kind>train|test)/(?P<created>\d{{1,16}})"),
    ),
)
