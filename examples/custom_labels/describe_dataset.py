"""Print what there is to know of a dataset."""

from common import arguments, client, run


def main() -> None:
    """Ask for the dataset and print it."""
    args = arguments(__doc__, "dataset_arn")
    dataset = client("rekognition").describe_dataset(DatasetArn=args.dataset_arn)["DatasetDescription"]
    stats = dataset["DatasetStats"]
    print(f"Created:  {dataset['CreationTimestamp']}, updated: {dataset['LastUpdatedTimestamp']}")
    print(f"Status:   {dataset['Status']} {dataset.get('StatusMessageCode', '')} {dataset['StatusMessage']}")
    print(f"Pictures: {stats['TotalEntries']}, labelled: {stats['LabeledEntries']}")
    print(f"Labels:   {stats['TotalLabels']}, pictures with errors: {stats['ErrorEntries']}")


if __name__ == "__main__":
    run(main)
