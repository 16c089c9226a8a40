"""Recipes as Greengrass reads them: the same in JSON and YAML, but for the two spellings that differ."""

import json
import re
import textwrap
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from doubles.greengrass import Recipe, chosen_manifest, steps_of
from doubles.packages import tiny_package
from vedette.packaging.building import build_component
from vedette.packaging.recipe import recipe_json, recipe_yaml
from vedette.runtime.components import ComponentFacts, EdgeTarget

ADDRESS = "s3://edge-out/belt/doors/1.0.0/doors-1.0.0.zip"


@pytest.fixture
def component(tmp_path):
    facts = ComponentFacts(
        "doors",
        "1.0.0",
        "arn:aws:lookoutvision:us-east-1:111122223333:model/doors/1",
        "Doors: night 'shift'.",
        EdgeTarget("ARM64", "NVIDIA"),
        {"gpu-code": "sm_72", "mattr": ["+neon", "+vfpv4"]},
    )
    return build_component(tiny_package(tmp_path / "package", "anomaly"), facts, tmp_path / "component")


def test_the_recipe_in_json_is_what_greengrass_takes(component):
    assert json.loads(recipe_json(component, ADDRESS)) == {
        "RecipeFormatVersion": "2020-01-25",
        "ComponentName": "doors",
        "ComponentVersion": "1.0.0",
        "ComponentType": "aws.greengrass.generic",
        "ComponentDescription": "Doors: night 'shift'. Made by Vedette from "
        "arn:aws:lookoutvision:us-east-1:111122223333:model/doors/1 for Linux on ARM64, NVIDIA. "
        "Compiler options kept without effect, since ONNX Runtime needs none: gpu-code sm_72; "
        "mattr +neon +vfpv4.",
        "ComponentPublisher": "Vedette",
        "ComponentConfiguration": {
            "DefaultConfiguration": {"Socket": "unix:///tmp/aws.iot.lookoutvision.EdgeAgent.sock"}
        },
        "ComponentDependencies": {
            "vedette.EdgeAgent": {"VersionRequirement": ">=0.1.0", "DependencyType": "HARD"}
        },
        "Manifests": [
            {
                "Platform": {"os": "linux", "architecture": "aarch64", "runtime": "*"},
                "Lifecycle": {},
                "Artifacts": [{"Uri": ADDRESS, "Unarchive": "ZIP", "Permission": {"Read": "ALL"}}],
            }
        ],
        "Lifecycle": {},
    }


def test_the_recipe_in_yaml_says_the_same(component):
    assert recipe_yaml(component, ADDRESS) == (
        "---\n"
        'RecipeFormatVersion: "2020-01-25"\n'
        'ComponentName: "doors"\n'
        'ComponentVersion: "1.0.0"\n'
        "ComponentDescription: \"Doors: night 'shift'. Made by Vedette from "
        "arn:aws:lookoutvision:us-east-1:111122223333:model/doors/1 for Linux on ARM64, NVIDIA. "
        "Compiler options kept without effect, since ONNX Runtime needs none: gpu-code sm_72; "
        'mattr +neon +vfpv4."\n'
        'ComponentPublisher: "Vedette"\n'
        "ComponentConfiguration:\n"
        "  DefaultConfiguration:\n"
        '    Socket: "unix:///tmp/aws.iot.lookoutvision.EdgeAgent.sock"\n'
        "ComponentDependencies:\n"
        "  vedette.EdgeAgent:\n"
        '    VersionRequirement: ">=0.1.0"\n'
        '    DependencyType: "HARD"\n'
        "Manifests:\n"
        "  - Platform:\n"
        '      os: "linux"\n'
        '      architecture: "aarch64"\n'
        '      runtime: "*"\n'
        "    Lifecycle: {}\n"
        "    Artifacts:\n"
        f'      - URI: "{ADDRESS}"\n'
        '        Unarchive: "ZIP"\n'
        "        Permission:\n"
        '          Read: "ALL"\n'
        "Lifecycle: {}\n"
    )


ODD = 'Quotes " and \\ and: colons # hashes\n- dashes\t{braces} é 漢 😀 \x1b\x7f\x85\u2028\ufeff'
CLASSIC_ARM = {"os": "linux", "architecture": "aarch64"}
LITE_ARM = {**CLASSIC_ARM, "runtime": "aws_nucleus_lite"}
GREENGRASS = Path(__file__).parents[2] / "docs" / "how-to" / "run-a-model-with-greengrass.md"


def renamed(recipe):
    """Return a recipe of YAML with the address as JSON spells it."""
    for manifest in recipe["Manifests"]:
        for artifact in manifest.get("Artifacts", ()):
            artifact["Uri"] = artifact.pop("URI")
    return recipe


def test_greengrass_takes_the_recipe_in_both_forms_and_they_are_one(component):
    document = json.loads(recipe_json(component, ADDRESS))
    recipe = Recipe(**document)
    again = renamed(yaml.safe_load(recipe_yaml(component, ADDRESS)))
    assert Recipe(**again) == recipe
    del document["ComponentType"]
    assert again == document


@pytest.mark.parametrize("runtime", [{}, {"runtime": "aws_nucleus_classic"}, {"runtime": "aws_nucleus_lite"}])
@pytest.mark.parametrize("arch", ["X86_64", "ARM64"])
def test_a_core_device_of_the_architecture_takes_it_whatever_its_nucleus_and_no_other(
    arch, runtime, tmp_path
):
    facts = ComponentFacts("doors", "1.0.0", target=EdgeTarget(arch))
    made = build_component(tiny_package(tmp_path / "package", "anomaly"), facts, tmp_path / "component")
    recipe = Recipe(**json.loads(recipe_json(made, ADDRESS)))
    taken = {
        architecture: chosen_manifest(
            recipe, {"os": "linux", "architecture": architecture, **runtime}
        ) is not None
        for architecture in ("amd64", "aarch64", "arm", "x86")
    }  # fmt: skip
    assert [name for name, is_taken in taken.items() if is_taken] == [
        {"X86_64": "amd64", "ARM64": "aarch64"}[arch]
    ]
    windows = {"os": "windows", "architecture": "amd64", **runtime}
    assert chosen_manifest(recipe, windows) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"name": "a" * 128, "version": "999999.999999.999999"},
        {"description": ODD},
        {"description": "x" * 5000, "tags": {"a": "b"}, "options": {"mcpu": "core-avx2"}},
        {"precision": "int8", "precision_note": "8-bit: F1 0.99."},
    ],
    ids=["longest", "quotes", "long", "8-bit"],
)
def test_whatever_an_order_says_greengrass_reads_it_as_it_was_meant(facts, tmp_path):
    facts = ComponentFacts(**{"name": "doors", "version": "1.0.0", **facts})
    made = build_component(tiny_package(tmp_path / "package", "anomaly"), facts, tmp_path / "component")
    recipe = Recipe(**json.loads(recipe_json(made, ADDRESS)))
    assert (recipe.ComponentName, recipe.ComponentVersion) == (facts.name, facts.version)
    assert recipe.ComponentDescription.startswith(facts.description)
    assert Recipe(**renamed(yaml.safe_load(recipe_yaml(made, ADDRESS)))) == recipe


def test_the_agent_s_recipe_of_the_page_is_taken_too_and_what_models_depend_on_is_it(component):
    (text,) = re.findall(r"```yaml\n(.*?)```", GREENGRASS.read_text("utf-8"), re.DOTALL)
    agent = Recipe(**yaml.safe_load(textwrap.dedent(text)))
    manifest = chosen_manifest(agent, CLASSIC_ARM)
    assert manifest is not None
    assert chosen_manifest(agent, LITE_ARM) == manifest
    assert set(steps_of(manifest.Lifecycle)) == {"install", "run"}
    model = Recipe(**json.loads(recipe_json(component, ADDRESS)))
    (wanted,) = model.ComponentDependencies
    assert wanted == agent.ComponentName
    assert model.ComponentConfiguration == agent.ComponentConfiguration


@pytest.mark.parametrize(
    "change",
    [
        {"RecipeFormatVersion": "2021-01-01"},
        {"ComponentName": "a b"},
        {"ComponentVersion": "1.0"},
        {"componentname": "doors"},
        {"Manifests": []},
        {"Manifests": [{"Platform": {"os": 1}}]},
        {"Manifests": [{"Artifacts": [{"Uri": "s3://bucket/x", "Unarchive": "TAR"}]}]},
        {"Manifests": [{"Artifacts": [{"URI": "s3://bucket/x"}]}]},
        {"Manifests": [{"Lifecycle": {"run": "{configuration:/Missing}"}}]},
        {"ComponentDependencies": {"x": {"VersionRequirement": "new"}}},
    ],
)
def test_what_greengrass_refuses_is_refused_here(component, change):
    document = json.loads(recipe_json(component, ADDRESS))
    with pytest.raises((ValidationError, KeyError)):
        Recipe(**{**document, **change})
