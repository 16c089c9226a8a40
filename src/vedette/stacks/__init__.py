"""Stacks: things that a template declares, made, changed and taken away together.

    values.py     what a stack is given, and what it is
    tables.py     where stacks, their resources, events, exports and change sets lie
    store.py      every statement on these tables; what a template may hide is sealed there
    port.py       what makes a resource: the promise that the door keeps
    plan.py       what an update would change
    run.py        the job: from one state to the next, until the stack stands still
    making.py     resources made, changed and replaced
    removing.py   resources deleted, and what a failed update goes back to
    looks.py      stacks looked at
    stacks.py     what a door asks of this room

The language of templates and the names of states are `dialects/cloudformation`'s. No resource is touched
here: that is done by operations of its own service, with the rights of who asked for the stack (decision
0392).
"""
