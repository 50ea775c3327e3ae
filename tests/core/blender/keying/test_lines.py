# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lines of a take a new one replaces, and what of the others stays."""

from __future__ import annotations

import numpy as np

from core.blender.keying.lines import Line, LineEnds, kept_beside, moved, replaced_frames

A = Line("a.wav", "", 1.0, 49.0)
B = Line("b.wav", "", 49.0, 97.0)


def gone(lines, new, frames=range(1, 201)):
    """The frames whose keys go."""
    frames = np.array(frames, float)
    return set(frames[replaced_frames(lines, new).holds(frames)])


def span(first, last):
    return set(map(float, range(first, last + 1)))


def test_lines_that_touch_leave_each_other_alone():
    assert gone([A], B) == span(49, 97)
    assert kept_beside([A], B) == (A,)
    assert gone([B], A) == span(1, 49)
    assert kept_beside([B], A) == (B,)


def test_a_line_done_again_shorter_leaves_no_tail():
    assert gone([A, Line("c.wav", "", 101.0, 149.0)], Line("a2.wav", "", 1.0, 13.0)) == span(1, 49)


def test_the_tail_of_a_line_that_touches_the_next_ends_before_it():
    assert gone([A, B], Line("a.wav", "", 1.0, 13.0)) == span(1, 48)
    assert gone([A, B], Line("b.wav", "", 49.0, 60.0)) == span(49, 97)


def test_three_lines_and_the_middle_one_again():
    c = Line("c.wav", "", 97.0, 145.0)
    again = Line("b.wav", "", 49.0, 73.0)
    assert gone([A, B, c], again) == span(49, 96)
    assert kept_beside([A, B, c], again) == (A, c)


def test_a_moved_file_goes_from_its_old_place_and_others_between_stay():
    moved = Line("a.wav", "", 120.0, 168.0)
    assert gone([A, B], moved) == span(1, 48) | span(120, 168)
    assert kept_beside([A, B], moved) == (B,)


def test_what_moved_is_told_from_what_was_done_again_in_its_place():
    assert moved([A, B], Line("a.wav", "", 120.0, 168.0)) == (A,)
    assert moved([A, B], Line("a.wav", "", 5.0, 53.0)) == ()


def test_two_strips_of_one_file_are_two_lines_and_a_moved_strip_is_one():
    here, there = Line("a.wav", "a", 1.0, 49.0), Line("a.wav", "a.001", 101.0, 149.0)
    assert gone([here], there) == span(101, 149)
    assert kept_beside([here], there) == (here,)
    assert gone([here, there], Line("a.wav", "a.001", 61.0, 109.0)) == span(61, 149)


def test_a_strip_that_was_a_file_before_is_the_same_line_where_they_overlap():
    assert kept_beside([A], Line("a.wav", "a", 5.0, 53.0)) == ()
    assert kept_beside([A], Line("a.wav", "a", 105.0, 153.0)) == (A,)


def test_an_overlap_takes_only_the_frames_that_both_have():
    over = Line("b.wav", "", 40.0, 88.0)
    assert gone([A], over) == span(40, 88)
    assert kept_beside([A], over) == (A,)


def test_a_line_that_is_covered_altogether_is_gone():
    over = Line("b.wav", "", 0.0, 60.0)
    assert kept_beside([A], over) == ()
    assert gone([A], over, range(0, 101)) == span(0, 60)


def test_keys_between_frames_count_too():
    frames = np.array([48.5, 48.9985, 49.0, 49.5])
    assert replaced_frames([A, B], Line("a.wav", "", 1.0, 13.0)).holds(frames).tolist() == [True, False, False, False]


ENDS = LineEnds(into=2.0, out=10.0)
FAR = Line("far.wav", "", 140.0, 160.0)


def eased(lines, new, frames=range(-20, 250)):
    """The frames whose keys go although nothing is spoken there."""
    frames = np.array(frames, float)
    replaced = replaced_frames(lines, new, ENDS)
    return set(frames[replaced.holds(frames) & ~replaced.speaks(frames)])


def test_how_a_face_came_to_rest_beside_a_line_goes_with_it():
    assert eased([], A) == span(-1, 0) | span(50, 59)
    assert eased([A], Line("a.wav", "", 101.0, 149.0)) == span(-1, 0) | span(50, 59) | span(99, 100) | span(150, 159)


def test_but_not_how_it_did_beside_another():
    assert eased([A], Line("far.wav", "", 62.0, 80.0)) == span(60, 61) | span(81, 90)
    assert eased([FAR], Line("b.wav", "", 100.0, 125.0)) == span(98, 99) | span(126, 135)


def test_between_lines_that_now_follow_each_other_nothing_rests():
    assert eased([A], Line("c.wav", "", 55.0, 80.0)) == span(50, 54) | span(81, 90)
    assert eased([FAR], Line("c.wav", "", 110.0, 131.0)) == span(108, 109) | span(132, 139)


def test_room_to_rest():
    close, apart = Line("c.wav", "", 60.0, 80.0), Line("c.wav", "", 62.0, 80.0)
    assert not ENDS.has_room(A, (A, close), True) and ENDS.has_room(A, (A, apart), True)
    assert not ENDS.has_room(close, (A, close), False) and ENDS.has_room(apart, (A, apart), False)
    assert ENDS.has_room(A, (A, close), False), "nothing lies before it"
    assert not ENDS.has_room(A, (A, Line("c.wav", "", 40.0, 70.0)), True), "another goes on over its end"
