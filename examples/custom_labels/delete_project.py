"""Delete a project that has no versions any more, and wait until it is gone."""

from common import arguments, client, run, wait_until_gone


def main() -> None:
    """Delete it."""
    args = arguments(__doc__, "project_arn")
    rekognition = client("rekognition")
    print(rekognition.delete_project(ProjectArn=args.project_arn)["Status"])

    def is_there() -> bool:
        pages = rekognition.get_paginator("describe_projects").paginate()
        return any(
            project["ProjectArn"] == args.project_arn
            for page in pages
            for project in page["ProjectDescriptions"]
        )

    wait_until_gone(is_there)
    print("Deleted.")


if __name__ == "__main__":
    run(main)
