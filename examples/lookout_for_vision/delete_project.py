"""Delete a project that has no models any more."""

from common import arguments, client, run


def main() -> None:
    """Delete it."""
    args = arguments(__doc__, "project_name")
    print(client("lookoutvision").delete_project(ProjectName=args.project_name)["ProjectArn"])


if __name__ == "__main__":
    run(main)
