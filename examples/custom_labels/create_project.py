"""Create a project, with tags if there are any: create_project.py boards --tags stage=production,line=2."""

from common import arguments, client, run


def main() -> None:
    """Create it and print its ARN."""
    args = arguments(__doc__, "project_name", tags="")
    tags = dict(pair.split("=", 1) for pair in args.tags.split(",") if pair)
    answer = client("rekognition").create_project(
        ProjectName=args.project_name, **({"Tags": tags} if tags else {})
    )
    print(answer["ProjectArn"])


if __name__ == "__main__":
    run(main)
