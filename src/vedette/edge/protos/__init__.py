"""What is spoken on the socket: the proto files, for any language, and Python's stubs of them.

The stubs (`*_pb2.py`, `*_pb2_grpc.py`) are computed from the proto files by `make generate`, and not edited.
"""
