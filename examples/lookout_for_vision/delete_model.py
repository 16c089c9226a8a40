"""Delete a model that does not run, after you have typed `delete`."""

from common import arguments, client, confirmed, run, wait_until_gone


def main() -> None:
    """Ask, delete, and wait until it is listed no more."""
    args = arguments(__doc__, "project_name", "model_version")
    if not confirmed(f"Version {args.model_version} of {args.project_name} will be gone for good."):
        print("Not deleted.")
        return
    lookout = client("lookoutvision")
    lookout.delete_model(ProjectName=args.project_name, ModelVersion=args.model_version)

    def is_there() -> bool:
        pages = lookout.get_paginator("list_models").paginate(ProjectName=args.project_name)
        return any(model["ModelVersion"] == args.model_version for page in pages for model in page["Models"])

    wait_until_gone(is_there)
    print("Deleted.")


if __name__ == "__main__":
    run(main)
