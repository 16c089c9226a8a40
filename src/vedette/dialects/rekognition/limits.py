"""How much Custom Labels takes: the guide's "Guidelines and quotas in Amazon Rekognition Custom Labels"."""

import re
from dataclasses import replace

from vedette.dialects.limits import DatasetLimits, PictureLimits, TextLimits

PICTURES = PictureLimits(most_bytes=15 * 1024**2, least_side=64, most_side=4096, most_ratio=20)
PICTURES_IN_REQUESTS = replace(PICTURES, most_bytes=4 * 1024**2, instead="An S3Object may have 15 MiB.")
# 250,000 images a dataset; half a million only ever by request.
DATASETS = DatasetLimits(entries={"train": 250_000, "test": 250_000}, labels=250, manifest_bytes=1 << 30)
# The shape VersionDescription.
DESCRIPTIONS = TextLimits(
    255,
    re.compile(r"[a-zA-Z0-9\-_. ()':,;?]*"),
    "letters without accents, digits, spaces and . , : ; ? ' ( ) - _",
)
LABEL_LENGTH = 256
BOXES = LABELS = 50  # on one image
TRAINING_SIDE = 1280  # a longer side is scaled down to this before a box is measured
TOLERANCE = 0.2  # the share of bad lines above which an operation fails
