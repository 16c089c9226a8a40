"""Properties of boxes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.vision.annotations import Box
from vedette.vision.geometry import (
    box_of,
    clipped,
    covered,
    edges_of,
    keep_best,
    out_of_frame,
    out_of_window,
    overlaps,
)
from vedette.vision.tiles import Window

shares = st.floats(0, 1, allow_subnormal=False)
sizes = st.floats(0.01, 1)
boxes = st.builds(Box, shares, shares, sizes, sizes)
many = st.lists(boxes, max_size=12)


@given(many, many)
def test_overlap_is_symmetric_and_a_share(one, other):
    there, back = overlaps(edges_of(one), edges_of(other)), overlaps(edges_of(other), edges_of(one))
    assert np.allclose(there, back.T)
    assert ((there >= 0) & (there <= 1 + 1e-9)).all()


@given(boxes)
def test_a_box_overlaps_itself_wholly(box):
    edges = edges_of([box])
    assert overlaps(edges, edges)[0, 0] == pytest.approx(1)
    assert covered(edges, edges)[0, 0] == pytest.approx(1)


def test_known_overlaps():
    one, other = edges_of([Box(0, 0, 0.2, 0.2)]), edges_of([Box(0.1, 0, 0.2, 0.2), Box(0.2, 0, 0.2, 0.2)])
    assert overlaps(one, other)[0] == pytest.approx([1 / 3, 0])
    assert covered(one, other)[0] == pytest.approx([1 / 2, 0])


@given(many, st.floats(0, 1), st.randoms())
def test_what_is_kept_overlaps_little_and_what_goes_overlaps_something_better(found, most, random):
    edges = edges_of(found)
    scores = np.array([random.random() for _ in found])
    kept = keep_best(edges, scores, most_overlap=most)
    assert list(scores[kept]) == sorted(scores[kept], reverse=True)
    among = overlaps(edges[kept], edges[kept]) if len(kept) else np.zeros((0, 0))
    assert (among[~np.eye(len(kept), dtype=bool)] <= most).all()
    for gone in set(range(len(found))) - set(kept.tolist()):
        better = [k for k in kept if scores[k] >= scores[gone]]
        assert (overlaps(edges[[gone]], edges[better]) > most).any()


@given(boxes)
def test_a_box_survives_its_edges(box):
    back = box_of(edges_of([box])[0])
    assert [back.left, back.top, back.width, back.height] == pytest.approx(
        [box.left, box.top, box.width, box.height]
    )


@pytest.mark.parametrize("edges", [[0, 0, 0, 1], [0.5, 0, 0.4, 1], [0, 0, np.nan, 1], [0, 0, np.inf, 1]])
def test_no_area_is_no_box(edges):
    assert box_of(np.array(edges)) is None


def test_windows_and_frames_lead_back_to_the_picture():
    inner = np.array([[0.0, 0.5, 1.0, 1.0]])
    assert out_of_window(inner, Window(50, 0, 100, 20), height=40, width=200).tolist() == [
        [0.25, 0.25, 0.5, 0.5]
    ]
    assert out_of_frame(np.array([[0, 0.25, 1, 0.75]]), Box(0, 0.25, 1, 0.5)).tolist() == [[0, 0, 1, 1]]
    assert clipped(np.array([[-1.0, 0.5, 2.0, 0.7]])).tolist() == [[0, 0.5, 1, 0.7]]
