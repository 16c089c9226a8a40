"""Anomaly segmentation: which places are of which type, and whether the picture is anomalous at all.

A head learns from parts of views on the frozen backbone (decision 0130), is judged with the mirror image as
serving will ask it (0132), and where masks are few a map of what is normal stands beside it (0131,
normal.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import Tensor, nn

from vedette.learn.dense import DenseRecipe, DenseSettings, DenseState
from vedette.learn.net.dense import CopyPlan, DenseExtractor, InputPlan, ViewStock
from vedette.learn.net.layers import Levels
from vedette.learn.net.served import opened
from vedette.learn.net.sharded import Loss
from vedette.learn.recipe import Judgement, RunContext, Trained
from vedette.learn.segment.head import MaskHead, SegmentGraph
from vedette.learn.segment.judging import Weights, ask_head, look, measure, outcomes
from vedette.learn.segment.loss import segmentation_loss
from vedette.learn.segment.normal import (
    FEW,
    MAP_LEVELS,
    MOST_NORMAL,
    NormalMap,
    choose_limit,
    find_voice,
    fit_normal_map,
)
from vedette.learn.segment.parts import PartSampler
from vedette.learn.segment.views import UNKNOWN, MaskedPicture, MaskViews, is_mirrored, plan_input
from vedette.vision.annotations import ANOMALY, Sample
from vedette.vision.masks import Kinds

# This share of the views should be of drawn anomalies, which teach most; none is shown more times as often.
DRAWN_SHARE, MOST_TIMES = 0.65, 3
MOST_STEPS, FEWEST_STEPS = 600, 300


@dataclass(slots=True)
class SegmenterState(DenseState[MaskHead, Kinds]):
    """Masks being learnt, what makes a verdict of the evidence, and the map beside it if there is one."""

    weights: Weights = (1.0, 0.0, 0.0)
    threshold: float = 0.5
    pixel_thresholds: dict[str, float] = field(default_factory=dict)
    normal: NormalMap | None = None


class DenseSegmenter(DenseRecipe[MaskedPicture, SegmenterState]):
    """The recipe. Labels are the anomaly types, in the order of the outputs."""

    name = "dense-segmenter"
    # The judgement needs thresholds, not the last point of IoU: two fifths of the steps (decision 0051). A
    # resumed training shows three tenths of the views in as many of the steps (0043).
    settings = DenseSettings(
        levels=("s4", "s8", "s16", "s32"),
        copies=CopyPlan(10, few=40),
        batch=20,
        rate=5e-3,
        least_pictures=6,
        judged=0.4,
        resumed=0.3,
        resumed_views=0.3,
    )
    _measure = "mean_iou"

    def _read(self, train: Sequence[Sample]) -> Sequence[MaskedPicture]:
        return [MaskedPicture(sample, self.labels) for sample in train]

    def _plan(self, pictures: Sequence[MaskedPicture]) -> InputPlan:
        return plan_input(pictures)

    def _views(self, picture: MaskedPicture, plan: InputPlan) -> MaskViews:
        return MaskViews(picture, plan)

    def _network(self, extractor: DenseExtractor) -> nn.Module:
        return MaskHead(extractor.channels, len(self.labels))

    def _begin(
        self, extractor: DenseExtractor, plan: InputPlan, net: Any, views: ViewStock[Kinds]
    ) -> SegmenterState:
        return SegmenterState(extractor, plan, net, views)

    def _copies(self, pictures: Sequence[MaskedPicture], mean: int) -> list[int]:
        return copies_of(pictures, mean)

    def _steps(self, rows: int, plan: InputPlan, work: RunContext, share: float) -> int:
        """Return how long to learn: longer with more views."""
        steps = np.clip(FEWEST_STEPS + rows // 2, FEWEST_STEPS, MOST_STEPS)
        return max(40, int(steps * share * work.budget.effort))

    def _loss(self, state: SegmenterState, work: RunContext) -> Loss:
        parts = PartSampler(state.views.store, state.views.truths, np.random.default_rng(work.seed))

        def loss(net: nn.Module, rows: list[int]) -> Tensor:
            levels, kinds = parts.batch(rows)
            places, verdicts = net(work.device.put(levels))
            (targets,) = work.device.put([kinds])
            return segmentation_loss(places.float(), verdicts.float(), targets)

        return loss

    def _measured(
        self,
        state: SegmenterState,
        pictures: Sequence[MaskedPicture],
        held_out: Sequence[int],
        work: RunContext,
    ) -> Judgement:
        most = work.device.at_once(state.plan.size)
        ask = ask_head(state.net, state.extractor, work.device, is_mirrored=is_mirrored(state.plan))
        views = opened(lambda i: MaskViews(pictures[i], state.plan), held_out, work.device)
        findings = look(ask, views, batch=most, gather=most)
        strange = self._add_map(state, pictures, held_out, work)
        findings = [
            replace(finding, is_strange=owner in strange)
            for finding, owner in zip(findings, held_out, strict=True)
        ]
        measured = measure(findings, self.labels)
        state.quality, state.weights = measured.quality, measured.weights
        state.threshold, state.pixel_thresholds = measured.threshold, measured.pixel_thresholds
        return Judgement(
            state.quality,
            outcomes=outcomes(findings, held_out, measured, len(pictures)),
            facts={self._measure: round(state.quality, 4)},
            carry=state,
        )

    def _trained(self, state: SegmenterState, train: Sequence[Sample], judgement: Judgement) -> Trained:
        return Trained(
            graph=_graph(state),
            labels=self.labels,
            input_size=state.plan.size,
            thresholds={ANOMALY: state.threshold},
            pixel_thresholds=state.pixel_thresholds,
            tiling=state.plan.tiling,
            colors=colors_of(train, self.labels),
            facts={
                "recipe": self.name,
                "views": state.views.store.count,
                "held_out_iou": judgement.quality,
                "normal_map": state.normal is not None,
            },
        )

    def _remembered(self, state: SegmenterState) -> Mapping[str, Any]:
        return {
            "weights": state.weights,
            "threshold": state.threshold,
            "pixel_thresholds": state.pixel_thresholds,
            "normal": None if state.normal is None else state.normal.limit,
        }

    def _restore(
        self,
        state: SegmenterState,
        earlier: Mapping[str, Any],
        pictures: Sequence[MaskedPicture],
        work: RunContext,
    ) -> None:
        first, second, offset = earlier["weights"]
        state.weights, state.threshold = (first, second, offset), earlier["threshold"]
        state.pixel_thresholds = dict(earlier["pixel_thresholds"])
        if earlier["normal"] is not None:
            state.normal, _ = self._map(state, pictures, [], work)
            state.normal.limit = earlier["normal"]

    def _add_map(
        self,
        state: SegmenterState,
        pictures: Sequence[MaskedPicture],
        held_out: Sequence[int],
        work: RunContext,
    ) -> set[int]:
        """Add a map of what is normal where masks are few and it finds them.

        Return which of the held-out pictures it calls anomalous, not having seen them.
        """
        views = state.views
        few_masked = few_drawn(views, len(self.labels))
        if not few_masked or state.plan.tiling is not None:
            return set()
        normal, strange = self._map(state, pictures, held_out, work)
        rows = [views.owners.index(owner) for owner in few_masked]
        masked_views = [(_of_view(views, row), views.truths[row]) for row in rows]
        if not choose_limit(normal, masked_views):
            return set()
        state.normal = normal
        return strange

    def _map(
        self,
        state: SegmenterState,
        pictures: Sequence[MaskedPicture],
        held_out: Sequence[int],
        work: RunContext,
    ) -> tuple[NormalMap, set[int]]:
        """Return a map of the normal pictures, and which ones it calls anomalous, not having seen them."""
        normals, anomalies = (
            [i for i, p in enumerate(pictures) if p.is_anomalous == kind] for kind in (False, True)
        )
        remembered, labelled = normals[:MOST_NORMAL], anomalies[:MOST_NORMAL]
        rest = [owner for owner in held_out if owner not in {*remembered, *labelled}]
        normal, unseen = fit_normal_map(
            list(_plain_views(state.views, remembered)),
            seed=work.seed,
            others=_plain_views(state.views, [*labelled, *rest]),
        )
        count = len(remembered)
        normal.voice = find_voice(unseen[:count], unseen[count : count + len(labelled)])
        if normal.voice is None:
            return normal, set()
        owners = np.array([*remembered, *labelled, *rest])
        return normal, set(owners[unseen >= normal.voice.bound].tolist())


def _graph(state: SegmenterState) -> SegmentGraph:
    graph = SegmentGraph(
        state.extractor,
        state.net,
        state.weights,
        silence=state.threshold,
        is_mirrored=is_mirrored(state.plan),
    )
    if state.normal is not None:
        graph.fall_back_to(state.normal, threshold=state.threshold)
    return graph.eval()


def _plain_views(views: ViewStock[Kinds], owners: Sequence[int]) -> Iterator[Levels]:
    """Yield what a map wants of pictures as they are."""
    for owner in owners:
        yield _of_view(views, views.owners.index(owner))[MAP_LEVELS]


def _of_view(views: ViewStock[Kinds], row: int) -> Levels:
    """Return the levels of one view, on the processor."""
    return [level.cpu() for level in views.store.batch([row])]


def few_drawn(views: ViewStock[Kinds], types: int) -> list[int]:
    """Return whose masks there are, where some type has few; none where every type has enough."""
    kinds = {
        owner: set(np.unique(views.truths[views.owners.index(owner)]).tolist()) - {0, UNKNOWN}
        for owner in set(views.owners)
    }
    masked = sorted(owner for owner, drawn_kinds in kinds.items() if drawn_kinds)
    counts = [sum(kind in kinds[owner] for owner in masked) for kind in range(1, types + 1)]
    return masked if min(counts) <= FEW else []


def copies_of(pictures: Sequence[MaskedPicture], mean: int) -> list[int]:
    """Return how many views of each picture to show: of drawn anomalies more, of all together no more."""
    is_drawn = [picture.is_anomalous and picture.sample.mask is not None for picture in pictures]
    masks, views = sum(is_drawn), mean * len(pictures)
    if not 0 < masks < DRAWN_SHARE * len(pictures):
        return [mean] * len(pictures)
    more = min(MOST_TIMES * mean, round(DRAWN_SHARE * views / masks))
    less = max(1, (views - more * masks) // (len(pictures) - masks))
    return [more if picture else less for picture in is_drawn]


def colors_of(samples: Sequence[Sample], labels: Sequence[str]) -> dict[str, str]:
    """Return the colour that each type has most often in the masks."""
    counts = Counter(
        (label, color) for sample in samples if sample.mask for color, label in sample.mask.colors.items()
    )
    colors: dict[str, str] = {}
    for (label, color), _ in counts.most_common():
        if label in labels:
            colors.setdefault(label, color)
    return colors
