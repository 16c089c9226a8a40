"""Trainings of both dialects: asked for, queued, followed, ended, and taken up again after a crash.

    admission.py     what must hold before one is begun
    order.py         what a caller asked for, as it is kept with the version
    folder.py        a training's folder: frozen manifests, pictures, results, package
    gather.py        manifests frozen and pictures linked, by the server
    checks.py        what both dialects' checks share: pictures opened, what goes on to learning
    rekognition.py   a training checked and its results written, in the documents of Custom Labels
    lookout.py       the same for Lookout for Vision
    lookout_pictures.py  its pictures and masks looked at: what can be used, what masks show
    stages.py        how far the trainings under way are
    leaving.py       a trained model as one zip, for whoever downloads it
    trainings.py     the room's front: start, follow, recover, delete

The checks and documents are pure: they run in the worker process, which knows no database.
"""
