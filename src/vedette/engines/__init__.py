"""Where work runs that would block a server or needs torch: in processes of its own.

The rest of the house knows the port; which engine stands behind it is chosen in choose.py.
"""
