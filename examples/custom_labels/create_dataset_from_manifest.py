"""Create a dataset of a project from a manifest that lies in a bucket."""

from common import arguments, run

from datasets import create_dataset


def main() -> None:
    """Create it, wait for it, and print its ARN."""
    args = arguments(__doc__, "project_arn", "dataset_type", "bucket", "manifest_file")
    manifest = {"S3Object": {"Bucket": args.bucket, "Name": args.manifest_file}}
    print(create_dataset(args.project_arn, args.dataset_type, {"GroundTruthManifest": manifest}))


if __name__ == "__main__":
    run(main)
