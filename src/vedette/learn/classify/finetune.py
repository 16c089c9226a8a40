"""Classification by fine-tuning: most of the backbone learns, where a probe is not good enough.

What lies below stride 8 (edges, colours, textures) stays as it is. That is both better and quicker on few
pictures: ten drawn gestures, ten pictures each, reached 0.975 in 15 s of processor time so, and 0.21 after as
many steps with all layers learning (docs/experiments.md, 2026-11-20). And since the lower part is frozen,
what it sees of a few augmented copies of each picture is computed once, by ONNX Runtime.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.learn.classify.augment import jitter
from vedette.learn.classify.probe import (
    Calibration,
    Carry,
    Classifier,
    calibrate,
    outcomes_of,
    thresholds_of,
    truth_of,
)
from vedette.learn.cores import cores, one_thread, side_by_side
from vedette.learn.linear import Linear
from vedette.learn.memo import Arrays
from vedette.learn.net.backbone import Lite0, floats, load_lite0
from vedette.learn.net.features import Reader
from vedette.learn.recipe import Judgement, Trained, Work
from vedette.vision.annotations import Sample
from vedette.vision.images import BrokenPicture, decode

LEVEL, FROZEN_BLOCKS = "s8", 5
BATCH = 16
RATE, HEAD_RATE = 1e-3, 5e-3
SMOOTHING, DROPOUT, DECAY = 0.1, 0.2, 0.02
# Twenty passes over a hundred pictures, fewer over more, and never fewer steps than a small set needs.
PASSES, FEWEST_STEPS = 20, 150
# Above this quality (accuracy and a tenth for confidence) the probe leaves nothing to win.
GOOD_ENOUGH = 0.98
# Held-out pictures that a judgement should rest on, and the most folds that are spent on it.
JUDGED_ON, MOST_FOLDS = 40, 3
# Going on from an earlier training takes this share of the steps.
GO_ON = 0.3
# What the frozen part takes for a view of 128 px, on one core.
VIEW_S = 0.003
# Bytes of augmented features held in memory.
SHELF = 256 * 1024**2

Array = npt.NDArray[np.float64]


class Head(nn.Module):
    """What learns: the blocks above the frozen level and a linear classifier."""

    def __init__(self, net: Lite0, labels: int) -> None:
        super().__init__()
        self.blocks = net.blocks[FROZEN_BLOCKS:]
        self.top = net.head
        self.linear = nn.Linear(net.channels["top"], labels)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, low: Tensor, dropped: Tensor | None = None) -> Tensor:
        x = low
        for block in self.blocks:
            x = block(x)
        pooled = functional.relu6(self.top(x)).mean((2, 3))
        if dropped is not None:
            pooled = pooled * dropped / (1 - DROPOUT)
        logits: Tensor = self.linear(pooled)
        return logits


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the frozen part saw: of every picture its augmented copies, and it as it is."""

    copies: Tensor  # [picture, copy, C, h, w], half precision
    plain: Tensor  # [picture, C, h, w]
    truth: Tensor  # [picture, label]


class FineTune:
    """Fine-tuning from the backbone's weights."""

    def __init__(self, labels: Sequence[str], *, is_multilabel: bool) -> None:
        self.labels = tuple(labels)
        self.is_multilabel = is_multilabel
        self.name = "fine-tune"
        self._shelf: tuple[int, Shelf] | None = None
        self._earlier: tuple[Mapping[str, Any], Arrays] | None = None
        self._later: tuple[Mapping[str, Any], Arrays] = ({}, {})

    def is_worth(self, best: Judgement, train: Sequence[Sample], work: Work) -> bool:
        """Say whether the probe leaves something to win, and the backbone is one that can learn here."""
        return work.backbone == "lite0" and work.budget.effort >= 0.5 and best.quality < GOOD_ENOUGH

    def judge(self, train: Sequence[Sample], work: Work) -> Judgement:
        """Return the quality on as many folds as a fair judgement needs, or an earlier one."""
        if self._earlier is not None:
            return _judgement(self._earlier[0])
        side, shelf = self._read(train, work)
        folds = work.folds(train)
        count = min(MOST_FOLDS, int(folds.max()) + 1, -(-JUDGED_ON * (int(folds.max()) + 1) // len(train)))
        held = [np.flatnonzero(folds == fold) for fold in range(count)]

        def one(fold: tuple[int, npt.NDArray[np.intp]]) -> Array:
            number, mine = fold
            rest = np.setdiff1d(np.arange(len(train)), mine)
            # As many folds at once as there are cores, and then the fit: each round takes its part.
            rounds = (count - 1) // cores() - number // cores() + 2
            head = self._learn(shelf, rest, work, "judging fine-tune", share=1 / rounds)
            with torch.inference_mode():
                return np.asarray(head(shelf.plain[mine].float()).numpy(), np.float64)

        with one_thread():
            logits = np.concatenate(list(side_by_side(one, enumerate(held))))
        rows = np.concatenate(held)
        truth = truth_of(train, self.labels)[rows]
        calibration = calibrate(logits, truth, is_multilabel=self.is_multilabel)
        probability = calibration(logits)
        outcomes = np.full(len(train), np.nan)
        outcomes[rows] = outcomes_of(probability, truth, is_multilabel=self.is_multilabel)
        thresholds = thresholds_of(probability, truth, self.labels)
        facts = {"side": side, "judged_on_pictures": len(rows)}
        return Judgement(float(outcomes[rows].mean()), outcomes, facts, Carry(0.0, calibration, thresholds))

    def fit(self, train: Sequence[Sample], work: Work, judgement: Judgement) -> Trained:
        """Return the network fine-tuned on all of the training part."""
        carry: Carry = judgement.carry
        side, shelf = self._read(train, work)
        with one_thread():
            rows = np.arange(len(train))
            head = self._learn(shelf, rows, work, "fine-tuning", share=1.0, from_earlier=True)
        weights = {name: tensor.contiguous().numpy() for name, tensor in head.state_dict().items()}
        self._later = _state(judgement), weights
        net = load_lite0()
        net.blocks = nn.ModuleList([*list(net.blocks)[:FROZEN_BLOCKS], *head.blocks])
        net.head = head.top
        weight, bias = (
            head.linear.weight.detach().double().numpy().T,
            head.linear.bias.detach().double().numpy(),
        )
        graph = Classifier(net, Linear(weight, bias), carry.calibration)
        return Trained(
            graph.to(memory_format=torch.contiguous_format).eval().requires_grad_(False),  # type: ignore[call-overload]
            self.labels,
            (side, side),
            carry.thresholds,
            facts={"recipe": self.name, **judgement.facts},
        )

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return the judgement and the weights."""
        return self._later

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Go on from an earlier judgement and its weights."""
        self._earlier = state, arrays

    def _read(self, train: Sequence[Sample], work: Work) -> tuple[int, Shelf]:
        """Return the features of all pictures and their copies; the second time what the first has read."""
        if self._shelf is None:
            side = side_for(train, effort=work.budget.effort)
            self._shelf = side, stock(train, truth_of(train, self.labels), side, work)
        return self._shelf

    def _learn(
        self,
        shelf: Shelf,
        rows: npt.NDArray[np.intp],
        work: Work,
        stage: str,
        *,
        share: float,
        from_earlier: bool = False,
    ) -> Head:
        """Return a head that learnt from the rows, in this share of the time left."""
        generator = torch.Generator().manual_seed(work.seed)
        head = Head(load_lite0(), len(self.labels)).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        assert isinstance(head, Head)
        steps = steps_for(len(rows), work)
        if from_earlier and self._earlier is not None:
            head.load_state_dict({name: torch.from_numpy(a) for name, a in self._earlier[1].items()})
            steps = max(FEWEST_STEPS // 3, round(GO_ON * steps))
        head = head.to(work.device.name).eval().requires_grad_(True)  # batch norm stays as it was learnt
        body = [*head.blocks.parameters(), *head.top.parameters()]
        groups = [{"params": body, "lr": RATE}, {"params": head.linear.parameters(), "lr": HEAD_RATE}]
        optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [RATE, HEAD_RATE], total_steps=steps + 1, pct_start=0.2
        )
        deck = Deck(rows, shelf.copies.shape[1], generator)
        pace = work.pace(steps, share)
        while not pace.is_over:
            chosen, copies = deck.draw(BATCH)
            low = shelf.copies[chosen, copies].float().contiguous(memory_format=torch.channels_last)
            dropped = (torch.rand(len(chosen), 1280, generator=generator) >= DROPOUT).float()
            low, dropped, truth = work.device.put([low, dropped, shelf.truth[chosen]])
            with work.device.precision():
                loss = self._loss(head(low, dropped), truth)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]  # torch's own
            optimizer.step()
            for _ in range(pace.step()):
                schedule.step()
            work.tell(stage, pace.done, steps)
        return head.requires_grad_(False).cpu()

    def _loss(self, logits: Tensor, truth: Tensor) -> Tensor:
        if self.is_multilabel:
            soft = truth * (1 - SMOOTHING) + SMOOTHING / 2
            return functional.binary_cross_entropy_with_logits(logits, soft)
        return functional.cross_entropy(logits, truth.argmax(1), label_smoothing=SMOOTHING)


def _state(judgement: Judgement) -> dict[str, Any]:
    carry: Carry = judgement.carry
    return {
        "quality": judgement.quality,
        "facts": dict(judgement.facts),
        "slope": carry.calibration.slope.tolist(),
        "offset": carry.calibration.offset.tolist(),
        "is_multilabel": carry.calibration.is_multilabel,
        "thresholds": carry.thresholds,
    }


def _judgement(state: Mapping[str, Any]) -> Judgement:
    calibration = Calibration(np.array(state["slope"]), np.array(state["offset"]), state["is_multilabel"])
    facts = {**state["facts"], "went_on": "from an earlier training of most of these pictures"}
    return Judgement(state["quality"], None, facts, Carry(0.0, calibration, dict(state["thresholds"])))


class Deck:
    """Deals pictures in random rounds, and of each picture its copies in turn."""

    def __init__(self, rows: npt.NDArray[np.intp], copies: int, generator: torch.Generator) -> None:
        self.rows = torch.from_numpy(rows)
        self.copies = copies
        self.generator = generator
        self._left: list[int] = []
        self._round = -1

    def draw(self, count: int) -> tuple[Tensor, Tensor]:
        """Return the rows and the copies of the next batch."""
        chosen: list[int] = []
        turns: list[int] = []
        while len(chosen) < count:
            if not self._left:
                self._left = self.rows[torch.randperm(len(self.rows), generator=self.generator)].tolist()
                self._round += 1
            chosen.append(self._left.pop())
            turns.append(self._round % self.copies)
        return torch.tensor(chosen), torch.tensor(turns)


def side_for(train: Sequence[Sample], *, effort: float) -> int:
    """Return the input side: that of small pictures, or a compromise between detail and time."""
    if shorter_side([sample.picture for sample in train]) <= 140:
        return 128
    return 224 if effort >= 2 else 160


def shorter_side(pictures: Sequence[Path]) -> float:
    """Return the median shorter side of the first few pictures."""
    shorter = []
    for picture in pictures[:8]:
        try:
            shorter.append(min(decode(picture, enough_for=(64, 64))[1]))
        except BrokenPicture:
            continue
    return float(np.median(shorter)) if shorter else 0.0


def steps_for(count: int, work: Work) -> int:
    """Return how many steps are taken with so many pictures."""
    fewer, more = min(1.0, math.sqrt(100 / count)), min(2.0, math.sqrt(max(1.0, work.budget.effort)))
    return max(FEWEST_STEPS, round(PASSES * fewer * more * count / BATCH))


def stock(train: Sequence[Sample], truth: Array, side: int, work: Work) -> Shelf:
    """Return the frozen part's features of every picture and of its augmented copies."""
    reader = Reader(load_lite0(), (LEVEL,), threads=1)
    cells = 40 * (side // 8) ** 2 * 2
    wanted = -(-steps_for(len(train), work) * BATCH // len(train))
    # In steps of four, so that a few pictures more or less find the same copies in the cache.
    copies = max(2, min(-(-wanted // 4) * 4, PASSES * 2, SHELF // (cells * len(train)) // 4 * 4))
    if work.seconds_left() < math.inf:  # a third of the time at most
        each_s = VIEW_S * (side / 128) ** 2 / cores()
        copies = max(2, min(copies, int(work.seconds_left() / 3 / each_s / len(train))))

    def one(index: int) -> Tensor:
        digest = work.pictures.digest(train[index].picture)
        key = work.cache.key(digest, "lite0", reader.backbone.revision, LEVEL, side, copies, work.seed)
        kept = work.cache.get(key)
        if kept is not None:
            return torch.from_numpy(kept)
        pixels = torch.from_numpy(work.pictures.at(train[index].picture, (side, side)))
        generator = torch.Generator().manual_seed(work.seed + int(digest[:12], 16))
        many = floats(pixels[None]).expand(copies, -1, -1, -1)
        changed = jitter(many, generator, may_mirror=False).round().to(torch.uint8).permute(0, 2, 3, 1)
        shown = torch.cat([pixels[None], changed]).contiguous().numpy()
        features = reader(shown)[0].astype(np.float16)
        work.cache.put(key, features)
        return torch.from_numpy(features)

    read = []
    with one_thread():
        for done, features in enumerate(side_by_side(one, range(len(train))), start=1):
            read.append(features)
            work.tell(f"augmented features at {side} px", done, len(train))
    both = torch.stack(read)
    return Shelf(both[:, 1:], both[:, 0], torch.from_numpy(truth).float())
