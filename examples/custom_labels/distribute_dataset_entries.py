"""Give an empty test dataset a fifth of the training dataset's entries."""

from functools import partial

from common import arguments, client, run, wait


def main() -> None:
    """Distribute them, and wait for both."""
    args = arguments(__doc__, "training_dataset_arn", "test_dataset_arn")
    rekognition = client("rekognition")
    arns = (args.training_dataset_arn, args.test_dataset_arn)
    rekognition.distribute_dataset_entries(Datasets=[{"Arn": arn} for arn in arns])

    def look(arn: str) -> dict[str, str]:
        description: dict[str, str] = rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        return description

    statuses = [wait(partial(look, arn), {"UPDATE_IN_PROGRESS"})["Status"] for arn in arns]
    if set(statuses) != {"UPDATE_COMPLETE"}:
        raise ValueError(f"training: {statuses[0]}, test: {statuses[1]}")
    print("Distribution complete.")


if __name__ == "__main__":
    run(main)
