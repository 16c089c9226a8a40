"""Find cracked cookies and where they are cracked: the getting-started tutorial in one script.

    vedette examples get cookies
    python getting_started.py cookies s3://my-bucket/getting-started/

The bucket is yours already. The template's addresses get it put before them, all is uploaded, and a model is
trained with it, started, asked about the test pictures, and stopped.
"""

import json
import time
from pathlib import Path

from common import arguments, client, run
from resources import create_dataset, start, stop, train

REFERENCES = ("source-ref", "anomaly-mask-ref")


def manifest_for(template: str, prefix: str) -> str:
    """Return the template's lines with whole addresses."""
    lines = []
    for text in template.splitlines():
        entry = json.loads(text)
        lines.append(json.dumps(entry | {name: prefix + entry[name] for name in REFERENCES if name in entry}))
    return "\n".join(lines) + "\n"


def upload(folder: Path, target: str) -> tuple[str, str]:
    """Upload the set with its manifest; return the manifest's bucket and key."""
    template = folder / "manifests" / "template.manifest"
    manifest = folder / "manifests" / "train.manifest"
    manifest.write_text(manifest_for(template.read_text("utf-8"), target), "utf-8")
    bucket, _, prefix = target.removeprefix("s3://").partition("/")
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            client("s3").upload_file(str(file), bucket, prefix + file.relative_to(folder).as_posix())
    return bucket, f"{prefix}manifests/train.manifest"


def main() -> None:
    """Walk the tutorial."""
    args = arguments(__doc__, "folder", "s3_folder")
    folder, target = Path(args.folder), args.s3_folder.rstrip("/") + "/"
    bucket, manifest = upload(folder / "dataset-files", target)
    project, lookout = f"getting-started-{int(time.time())}", client("lookoutvision")
    lookout.create_project(ProjectName=project)
    create_dataset(project, "train", bucket, manifest)
    model = train(project, f"{target}results/")
    figures = model["Performance"]
    print(f"F1 {figures['F1Score']:.3f}")
    start(project, model["ModelVersion"])
    try:
        for picture in sorted((folder / "test-images").iterdir()):
            result = lookout.detect_anomalies(
                ProjectName=project,
                ModelVersion=model["ModelVersion"],
                ContentType="image/jpeg",
                Body=picture.read_bytes(),
            )["DetectAnomalyResult"]
            shares = {one["Name"]: one["PixelAnomaly"]["TotalPercentageArea"] for one in result["Anomalies"]}
            word = "anomalous" if result["IsAnomalous"] else "normal"
            print(
                f"{picture.name}: {word}, {result['Confidence']:.3f}, cracked {shares.get('cracked', 0):.2%}"
            )
    finally:
        stop(project, model["ModelVersion"])


if __name__ == "__main__":
    run(main)
