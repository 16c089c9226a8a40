"""`vedette import` and `vedette export`: labelled pictures of any format, to and from files or a server."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Refusal, Wrong

if TYPE_CHECKING:
    from vedette.exchange.formats import Format, LocalFormat


class InputFormat(StrEnum):
    """The formats that can be imported."""

    FOLDER = "folder"
    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"
    GROUNDTRUTH = "groundtruth"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    LABELME = "labelme"
    VIA = "via"
    DATUMARO = "datumaro"
    IMAGEFOLDER = "imagefolder"
    MVTEC = "mvtec"
    VISA = "visa"
    SUPERVISELY = "supervisely"
    FIFTYONE = "fiftyone"
    ROBOFLOW = "roboflow"
    MASKS = "masks"
    PARQUET = "parquet"
    # No labels, but what AWS left of its trainings.
    AWS_HISTORY = "aws-history"


class OutputFormat(StrEnum):
    """The formats that can be exported."""

    MANIFEST = "manifest"
    COCO = "coco"
    VOC = "voc"
    YOLO = "yolo"
    CSV = "csv"
    LABELSTUDIO = "labelstudio"
    CVAT = "cvat"
    LABELME = "labelme"
    VIA = "via"
    DATUMARO = "datumaro"
    IMAGEFOLDER = "imagefolder"
    SUPERVISELY = "supervisely"
    FIFTYONE = "fiftyone"
    ROBOFLOW = "roboflow"
    MVTEC = "mvtec"
    VISA = "visa"
    MASKS = "masks"
    PARQUET = "parquet"
    FOLDER = "folder"


# As exchange/packing.py has them, which brings numpy and Pillow.
IN_BUCKETS = (
    "manifest",
    "coco",
    "voc",
    "yolo",
    "csv",
    "folder",
    "labelme",
    "via",
    "datumaro",
    "imagefolder",
    "supervisely",
    "fiftyone",
    "roboflow",
    "labelstudio",
    "cvat",
    "mvtec",
    "visa",
)


class ShapeSource(StrEnum):
    """What boxes can be made of."""

    MASKS = "masks"


class MaskSource(StrEnum):
    """What masks can be drawn of."""

    POLYGONS = "polygons"
    SHAPES = "shapes"


class ServiceName(StrEnum):
    """The two services."""

    REKOGNITION = "rekognition"
    LOOKOUT = "lookoutvision"


Images = Annotated[
    Path | None,
    Option(help="The folder of the pictures, if it is another; of parquet, where they are put."),
]
Map = Annotated[
    Path | None,
    Option(
        "--map", help="A file of labels' new names: CSV rows old,new or JSON; without a new name dropped."
    ),
]
BoxesFrom = Annotated[
    ShapeSource | None, Option(help="masks: a box around each region of each mask, which then goes.")
]
MasksFrom = Annotated[
    MaskSource | None,
    Option(help="polygons: a mask of a picture's polygons, ellipses and masks; shapes: of its boxes too."),
]
PolygonsFrom = Annotated[
    ShapeSource | None,
    Option(
        help="masks: each region of each mask as a polygon (coco: holes as runs; supervisely: as pixels)."
    ),
]
Project = Annotated[str, Option(help="A project on a running server, instead of files.")]
Which = Annotated[DatasetKind, Option("--type", help="Which dataset of the project.")]
Of = Annotated[ServiceName, Option(help="The service that the project is of.")]
Endpoint = Annotated[str, Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Data = Annotated[Path | None, Option(help="The data folder that holds the server's root key.")]


def import_format(  # noqa: PLR0913  (a command's options)
    form: Annotated[InputFormat, Argument(metavar="FORMAT", help=", ".join(InputFormat))],
    source: Annotated[
        Path, Argument(help="The file, or the folder; of aws-history also s3://bucket/prefix.")
    ],
    *,
    out: Annotated[Path | None, Option(help="The manifest to write.")] = None,
    to: Annotated[str, Option(help="Where the pictures lie or go: s3://bucket/prefix.")] = "",
    images: Images = None,
    anomalies: Annotated[bool, Option(help="Labels are normal and anomaly (Lookout).")] = False,
    label_map: Map = None,
    ask: Annotated[
        bool, Option(help="Ask here what each label shall be called; --map says where the answers are kept.")
    ] = False,
    boxes_from: BoxesFrom = None,
    masks_from: MasksFrom = None,
    leave_out: Annotated[bool, Option(help="Leave out what cannot be used, and say what.")] = False,
    dry_run: Annotated[bool, Option(help="Write nothing; say what would change or be lost.")] = False,
    project: Project = "",
    kind: Which = DatasetKind.TRAIN,
    service: Of = ServiceName.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write a manifest from labelled pictures of any format, or add them to a project's dataset.

    aws-history brings along models that AWS trained: as versions that are figures, and cannot run.
    """
    if form is InputFormat.AWS_HISTORY:
        if out or images or anomalies or label_map or ask or leave_out or boxes_from or masks_from:
            _end("aws-history takes --project, --to and --dry-run alone: it brings figures, and no labels.")
        _bring_history(source, (project, to, endpoint, data), dry_run=dry_run)
        return
    if form is InputFormat.PARQUET:
        require_part("parquet")
    # It brings numpy and Pillow, half of the time of `vedette --help`.
    from vedette.cli.exchanging import LocalImport, import_pictures, rehearse_import

    options = LocalImport(
        cast("Format | LocalFormat", form.value), images, anomalies, label_map, leave_out, bool(boxes_from),
        masks_from.value if masks_from else "",
    )  # fmt: skip
    with _client_errors_as_sentence(), ExitStack() as stack:
        if not (dry_run or project or out):
            raise Wrong("Say where to: --out FILE for a manifest, or --project NAME for a dataset.")
        if ask:
            from vedette.cli.label_asking import with_answers

            options = stack.enter_context(with_answers(source, options, is_lenient=dry_run or leave_out))
        if dry_run:
            rehearse_import(source, options)
            return
        dataset = (project, kind.value, service.value, endpoint, data) if project else None
        import_pictures(source, options, to=to, out=out, dataset=dataset)


def _bring_history(source: Path, options: tuple[str, str, str, Path | None], *, dry_run: bool) -> None:
    from vedette.cli.past_models import import_past_models
    from vedette.cli.remote import Server

    project, to, endpoint, data = options
    # A path has one slash where an address has two.
    place = str(source).replace("s3:/", "s3://", 1) if source.parts[:1] == ("s3:",) else str(source)
    with _client_errors_as_sentence():
        server = Server("rekognition", endpoint, data)
        import_past_models(place, server, project=project, to=to, dry_run=dry_run)


def export_format(  # noqa: PLR0913  (a command's options)
    form: Annotated[OutputFormat, Argument(metavar="FORMAT", help=", ".join(OutputFormat))],
    manifest: Annotated[Path | None, Argument(help="The manifest, unless --project is given.")] = None,
    *,
    out: Annotated[Path | None, Option(help="The file, or for voc and yolo the folder, to write.")] = None,
    to: Annotated[str, Option(help="A folder of a bucket to write into: s3://bucket/folder.")] = "",
    replace: Annotated[bool, Option(help="With --to: replace objects of the same names.")] = False,
    cut: Annotated[str, Option(help="Cut this off the pictures' names.")] = "",
    images: Images = None,
    label_map: Map = None,
    boxes_from: BoxesFrom = None,
    polygons_from: PolygonsFrom = None,
    with_pictures: Annotated[bool, Option(help="Put the pictures beside what is written.")] = False,
    dry_run: Annotated[bool, Option(help="Write nothing; say what the format does not hold.")] = False,
    project: Project = "",
    kind: Which = DatasetKind.TRAIN,
    service: Of = ServiceName.REKOGNITION,
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write the labels of a manifest, or of a project's dataset, in any format."""
    dataset = (kind.value, service.value, endpoint, data)
    shape_wishes = bool(boxes_from), bool(polygons_from)
    with _client_errors_as_sentence():
        if dry_run:
            from vedette.cli.exchanging import LocalExport, rehearse_export

            source = (project, *dataset) if project else manifest
            options = LocalExport(
                form.value, cut, images, with_pictures, label_map, *shape_wishes, kind.value
            )
            rehearse_export(source, options)
            return
        if to and form.value not in IN_BUCKETS:
            raise Wrong(f"{form.value} is written into a folder here (--out), and not into a bucket.")
        if to and (label_map or boxes_from or polygons_from):
            raise Wrong(
                "Labels are changed in what is written here (--out); the server writes them as they are."
            )
        if to:
            from vedette.cli.bucket_export import BucketExport

            BucketExport(form.value, to, with_pictures, replace).run(project, dataset)
            return
        if out is None:
            raise Wrong("Say where to: --out for a file or folder here, or --to s3://bucket/folder.")
        if form.value == "folder":
            raise Wrong("Folders of labels are written into a bucket: --to s3://bucket/folder.")
        from vedette.cli.exchanging import LocalExport, export_pictures

        source = (project, *dataset) if project else manifest
        if source is None:
            raise Wrong("Say what: a manifest, or --project NAME.")
        options = LocalExport(form.value, cut, images, with_pictures, label_map, *shape_wishes, kind.value)
        count, copied = export_pictures(source, options, out=out)
    print(f"Written: {out} ({count})." + (f" Copied {copied} files." if with_pictures else ""))


def _end(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise Exit(2)


@contextmanager
def _client_errors_as_sentence() -> Iterator[None]:
    """Turn refusals and client errors into a sentence and the exit status 2."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (Refusal, OSError, BotoCoreError, ClientError) as fault:
        print(fault, file=sys.stderr)
        raise Exit(2) from None
