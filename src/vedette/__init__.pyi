# The types of the names that are imported late; a plain import would lead the whole house to torch.
from vedette.learn.train import train as train
from vedette.runtime.model import Model as Model
from vedette.runtime.model import load as load

__version__: str
__all__ = ["Model", "__version__", "load", "train"]
