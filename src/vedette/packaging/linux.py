"""What stands beside a model on a plain Linux machine: start script, systemd unit, container file, README.

Nothing in them is of one machine: which processor or accelerator runs the model is chosen where it starts.
Names that go into them are held to the characters of a component's name.
"""

from vedette.packaging.options import options_sentence
from vedette.runtime.components import ComponentFacts

START, UNIT, CONTAINER, README = "start.sh", "vedette-edge.service", "Containerfile", "README.md"
MODELS = "models"

_START = r"""#!/bin/sh
# Starts the edge agent with the models beside this file. The first start makes a Python environment, from the
# folder `wheels` where there is one (a machine without a network), else from the package index.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv=${VEDETTE_EDGE_VENV:-"$here/venv"}

install() {
    if [ -d "$here/wheels" ]; then
        "$venv/bin/pip" install --quiet --no-index --find-links "$here/wheels" "$@"
    else
        "$venv/bin/pip" install --quiet "$@"
    fi
}

has_nvidia() {
    [ "${VEDETTE_EDGE_GPU:-auto}" != no ] && { [ -e /dev/nvidiactl ] || [ -e /dev/nvhost-gpu ]; }
}

if [ ! -e "$venv/.complete" ]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    install "vedette[edge]@REQUIREMENT@"
    if has_nvidia; then
        # Both put the same module into place, so one goes before the other comes.
        "$venv/bin/pip" uninstall --quiet --yes onnxruntime
        install onnxruntime-gpu || { echo "No onnxruntime-gpu for this machine: its processor is used." >&2
            install onnxruntime; }
    fi
    : > "$venv/.complete"
fi
exec "$venv/bin/vedette" edge agent --models "$here/models" --start=@NAME@ "$@"
"""

_UNIT = """# Copy this folder to /opt/vedette-edge/@NAME@, then:
#   useradd --system --user-group --home-dir /var/lib/vedette-edge vedette-edge
#   cp vedette-edge.service /etc/systemd/system/vedette-edge-@NAME@.service
#   systemctl daemon-reload && systemctl enable --now vedette-edge-@NAME@
# Further options of the agent: VEDETTE_EDGE_OPTIONS=… in /etc/vedette-edge/@NAME@.options
# Models over the air come into the folder of models, which has to be the agent's own for that:
#   chown -R vedette-edge /opt/vedette-edge/@NAME@/models
#   install -D -m 600 -o vedette-edge TOKEN /etc/vedette-edge/@NAME@.token
#   VEDETTE_EDGE_OPTIONS=--server https://… --token-file /etc/vedette-edge/@NAME@.token
[Unit]
Description=Edge agent with the model @NAME@
After=network.target

[Service]
EnvironmentFile=-/etc/vedette-edge/@NAME@.options
ExecStart=/opt/vedette-edge/@NAME@/start.sh $VEDETTE_EDGE_OPTIONS
Environment=VEDETTE_EDGE_VENV=/var/lib/vedette-edge/venv
User=vedette-edge
StateDirectory=vedette-edge
SupplementaryGroups=video
Restart=always
RestartSec=2
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
# Clients reach the agent by a socket in /tmp, so /tmp is the machine's own.
PrivateTmp=false
ReadWritePaths=/tmp /dev/shm -/opt/vedette-edge/@NAME@/models

[Install]
WantedBy=multi-user.target
"""

_CONTAINER = """# podman build -t @TAG@ . && podman run --rm -v /tmp:/tmp -v /dev/shm:/dev/shm @TAG@
# Models over the air: export VEDETTE_DEVICE_TOKEN, then run it with -e VEDETTE_DEVICE_TOKEN and a volume
# that keeps them, -v @TAG@:/models, and behind the image's name --server https://…
# With an NVIDIA GPU: --build-arg RUNTIME=onnxruntime-gpu, and --device nvidia.com/gpu=all where it runs.
FROM docker.io/library/python:3.11-slim
ARG RUNTIME=onnxruntime
RUN pip install --no-cache-dir "vedette[edge]@REQUIREMENT@" \\
    && if [ "$RUNTIME" != onnxruntime ]; then \\
         pip uninstall --yes onnxruntime && pip install --no-cache-dir "$RUNTIME"; fi
COPY --chown=10001 models /models
USER 10001
ENTRYPOINT ["vedette", "edge", "agent", "--models", "/models", "--start=@NAME@"]
"""

_README = """# @NAME@ @VERSION@

@DESCRIPTION@

| | |
|---|---|
| model | @MODEL@ |
| ordered for | @TARGET@ |
| precision | @PRECISION@ |

Runs on any Linux with Python 3.11 or later, on x86-64 and ARM64 alike. Where ONNX Runtime finds an NVIDIA GPU
it uses it, else the processor; that is chosen at every start. @OPTIONS@

- **As it is:** `./start.sh` makes a Python environment the first time and starts the agent, which listens on
  `/tmp/aws.iot.lookoutvision.EdgeAgent.sock`. Without a network, put the wheels beside it first, on a
  machine like this one: `pip download "vedette[edge]@REQUIREMENT@" --dest wheels`.
- **As a service:** `vedette-edge.service` says how at its head.
- **In a container:** `podman build -t @TAG@ .` (or docker).
- **Is it whole?** `sha256sum --check SHA256SUMS`, or `vedette edge inspect models/@NAME@`.
"""


def linux_files(facts: ComponentFacts, requirement: str) -> dict[str, tuple[str, int]]:
    """Return the files beside a component by name, each with its mode; `requirement` is like `==0.1.0`."""
    values = {
        "NAME": facts.name,
        "VERSION": facts.version,
        "DESCRIPTION": facts.description or "A model for inspecting pictures.",
        "MODEL": f"`{facts.model_arn}`" if facts.model_arn else "a model package",
        "TARGET": facts.target.sentence,
        "PRECISION": " ".join(filter(None, (facts.precision, facts.precision_note))),
        "OPTIONS": options_sentence(facts.options),
        "REQUIREMENT": requirement,
        # A container's tag has small letters and begins with one.
        "TAG": f"edge-{facts.name.lower().strip('-_.')}",
    }
    return {
        START: (_filled(_START, values), 0o755),
        UNIT: (_filled(_UNIT, values), 0o644),
        CONTAINER: (_filled(_CONTAINER, values), 0o644),
        README: (_filled(_README, values), 0o644),
    }


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text
