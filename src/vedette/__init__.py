"""Vedette: train and run your own vision models on your own machine.

The public Python names are three (`train`, `load`, `Model`) and are imported only
when they are asked for, so that `import vedette` costs nothing and the server never
drags torch in.
"""

__version__ = "0.1.0"
