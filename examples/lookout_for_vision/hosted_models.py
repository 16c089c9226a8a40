"""Print the models that run, in all regions that are named: hosted_models.py us-east-1,eu-west-1."""

import os

from common import arguments, run
from resources import every_model


def main() -> None:
    """Walk all projects of each region."""
    args = arguments(__doc__, regions=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"))
    count = 0
    for region in args.regions.split(","):
        os.environ["AWS_DEFAULT_REGION"] = region
        for model in every_model():
            if model["Status"] == "HOSTED":
                count += 1
                print(f"{region}  {model['ProjectName']} {model['ModelVersion']}")
    print(f"{count} models run.")


if __name__ == "__main__":
    run(main)
