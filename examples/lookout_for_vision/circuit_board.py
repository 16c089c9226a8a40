"""Tell good circuit boards from faulty ones, with a training and a test dataset of folders.

vedette examples get circuit-board
python circuit_board.py circuit-board my-bucket
"""

import time
from pathlib import Path

from common import arguments, client, run
from manifest_from_folders import write_manifest
from resources import create_dataset, start, stop, train


def upload(folder: Path, bucket: str) -> None:
    """Upload the pictures under their folder's name."""
    for file in sorted(folder.rglob("*.jpg")):
        client("s3").upload_file(str(file), bucket, file.relative_to(folder.parent).as_posix())


def main() -> None:
    """Upload, train, start, ask about the extra pictures, and stop."""
    args = arguments(__doc__, "folder", "bucket")
    folder, lookout = Path(args.folder).resolve(), client("lookoutvision")
    upload(folder, args.bucket)
    project, place = f"circuitproject-{int(time.time())}", f"s3://{args.bucket}/{folder.name}"
    lookout.create_project(ProjectName=project)
    for kind in ("train", "test"):
        key = f"{folder.name}/{kind}.manifest"
        write_manifest(f"{place}/{kind}/", key)
        create_dataset(project, kind, args.bucket, key)
    model = train(project, f"{place}/results/")
    print(f"F1 {model['Performance']['F1Score']:.3f}")
    start(project, model["ModelVersion"])
    try:
        for picture in sorted((folder / "extra_images").rglob("*.jpg")):
            with picture.open("rb") as body:
                result = lookout.detect_anomalies(
                    ProjectName=project,
                    ModelVersion=model["ModelVersion"],
                    ContentType="image/jpeg",
                    Body=body,
                )["DetectAnomalyResult"]
            word = "anomalous" if result["IsAnomalous"] else "normal"
            print(f"{picture.name}: {word}, {result['Confidence']:.3f}")
    finally:
        stop(project, model["ModelVersion"])


if __name__ == "__main__":
    run(main)
