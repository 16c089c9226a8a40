"""Create a dataset of a project, `train` or `test`, from a manifest in a bucket."""

from common import arguments, run
from resources import create_dataset


def main() -> None:
    """Create it, and wait for it."""
    args = arguments(__doc__, "project_name", "dataset_type", "bucket", "manifest_file")
    create_dataset(args.project_name, args.dataset_type, args.bucket, args.manifest_file)
    print("CREATE_COMPLETE")


if __name__ == "__main__":
    run(main)
