"""Ask a model about a picture, and draw its verdict and the places of its anomalies."""

import io
from pathlib import Path

import numpy as np
from common import arguments, client, run
from PIL import Image, ImageDraw, ImageFont
from resources import content_type


def main() -> None:
    """Detect, lay the mask's colours over the picture, and save it."""
    args = arguments(__doc__, "project_name", "model_version", "image", out="anomalies.png")
    data = Path(args.image).read_bytes()
    result = client("lookoutvision").detect_anomalies(
        ProjectName=args.project_name,
        ModelVersion=args.model_version,
        ContentType=content_type(args.image),
        Body=data,
    )["DetectAnomalyResult"]
    image = Image.open(io.BytesIO(data)).convert("RGB")
    if result.get("AnomalyMask"):
        mask = Image.open(io.BytesIO(result["AnomalyMask"])).convert("RGB").resize(image.size, 0)
        is_marked = (np.asarray(mask) != 255).any(2)
        share = Image.fromarray((is_marked * 140).astype(np.uint8))
        image = Image.composite(mask, image, share)
    lines = ["anomalous" if result["IsAnomalous"] else "normal", f"{result['Confidence']:.1%}"]
    lines += [
        f"{one['Name']}: {one['PixelAnomaly']['TotalPercentageArea']:.2%}"
        for one in result.get("Anomalies", [])
        if one["Name"] != "background"
    ]
    font, text = ImageFont.load_default(18), "\n".join(lines)
    drawing = ImageDraw.Draw(image)
    drawing.rectangle(drawing.multiline_textbbox((8, 8), text, font=font), fill="black")
    drawing.multiline_text((8, 8), text, fill="white", font=font)
    image.save(args.out)
    print(*lines, f"drawn: {args.out}", sep=", ")


if __name__ == "__main__":
    run(main)
