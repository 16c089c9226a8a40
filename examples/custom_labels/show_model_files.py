"""Print all that is known of a version as JSON: among it where its evaluation and its manifests lie."""

import json

from common import arguments, run
from models import find_version


def main() -> None:
    """Ask for the version and print it."""
    args = arguments(__doc__, "project_arn", "version_name")
    print(json.dumps(find_version(args.project_arn, args.version_name), indent=2, default=str))


if __name__ == "__main__":
    run(main)
