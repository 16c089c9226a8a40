"""Create a dataset without pictures, which come later (update_dataset_entries.py)."""

from common import arguments, run

from datasets import create_dataset


def main() -> None:
    """Create it, wait for it, and print its ARN."""
    args = arguments(__doc__, "project_arn", "dataset_type")
    print(create_dataset(args.project_arn, args.dataset_type))


if __name__ == "__main__":
    run(main)
