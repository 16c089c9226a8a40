"""Add entries to a dataset or change them, from a file of JSON lines."""

from pathlib import Path

from common import arguments, client, run, wait
from resources import find_dataset


def main() -> None:
    """Send the file, and wait until it is in."""
    args = arguments(__doc__, "project_name", "dataset_type", "updates_file")
    client("lookoutvision").update_dataset_entries(
        ProjectName=args.project_name,
        DatasetType=args.dataset_type,
        Changes=Path(args.updates_file).read_bytes(),
    )
    dataset = wait(lambda: find_dataset(args.project_name, args.dataset_type), {"UPDATE_IN_PROGRESS"})
    print(f"{dataset['Status']}: {dataset['StatusMessage']}")


if __name__ == "__main__":
    run(main)
