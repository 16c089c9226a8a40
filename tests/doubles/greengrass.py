"""What Greengrass takes as a recipe, from its documentation, and which manifest of one a core device chooses.

Recipe format 2020-01-25: the fields, their values and their defaults as the component recipe reference of
AWS IoT Greengrass V2 lists them; the bounds of names and versions, and that nothing unknown is passed over,
as the nucleus's own reader of recipes has them (aws-greengrass-component-common). The lite nucleus reads
names of fields by their letters' case, passes over what names no runtime, and knows no `Skipif`
(aws-greengrass-lite, RECIPE_SUPPORT_CHANGES.md). All of it was read on 2026-11-29; no nucleus was asked.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

NAME = r"^[a-zA-Z0-9\-_.]+$"
VARIABLES = {
    "artifacts:path",
    "artifacts:decompressedPath",
    "iot:thingName",
    "kernel:rootPath",
    "work:path",
}
STEPS = ("bootstrap", "install", "run", "startup", "shutdown", "recover")
COMPARATOR = r"(\^|~|>=|<=|>|<|=)?\d{1,6}(\.(\d{1,6}|\*)){0,2}"


def semantic(text: str) -> str:
    """Return a semantic version whose numbers have six digits at most."""
    assert len(text) <= 64
    assert re.fullmatch(r"\d{1,6}\.\d{1,6}\.\d{1,6}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", text), text
    return text


def version_range(text: str) -> str:
    """Return a range as npm writes them: comparators with blanks between, or `||`."""
    assert re.fullmatch(rf"{COMPARATOR}( (\|\| )?{COMPARATOR})*", text), text
    return text


def platform_value(text: str) -> str:
    """Return a value of a platform's attribute: exact, anything, or a regular expression of Java's."""
    if text.startswith("/"):
        assert re.fullmatch("/.+/", text), text
        re.compile(text[1:-1])
    else:
        assert text == "*" or re.match(r"[A-Za-z0-9]", text), text
    return text


class RecipePart(BaseModel):
    """A part of a recipe, of which nothing is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RecipeConfiguration(RecipePart):
    DefaultConfiguration: dict[str, Any]


class RecipeDependency(RecipePart):
    VersionRequirement: Annotated[str, AfterValidator(version_range)]
    DependencyType: Literal["HARD", "SOFT"] = "HARD"


class ArtifactPermission(RecipePart):
    Read: Literal["NONE", "OWNER", "ALL"] = "OWNER"
    Execute: Literal["NONE", "OWNER", "ALL"] = "NONE"


class RecipeArtifact(RecipePart):
    """An artifact: its address is `Uri` in JSON and `URI` in YAML."""

    Uri: str = Field(pattern=r"^(s3://[a-z0-9.-]{3,63}/.+|docker:.+|greengrass:.+)$", alias="Uri")
    Unarchive: Literal["NONE", "ZIP"] = "NONE"
    Permission: ArtifactPermission = ArtifactPermission()


class LifecycleStep(RecipePart):
    Script: str
    RequiresPrivilege: bool = False
    Skipif: str = Field("", pattern=r"^((onpath|exists) .+)?$")
    Timeout: int = Field(120, gt=0)
    Setenv: dict[str, str] = {}


class RecipeManifest(RecipePart):
    Name: str = ""
    Platform: dict[str, Annotated[str, AfterValidator(platform_value)]] = {}
    Lifecycle: dict[str, Any] = {}
    Selections: list[str] = []
    Artifacts: list[RecipeArtifact] = []

    @model_validator(mode="after")
    def _checked(self):
        names = [artifact.Uri.rpartition("/")[2] for artifact in self.Artifacts]
        assert len(set(names)) == len(names), "each artifact has a file name of its own"
        steps_of(self.Lifecycle)
        return self


class Recipe(RecipePart):
    """A recipe; `ComponentType` is set by Greengrass where it is left out."""

    RecipeFormatVersion: Literal["2020-01-25"]
    ComponentName: str = Field(pattern=NAME, max_length=128)
    ComponentVersion: Annotated[str, AfterValidator(semantic)]
    ComponentType: Literal["aws.greengrass.generic"] = "aws.greengrass.generic"
    ComponentDescription: str = ""
    ComponentPublisher: str
    ComponentConfiguration: RecipeConfiguration = RecipeConfiguration(DefaultConfiguration={})
    ComponentDependencies: dict[Annotated[str, Field(pattern=NAME)], RecipeDependency] = {}
    Manifests: list[RecipeManifest] = Field(min_length=1)
    Lifecycle: dict[str, Any] = {}

    @model_validator(mode="after")
    def _checked(self):
        assert not self.ComponentName.startswith("aws.greengrass"), "that is for Amazon's own"
        for manifest in self.Manifests:
            for step in steps_of(manifest.Lifecycle).values():
                self._refuse_unknown(step.Script)
        return self

    def _refuse_unknown(self, script):
        """Refuse variables that Greengrass does not fill in, or whose configuration is not there."""
        for name in re.findall(r"\{([^{}\s]+)\}", script):
            kind, _, key = name.partition(":")
            if kind == "configuration":
                value = self.ComponentConfiguration.DefaultConfiguration
                for part in key.strip("/").split("/"):
                    value = value[part]
            else:
                assert name in VARIABLES, name


def steps_of(lifecycle):
    """Return the steps of a lifecycle, each in its long form."""
    steps = dict(lifecycle)
    steps.pop("Setenv", None)
    assert set(steps) <= set(STEPS), steps
    assert not {"run", "startup"} <= set(steps), "only one of both"
    return {
        name: LifecycleStep(Script=step) if isinstance(step, str) else LifecycleStep(**step)
        for name, step in steps.items()
    }


def chosen_manifest(recipe: Recipe, device: dict[str, str]) -> RecipeManifest | None:
    """Return the manifest that a core device of these attributes takes: the first that matches, or none."""
    for manifest in recipe.Manifests:
        if device.get("runtime") == "aws_nucleus_lite" and "runtime" not in manifest.Platform:
            continue  # "If the value isn't set then that manifest is Greengrass nucleus only."
        if all(_matches(wanted, device.get(name)) for name, wanted in manifest.Platform.items()):
            return manifest
    return None


def _matches(wanted: str, actual: str | None) -> bool:
    if wanted == "*":  # "This also matches when a value isn't present."
        return True
    if wanted.startswith("/"):
        return actual is not None and re.fullmatch(wanted[1:-1], actual) is not None
    return actual == wanted
