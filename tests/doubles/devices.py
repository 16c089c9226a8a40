"""A device for tests: an agent that answers on a socket of its own, and a client as foreign programs are."""

import contextlib
import dataclasses
import os
import time
from pathlib import Path
from uuid import uuid4

import grpc
import numpy as np

from doubles.packages import tiny_package
from vedette.edge.agent import AgentOptions, running_agent
from vedette.edge.protos import edge_agent_pb2 as pb
from vedette.edge.protos import edge_agent_pb2_grpc

SOON_S = 60.0
MEMORY = Path("/dev/shm")


class DeviceClient:
    """The calls of a client, and the waiting that each client has to do."""

    def __init__(self, channel, agent=None):
        self.agent = agent
        self.socket = agent and Path(agent.addresses[0].removeprefix("unix://"))
        self.stub = edge_agent_pb2_grpc.EdgeAgentStub(channel)
        self.channel = channel

    def list(self):
        return {model.model_component: model for model in self.stub.ListModels(pb.ListModelsRequest()).models}

    def describe(self, name):
        request = pb.DescribeModelRequest(model_component=name)
        return self.stub.DescribeModel(request).model_description

    def status(self, name):
        return pb.ModelStatus.Name(self.describe(name).status)

    def start(self, name):
        return self.stub.StartModel(pb.StartModelRequest(model_component=name)).status

    def stop(self, name):
        return self.stub.StopModel(pb.StopModelRequest(model_component=name)).status

    def await_status(self, name, *statuses):
        deadline = time.monotonic() + SOON_S
        while (status := self.status(name)) not in statuses:
            assert time.monotonic() < deadline, f"{name} stays {status}"
            time.sleep(0.02)
        return status

    def run(self, name):
        """Have a model running, whatever it was."""
        if self.status(name) in ("STOPPED", "FAILED"):
            self.start(name)
        assert self.await_status(name, "RUNNING", "FAILED") == "RUNNING", self.describe(name).status_message

    def detect(self, name, bitmap, mask=None, **options):
        params = None if mask is None else pb.AnomalyMaskParams(shared_memory_handle=mask)
        request = pb.DetectAnomaliesRequest(model_component=name, bitmap=bitmap, anomaly_mask_params=params)
        return self.stub.DetectAnomalies(request, timeout=SOON_S, **options).detect_anomaly_result


def bitmap_of(pixels):
    """Return a picture as bytes in the message."""
    height, width, _ = pixels.shape
    return pb.Bitmap(width=width, height=height, byte_data=pixels.tobytes())


def plain(color, *, height=64, width=96):
    """Return the pixels of one colour."""
    return np.full((height, width, 3), color, np.uint8)


@contextlib.contextmanager
def segment(size=0, content=b"", name=""):
    """A POSIX shared memory segment, as shm_open makes it, under a name of its own; unlinked at the end."""
    path = MEMORY / (name or f"vedette-test-{uuid4().hex}")
    path.write_bytes(content or bytes(size))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def handle_of(path, size=None, offset=0):
    """Return the handle of a segment."""
    return pb.SharedMemoryHandle(
        name=f"/{path.name}", size=size or path.stat().st_size - offset, offset=offset
    )


@contextlib.contextmanager
def running_device(folder, **options):
    """An agent in this process with models in processes of their own, and a client of its socket."""
    settings = AgentOptions(models=folder, socket=f"unix://{folder.parent}/agent.sock")
    with (
        running_agent(dataclasses.replace(settings, **options)) as agent,
        grpc.insecure_channel(agent.addresses[0]) as channel,
    ):
        yield DeviceClient(channel, agent)


def tiny_models(folder):
    """Write a model of every kind, one as a zip, and a damaged one."""
    folder.mkdir(parents=True, exist_ok=True)
    tiny_package(folder / "masks", "segmentation", colors={"rust": "#d62728", "moss": "#23a436"})
    tiny_package(folder / "anomalies.zip", "anomaly", thresholds={"anomaly": 0.4})
    tiny_package(folder / "labels", "classification")
    tiny_package(folder / "boxes", "detection")
    tiny_package(folder / "damaged", "anomaly")
    with (folder / "damaged" / "model.onnx").open("ab") as file:
        file.write(b"more")
    return folder


def children():
    """Return the processes of models that this process started."""
    pids = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"vedette.edge.worker" in (entry / "cmdline").read_bytes():
                pids.append(int(entry.name))
    return pids
