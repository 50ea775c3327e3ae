# SPDX-License-Identifier: GPL-3.0-or-later
"""Driver expressions as numbers."""

from __future__ import annotations

import numpy as np
import pytest

from core.rigs.driver_expressions import parse

VALUES = np.array([-1.0, 0.0, 0.25, 2.0])


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("-v * 3 + .5", -VALUES * 3 + 0.5),
        ("max(0, v)", np.maximum(VALUES, 0)),
        ("clamp(v * 2)", np.clip(VALUES * 2, 0, 1)),
        ("clamp(v, -.5, .5)", np.clip(VALUES, -0.5, 0.5)),
        ("v if v > 0 else -v", np.abs(VALUES)),
        ("0 < v < 1 and v", [0.0, 0.0, 0.25, 0.0]),
        ("v or 1", [-1.0, 1.0, 0.25, 2.0]),
        ("sin(radians(v)) / pi", np.sin(np.radians(VALUES)) / np.pi),
        ("smoothstep(0, 1, v)", [0.0, 0.0, 0.15625, 1.0]),
        ("lerp(1, 3, v)", 1 + 2 * VALUES),
        ("not v", [0.0, 1.0, 0.0, 0.0]),
        ("0.5", [0.5] * 4),
    ],
)
def test_expressions_give_what_blender_gives(expression, expected):
    function = parse(expression, "v")
    assert function is not None
    assert np.allclose(function(VALUES), expected)


@pytest.mark.parametrize(
    "expression",
    [
        "v + w",
        "frame * v",
        "self.value",
        "__import__('os').getcwd()",
        "[v for _ in range(3)]",
        "min(*[v])",
        "v(1)",
        "'a' * 9",
        "v +",
        "lambda: v",
        "",
    ],
)
def test_what_is_no_function_of_the_variable_is_refused(expression):
    assert parse(expression, "v") is None


def test_where_there_is_no_value_it_says_so():
    function = parse("sqrt(v)", "v")
    assert function is not None
    assert np.isnan(function(VALUES)).tolist() == [True, False, False, False]
