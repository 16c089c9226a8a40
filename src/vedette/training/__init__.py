"""Trainings of both dialects: asked for, queued, followed, ended, and taken up again after a crash.

    admission.py     what must hold before one is begun
    order.py         what a caller asked for, as it is kept with the version
    folder.py        a training's folder: frozen manifests, pictures, results, package
    gather.py        manifests frozen and pictures linked, by the server
    run.py           the jobs on versions: trainings, their checks, copies
    copying.py       a copy written down, and made
    rooms.py         what all of them work with, and the rules of the installation
    finish.py        how they end
    follow.py        how far the trainings under way are
    worker_order.py  what a worker process is asked to do, and what it leaves
    leaving.py       a trained model as one zip, for whoever downloads it
    sources.py       which datasets a training learns from
    start.py         the room's front: a training or a copy asked for, a version deleted
    facts.py         what is told of trainings, before, meanwhile and afterwards

How a dialect checks a training and what documents it writes is in dialects/, which the worker process calls.
"""
