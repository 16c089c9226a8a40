"""Find the projects and versions that have a tag of this value."""

from common import arguments, client, run


def main() -> None:
    """Walk all projects and their versions."""
    args = arguments(__doc__, "tag", "value")
    rekognition = client("rekognition")

    def has_tag(arn: str) -> bool:
        tags = rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"]
        return bool(tags.get(args.tag) == args.value)

    for page in rekognition.get_paginator("describe_projects").paginate():
        for project in page["ProjectDescriptions"]:
            arns = [project["ProjectArn"]]
            versions = rekognition.get_paginator("describe_project_versions")
            for part in versions.paginate(ProjectArn=project["ProjectArn"]):
                arns += [version["ProjectVersionArn"] for version in part["ProjectVersionDescriptions"]]
            print(*filter(has_tag, arns), sep="\n", end="")
    print()


if __name__ == "__main__":
    run(main)
