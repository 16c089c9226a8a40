"""Set or remove tags of a model: tag_model.py MODEL_ARN --set stage=production --remove line."""

from common import arguments, client, run


def main() -> None:
    """Set or remove tags, and print those that there are then."""
    args = arguments(__doc__, "model_arn", set="", remove="")
    lookout = client("lookoutvision")
    pairs = [pair.split("=", 1) for pair in args.set.split(",") if pair]
    if pairs:
        lookout.tag_resource(ResourceArn=args.model_arn, Tags=[{"Key": k, "Value": v} for k, v in pairs])
    if args.remove:
        lookout.untag_resource(ResourceArn=args.model_arn, TagKeys=args.remove.split(","))
    for tag in lookout.list_tags_for_resource(ResourceArn=args.model_arn)["Tags"]:
        print(f"{tag['Key']}={tag['Value']}")


if __name__ == "__main__":
    run(main)
