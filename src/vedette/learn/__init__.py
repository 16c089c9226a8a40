"""Learning: from labelled pictures to a trained network. The only room, with workers, that reaches torch.

It knows pictures, labels and time budgets; it never knows HTTP, AWS or the database.
"""

import os

from vedette.cores import limited_cores
from vedette.learn.heap import keep_freed_memory

# Threads of torch's own pool spin while they wait for one another, and where other programs want the cores
# that is most of what they do: 100 steps of a small network took 193 s beside a second training that spun
# as well, and 18 s with both waiting asleep (two cores, 2026-11-20). Read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# torch counts the cores that a process may run on, and not what of their time its container has.
if (limit := limited_cores()) is not None:
    os.environ.setdefault("OMP_NUM_THREADS", str(limit))
keep_freed_memory()
