"""A component's recipe as Greengrass reads it. The names in it are that format's.

The recipe has no steps of its own: the agent finds the model where Greengrass unpacks it. Greengrass spells
an artifact's address `Uri` in JSON and `URI` in YAML, and a YAML recipe names no component type. Without a
runtime in its platform the lite nucleus passes a manifest over; `*` is either one.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from vedette.packaging.options import options_sentence
from vedette.runtime.components import Component, ComponentFacts

RECIPE_FORMAT = "2020-01-25"
SOCKET = "unix:///tmp/aws.iot.lookoutvision.EdgeAgent.sock"
# Amazon's own agent is no longer given out and cannot read these models, so that ours has a name of its own
# (decisions/0348).
AGENT = "vedette.EdgeAgent"
AGENT_VERSIONS = ">=0.1.0"
# JSON leaves them as they are: C1's control characters, the breaks of Unicode, marks of byte order.
UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
ARCHITECTURES = {"X86_64": "amd64", "ARM64": "aarch64"}


def recipe_json(component: Component, address: str) -> str:
    """Return the recipe of a component whose archive lies at an address, as JSON."""
    document = _recipe(component.facts, address, "Uri")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def recipe_yaml(component: Component, address: str) -> str:
    """Return the same as YAML."""
    document = _recipe(component.facts, address, "URI")
    del document["ComponentType"]
    return "---\n" + "".join(_yaml(document))


def describe_component(facts: ComponentFacts) -> str:
    """Return what a recipe says of a component: the order's own words, then ours."""
    sentences = [
        facts.description,
        f"Made by Vedette from {facts.model_arn or 'a model package'} for {facts.target.sentence}.",
        options_sentence(facts.options),
        facts.precision_note,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _recipe(facts: ComponentFacts, address: str, uri: str) -> dict[str, Any]:
    return {
        "RecipeFormatVersion": RECIPE_FORMAT,
        "ComponentName": facts.name,
        "ComponentVersion": facts.version,
        "ComponentType": "aws.greengrass.generic",
        "ComponentDescription": describe_component(facts),
        "ComponentPublisher": "Vedette",
        "ComponentConfiguration": {"DefaultConfiguration": {"Socket": SOCKET}},
        "ComponentDependencies": {AGENT: {"VersionRequirement": AGENT_VERSIONS, "DependencyType": "HARD"}},
        "Manifests": [
            {
                "Platform": {
                    "os": "linux",
                    "architecture": ARCHITECTURES[facts.target.arch],
                    "runtime": "*",
                },
                "Lifecycle": {},
                "Artifacts": [{uri: address, "Unarchive": "ZIP", "Permission": {"Read": "ALL"}}],
            }
        ],
        "Lifecycle": {},
    }


def _yaml(value: Any, indent: str = "") -> list[str]:
    """Return the lines of a mapping or a list; a text in JSON's quotes is one in YAML's."""
    lines = []
    items = value.items() if isinstance(value, Mapping) else [(None, item) for item in value]
    for key, item in items:
        head = f"{indent}- " if key is None else f"{indent}{key}:"
        if isinstance(item, Mapping | list) and item:
            inner = _yaml(item, indent + "  ")
            if key is None:
                # The first line of an item stands behind its dash.
                lines += [head + inner[0].removeprefix(indent + "  "), *inner[1:]]
            else:
                lines += [head + "\n", *inner]
        else:
            space = "" if key is None else " "
            lines.append(f"{head}{space}{_quoted(item)}\n")
    return lines


def _quoted(item: Any) -> str:
    """Return a text in quotes; what YAML takes for a break of lines, or refuses, by its number."""
    return UNFIT.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(item, ensure_ascii=False))
