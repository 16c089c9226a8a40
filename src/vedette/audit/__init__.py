"""The audit trail: who changed or detected what, in a hash chain that is signed.

event.py     one event, and what of a request it holds: no pictures, no secrets
lines.py     how events lie in files: lines that name the hash of the line before, parts, heads, digests
signing.py   the key that signs heads and digests
trail.py     writes: a line before the answer leaves, a signature a second, a digest a part
verify.py    reads all of it and says what is not as it was written
search.py    events of a time, the newest first

Nothing here knows AWS; CloudTrail's shape is dialects/cloudtrail.py.
"""
