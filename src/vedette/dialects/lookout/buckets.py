"""The buckets of a Lookout project: of its own account and region, all of them.

The guide asks for both where it tells how to create a dataset. Asked when a dataset is made or changed, and
when a training begins. Custom Labels asks for less.
"""

from collections.abc import Callable

from vedette.dialects.dialect import Home
from vedette.dialects.lookout.codes import CODES


def bucket_problem(bucket: str, project: Home, find_home: Callable[[], Home]) -> str:
    """Return why a project may not use a bucket, in a sentence; nothing where it may."""
    home = find_home()
    if home.account != project.account:
        return CODES.sentence("LOOKOUT_OWNER", bucket)
    if home.region and home.region != project.region:
        return CODES.sentence("LOOKOUT_REGION", bucket, home.region, project.region)
    return ""
