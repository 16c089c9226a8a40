"""Pictures of the largest size that the services take stay within bounded memory."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from doubles.packages import tiny_package
from vedette.runtime.facts import Tiling

ASK = """
import resource, sys, vedette
model = vedette.load(sys.argv[1], threads=1)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
answer = model.detect(sys.argv[2], heatmap=True)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((after - before) // 1024, answer.is_anomalous, answer.mask.shape)
"""


@pytest.mark.slow
def test_a_spot_on_the_largest_picture_is_found_within_bounded_memory(tmp_path):
    pixels = np.zeros((4096, 4096, 3), np.uint8)
    pixels[3000:3040, 1000:1040] = (255, 0, 0)
    Image.fromarray(pixels).save(tmp_path / "large.png", compress_level=1)
    model = tiny_package(tmp_path / "m", "segmentation", tiling=Tiling((256, 256), 0.25))
    said = subprocess.run(
        [sys.executable, "-c", ASK, str(model), str(tmp_path / "large.png")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
    ).stdout.split(maxsplit=2)
    # The picture is 48 MiB, and so is each 32-bit map of it, of which four stand at once.
    assert int(said[0]) < 600
    assert said[1:] == ["True", "(4096, 4096)\n"]
