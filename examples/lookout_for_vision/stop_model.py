"""Stop a model, and wait until it stands."""

from common import arguments, run
from resources import stop


def main() -> None:
    """Stop it."""
    args = arguments(__doc__, "project_name", "model_version")
    print(stop(args.project_name, args.model_version)["Status"])


if __name__ == "__main__":
    run(main)
