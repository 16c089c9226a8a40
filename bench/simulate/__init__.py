"""A discrete-event simulation of serving: clients, servers, units and the cores that they share.

    python -m bench.simulate measure          # service times of this machine, into a file
    python -m bench.simulate check            # the simulation beside a real server: within 15 %
    python -m bench.simulate plan             # 10⁹ pictures a day: docs/explanation/scale.md

The rules of queues and of scaling are the program's own functions (serving/scaling.py); what takes time is
drawn from what was measured. SimPy holds the clock.
"""
