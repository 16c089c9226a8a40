"""Find the models that have a tag of this value. Projects of this service have no tags."""

from common import arguments, client, run
from resources import every_model


def main() -> None:
    """Walk all models of all projects."""
    args = arguments(__doc__, "tag", "value")
    lookout = client("lookoutvision")
    for model in every_model():
        tags = lookout.list_tags_for_resource(ResourceArn=model["ModelArn"])["Tags"]
        if {"Key": args.tag, "Value": args.value} in tags:
            print(f"{model['ProjectName']} {model['ModelVersion']}")


if __name__ == "__main__":
    run(main)
