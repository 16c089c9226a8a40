"""Edge packages: a trained model written for devices, ordered as durable work or built by a command.

    values.py       what an order is, and a job as it is now
    options.py      the rules of compiler options, which are kept and change nothing here
    building.py     a component and the files beside it, out of a model package: no database, no server
    recipe.py       a component's recipe as Greengrass reads it, JSON and YAML
    linux.py        the same for a plain Linux machine: start script, systemd unit, container file
    choice.py       the model that goes in: as it was trained, or in 8 bits
    eight_bits.py   the model in 8 bits: its pictures brought together, tried by a process
    golden_files.py pictures that go in with the model's answers, for devices to try it
    golden.py       those of a server's version: found, and answered by a process
    signing.py      a signing key of one's own, for packages that no server made
    inspecting.py   what a package is: ours, Amazon's (compiled.py), or none
    proving.py      a package tried on this machine
    tables.py       where jobs lie
    records.py      every statement on that table
    works.py        the job: built, written into the bucket with its caller's rights, taken up after a crash
    packagings.py   the room's front: ordered, found, listed

What a device reads of it is `runtime/components.py`.
"""
