"""Where work runs that would hold up a server or needs torch: in processes of its own.

The rest of the house knows the port; which engine stands behind it is chosen in choose.py.
"""
