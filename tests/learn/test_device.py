"""The device on which networks learn: the processor, as ever, or a GPU in mixed precision."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from doubles.drawn import PLAIN, write_set
from doubles.drawn_boxes import write_scenes
from doubles.drawn_masks import write_plates
from vedette.errors import Wrong
from vedette.learn.anomaly.recipe import AnomalyRecipe
from vedette.learn.budget import Budget
from vedette.learn.cache import FeatureCache
from vedette.learn.classify.finetune import FineTune
from vedette.learn.classify.probe import Probe
from vedette.learn.detect.recipe import DenseDetector
from vedette.learn.detect.whole import WholeDetector
from vedette.learn.device import Device, choose_device, fall_back
from vedette.learn.net.loop import RowSampler, Schedule, learn
from vedette.learn.recipe import RunContext
from vedette.learn.segment.loss import segmentation_loss
from vedette.learn.segment.recipe import DenseSegmenter
from vedette.learn.segment.whole import WholeSegmenter
from vedette.vision.annotations import Sample

POINTS = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))


def fitted(work: RunContext) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))

    def loss(learner: nn.Module, rows: list[int]) -> torch.Tensor:
        (points,) = work.device.put([POINTS[rows]])
        return (learner(points).float()[:, 0] - points.sum(1)).square().mean()

    return learn(
        net, loss, RowSampler(range(64), work.seed), Schedule("learning", 60, 16, 1e-2), work
    ).state_dict()


def test_the_processor_moves_and_rounds_nothing():
    device = Device()
    assert device.put([POINTS])[0] is POINTS
    with device.precision():
        assert (POINTS @ POINTS.T).dtype == torch.float32


def test_the_processor_is_chosen_where_torch_sees_no_gpu():
    if torch.cuda.is_available():
        pytest.skip("torch sees a GPU here")
    assert choose_device() == Device("cpu", is_mixed=False)
    assert RunContext(FeatureCache(None)).device == Device()


def test_a_gpu_that_does_not_work_leaves_the_processor_and_a_sentence(monkeypatch):
    if torch.cuda.is_available():
        pytest.skip("torch sees a GPU here")
    # As torch does where the driver is there and the GPU, or this build of torch, cannot work.
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    device = choose_device()
    assert (device.name, device.is_mixed, device.is_batched) == ("cpu", False, False)
    assert device.note.startswith("The GPU does not work, so that the processor learns: ")


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nGPU 0 has …"), "had no room"),
        (RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel …"), "failed"),
        (RuntimeError(), "failed"),
    ],
)
def test_a_gpu_that_fails_on_the_way_leaves_the_training_to_the_processor(error, note):
    devices = []

    def learn_on(device: Device) -> str:
        devices.append(device)
        if device.is_batched:
            raise error
        return "trained"

    assert fall_back(learn_on, Device("cuda", is_mixed=True, is_batched=True)) == "trained"
    assert devices[1] == Device(note=devices[1].note)
    first = str(error).partition("\n")[0] or "RuntimeError"
    assert devices[1].note.startswith(f"The GPU {note}")
    assert devices[1].note.endswith(f": {first}")


def test_what_is_refused_and_what_fails_on_the_processor_is_not_tried_again():
    calls = []

    def learn_on(device: Device, error: Exception) -> None:
        calls.append(device)
        raise error

    for device, error in (
        (Device("cuda", is_batched=True), Wrong("one label alone")),
        (Device(), RuntimeError("can't allocate memory")),
    ):
        with pytest.raises(type(error)):
            fall_back(partial(learn_on, error=error), device)
    assert len(calls) == 2


def test_naming_the_processor_changes_no_bit():
    chosen = fitted(RunContext(FeatureCache(None)))
    named = fitted(RunContext(FeatureCache(None), device=Device("cpu")))
    for name, tensor in chosen.items():
        assert torch.equal(tensor, named[name])


def test_mixed_precision_learns_the_same_thing_and_keeps_its_weights_in_floats():
    plain = fitted(RunContext(FeatureCache(None)))
    mixed = fitted(RunContext(FeatureCache(None), device=Device("cpu", is_mixed=True)))
    assert {tensor.dtype for tensor in mixed.values()} == {torch.float32}
    assert not torch.equal(plain["0.weight"], mixed["0.weight"])
    assert torch.allclose(plain["0.weight"], mixed["0.weight"], atol=0.05)


def test_a_loss_of_masks_is_the_same_whatever_made_the_logits():
    places, verdicts = torch.randn(2, 2, 4, 4), torch.randn(2)
    truth = torch.zeros(2, 4, 4, dtype=torch.uint8)
    with Device("cpu", is_mixed=True).precision():
        assert segmentation_loss(places, verdicts, truth).dtype == torch.float32


def learn_a_little_of_everything(folder, device: Device) -> None:
    """Train each kind of recipe in a few steps, and hold the results to be usable."""
    # bfloat16 is slow on processors that only imitate it: the schedules are walked through in few steps.
    work = RunContext(FeatureCache(None), budget=Budget("test", 0.05, 4.0), device=device)
    scenes = write_scenes(folder / "scenes", 6, names=["disc"], most=1)
    plates = write_plates(folder / "plates", normal=6, anomalous=6, kinds=("stain",))
    write_set(folder / "set", PLAIN[:2], 4)
    samples = [Sample(path, (path.parent.name,)) for path in sorted((folder / "set").glob("*/*"))]
    recipes = [
        (DenseDetector(["disc"]), scenes),
        (WholeDetector(["disc"]), scenes),
        (DenseSegmenter(["stain"]), plates),
        (WholeSegmenter(["stain"]), plates),
        (AnomalyRecipe(side=128), plates),
        (Probe(PLAIN[:2], side=128, is_multilabel=False), samples),
        (FineTune(PLAIN[:2], is_multilabel=False), samples),
    ]
    for recipe, pictures in recipes:
        trained = recipe.fit(pictures, work, recipe.judge(pictures, work))
        graph = trained.graph.cpu()  # as export does
        with torch.inference_mode():
            answers = graph(torch.from_numpy(np.zeros((1, *trained.input_size, 3), np.uint8)))
        assert all(torch.isfinite(answer).all() for answer in answers), recipe.name


@pytest.mark.slow  # trains seven times
def test_everything_is_learnt_in_batches_and_mixed_precision(tmp_path):
    learn_a_little_of_everything(tmp_path, Device("cpu", is_mixed=True, is_batched=True))


@pytest.mark.gpu
def test_a_gpu_is_used_where_torch_sees_one(tmp_path):
    if not torch.cuda.is_available():
        pytest.skip("torch sees no GPU")
    torch.cuda.reset_peak_memory_stats()
    learn_a_little_of_everything(tmp_path, choose_device())
    assert torch.cuda.max_memory_allocated() > 0
