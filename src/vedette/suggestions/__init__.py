"""What to do next with a dataset, and a model's guesses of what its pictures show.

    suggestions.py  the room's front: studies asked for, followed, and what they said
    study.py        a study as a job: pictures brought together, looked at by a process, its answer kept
    different.py    the picture that looks least like those labelled lately
    dismissals.py   suggestions that a person let stand
    features.py     features of pictures in a file by their content, a file a project
    lending.py      pictures lent to another process by the rights of who named them
    next_steps.py   what a project needs next, counted as its trainings count
    drafts.py       guesses of a model, kept apart from the dataset until they are accepted
    drafting.py     guessing as a job

Never changes an entry: what is accepted goes through the dataset's own changes, with undo.
"""
