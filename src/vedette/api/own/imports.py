"""Imports: pictures and labels from files, buckets, datasets; shown and mended before they are taken in."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.api.paging import read_page
from vedette.arn import parse_arn
from vedette.clock import from_milliseconds
from vedette.errors import Denied, Missing, Wrong
from vedette.identity.may import require
from vedette.imports.advice import OF_FILES, advise
from vedette.imports.blocks import source_of
from vedette.imports.buckets import split_prefix
from vedette.imports.counting import renamed_counts
from vedette.imports.naming import PlacedPicture
from vedette.imports.pieces import FilePiece, Piece
from vedette.imports.staging import StagedRow
from vedette.imports.values import ImportOptions, ImportSource, ImportState, LineQuery, MendOrder
from vedette.projects.project import Project

# Which of the problems of a line of unknown size are answered with it.
MOST_PROBLEMS = 20


def create_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make an import; one from a bucket or a dataset is read at once."""
    project = find_project(house, caller, "CreateImport", request["ProjectArn"])
    source = _read_source(house, caller, request["Source"])
    return _describe(
        house, project, house.imports.create(project, request["DatasetType"], source, caller.principal)
    )


def list_imports(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's imports, the newest first."""
    project = find_project(house, caller, "ListImports", request["ProjectArn"])
    return {"Imports": [_describe(house, project, state) for state in house.imports.of_project(project)]}


def add_import_piece(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take some label files, or parts of them, and some pictures that are uploaded."""
    project = find_project(house, caller, "AddImportPiece", request["ProjectArn"])
    files = [FilePiece(file["Path"], file["Offset"], file["Body"]) for file in request.get("Files", ())]
    pictures = [
        PlacedPicture(
            picture["Path"],
            picture.get("SourceRef", ""),
            picture.get("Width", 0),
            picture.get("Height", 0),
            picture.get("Problem", "")[:500],
        )
        for picture in request.get("Pictures", ())
    ]
    house.imports.add_piece(project, request["ImportId"], request["Number"], Piece(files, pictures))
    return {}


def read_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Read the source of an import, or read it anew in another way."""
    project = find_project(house, caller, "ReadImport", request["ProjectArn"])
    source = _read_source(house, caller, request["Source"]) if "Source" in request else None
    before = house.imports.describe(project, request["ImportId"]).source
    if source is not None and source.kind != before.kind:
        raise Wrong("An import keeps its kind of source; make another one.", kind="import")
    return _describe(house, project, house.imports.read(project, request["ImportId"], source))


def describe_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how far an import is, and what it would bring."""
    project = find_project(house, caller, "DescribeImport", request["ProjectArn"])
    return _describe(house, project, house.imports.describe(project, request["ImportId"]))


def list_import_lines(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List lines with what is wrong with them and what mends it."""
    project = find_project(house, caller, "ListImportLines", request["ProjectArn"])
    import_id, codes = request["ImportId"], tuple(sorted(request.get("Codes", ())))
    has_problems = request.get("HasProblems", False)
    page = read_page(house, request, "ListImportLines", import_id, codes, has_problems)
    query = LineQuery(codes, has_problems, page.after(0), page.size)
    lines = house.imports.lines(project, import_id, query)
    return page.answer({"Lines": [_line(row) for row in lines.rows]}, lines.after)


def mend_import_lines(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Mend lines by their numbers, or all that have a code."""
    project = find_project(house, caller, "MendImportLines", request["ProjectArn"])
    numbers, import_id = request.get("Numbers", ()), request["ImportId"]
    order = MendOrder(request["Kind"], tuple(numbers), request.get("Code", ""), request.get("Value", ""))
    state, problems = house.imports.mend(project, import_id, order)
    rows = [house.imports.row(project, import_id, number) for number in numbers]
    answer = _describe(house, project, state)
    return {**answer, "Lines": [_line(row) for row in rows], "Problems": problems[:MOST_PROBLEMS]}


def configure_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say what the labels become, whether the pictures are divided, and what stays of entries that exist."""
    project = find_project(house, caller, "ConfigureImport", request["ProjectArn"])
    options = request["Options"]
    labels = {change["From"]: change["To"].strip() for change in options.get("Labels", ())}
    if long := [name for name in labels.values() if len(name) > 255]:
        raise Wrong(f"A label has at most 255 characters: {long[0][:40]}…", kind="label")
    new_options = ImportOptions(
        labels,
        options.get("Divide", False),
        options.get("Existing", "keep"),
        options.get("WithUnlabeled", True),
    )
    return _describe(house, project, house.imports.configure(project, request["ImportId"], new_options))


def run_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take the lines into the project's datasets, which are made where they are missing."""
    project = find_project(house, caller, "RunImport", request["ProjectArn"])
    # Who may not put one entry may not put many, nor make a dataset this way.
    caller.require("UpdateEntries", request["ProjectArn"])
    state = house.imports.describe(project, request["ImportId"])
    for kind in ("train", "test") if state.options.divides else (state.dataset,):
        try:
            house.datasets.find(project, kind)
        except Missing:
            action = f"{project.scope.service}:CreateDataset"
            require(caller.principal, action, request["ProjectArn"], lambda: caller.context)
    return _describe(house, project, house.imports.run(project, request["ImportId"]))


def cancel_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Leave what is under way."""
    project = find_project(house, caller, "CancelImport", request["ProjectArn"])
    return _describe(house, project, house.imports.cancel(project, request["ImportId"]))


def delete_import(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Forget an import; what it has brought stays."""
    project = find_project(house, caller, "DeleteImport", request["ProjectArn"])
    house.imports.delete(project, request["ImportId"])
    return {}


def get_import_manifest(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with the lines as they are now, as a manifest."""
    project = find_project(house, caller, "GetImportManifest", request["ProjectArn"])
    pieces = house.imports.manifest(project, request["ImportId"])
    return {
        "Body": PieceStream(pieces),
        "ContentType": "application/jsonl",
        "ContentDisposition": f'attachment; filename="{project.name}.manifest"',
    }


class PieceStream:
    """Streams pieces that are made in a thread, one at a time."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        # Its first piece is made now, so that a refusal is answered as one.
        self._first: list[bytes] = [next(pieces, b"")]
        self._pieces = pieces

    def __aiter__(self) -> "PieceStream":
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece."""
        piece = self._first.pop() if self._first else await asyncio.to_thread(next, self._pieces, b"")
        if not piece:
            raise StopAsyncIteration
        return piece

    async def aclose(self) -> None:
        """Leave off."""


def _read_source(house: House, caller: Caller, facts: Mapping[str, Any]) -> ImportSource:
    address, kind = facts.get("Address", ""), facts.get("DatasetType", "train")
    if facts["Kind"] == "bucket":
        bucket, _ = split_prefix(address)
        is_one_object = facts["Format"] in ("manifest", "groundtruth")
        if not is_one_object and not house.access.may_list(caller.principal, bucket):
            raise Denied(
                f"User: {caller.principal.arn} is not authorized to perform: s3:ListBucket on {bucket}"
            )
    if facts["Kind"] == "dataset":
        address = facts.get("ProjectArn", "")
        project = find_project(house, caller, "ListEntries", address)
        house.datasets.find(project, kind)
        address = str(parse_arn(str(project.arn)))
        return ImportSource("dataset", "manifest", address, kind)
    return ImportSource(
        facts["Kind"], facts["Format"], address, kind, facts.get("FolderLabels", "none"),
        facts.get("MasksFrom", "none"),
    )  # fmt: skip


def _describe(house: House, project: Project, state: ImportState) -> dict[str, Any]:
    source: dict[str, str] = {
        "Kind": state.source.kind,
        "Format": state.source.format,
        "FolderLabels": state.source.folder_labels,
        "MasksFrom": state.source.masks_from,
    }
    if state.source.kind == "dataset":
        source |= {"ProjectArn": state.source.address, "DatasetType": state.source.dataset}
    elif state.source.address:
        source["Address"] = state.source.address
    answer: dict[str, Any] = {
        "ImportId": state.id,
        "DatasetType": state.dataset,
        "Source": source,
        "Options": _options(state.options),
        "Status": state.status,
        "Message": state.message,
        "Done": state.completed,
        "Total": state.total,
        "Pieces": state.pieces,
        "CreationDate": from_milliseconds(state.created_ms),
        "UpdateDate": from_milliseconds(state.changed_ms),
    }
    if state.totals:
        answer["Summary"] = _summary(state)
    if state.status == "ready":
        answer["Problem"] = house.imports.problem(project, state)
    if state.result:
        answer["Result"] = {key.capitalize(): count for key, count in state.result.items()}
    return answer


def _options(options: ImportOptions) -> dict[str, Any]:
    return {
        "Labels": [{"From": name, "To": new} for name, new in options.labels.items()],
        "Divide": options.divides,
        "Existing": options.existing,
        "WithUnlabeled": options.with_unlabelled,
    }


def _summary(state: ImportState) -> dict[str, Any]:
    totals = state.totals
    split = totals.get("split", {})
    labels = renamed_counts(totals["labels"], state.options)
    return {
        "Lines": totals["lines"],
        "Usable": totals["usable"],
        "Refused": totals["refused"],
        "WithErrors": totals["errors"],
        "Unlabeled": totals["unlabelled"],
        "LeftOut": totals["left_out"],
        "Mended": totals["mended"],
        "Notes": totals["notes"],
        "Bucket": totals.get("bucket", ""),
        "Labels": [
            {"Name": name, "Pictures": pictures, "Boxes": boxes, "To": new}
            for name, pictures, boxes, new in labels
        ],
        "Codes": [_code(code, *facts) for code, facts in sorted(totals["codes"].items())],
        "Split": {
            "Train": split.get("train", 0),
            "Test": split.get("test", 0),
            "Problem": split.get("problem", ""),
            "Labels": [
                {"Name": name, "Train": train, "Test": test} for name, train, test in split.get("labels", ())
            ],
        },
    }


def _code(code: str, severity: str, count: int) -> dict[str, Any]:
    advice = advise(code)
    mends = [kind for kind in advice.mends if kind not in ("edit", "other-picture")]
    return {
        "Code": code,
        "Severity": severity,
        "Count": count,
        "Advice": advice.sentence,
        "AdviceName": advice.name,
        "Mends": mends,
    }


def _line(row: StagedRow) -> dict[str, Any]:
    kinds: Sequence[str] = [
        kind for problem in row.problems for kind in advise(problem[0]).mends if problem[0] not in OF_FILES
    ]
    kinds = list(dict.fromkeys([*kinds, *(["edit", "leave-out"] if row.text else [])]))
    if row.is_left_out or row.original:
        kinds = [*([] if row.is_left_out else kinds), "restore"]
    return {
        "Number": row.number,
        "Name": row.name,
        "Text": row.text,
        "SourceRef": source_of(row),
        "Problems": [
            {
                "Code": code,
                "Message": sentence,
                "AdviceName": advise(code).name,
                "Severity": severity,
                "Attribute": attribute,
                "Index": index,
            }
            for code, sentence, severity, attribute, index in row.problems[:MOST_PROBLEMS]
        ],
        "Mends": kinds,
        "IsLeftOut": row.is_left_out,
        "IsMended": bool(row.original),
        "IsRefused": row.is_refused,
    }
