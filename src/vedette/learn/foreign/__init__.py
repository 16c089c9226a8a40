"""Networks that were made elsewhere: an ONNX file and a card of it become a package like any other."""
