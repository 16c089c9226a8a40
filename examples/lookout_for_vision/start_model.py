"""Start a model, and wait until it answers."""

from common import arguments, run
from resources import start


def main() -> None:
    """Start it with as many units as are asked for."""
    args = arguments(__doc__, "project_name", "model_version", min_inference_units=1, max_inference_units=0)
    model = start(args.project_name, args.model_version, args.min_inference_units, args.max_inference_units)
    print(f"{model['Status']}: {model['StatusMessage']}")


if __name__ == "__main__":
    run(main)
