"""What a package is: ours, Amazon's, or none. It is looked at as a device would, and run if that is asked.

An archive is unpacked beside, into a folder that goes away again. Everything shown comes from elsewhere, so
what no terminal should get is taken out of it.
"""

import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.errors import Missing, Refusal, Wrong
from vedette.packaging.compiled import NEEDED, CompiledPackage, is_compiled, read_compiled
from vedette.packaging.options import options_sentence
from vedette.packaging.proving import Proof, try_component, try_model
from vedette.runtime.component_archives import extract_component
from vedette.runtime.component_signatures import read_signature, require_signature
from vedette.runtime.components import MANIFEST, Component, read_component
from vedette.runtime.facts import PackageFacts
from vedette.runtime.golden import golden_pictures
from vedette.runtime.package import open_package
from vedette.runtime.package_files import FACTS
from vedette.runtime.signatures import PublicKey

# A model may have hundreds of labels; so many are shown.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class PackageInspection:
    """What a package is, in one sentence and in rows; `is_usable`: whether a device could run it."""

    kind: str
    sentence: str
    is_usable: bool
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class InspectionWish:
    """What is asked of a package besides: that one of these keys signed it, that it runs here."""

    keys: tuple[PublicKey, ...] = ()
    tries: bool = False


def inspect_package(path: Path, wish: InspectionWish | None = None) -> PackageInspection:
    """Return what the package at a place is; refuse one that is damaged, forged or none."""
    wish = wish or InspectionWish()
    if path.is_dir():
        return _inspect_folder(path, wish)
    if not path.is_file():
        raise Missing(f"There is no package at {path}.", kind="model", name=str(path))
    if is_model_zip(path):
        return _model(path, wish)
    with tempfile.TemporaryDirectory(prefix="vedette-inspect-") as beside:
        folder = Path(beside) / "package"
        extract_component(path, folder)
        try:
            return _inspect_folder(folder, wish)
        except Refusal as refusal:
            # What it lies in for the moment is nobody's business.
            raise type(refusal)(refusal.sentence.replace(str(folder), str(path)), kind="model") from None


def _inspect_folder(folder: Path, wish: InspectionWish) -> PackageInspection:
    if is_compiled(folder):
        return _compiled(read_compiled(folder))
    if (folder / MANIFEST).exists():
        return _component(read_component(folder), wish)
    if (folder / FACTS).exists():
        return _model(folder, wish)
    raise Wrong(
        f"{folder} is no package: it has neither {MANIFEST} nor {FACTS}.", kind="model", name=str(folder)
    )


def is_model_zip(path: Path) -> bool:
    """Say whether a zip is a model package alone: a component's has a manifest nearer to its top."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.split("/") for name in archive.namelist()[:4096]]
    except (zipfile.BadZipFile, ValueError):
        return False
    return any(name[-1] == FACTS for name in names) and not any(name[-1] == MANIFEST for name in names)


def _component(component: Component, wish: InspectionWish) -> PackageInspection:
    facts = component.facts
    if wish.keys:
        require_signature(component, wish.keys)
    model = component.open_model().facts
    rows = [
        ("component", f"{facts.name} {facts.version}"),
        ("description", facts.description),
        ("model", facts.model_arn),
        ("ordered for", facts.target.sentence),
        ("options", options_sentence(facts.options)),
        ("precision", " ".join(filter(None, (facts.precision, facts.precision_note)))),
        ("pictures", _size_sentence(facts.picture_size)),
        ("golden pictures", _golden_sentence(component)),
        ("signed", _signature_sentence(component)),
        ("tags", ", ".join(f"{key}={value}" for key, value in facts.tags.items())),
        *_model_rows(model),
        ("files", f"{len(component.files)}, {sum(file.size for file in component.files.values()):,} bytes"),
        ("manifest", f"SHA-256 {component.digest}"),
    ]
    inspection = PackageInspection("component", "A component of Vedette, whole.", True, _plain(rows))
    return _proved(inspection, lambda: try_component(component), wish)


def _proved(
    inspection: PackageInspection, prove: Callable[[], Proof], wish: InspectionWish
) -> PackageInspection:
    """Return the inspection with what came of a try, where one was asked for."""
    if not wish.tries:
        return inspection
    proof = prove()
    return replace(
        inspection,
        is_usable=inspection.is_usable and proof.is_alike,
        rows=[*inspection.rows, *_plain([("tried", proof.sentence)])],
    )


def _size_sentence(size: tuple[int, int] | None) -> str:
    return "" if size is None else f"trained on {size[0]} × {size[1]}"


def _golden_sentence(component: Component) -> str:
    count = len(golden_pictures(component.folder, list(component.files)))
    return f"{count}, which a device shows to the model before it takes it" if count else "none"


def _signature_sentence(component: Component) -> str:
    """Say who signed, if that holds: whether the key is the right one, only its reader knows."""
    signature = read_signature(component.folder)
    if signature is None:
        return "no"
    require_signature(component, (signature.key,))
    return f"number {signature.serial}, with the key {signature.key}"


def _model(path: Path, wish: InspectionWish) -> PackageInspection:
    if wish.keys:
        raise Wrong("It is a model package, which nobody signs: `vedette edge package --sign` does.")
    package = open_package(path)
    sentence = "A model package of Vedette, whole; `vedette edge package` makes a component of it."
    inspection = PackageInspection("model package", sentence, True, _plain(_model_rows(package.facts)))
    return _proved(inspection, lambda: try_model(package), wish)


def _compiled(package: CompiledPackage) -> PackageInspection:
    size = f"{package.width} × {package.height}" if package.width and package.height else ""
    rows = [
        ("graph", package.graph),
        *(
            (
                f"stage {number}",
                stage.type
                + ("" if stage.threshold is None else f", from {stage.threshold:g} on")
                + ("" if stage.is_present else ", its folder is missing"),
            )
            for number, stage in enumerate(package.stages, 1)
        ),
        ("classes", _listed(package.classes)),
        ("normal", _listed(package.normal)),
        ("anomaly types", _listed(package.pixel_classes)),
        ("pictures", size),
    ]
    sentence = f"A model that Amazon compiled for a device (Lookout for Vision). {NEEDED}"
    return PackageInspection("compiled by Amazon", sentence, False, _plain(rows))


def _model_rows(facts: PackageFacts) -> list[tuple[str, str]]:
    height, width = facts.input_size
    return [
        ("task", facts.task),
        ("labels", _listed(facts.labels)),
        ("input", f"{width} × {height}" + (", in tiles" if facts.tiling else "")),
        ("trained", facts.created),
    ]


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _plain(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the rows that say something, in letters that only show."""
    return [(_printable(name), _printable(text)) for name, text in rows if text]


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
