"""The gRPC service of our own, for models that find labels and boxes: Lookout's has no answer for them."""

from typing import Any

from vedette.edge.device_models import DeviceModels
from vedette.edge.faults import answered
from vedette.edge.looking import ask, ask_file
from vedette.edge.protos import vedette_edge_pb2 as pb
from vedette.edge.protos import vedette_edge_pb2_grpc
from vedette.edge.served import ServedModel
from vedette.edge.servicer import source_of
from vedette.errors import Wrong


class EdgeLabelsServicer(vedette_edge_pb2_grpc.EdgeServicer):  # type: ignore[misc]
    """Answers the one call."""

    def __init__(self, models: DeviceModels) -> None:
        self._models = models

    def DetectCustomLabels(self, request: Any, context: Any) -> Any:
        """Look at one picture."""
        return answered(lambda: self._detect(request, context), context)

    def _detect(self, request: Any, context: Any) -> Any:
        served = self._models.served(request.model_component)
        options = {"least": _least(request)}
        kind = request.WhichOneof("picture")
        if kind == "image_bytes":
            fields = ask_file(served, request.image_bytes, options, is_awaited=context.is_active)
        elif kind == "bitmap":
            fields, _ = ask(served, source_of(request.bitmap), options, is_awaited=context.is_active)
        else:
            raise Wrong("The request has neither a bitmap nor image_bytes.", kind="picture")
        _refuse_judge(served, fields)
        most = request.max_results if request.HasField("max_results") else None
        labels = [_custom_label(finding) for finding in fields["findings"][:most]]
        return pb.DetectCustomLabelsResponse(custom_labels=labels)


def _least(request: Any) -> float | None:
    if not request.HasField("min_confidence"):
        return None
    percent: float = request.min_confidence
    if not 0 <= percent <= 100:
        raise Wrong(f"min_confidence is 0 to 100 percent, not {percent:g}.")
    return percent / 100


def _refuse_judge(served: ServedModel, fields: Any) -> None:
    if "is_anomalous" in fields:
        raise Wrong(
            f"{served.name} judges anomalies and finds no labels: use DetectAnomalies.",
            kind="model",
            name=served.name,
        )


def _custom_label(finding: Any) -> Any:
    label = pb.CustomLabel(name=finding["label"], confidence=finding["confidence"] * 100)
    if finding["box"] is not None:
        left, top, width, height = finding["box"]
        box = pb.BoundingBox(left=left, top=top, width=width, height=height)
        label.geometry.CopyFrom(pb.Geometry(bounding_box=box))
    return label
