"""Turn a manifest of a multi-label job of Ground Truth into one that Custom Labels reads."""

import json
from pathlib import Path
from typing import Any

from common import arguments, run


def single_labels(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the line with a pair of attributes a label, where there was a list of numbers."""
    job = next(key for key in entry if key != "source-ref" and not key.endswith("-metadata"))
    metadata = entry[f"{job}-metadata"]
    kept = {key: metadata[key] for key in ("job-name", "human-annotated", "creation-date")}
    line = {"source-ref": entry["source-ref"]}
    for place, number in enumerate(entry[job]):
        line[f"{job}{place}"] = place
        line[f"{job}{place}-metadata"] = {
            "class-name": metadata["class-map"][str(number)],
            "confidence": metadata["confidence-map"][str(number)],
            "type": "groundtruth/image-classification",
            **kept,
        }
    return line


def main() -> None:
    """Write the new manifest into the present folder."""
    manifest = Path(arguments(__doc__, "manifest_file").manifest_file)
    target = Path(f"custom_labels_{manifest.name}")
    with manifest.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(single_labels(json.loads(line))) + "\n" for line in lines if line.strip())
    print(f"Written: {target}. Upload it, and create a dataset from it.")


if __name__ == "__main__":
    run(main)
