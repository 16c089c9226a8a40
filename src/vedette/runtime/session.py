"""One ONNX file, ready to run: a batch of pictures in, named arrays out.

The only place of the runtime that names ONNX Runtime.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vedette.cores import count_cores, limited_cores
from vedette.errors import Wrong
from vedette.file_access import is_sealed_place, read_file
from vedette.runtime.byte_products import want_exact_bytes
from vedette.vision.annotations import Task
from vedette.vision.images import Pixels

Outputs = Mapping[str, NDArray[np.float32]]

NEEDED: dict[Task, tuple[str, ...]] = {
    "classification": ("scores",),
    "multilabel": ("scores",),
    "detection": ("boxes", "scores"),
    "anomaly": ("score",),
    "segmentation": ("score", "masks"),
}
HEATMAP = "heatmap"
SPINS = "session.intra_op.allow_spinning"
PROCESSOR = "CPUExecutionProvider"
# Not TensorRT: it compiles a network for minutes before its first answer.
ACCELERATORS = ("CUDAExecutionProvider",)
# For a program that imported ONNX Runtime before us; `vedette/__init__.py` says why.
if os.environ.get("ORT_DISABLE_TELEMETRY") == "1":
    onnxruntime.disable_telemetry_events()
# Errors come as exceptions, and of a network that is refused ONNX Runtime would write besides.
_SILENT = 4
# What all networks of a process may hold at once, weights and what they make of a picture. The dearest of
# ours, masks of four tiles, holds a fifth of it; a tensor of 40 GB is refused before it is made.
MOST_BYTES = 4 << 30
# ONNX Runtime learns at the first run of a shape what it will need, and takes that as one piece from the
# second on. What the first took piece by piece would stay, and is given back (docs/decisions/0358).
LEARNING_RUNS = 2
SHRINK = ("memory.enable_memory_arena_shrinkage", "cpu:0")
# What looking at four tiles may take. A network is ended between two of its steps.
MOST_S = 120.0
# After so long again one of its steps does not end: only its process can.
STUCK_S = 60.0


@cache
def _bound_memory() -> None:
    """Have the sessions of this process share one bound of memory."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    onnxruntime.create_and_register_allocator(memory, onnxruntime.OrtArenaCfg({"max_mem": MOST_BYTES}))


class _Clock:
    """Ends runs that take too long; one thread for the process, which wakes once a second."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[Any, float, str]] = {}
        self.end_process: Callable[[str], None] | None = None
        threading.Thread(target=self._watch, name="runs", daemon=True).start()

    @contextmanager
    def held(self, options: Any, name: str) -> Iterator[None]:
        """Hold the run with these options to its time."""
        self._runs[id(options)] = (options, time.monotonic() + MOST_S, name)
        try:
            yield
        finally:
            del self._runs[id(options)]

    def _watch(self) -> None:
        while True:
            time.sleep(1)
            for options, deadline, name in list(self._runs.values()):
                if time.monotonic() > deadline:
                    options.terminate = True
                if self.end_process is not None and time.monotonic() > deadline + STUCK_S:
                    self.end_process(f"{name} has a step that did not end after {MOST_S + STUCK_S:g} s.")


_the_clock = cache(_Clock)
_one_at_a_time = threading.Lock()


def _clock() -> _Clock:
    """Return the clock of the process: two threads that are the first to ask get the same."""
    with _one_at_a_time:
        return _the_clock()


@contextmanager
def ending_stuck(end_process: Callable[[str], None]) -> Iterator[None]:
    """Have the process ended with a sentence where a step of a network goes on for ever.

    For processes that run what nobody here has run before; units are watched from outside.
    """
    _clock().end_process = end_process
    try:
        yield
    finally:
        _clock().end_process = None


class OnnxSession:
    """A network on the processor; safe to use from several threads at once."""

    def __init__(  # noqa: PLR0913  (how a network is run has that many sides)
        self,
        model: Path | bytes,
        task: Task,
        *,
        threads: int | None = None,
        name: str = "",
        idle_cores: Callable[[], int] | None = None,
        spin_us: int = 0,
        pool_cores: Sequence[int] = (),
        accelerated: bool = False,
    ) -> None:
        """Open the network; with `idle_cores`, its threads spin while they have cores to themselves.

        That is a second session, since a session spins always or never: the network's weights are held twice.
        With `spin_us` there is one session, whose threads spin for so long when they have nothing to do.
        The threads that help the one that calls run on `pool_cores`, or anywhere. `accelerated`: on what the
        machine has beside its processor, where this ONNX Runtime can use it.
        """
        self._threads = count_cores() if threads is None else threads
        pool = _pool_options(threads, pool_cores, spin_us)
        providers = choose_providers() if accelerated else [PROCESSOR]
        self._session = _open(model, name, pool, providers)
        self._idle_cores = idle_cores if self._threads > 1 else None
        self._spinning = (
            _open(model, name, pool, providers, spins=True) if self._idle_cores else self._session
        )
        self._shape_runs: Counter[tuple[int, tuple[int, ...]]] = Counter()
        self._input: str = self._session.get_inputs()[0].name
        self.outputs: tuple[str, ...] = tuple(output.name for output in self._session.get_outputs())
        missing = [output for output in NEEDED[task] if output not in self.outputs]
        if missing:
            raise Wrong(f"{name}: the network has no output named {', '.join(missing)}, as {task} needs.")
        self._task = task
        self._name = name or "the model"
        self.shapes: dict[str, tuple[int | None, ...]] = {
            value.name: tuple(side if isinstance(side, int) else None for side in value.shape)
            for value in (*self._session.get_outputs(), self._session.get_inputs()[0])
        }

    @property
    def input_size(self) -> tuple[int | None, int | None]:
        """Height and width of the input, where the network fixes them."""
        shape = self.shapes[self._input]
        return (shape[1], shape[2]) if len(shape) == 4 else (None, None)

    @property
    def batch(self) -> int | None:
        """How many pictures the network takes at once, where it fixes that."""
        return self.shapes[self._input][0]

    @property
    def explains(self) -> bool:
        """Whether the network can say where its evidence lies; masks say it too."""
        return HEATMAP in self.outputs or self._task == "segmentation"

    def run(self, batch: Pixels, *, heatmap: bool = False) -> Outputs:
        """Return what the task needs, and the heat maps if they are wanted and there."""
        return self._run(self._choose(), batch, heatmap=heatmap)

    def warm(self, batch: Pixels) -> None:
        """Run each session until it knows what it needs: its first run costs several times the others."""
        for session in {id(self._session): self._session, id(self._spinning): self._spinning}.values():
            for _ in range(LEARNING_RUNS):
                self._run(session, batch, heatmap=False)

    def _run(self, session: Any, batch: Pixels, *, heatmap: bool) -> Outputs:
        output_names: Sequence[str] = NEEDED[self._task]
        if heatmap and HEATMAP in self.outputs:
            output_names = (*output_names, HEATMAP)
        options = self._options(session, batch)
        try:
            with _clock().held(options, self._name):
                values = session.run(list(output_names), {self._input: batch}, options)
        except Exception as error:
            raise Wrong(f"{self._name} {_why(error)}", kind="version") from error
        outputs = dict(zip(output_names, values, strict=True))
        if heatmap and self.explains and HEATMAP not in outputs:
            outputs[HEATMAP] = 1 - outputs["masks"][:, 0]  # all that is not background
        return outputs

    def _options(self, session: Any, batch: Pixels) -> Any:
        options = onnxruntime.RunOptions()
        options.log_severity_level = _SILENT
        place = id(session), batch.shape
        if self._shape_runs[place] < LEARNING_RUNS:
            self._shape_runs[place] += 1
            options.add_run_config_entry(*SHRINK)
        return options

    def _choose(self) -> Any:
        """Return the session whose threads spin, if there is an idle core for each of them but our own."""
        if self._idle_cores is None or self._idle_cores() < self._threads - 1:
            return self._session
        return self._spinning


def run_once(model: bytes, batch: Pixels, *, name: str) -> list[NDArray[Any]]:
    """Return everything that a network of any kind gives for pictures, within the bounds of all networks."""
    session = _open(model, name, {}, [PROCESSOR])
    options = onnxruntime.RunOptions()
    options.log_severity_level = _SILENT
    try:
        with _clock().held(options, name):
            values: list[NDArray[Any]] = session.run(None, {session.get_inputs()[0].name: batch}, options)
    except Exception as error:  # ONNX Runtime's errors share no public class
        raise Wrong(f"{name} {_why(error)}", kind="model") from error
    return values


def _pool_options(threads: int | None, cores: Sequence[int], spin_us: int) -> Mapping[str, str]:
    """Return how many threads compute, as options of a session, and how and where those that help wait."""
    threads = limited_cores() if threads is None else threads
    if threads is None:
        return {}
    count = {"threads": str(threads)}
    if threads > 1 and spin_us:
        count |= {SPINS: "1", "session.intra_op.spin_duration_us": str(spin_us)}
    if threads < 2 or not cores:
        return count
    # ONNX Runtime counts cores from one.
    places = ",".join(str(core + 1) for core in cores)
    return count | {"session.intra_op_thread_affinities": ";".join([places] * (threads - 1))}


def choose_providers() -> list[str]:
    """Return what a network may run on here, the fastest first: chosen at every start by what is there."""
    available = onnxruntime.get_available_providers()
    return [*(provider for provider in ACCELERATORS if provider in available), PROCESSOR]


def _open(
    model: Path | bytes, name: str, pool: Mapping[str, str], providers: Sequence[str], *, spins: bool = False
) -> Any:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _SILENT
    # Waiting threads sleep instead of spinning: units and other programs share the cores. To wake one for
    # each of a network's steps costs half of a short run (docs/experiments.md, 2026-11-28).
    pool = {SPINS: "1" if spins else "0", **pool}
    for option, value in pool.items():
        if option == "threads":
            options.intra_op_num_threads = int(value)
        else:
            options.add_session_config_entry(option, value)
    if spins:  # else they go on for 35 ms of processor time after a run
        options.add_session_config_entry("session.force_spinning_stop", "1")
    want_exact_bytes(options)
    _bound_memory()
    options.add_session_config_entry("session.use_env_allocators", "1")
    source: str | bytes = model if isinstance(model, bytes) else str(model)
    if isinstance(model, Path) and is_sealed_place(model):
        source = read_file(model)
    try:  # ONNX Runtime's errors share no public class, so all are caught
        return onnxruntime.InferenceSession(source, options, providers=list(providers))
    except Exception as error:
        raise Wrong(f"{name or model!s:.80}: the network cannot be loaded: {error}") from error


def _why(error: Exception) -> str:
    """Return why a network did not end, out of ONNX Runtime's words."""
    words = str(error)
    if "terminate flag" in words:
        return f"took more than {MOST_S:g} s for a picture, and was stopped."
    if "Available memory of" in words or "Failed to allocate memory" in words or "bad_alloc" in words:
        return f"wants more than {MOST_BYTES >> 30} GiB of memory for a picture, and was stopped."
    return f"cannot be run: {words[:300]}"
