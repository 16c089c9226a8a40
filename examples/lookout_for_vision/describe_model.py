"""Print what there is to know of a model."""

from common import arguments, run
from resources import find_model


def main() -> None:
    """Ask for the model and print it."""
    args = arguments(__doc__, "project_name", "model_version")
    model = find_model(args.project_name, args.model_version)
    print(model["ModelArn"])
    print(f"Status: {model['Status']} {model['StatusMessage']}")
    if "Performance" in model:
        duration = model["EvaluationEndTimestamp"] - model["CreationTimestamp"]
        figures = model["Performance"]
        print(f"Training and evaluation took {duration}.")
        print(", ".join(f"{name} {figures[name]:.3f}" for name in ("F1Score", "Precision", "Recall")))


if __name__ == "__main__":
    run(main)
