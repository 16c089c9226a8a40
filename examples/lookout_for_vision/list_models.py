"""Print the models of all projects with their state."""

from common import run
from resources import every_model


def main() -> None:
    """Walk all projects."""
    for model in every_model():
        print(f"{model['ProjectName']} {model['ModelVersion']}  {model['Status']}  {model['ModelArn']}")


if __name__ == "__main__":
    run(main)
