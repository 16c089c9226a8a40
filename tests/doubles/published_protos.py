"""The three published forms of the Edge Agent's proto, by their facts: what their clients can say and read.

    guide      masks at number 2, score and threshold
    samples    masks at number 3, neither score nor threshold
    gstreamer  no masks, no types of anomalies

Each is compiled as its clients compiled it, into a pool of its own, so that nothing is shared with the agent.
"""

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

HEAD = """
syntax = "proto3";
package AWS.LookoutVision;
enum ModelStatus { STOPPED = 0; STARTING = 1; RUNNING = 2; FAILED = 3; STOPPING = 4; }
message SharedMemoryHandle { string name = 1; uint64 size = 2; uint64 offset = 3; }
message Bitmap {
  int32 width = 1; int32 height = 2;
  oneof data { bytes byte_data = 3; SharedMemoryHandle shared_memory_handle = 4; }
}
message DetectAnomaliesResponse { DetectAnomalyResult detect_anomaly_result = 1; }
message ModelDescription {
  string model_component = 1; string lookout_vision_model_arn = 2; ModelStatus status = 3;
  string status_message = 4;
}
message ModelMetadata {
  string model_component = 1; string lookout_vision_model_arn = 2; ModelStatus status = 3;
  string status_message = 4;
}
message StartModelRequest { string model_component = 1; }
message StartModelResponse { ModelStatus status = 1; }
message StopModelRequest { string model_component = 1; }
message StopModelResponse { ModelStatus status = 1; }
message ListModelsRequest {}
message ListModelsResponse { repeated ModelMetadata models = 1; }
message DescribeModelRequest { string model_component = 1; }
message DescribeModelResponse { ModelDescription model_description = 1; }
"""
WITH_MASKS = """
message AnomalyMaskParams {{ SharedMemoryHandle shared_memory_handle = {number}; }}
message PixelAnomaly {{ float total_percentage_area = 1; string hex_color = 2; }}
message Anomaly {{ string name = 1; PixelAnomaly pixel_anomaly = 2; }}
message DetectAnomaliesRequest {{
  string model_component = 1; Bitmap bitmap = 2; AnomalyMaskParams anomaly_mask_params = 3;
}}
message DetectAnomalyResult {{
  bool is_anomalous = 1; float confidence = 2; Bitmap anomaly_mask = 3; repeated Anomaly anomalies = 4;
  {scores}
}}
"""
FORMS = {
    "guide": WITH_MASKS.format(number=2, scores="float anomaly_score = 5; float anomaly_threshold = 6;"),
    "samples": WITH_MASKS.format(number=3, scores=""),
    "gstreamer": """
message DetectAnomaliesRequest { string model_component = 1; Bitmap bitmap = 2; }
message DetectAnomalyResult { bool is_anomalous = 1; float confidence = 2; }
""",
}


class PublishedStub:
    """A client made from one of the forms: its messages, and the service's calls."""

    def __init__(self, messages, channel):
        self._messages = messages
        self._channel = channel

    def __getattr__(self, name):
        return self._messages[name]

    def call(self, name, **fields):
        """Send the request of a call."""
        send = self._channel.unary_unary(
            f"/AWS.LookoutVision.EdgeAgent/{name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=self._messages[f"{name}Response"].FromString,
        )
        return send(self._messages[f"{name}Request"](**fields), timeout=60)

    def detect(self, **fields):
        """Return the result of a picture."""
        return self.call("DetectAnomalies", **fields).detect_anomaly_result


def published_stub(form, channel):
    """Return a client of a form."""
    return PublishedStub(_messages(form), channel)


@cache
def _messages(form):
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "edge-agent.proto").write_text(HEAD + FORMS[form], "utf-8")
        out = folder / "set"
        words = [f"-I{folder}", f"--descriptor_set_out={out}", "edge-agent.proto"]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *words], check=True, cwd=folder)
        files = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    names = [message.name for message in files.file[0].message_type]
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"AWS.LookoutVision.{name}"))
        for name in names
    }
