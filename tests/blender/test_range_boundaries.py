# SPDX-License-Identifier: GPL-3.0-or-later
"""Old curves that a range is cut out of: split without changing their shape, and ended at their own keys where these are near."""

from __future__ import annotations

import bpy
import numpy as np
import pytest


@pytest.fixture
def boundaries(scene, extension, part):
    return part("core.blender.keying.range_boundaries")


@pytest.fixture
def fcurves(scene, extension, part):
    return part("core.blender.keying.fcurves")


def curve_of(fcurves, keys):
    """The keys as a curve of an empty object's place."""
    owner = bpy.data.objects.new("Moved", None)
    owner.location.x = 0.0
    owner.keyframe_insert("location", index=0, frame=-100)
    curve = fcurves.compat.active_curves(owner).fcurves[0]
    curve.keyframe_points.clear()
    fcurves._write(curve, keys)
    return curve


@pytest.mark.parametrize("first, last", [(9.0, 23.0), (18.0, 14.0), (46.0, 23.0)])  # apart, overlapping, too long
def test_a_split_segment_keeps_its_shape(boundaries, fcurves, first, last):
    frames, values = np.array([1.0, 31.0]), np.array([0.2, 0.9])
    left, right = np.array([[-9.0, 0.2], [last, 1.6]]), np.array([[first, -0.5], [41.0, 0.9]])
    keys = fcurves.Keys.simple(frames, values, left=left, right=right)
    whole = [curve_of(fcurves, keys).evaluate(frame) for frame in range(1, 32)]
    split = boundaries.split_bezier(keys, 12.0)
    value = whole[11]
    parts = fcurves.Keys.simple(
        np.array([1.0, 12.0, 31.0]),
        np.array([0.2, value, 0.9]),
        left=np.stack([left[0], split.left, split.left_of_after]),
        right=np.stack([split.right_of_before, split.right, right[1]]),
    )
    found = curve_of(fcurves, parts)
    assert split.before == 0
    assert [found.evaluate(frame) for frame in range(1, 32)] == pytest.approx(whole, abs=1e-4)


def test_what_is_no_curve_or_flat_is_not_split(boundaries, fcurves):
    straight = fcurves.Keys.simple(np.array([1.0, 31.0]), np.array([0.2, 0.9]), linear=True)
    flat = fcurves.Keys.simple(np.array([1.0, 31.0]), np.array([0.5, 0.5]))
    assert boundaries.split_bezier(straight, 12.0) is None and boundaries.split_bezier(flat, 12.0) is None
    assert boundaries.split_bezier(flat, 40.0) is None  # behind the last key


def test_a_range_ends_at_keys_that_are_near_and_where_nothing_follows_at_none(boundaries, fcurves):
    keys = fcurves.Keys.simple(np.array([1.0, 24.0, 57.5, 80.0]), np.zeros(4))
    found = boundaries.range_boundary(keys, (20.0, 60.0), (True, True))
    assert (found.first, found.first_key) == (24.0, 1)
    assert (found.last, found.last_key) == (60.0, -1)  # the key near the end is between two frames
    ended = boundaries.range_boundary(keys[:2], (20.0, 60.0), (True, False))
    assert (ended.last, ended.last_key) == (None, -1)
    assert boundaries.inner_ends((found, ended)) == (24.0, 60.0)
    assert boundaries.inner_ends(()) == (None, None)
