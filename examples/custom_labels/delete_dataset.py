"""Delete a dataset, and wait until it is gone."""

from common import arguments, client, run, wait_until_gone


def main() -> None:
    """Delete it; the pictures in the bucket stay."""
    args = arguments(__doc__, "dataset_arn")
    rekognition = client("rekognition")
    rekognition.delete_dataset(DatasetArn=args.dataset_arn)

    def is_there() -> bool:
        try:
            rekognition.describe_dataset(DatasetArn=args.dataset_arn)
        except rekognition.exceptions.ResourceNotFoundException:
            return False
        return True

    wait_until_gone(is_there)
    print("Deleted.")


if __name__ == "__main__":
    run(main)
