"""Attach a policy to a project: who else may copy its models."""

from pathlib import Path

from common import arguments, client, run


def main() -> None:
    """Put the policy; a revision id makes sure that nobody changed it meanwhile."""
    args = arguments(__doc__, "project_arn", "policy_name", "project_policy", policy_revision_id=None)
    revision = {"PolicyRevisionId": args.policy_revision_id} if args.policy_revision_id else {}
    answer = client("rekognition").put_project_policy(
        ProjectArn=args.project_arn,
        PolicyName=args.policy_name,
        PolicyDocument=Path(args.project_policy).read_text("utf-8"),
        **revision,
    )
    print(answer["PolicyRevisionId"])


if __name__ == "__main__":
    run(main)
