"""Learning: from labelled pictures to a trained network. The only room, with workers, that reaches torch.

It knows pictures, labels and time budgets; it never knows HTTP, AWS or the database.
"""

import os

from vedette.learn.heap import keep_freed_memory

# Threads of torch's own pool spin while they wait for one another, and where other programs want the cores
# that is most of what they do: 100 steps of a small network took 193 s beside a second training that spun
# as well, and 18 s with both waiting asleep (two cores, 2026-11-20). Read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
keep_freed_memory()
