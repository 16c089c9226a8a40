"""The files beside a component for a Linux device, and the options that are kept without effect."""

import json
import re

import pytest

from vedette.errors import Wrong
from vedette.packaging.linux import CONTAINER, README, START, UNIT, linux_files
from vedette.packaging.options import MOST_FEATURES, options_sentence, read_options
from vedette.runtime.components import ComponentFacts, EdgeTarget


def files_of(**facts):
    return linux_files(ComponentFacts("Doors.", "1.0.0", **facts), "==0.1.0")


def test_the_start_alone_can_be_executed():
    assert {name: mode for name, (_, mode) in files_of().items()} == {
        START: 0o755,
        UNIT: 0o644,
        CONTAINER: 0o644,
        README: 0o644,
    }


def test_nothing_is_left_to_be_filled_in():
    assert [name for name, (text, _) in files_of().items() if re.search("@[A-Z]+@", text)] == []


def test_a_component_without_a_description_or_a_model_of_a_server_says_what_it_is():
    plain = files_of()[README][0]
    assert "A model for inspecting pictures." in plain
    assert "a model package" in plain
    named = files_of(description="Doors at night.", model_arn="arn:aws:x")[README][0]
    assert "Doors at night." in named
    assert "`arn:aws:x`" in named
    assert "A model for inspecting pictures." not in named
    assert "a model package" not in named


def test_a_containers_tag_has_small_letters_and_ends_with_one():
    assert "-t edge-doors ." in files_of()[README][0]


ARM = EdgeTarget("ARM64")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, ""),
        ({"mcpu": "core-avx2"}, "mcpu core-avx2"),
        ({"mattr": ["+neon", "+vfpv4"], "gpu-code": "sm_72"}, "gpu-code sm_72; mattr +neon +vfpv4"),
    ],
)
def test_options_are_said_in_the_order_of_their_names(options, sentence):
    whole = f"Compiler options kept without effect, since ONNX Runtime needs none: {sentence}."
    assert options_sentence(options) == (whole if sentence else "")


def test_as_many_features_are_kept_as_are_allowed_and_no_more():
    features = [f"+f{number}" for number in range(MOST_FEATURES)]
    assert read_options(json.dumps({"mattr": features}), ARM) == {"mattr": features}
    for wrong in ([*features, "+one"], [], ["neon"], [1], {"+neon": 1}, None):
        with pytest.raises(Wrong, match="mattr is a list of features"):
            read_options(json.dumps({"mattr": wrong}), ARM)


def test_what_goes_with_an_accelerator_goes_all_together_and_with_nothing_else():
    whole = {"gpu-code": "sm_72", "trt-ver": "7.1.3", "cuda-ver": "10.2"}
    assert read_options(json.dumps(whole), EdgeTarget("ARM64", "NVIDIA")) == whole
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(Wrong, match=f"; {name} is missing"):
            read_options(json.dumps(rest), EdgeTarget("ARM64", "NVIDIA"))
        with pytest.raises(Wrong, match="the target has none"):
            read_options(json.dumps({name: whole[name]}), ARM)


@pytest.mark.parametrize(
    ("target", "options"),
    [(EdgeTarget(), {"mcpu": "core-avx2"}), (ARM, {}), (EdgeTarget("X86_64"), {"mcpu": "core-avx2"})],
)
def test_an_order_without_options_has_those_of_its_platform(target, options):
    assert read_options("", target) == options


def test_a_processor_that_was_named_stays():
    assert read_options('{"mcpu": "skylake"}', EdgeTarget()) == {"mcpu": "skylake"}


@pytest.mark.parametrize(
    "text", ["[]", "{", "null", '{"mcpu": 1}', '{"mcpu": ""}', '{"mcpu": "a b"}', '{"other": "x"}']
)
def test_what_is_no_object_of_known_options_is_refused(text):
    with pytest.raises(Wrong):
        read_options(text, EdgeTarget())
