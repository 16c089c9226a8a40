"""Print the entries of a dataset, a JSON line each; only those with errors by `--errors yes`."""

from common import arguments, client, run


def main() -> None:
    """Ask for all entries, a hundred at a time."""
    args = arguments(__doc__, "dataset_arn", errors="")
    choice = {"HasErrors": True} if args.errors else {}
    pages = (
        client("rekognition")
        .get_paginator("list_dataset_entries")
        .paginate(DatasetArn=args.dataset_arn, PaginationConfig={"PageSize": 100}, **choice)
    )
    for page in pages:
        print(*page["DatasetEntries"], sep="\n")


if __name__ == "__main__":
    run(main)
