"""Recipes as Greengrass reads them: the same in JSON and YAML, but for the two spellings that differ."""

import json

import pytest

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
                "Platform": {"os": "linux", "architecture": "aarch64"},
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
        "    Lifecycle: {}\n"
        "    Artifacts:\n"
        f'      - URI: "{ADDRESS}"\n'
        '        Unarchive: "ZIP"\n'
        "        Permission:\n"
        '          Read: "ALL"\n'
        "Lifecycle: {}\n"
    )
