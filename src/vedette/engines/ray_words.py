"""What to say where a Ray cluster lets nobody in, from what Ray itself says. Knows nothing of Ray."""

# Nothing of ours is judged by a node's clock; its logs are read beside ours, and Ray's own tokens may be.
APART_S = 30.0


def joining_sentence(address: str, text: str) -> str:
    """Return what to say of Ray's refusal to let this machine join."""
    if "Version mismatch" in text:
        words = [line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("    ")]
        ray_there, python_there, ray_here, python_here = (words + [""] * 4)[:4]
        return (
            f"The Ray cluster at {address} runs Ray {ray_there} on Python {python_there}, and this server "
            f"Ray {ray_here} on Python {python_here}: install the same on both."
        )
    return (
        f"The Ray cluster at {address} cannot be joined from here: {first_line(text)} "
        f"This machine has to be a node of it: ray start --address={address} --num-cpus=0"
    )


def first_line(text: str) -> str:
    """Return the first line that says something, cut where it is long."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:300] if lines else ""


def ending_line(text: str) -> str:
    """Return why an actor has ended: what follows the line that says so, and those that name the actor."""
    lines = text.splitlines()
    named = [number for number, line in enumerate(lines) if line.startswith("\t")]
    return first_line("\n".join(lines[named[-1] + 1 :] if named else lines)) or first_line(text)


def clock_sentence(address: str, node_s: float, own_s: float) -> str:
    """Say that a node's clock is apart from this machine's; nothing where it is not."""
    apart_s = node_s - own_s
    if abs(apart_s) <= APART_S:
        return ""
    seconds = round(abs(apart_s))
    if apart_s > 0:
        return f"The clock of the node {address} is {seconds} s ahead of this server's: set it by NTP."
    return f"The clock of the node {address} is {seconds} s behind this server's: set it by NTP."
