"""Delete a dataset of a project; the pictures in the bucket stay."""

from common import arguments, client, run, wait_until_gone
from resources import find_dataset


def main() -> None:
    """Delete it, and wait until it is gone."""
    args = arguments(__doc__, "project_name", "dataset_type")
    lookout = client("lookoutvision")
    lookout.delete_dataset(ProjectName=args.project_name, DatasetType=args.dataset_type)

    def is_there() -> bool:
        try:
            find_dataset(args.project_name, args.dataset_type)
        except lookout.exceptions.ResourceNotFoundException:
            return False
        return True

    wait_until_gone(is_there)
    print("Deleted.")


if __name__ == "__main__":
    run(main)
