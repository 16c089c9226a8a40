"""What to say where a Ray cluster lets nobody in, from what Ray itself says. Knows nothing of Ray."""


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
