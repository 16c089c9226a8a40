"""Check that you are let in: print the status and the ARN of each project. None at all proves it too."""

from common import client, run


def main() -> None:
    """Ask for all projects, page by page."""
    for page in client("rekognition").get_paginator("describe_projects").paginate():
        for project in page["ProjectDescriptions"]:
            print(f"{project['Status']}  {project['ProjectArn']}")
    print("Done.")


if __name__ == "__main__":
    run(main)
