"""What went wrong, with the codes that Lookout for Vision has for it, and the message alone."""

from vedette.api.faults import Fault
from vedette.api.lookout import faults as lookout

FAULTS = lookout.FAULTS


def translate(error: Exception) -> Fault:
    """Return the fault for an error, whichever it is."""
    fault = lookout.translate(error)
    return Fault(fault.code, fault.status, fault.message)
