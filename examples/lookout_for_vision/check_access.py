"""Check that you are let in: print the name and the ARN of each project. None at all proves it too."""

from common import client, run


def main() -> None:
    """Ask for all projects, page by page."""
    for page in client("lookoutvision").get_paginator("list_projects").paginate():
        for project in page["Projects"]:
            print(f"{project['ProjectName']}  {project['ProjectArn']}")
    print("Done.")


if __name__ == "__main__":
    run(main)
