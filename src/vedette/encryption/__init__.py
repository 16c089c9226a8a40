"""Keys of accounts' own, and what is encrypted with them: made, used, rotated, and destroyed for good.

masters.py     the installation's master key, which wraps the material of all others
material.py    versions of a key's material: wrapped in the database, unwrapped in memory for a while
cipher.py      ciphertexts: a header, and AES-256-GCM bound to its encryption context
keys.py        keys, their states and their lives
aliases.py     names of keys
grants.py      what one principal lets another do with a key
authority.py   who may do what with a key: its policy, the caller's policies, grants
keeper.py      what falls due: rotations, and the end of keys
"""
