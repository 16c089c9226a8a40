"""Delete a policy of a project, after you have typed `delete`."""

from common import arguments, client, confirmed, run


def main() -> None:
    """Ask, and delete it."""
    args = arguments(__doc__, "policy_name", "project_arn", policy_revision_id=None)
    if not confirmed(f"The policy {args.policy_name} will be gone for good."):
        print("Not deleted.")
        return
    revision = {"PolicyRevisionId": args.policy_revision_id} if args.policy_revision_id else {}
    client("rekognition").delete_project_policy(
        ProjectArn=args.project_arn, PolicyName=args.policy_name, **revision
    )
    print("Deleted.")


if __name__ == "__main__":
    run(main)
