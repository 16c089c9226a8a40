"""Print what there is to know of a dataset."""

from common import arguments, run
from resources import find_dataset


def main() -> None:
    """Ask for the dataset and print it."""
    args = arguments(__doc__, "project_name", "dataset_type")
    dataset = find_dataset(args.project_name, args.dataset_type)
    stats = dataset["ImageStats"]
    print(
        f"{dataset['ProjectName']} {dataset['DatasetType']}: {dataset['Status']} {dataset['StatusMessage']}"
    )
    print(f"Images: {stats['Total']}, labelled: {stats['Labeled']}")
    print(f"Normal: {stats['Normal']}, anomalies: {stats['Anomaly']}")


if __name__ == "__main__":
    run(main)
