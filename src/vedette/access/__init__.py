"""Policy documents: parsed once, judged by IAM's published logic.

    parse_policy(document, PolicyKind.BUCKET, name=…) -> Policy    (parse.py; refuses with MalformedPolicy)
    AccessRequest(subject, action, resource, …)                    (request.py; facts only)
    judge(request, identity=…, resource=…, session=…) -> Decision  (judge.py)

A document is parsed when it is stored and kept as typed statements. What the parser does not know
(an element, an operator, a condition key, an action of a known service) it refuses: a condition that
is ignored opens a door. The rules are written down in docs/decisions/0180.

This room knows no HTTP, no database and no clock: whoever asks brings the time with the request.
It never decides which policies are attached to whom, and never reads one from a disk.
"""
