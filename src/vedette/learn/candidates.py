"""The recipes that compete for each task, the cheap ones first."""

from collections.abc import Sequence

from vedette.learn.anomaly import Anomaly
from vedette.learn.brand import BrandDetector
from vedette.learn.classify import Probe
from vedette.learn.detect import DenseDetector
from vedette.learn.finetune import FineTune
from vedette.learn.recipe import Recipe, Work
from vedette.learn.segment import DenseSegmenter
from vedette.learn.task import Plan

# The two resolutions of a probe: the backbone's own, and one at which small things show.
SIDES = (224, 384)
ANOMALY_SIDES = (256, 384)


def candidates(plan: Plan, work: Work) -> Sequence[Recipe]:
    """Return the recipes for a plan; which of the costly ones are tried is decided in choose.py."""
    if plan.task == "anomaly":
        return [Anomaly(side=side) for side in ANOMALY_SIDES]
    if plan.task == "detection":
        return [BrandDetector(plan.labels) if plan.is_brand else DenseDetector(plan.labels)]
    if plan.task == "segmentation":
        return [DenseSegmenter(plan.labels)]
    is_multilabel = plan.task == "multilabel"
    probes = [Probe(plan.labels, side=side, is_multilabel=is_multilabel) for side in SIDES]
    return [*probes, FineTune(plan.labels, is_multilabel=is_multilabel)]
