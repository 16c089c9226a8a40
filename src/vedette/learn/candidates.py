"""The recipes that compete for each task, the cheap ones first."""

from collections.abc import Sequence

from vedette.learn.anomaly.recipe import AnomalyRecipe
from vedette.learn.anomaly.whole import WholeVerdict
from vedette.learn.classify.augmented import shorter_side
from vedette.learn.classify.finetune import FineTune
from vedette.learn.classify.probe import Probe
from vedette.learn.detect.brand import BrandDetector
from vedette.learn.detect.recipe import DenseDetector, FineTunedDetector
from vedette.learn.detect.whole import WholeDetector
from vedette.learn.net.backbone import Backbone
from vedette.learn.net.cached import frozen_backbone
from vedette.learn.recipe import Recipe, RunContext
from vedette.learn.task import Plan

# Anomalies are looked for at 8/7 of the side that a backbone was trained at, in whole steps of 32, then where
# small things show: 256 and 384 px for Lite0.
ANOMALY_SHARE, STEP = 8 / 7, 32
# From this shorter side on small defects vanish at the network's input, and tiles of TILE pixels, shown at a
# third, compete.
LARGE, TILE, TILE_SIDE = 1000, 768, 256


def anomaly_sides(backbone: Backbone) -> Sequence[int]:
    """Return the sides at which pictures are compared with normal ones."""
    first, *finer = backbone.sides
    return STEP * round(first * ANOMALY_SHARE / STEP), *finer


def candidates(plan: Plan, work: RunContext) -> Sequence[Recipe]:
    """Return the recipes for a plan; which of the costly ones are tried is decided in choose.py."""
    if plan.task == "anomaly":
        frozen = [AnomalyRecipe(side=side) for side in anomaly_sides(frozen_backbone(work))]
        tiled = [AnomalyRecipe(side=TILE_SIDE, tile=TILE)]
        is_large = shorter_side([sample.picture for sample in plan.train]) >= LARGE
        return [*frozen, *(tiled if is_large else []), WholeVerdict(frozen[0])]
    if plan.task == "detection":
        if plan.is_brand:
            return [BrandDetector(plan.labels)]
        return [DenseDetector(plan.labels), WholeDetector(plan.labels), FineTunedDetector(plan.labels)]
    if plan.task == "segmentation":
        # It brings scikit-learn along: a second that no other training need wait for.
        from vedette.learn.segment.recipe import DenseSegmenter
        from vedette.learn.segment.whole import WholeSegmenter

        return [DenseSegmenter(plan.labels), WholeSegmenter(plan.labels)]
    is_multilabel = plan.task == "multilabel"
    probes = [
        Probe(plan.labels, side=side, is_multilabel=is_multilabel) for side in frozen_backbone(work).sides
    ]
    return [*probes, FineTune(plan.labels, is_multilabel=is_multilabel)]
