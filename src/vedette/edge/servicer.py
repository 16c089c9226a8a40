"""The gRPC service EdgeAgent: messages to the device's models and back. AWS's words are spoken here alone."""

from typing import Any

from vedette.edge.device_models import DeviceModels
from vedette.edge.faults import answered
from vedette.edge.life import ModelReport
from vedette.edge.looking import BitmapSource, EdgeVerdict, MaskTarget, bitmap_source, look
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.edge.protos import edge_agent_pb2_grpc
from vedette.edge.segments import SegmentPart
from vedette.errors import Wrong

# What clients receive where they do not say otherwise (gRPC's default).
MOST_ANSWER = 4 << 20
# What an answer takes beside its mask: twenty types with names of 256 letters, and gRPC's own.
BESIDE_MASK = 8 << 10
BACKGROUND, WHITE = "background", "#FFFFFF"
MASK_METADATA = "vedette-mask"


class DeviceServicer(edge_agent_pb2_grpc.EdgeAgentServicer):  # type: ignore[misc]
    """Answers the five calls."""

    def __init__(self, models: DeviceModels, *, most_answer: int = MOST_ANSWER) -> None:
        self._models = models
        self._most_answer = most_answer

    def ListModels(self, request: Any, context: Any) -> Any:
        """Every model on the device."""
        del request
        return answered(
            lambda: pb.ListModelsResponse(
                models=[pb.ModelMetadata(**_description(report)) for report in self._models.reports()]
            ),
            context,
        )

    def DescribeModel(self, request: Any, context: Any) -> Any:
        """One model."""
        return answered(
            lambda: pb.DescribeModelResponse(
                model_description=pb.ModelDescription(
                    **_description(self._models.describe(request.model_component))
                )
            ),
            context,
        )

    def StartModel(self, request: Any, context: Any) -> Any:
        """Begin to start a model."""

        def start() -> Any:
            self._models.start(request.model_component)
            return pb.StartModelResponse(status=pb.STARTING)

        return answered(start, context)

    def StopModel(self, request: Any, context: Any) -> Any:
        """Stop a model, and wait for it."""

        def stop() -> Any:
            self._models.stop(request.model_component)
            return pb.StopModelResponse(status=pb.STOPPED)

        return answered(stop, context)

    def DetectAnomalies(self, request: Any, context: Any) -> Any:
        """Look at one picture."""
        return answered(lambda: self._detect(request, context), context)

    def _detect(self, request: Any, context: Any) -> Any:
        served = self._models.served(request.model_component)
        source = source_of(request.bitmap)
        handle = mask_handle(request.anomaly_mask_params)
        target = self._mask_target(handle, source)
        verdict = look(served, source, target, is_awaited=context.is_active)
        if verdict.has_mask and target == "none":
            over = source.raster.size + BESIDE_MASK - self._most_answer
            context.set_trailing_metadata(
                ((MASK_METADATA, f"omitted; {over} bytes over the client's limit"),)
            )
        return pb.DetectAnomaliesResponse(
            detect_anomaly_result=_result(verdict, source, handle if verdict.has_mask else None)
        )

    def _mask_target(self, handle: Any, source: BitmapSource) -> MaskTarget:
        size = source.raster.size
        if handle is None:
            return "bytes" if size + BESIDE_MASK <= self._most_answer else "none"
        if handle.size < size:
            raise Wrong(
                f"The mask has {size:,} bytes, and its shared_memory_handle room for {handle.size:,}.",
                kind="segment",
            )
        return SegmentPart(handle.name, size, handle.offset)


def source_of(bitmap: Any) -> BitmapSource:
    """Return the picture in a Bitmap message."""
    part = None
    if bitmap.WhichOneof("data") == "shared_memory_handle":
        handle = bitmap.shared_memory_handle
        part = SegmentPart(handle.name, handle.size, handle.offset)
    content = bitmap.byte_data if bitmap.WhichOneof("data") == "byte_data" else None
    return bitmap_source(bitmap.width, bitmap.height, content=content, segment=part)


def mask_handle(params: Any) -> Any:
    """Return where a client wants the mask, under either number; None where it does not say."""
    for field in ("shared_memory_handle", "shared_memory_handle_of_samples"):
        if params.HasField(field):
            return getattr(params, field)
    return None


def _result(verdict: EdgeVerdict, source: BitmapSource, handle: Any) -> Any:
    result = pb.DetectAnomalyResult(
        is_anomalous=verdict.is_anomalous,
        confidence=verdict.confidence,
        anomaly_score=verdict.score,
        anomaly_threshold=verdict.threshold,
    )
    if verdict.has_mask:
        result.anomalies.extend(_anomalies(verdict))
    size = {"width": source.raster.width, "height": source.raster.height}
    if handle is not None:
        result.anomaly_mask.CopyFrom(pb.Bitmap(**size, shared_memory_handle=handle))
    elif verdict.mask:
        result.anomaly_mask.CopyFrom(pb.Bitmap(**size, byte_data=verdict.mask))
    return result


def _anomalies(verdict: EdgeVerdict) -> list[Any]:
    """Return the background, which is all the rest, and the types, the largest first."""
    rest = max(0.0, 1 - sum(entry.area for entry in verdict.types))
    rows = [(BACKGROUND, rest, WHITE), *((t.name, t.area, t.color) for t in verdict.types)]
    return [
        pb.Anomaly(name=name, pixel_anomaly=pb.PixelAnomaly(total_percentage_area=area, hex_color=color))
        for name, area, color in rows
    ]


def _description(report: ModelReport) -> dict[str, Any]:
    return {
        "model_component": report.name,
        "lookout_vision_model_arn": report.arn,
        "status": pb.ModelStatus.Value(report.state.value),
        "status_message": report.message,
    }
