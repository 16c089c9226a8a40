"""Print the policies of a project."""

from common import arguments, client, run


def main() -> None:
    """Ask for them, five at a time."""
    args = arguments(__doc__, "project_arn")
    pages = (
        client("rekognition")
        .get_paginator("list_project_policies")
        .paginate(ProjectArn=args.project_arn, PaginationConfig={"PageSize": 5})
    )
    for page in pages:
        for policy in page["ProjectPolicies"]:
            print(f"{policy['PolicyName']}  revision {policy['PolicyRevisionId']}  {policy['ProjectArn']}")
            print(policy["PolicyDocument"])


if __name__ == "__main__":
    run(main)
