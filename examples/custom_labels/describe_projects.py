"""Print projects and their datasets; all, or the one of a name."""

from common import arguments, client, run


def main() -> None:
    """Ask for the projects and print them."""
    args = arguments(__doc__, project_name=None)
    rekognition = client("rekognition")
    names = {"ProjectNames": [args.project_name]} if args.project_name else {}
    for page in rekognition.get_paginator("describe_projects").paginate(**names):
        for project in page["ProjectDescriptions"]:
            print(f"{project['ProjectArn']}  {project['Status']}")
            for dataset in project.get("Datasets", []):
                print(f"  {dataset['DatasetType']}  {dataset['DatasetArn']}  {dataset['Status']}")
                print(f"    {dataset['StatusMessage']} {dataset.get('StatusMessageCode', '')}".rstrip())
            if not project.get("Datasets"):
                print("  Datasets: None")


if __name__ == "__main__":
    run(main)
