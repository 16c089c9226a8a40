"""Add entries to a dataset or change them, from a file of JSON lines."""

from pathlib import Path

from common import arguments, client, run, wait


def main() -> None:
    """Send the file, and wait until it is in."""
    args = arguments(__doc__, "dataset_arn", "updates_file")
    rekognition = client("rekognition")
    changes = {"GroundTruth": Path(args.updates_file).read_bytes()}
    rekognition.update_dataset_entries(DatasetArn=args.dataset_arn, Changes=changes)
    dataset = wait(
        lambda: rekognition.describe_dataset(DatasetArn=args.dataset_arn)["DatasetDescription"],
        {"UPDATE_IN_PROGRESS"},
    )
    print(f"{dataset['Status']}: {dataset['StatusMessage']}")


if __name__ == "__main__":
    run(main)
