"""The backbones: their shapes, their weights, their plug-ins."""

import re

import numpy as np
import pytest
import torch

from vedette import errors
from vedette.learn.cache import FeatureCache
from vedette.learn.net.backbone import Joined, floats
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor


@pytest.fixture(scope="module")
def lite0():
    return open_backbone("lite0")


def noise(count=2, side=96, seed=0):
    return np.random.default_rng(seed).integers(0, 255, (count, side, side, 3), dtype=np.uint8)


def test_every_level_has_its_stride_and_channels(lite0):
    maps = lite0(floats(torch.from_numpy(noise())), tuple(lite0.channels))
    for level, channels in lite0.channels.items():
        side = 96 // (32 if level == "top" else int(level[1:]))
        assert maps[level].shape == (2, channels, side, side)


def test_the_weights_are_the_trained_ones(lite0):
    """Trained features of a picture agree with its mirror image; those of random weights do not."""
    yy, xx = np.mgrid[0:128, 0:128] / 128
    disc = np.where((yy - 0.5) ** 2 + (xx - 0.35) ** 2 < 0.05, 230, 40)
    pictures = np.stack([disc, disc[:, ::-1], (xx * 255)]).astype(np.uint8)[..., None].repeat(3, -1)
    top = lite0(floats(torch.from_numpy(pictures)))["top"].mean((2, 3))
    same, other = torch.cosine_similarity(top[:1], top[1:])
    assert same > 0.9 > other


def test_onnx_runtime_reads_what_torch_reads(lite0):
    pictures = noise()
    read = FeatureExtractor(lite0, ("top/mean", "s8"), threads=1)(pictures)
    with torch.no_grad():
        maps = lite0(floats(torch.from_numpy(pictures)), ("top", "s8"))
    np.testing.assert_allclose(read[0], maps["top"].mean((2, 3)), atol=1e-3)
    np.testing.assert_allclose(read[1], maps["s8"], atol=1e-3)


def test_a_transformer_is_loaded_from_its_folder(tmp_path):
    transformers = pytest.importorskip("transformers", reason="the extra `backbones` is not installed")
    config = transformers.Dinov2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, patch_size=14, image_size=56
    )
    torch.manual_seed(0)
    transformers.Dinov2Model(config).save_pretrained(tmp_path)
    backbone = open_backbone(f"transformers:{tmp_path}")
    read = FeatureExtractor(backbone, ("top/mean",), threads=1)(noise(side=56))[0]
    with torch.no_grad():
        top = backbone(floats(torch.from_numpy(noise(side=56))))["top"]
    assert top.shape == (2, 32, 4, 4)
    np.testing.assert_allclose(read, top.mean((2, 3)), atol=1e-3)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("resnet", 'No backbone is called "resnet": say file or lite0 or transformers'),
        ("../lite0", 'No backbone is called "../lite0"'),
        ("os", 'No backbone is called "os"'),
        ("lite0:folder", 'Nothing may follow the name of the backbone lite0; remove ":folder"'),
        ("transformers", "Name the folder that the model lies in: transformers:FOLDER"),
        ("transformers:", "Name the folder that the model lies in: transformers:FOLDER"),
        ("transformers:/nowhere", "/nowhere holds no model of transformers"),
    ],
)
def test_an_unknown_backbone_is_refused_by_name(name, sentence):
    with pytest.raises(errors.Wrong, match=re.escape(sentence)):
        open_backbone(name)


def test_a_split_backbone_says_what_the_whole_says(lite0):
    lower, upper = lite0.split("s8")
    pictures = floats(torch.from_numpy(noise()))
    with torch.no_grad():
        assert torch.equal(Joined(lower, upper)(pictures)["top"], lite0(pictures)["top"])
    upper.requires_grad_(True)
    assert not any(weights.requires_grad for weights in lite0.parameters())


def test_the_cache_gives_back_what_it_was_given_and_forgets_the_oldest(tmp_path):
    cache = FeatureCache(tmp_path, limit=25_000)
    arrays = {cache.key("picture", i): np.full(2_000, i, np.float32) for i in range(4)}
    for key, array in arrays.items():
        cache.put(key, array)
    np.testing.assert_array_equal(cache.get(cache.key("picture", 2)), arrays[cache.key("picture", 2)])
    cache.trim()
    kept = [key for key in arrays if cache.get(key) is not None]
    assert 0 < len(kept) <= 3


def test_a_broken_file_in_the_cache_is_as_if_it_were_not_there(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.put("ab12", np.zeros(3))
    (tmp_path / "ab" / "ab12.npy").write_bytes(b"not an array")
    assert cache.get("ab12") is None
