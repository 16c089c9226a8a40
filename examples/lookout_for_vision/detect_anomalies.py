"""Ask a model about a picture, and say what its verdict means for you.

A verdict counts from a confidence on (`--confidence 0.5`); an anomaly of a kind counts from an area on
(`--area 0.01` of the picture, and `--kind cracked`).
"""

from pathlib import Path
from typing import Any

from common import arguments, client, run
from resources import content_type


def reasons(result: dict[str, Any], confidence: float, kind: str, area: float) -> list[str]:
    """Return why the picture is rejected; nothing where it is good."""
    if not result["IsAnomalous"]:
        return []
    found = [f"anomalous with a confidence of {result['Confidence']:.2%}"]
    if result["Confidence"] < confidence:
        return []
    shares = {one["Name"]: one["PixelAnomaly"]["TotalPercentageArea"] for one in result.get("Anomalies", [])}
    if kind and shares.get(kind, 0.0) < area:
        return []
    return found + [f"{name} on {share:.2%} of it" for name, share in shares.items() if name != "background"]


def main() -> None:
    """Detect, and print the decision."""
    args = arguments(__doc__, "project_name", "model_version", "image", confidence=0.5, kind="", area=0.0)
    with Path(args.image).open("rb") as body:
        answer = client("lookoutvision").detect_anomalies(
            ProjectName=args.project_name,
            ModelVersion=args.model_version,
            ContentType=content_type(args.image),
            Body=body,
        )
    result = answer["DetectAnomalyResult"]
    why = reasons(result, args.confidence, args.kind, args.area)
    print(f"Reject: {', '.join(why)}" if why else f"Keep: confidence {result['Confidence']:.2%}")


if __name__ == "__main__":
    run(main)
