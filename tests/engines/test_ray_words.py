"""What Ray says is cut down to what people can use."""

from vedette.engines.ray_words import ending_line

DIED = "The actor died unexpectedly before finishing this task."


def test_an_actor_s_end_is_told_by_its_cause():
    named = f"{DIED}\n\tclass_name: NodeUnit\n\tactor_id: 3a3a\n\tpid: 12\n\tip: 10.0.0.3\n"
    assert ending_line(f"{named}The actor died because its node has died. Node Id: 76ca\n\nmore") == (
        "The actor died because its node has died. Node Id: 76ca"
    )


def test_an_end_without_a_cause_is_told_as_it_is():
    assert ending_line(DIED) == DIED
    assert ending_line(f"{DIED}\n\tclass_name: NodeUnit\n") == DIED
    assert ending_line("") == ""
