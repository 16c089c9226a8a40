"""What an answer to a picture of a round must hold to before it is kept."""

from vedette.clock import from_milliseconds
from vedette.errors import Busy, Wrong
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import Line, read_line
from vedette.manifest.places import split_s3
from vedette.rounds.areas import mask_of
from vedette.rounds.round import Round, RoundAnswer


def refuse_answer(current: Round, task: RoundAnswer, revision: str, line: Line) -> None:
    """Refuse an answer to what was reviewed or changed meanwhile, or with a mask that is not one's own."""
    if task.status in ("accepted", "set-aside"):
        raise Wrong("This picture was reviewed; it can be changed once it is sent back.", kind="round")
    if revision and revision != task.revision:
        raise Busy("This answer was changed meanwhile, in another window perhaps.", kind="round")
    prefix = f"s3://{split_s3(task.source)[0]}/{current.mask_folder_of(task.person.user_id)}/"
    for pair in read_pairs(line):
        # Nobody's mask but one's own, or the one that the picture had.
        is_own = str(pair.value).startswith(prefix) or pair.value == mask_of(read_line(task.line))
        if pair.kind == "mask" and not is_own:
            raise Wrong(f"Your masks of this round lie below {prefix}.", kind="round")


def refuse_late(current: Round, task: RoundAnswer, now: int) -> None:
    """Refuse what comes too late, where the round wants that; what was sent back may still be mended."""
    if current.late == "refuse" and current.is_over(now) and task.status != "sent-back":
        assert current.deadline_ms is not None, "a round that is over has a deadline"
        deadline = from_milliseconds(current.deadline_ms)
        raise Wrong(
            f"The deadline of the round {current.name} passed on {deadline:%Y-%m-%d at %H:%M} UTC, and it "
            "takes no late answers; ask whoever leads it for more time.",
            kind="round",
            name=current.name,
        )
