"""By what test pictures may be told apart, to see where a version is weak: columns of facts."""

from collections.abc import Sequence
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.training.slices import PictureSlice, coded, folder_of, read_slices


def get_evaluation_slices(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of all test pictures, in the order of the evaluation's pictures."""
    version = find_model(house, caller, "GetEvaluationSlices", request)
    folder = house.trainings.folder(version)
    evaluation = house.trainings.evaluations.document(version, folder)
    folders, folder_numbers = coded([folder_of(outcome.picture) for outcome in evaluation.outcomes])
    answer: dict[str, Any] = {
        "Images": len(evaluation.outcomes),
        "Folders": folders,
        "FolderNumbers": folder_numbers,
    }
    slices = read_slices(folder)
    # Of a version that was trained before there were such facts, or copied, the folders alone are known.
    if slices is None or len(slices) != len(evaluation.outcomes):
        return answer
    return answer | _measured(slices)


def _measured(slices: Sequence[PictureSlice]) -> dict[str, Any]:
    cameras, camera_numbers = coded([picture.camera for picture in slices])
    return {
        "Widths": [picture.width for picture in slices],
        "Heights": [picture.height for picture in slices],
        "Brightness": [-1.0 if picture.brightness is None else picture.brightness for picture in slices],
        "Taken": [picture.taken for picture in slices],
        "Cameras": cameras,
        "CameraNumbers": camera_numbers,
    }
