"""Create a dataset with the entries of another one, which stays as it is."""

from common import arguments, run

from datasets import create_dataset


def main() -> None:
    """Copy it, wait for it, and print the new one's ARN."""
    args = arguments(__doc__, "project_arn", "dataset_type", "dataset_arn")
    print(create_dataset(args.project_arn, args.dataset_type, {"DatasetArn": args.dataset_arn}))


if __name__ == "__main__":
    run(main)
