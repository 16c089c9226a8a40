"""What a model of the device refuses where it stands."""

from pathlib import Path

import pytest

from vedette.edge.catalogue import ModelOnDisk
from vedette.edge.process import ProcessLimits
from vedette.edge.served import ServedModel
from vedette.errors import Busy


def test_a_model_that_does_not_run_is_not_stopped_and_that_is_said():
    served = ServedModel(ModelOnDisk("doors", Path("nowhere")), ProcessLimits())
    with pytest.raises(Busy, match=r"can't perform the operation\. The model is STOPPED\."):
        served.stop()
