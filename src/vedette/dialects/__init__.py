"""What one AWS service asks and says, a folder a service: limits, line rules, training checks, documents.

    preparing.py   what a training's check comes to, and pictures opened for it
    intake.py      what a dataset operation takes in, whichever service's rules it is held to
    samples.py     a manifest in a folder as samples to learn from
    rekognition/   Rekognition Custom Labels
    lookout/       Lookout for Vision

Pure: nothing here knows a database, a bucket or HTTP. How requests and answers are spelt is `api/`'s.
"""
