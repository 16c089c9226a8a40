"""Policy documents: parsed once, judged by IAM's published logic.

    parse_policy(document, PolicyKind.BUCKET, name=…) -> Policy    (parse.py; refuses with MalformedPolicy)
    AccessRequest(subject, action, resource, …)                    (request.py; facts only)
    judge(request, identity=…, resource=…, session=…) -> Decision  (judge.py)

A document is parsed when it is stored, into typed statements. What the parser does not know
(an element, an operator, a condition key, an action of a known service), it refuses: a condition that
is ignored grants too much. docs/decisions/0180 states the rules.

This room knows no HTTP, no database and no clock: the caller passes the time with the request.
It never decides which policies are attached to whom, and never reads one from a disk.
"""
