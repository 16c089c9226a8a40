"""8-bit networks give the same answers on processors that would cut products of bytes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from doubles import graphs
from vedette.runtime import byte_products
from vedette.runtime.session import OnnxSession

EMULATOR = shutil.which("qemu-x86_64-static")
ROOT = Path(__file__).parent.parent.parent
WHITE = np.full((1, 8, 8, 3), 255, np.uint8)
# As Linux 6.1 writes them, shortened; the last has AVX-512 and no VNNI.
PROCESSORS = {
    "Ice Lake": "flags\t\t: fpu sse2 avx2 avx512f avx512_vnni",
    "Alder Lake": "flags\t\t: fpu sse2 avx2 avx_vnni",
    "Haswell": "flags\t\t: fpu sse2 avx2 fma",
    "Zen 2": "flags\t\t: fpu sse2 avx2 fma sse4a",
    "Skylake-X": "flags\t\t: fpu sse2 avx2 avx512f avx512bw",
}
EXACT = {"Ice Lake", "Alder Lake"}
# Asked: plain ONNX Runtime as it comes, the same with our option, a session of ours, which has to notice.
PROGRAM = """
import json, sys
from pathlib import Path
import numpy as np, onnxruntime
from vedette.runtime import byte_products
from vedette.runtime.session import OnnxSession
byte_products.CPUINFO = Path(sys.argv[2])
network, white, scores = Path(sys.argv[1]).read_bytes(), np.full((1, 8, 8, 3), 255, np.uint8), []
for wanted in (False, True):
    options = onnxruntime.SessionOptions()
    if wanted:
        options.add_session_config_entry(*byte_products.EXACT_OPTION)
    plain = onnxruntime.InferenceSession(network, options)
    scores.append(float(plain.run(["score"], {"pictures": white})[0][0]))
scores.append(float(OnnxSession(network, "anomaly", threads=1).run(white)["score"][0]))
print(json.dumps(scores))
"""


@pytest.mark.parametrize("name", PROCESSORS)
def test_processors_with_vnni_multiply_bytes_exactly(name):
    cpuinfo = f"processor\t: 0\nvendor_id\t: X\n{PROCESSORS[name]}\n"
    assert byte_products.multiplies_bytes_exactly("x86_64", cpuinfo) == (name in EXACT)
    assert byte_products.multiplies_bytes_exactly("aarch64", "Features\t: fp asimd")


def test_what_says_nothing_of_its_processor_is_not_trusted():
    assert not byte_products.multiplies_bytes_exactly("AMD64", "")
    assert byte_products.multiplies_bytes_exactly("arm64", "")


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_session_asks_for_exact_products_where_the_processor_has_none(monkeypatch, is_exact):
    asked = []
    can_be_exact = byte_products.has_exact_bytes() or not is_exact
    whole = onnxruntime.SessionOptions

    class RecordingOptions(whole):
        def add_session_config_entry(self, name, value):
            asked.append((name, value))
            super().add_session_config_entry(name, value)

    monkeypatch.setattr(onnxruntime, "SessionOptions", RecordingOptions)
    monkeypatch.setattr(byte_products, "has_exact_bytes", lambda: is_exact)
    session = OnnxSession(graphs.large_bytes(), "anomaly", threads=1)
    assert (byte_products.EXACT_OPTION in asked) == (not is_exact)
    # A processor that is said to have them and has none cuts products.
    is_right = session.run(WHITE)["score"].tolist() == [pytest.approx(1.0, abs=0.01)]
    assert is_right or not can_be_exact


@pytest.mark.slow
@pytest.mark.skipif(EMULATOR is None, reason="needs qemu-x86_64-static (Debian: qemu-user-static)")
def test_an_emulated_processor_without_vnni_answers_as_one_with_it(tmp_path):
    network, cpuinfo = tmp_path / "model.onnx", tmp_path / "cpuinfo"
    network.write_bytes(graphs.large_bytes())
    cpuinfo.write_text(f"{PROCESSORS['Haswell']}\n")
    ran = subprocess.run(
        [EMULATOR, "-cpu", "Haswell", sys.executable, "-c", PROGRAM, network, cpuinfo],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": "1"},
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    as_it_comes, with_option, ours = json.loads(ran.stdout)
    assert as_it_comes < 0.6, "what the option is for"
    assert (with_option, ours) == (pytest.approx(1.0, abs=0.01), pytest.approx(1.0, abs=0.01))
