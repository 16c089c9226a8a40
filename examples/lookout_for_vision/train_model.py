"""Train a model with a project's datasets, and wait for it."""

from common import arguments, run
from resources import train


def main() -> None:
    """Train it, and print its version."""
    args = arguments(__doc__, "project_name", "output", description="")
    more = {"Description": args.description} if args.description else {}
    model = train(args.project_name, args.output, **more)
    print(f"Version {model['ModelVersion']}: {model['Status']}, F1 {model['Performance']['F1Score']:.3f}")


if __name__ == "__main__":
    run(main)
