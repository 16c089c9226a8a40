"""How much Lookout for Vision takes: the guide's "Quotas in Amazon Lookout for Vision"."""

import re

from vedette.dialects.limits import DatasetLimits, PictureLimits, TextLimits

PICTURES = PictureLimits(most_bytes=8 * 1024**2, least_side=64, most_side=4096)
# 20,000 training and 4,000 test images; a single dataset holds both parts, and may have as many as both.
DATASETS = DatasetLimits(entries={"train": 24_000, "test": 4_000}, labels=100, manifest_bytes=1 << 30)
# The shape ModelDescriptionMessage: without spaces.
DESCRIPTIONS = TextLimits(500, re.compile(r"[0-9A-Za-z.\-_]*"), "letters without accents, digits and . - _")
LINE_LENGTH = 8192
LABEL_LENGTH = 256
LABELS_OF_MASK = 20
