"""A model's answers to pictures as JSON: one run of `bench.edge_golden`, on whatever processor runs this.

`python -m bench.edge_answers PACKAGE PICTURE …` imports what a device has and nothing else, so that it runs
under an emulator too.
"""

import argparse
import json
from pathlib import Path

import onnxruntime

from vedette.runtime import session
from vedette.runtime.golden import LEAST_CONFIDENCE, golden_answer
from vedette.runtime.model import Model
from vedette.runtime.package import open_package
from vedette.vision.annotations import ANOMALY

# Two minutes for a picture are a bound for real processors.
EMULATED_S = 3600.0
PLAINEST = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
make_options = onnxruntime.SessionOptions


def plain_options() -> onnxruntime.SessionOptions:
    """Return options of a session that joins no steps and chooses no layout for this processor."""
    options = make_options()
    options.graph_optimization_level = PLAINEST
    return options


def main() -> None:
    """Print the answers, in the order of the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="each step by its plainest kernel")
    options = parser.parse_args()
    if options.plain:
        onnxruntime.SessionOptions = plain_options
    session.MOST_S = EMULATED_S
    package = open_package(options.package)
    model = Model(package.facts, package.model, threads=options.threads)
    labels = package.facts.task not in ("anomaly", "segmentation")
    # What lies just below a threshold here may lie above it there: such findings are compared as well.
    least = LEAST_CONFIDENCE if labels else None
    answers = [model.detect(picture, min_confidence=least) for picture in options.pictures]
    threshold = package.facts.threshold(ANOMALY)
    print(json.dumps([golden_answer(answer, threshold).fields() for answer in answers]))


if __name__ == "__main__":
    main()
