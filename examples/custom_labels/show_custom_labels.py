"""Detect in a picture, from a file or a bucket, and draw what was found."""

import io
from pathlib import Path
from typing import Any

from common import arguments, client, run
from PIL import Image, ImageDraw, ImageFont

FONT_SIZE, LINE = 28, 5


def draw(image: Image.Image, labels: list[dict[str, Any]]) -> Image.Image:
    """Draw boxes with their labels; labels of the whole picture stand at its top left."""
    drawing, font = ImageDraw.Draw(image), ImageFont.load_default(FONT_SIZE)
    top = 10.0
    for label in labels:
        text = f"{label['Name']}: {round(label['Confidence'])}%"
        place = label.get("Geometry", {}).get("BoundingBox")
        corner = (10.0, top)
        if place is None:
            top += 1.3 * FONT_SIZE
        else:
            corner = (place["Left"] * image.width, place["Top"] * image.height)
            end = (corner[0] + place["Width"] * image.width, corner[1] + place["Height"] * image.height)
            drawing.rectangle((*corner, *end), outline="lime", width=LINE)
        drawing.rectangle(drawing.textbbox(corner, text, font=font), fill="black")
        drawing.text(corner, text, fill="lime", font=font)
    return image


def main() -> None:
    """Detect with a confidence of 50 or more, and save the drawing."""
    args = arguments(__doc__, "model_arn", "image", bucket=None, out="found.png")
    if args.bucket:
        data = client("s3").get_object(Bucket=args.bucket, Key=args.image)["Body"].read()
        picture: dict[str, Any] = {"S3Object": {"Bucket": args.bucket, "Name": args.image}}
    else:
        data = Path(args.image).read_bytes()
        picture = {"Bytes": data}
    image = Image.open(io.BytesIO(data))
    if image.format not in ("JPEG", "PNG"):
        raise ValueError(f"{args.image} is {image.format}: only JPEG and PNG are taken.")
    found = client("rekognition").detect_custom_labels(
        ProjectVersionArn=args.model_arn, Image=picture, MinConfidence=50
    )
    labels = found["CustomLabels"]
    draw(image.convert("RGB"), labels).save(args.out)
    for label in labels:
        print(f"{label['Name']}: {label['Confidence']:.1f}%")
    print(f"Custom labels detected: {len(labels)}. Drawn: {args.out}")


if __name__ == "__main__":
    run(main)
