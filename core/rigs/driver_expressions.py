# SPDX-License-Identifier: GPL-3.0-or-later
"""Driver expressions as numbers: what Blender's simple expressions can say, worked out without running any code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.mod,
    ast.Pow: np.power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: np.logical_not,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
}
_CONSTANTS = {"pi": np.pi, "e": np.e, "tau": 2.0 * np.pi, "True": 1.0, "False": 0.0}


def _clamp(value: Any, low: Any = 0.0, high: Any = 1.0) -> Any:
    return np.minimum(np.maximum(value, low), high)


def _smoothstep(low: Any, high: Any, value: Any) -> Any:
    share = _clamp((value - low) / (high - low))
    return share * share * (3.0 - 2.0 * share)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": lambda *values: np.minimum.reduce(np.broadcast_arrays(*values)),
    "max": lambda *values: np.maximum.reduce(np.broadcast_arrays(*values)),
    "clamp": _clamp,
    "lerp": lambda first, last, share: first + (last - first) * share,
    "smoothstep": _smoothstep,
    "radians": np.radians,
    "degrees": np.degrees,
    "abs": np.abs,
    "fabs": np.abs,
    "float": lambda value: value,
    "bool": lambda value: np.not_equal(value, 0.0),
    "int": np.trunc,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "round": np.round,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "atan2": np.arctan2,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "pow": np.power,
    "fmod": np.fmod,
}


def parse(expression: str, variable: str) -> Callable[[np.ndarray], np.ndarray] | None:
    """The function of one variable that an expression is; None if it is anything else (other names, calls, code).

    The function takes and gives float64 arrays of any one shape; where it has no value it gives NaN.
    """
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        _value(tree, {variable: np.zeros(1)})
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None

    def function(values: np.ndarray) -> np.ndarray:
        values = np.asarray(values, np.float64)
        found = np.broadcast_to(_value(tree, {variable: values}), values.shape)
        return np.where(np.isfinite(found), found, np.nan).astype(np.float64)

    return function


def _value(node: ast.AST, names: Mapping[str, np.ndarray]) -> Any:
    """What a part of an expression gives. Raises ValueError for what simple expressions do not have."""
    with np.errstate(all="ignore"):
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return np.float64(number)
            case ast.Name(id=name) if name in names:
                return names[name]
            case ast.Name(id=name) if name in _CONSTANTS:
                return np.float64(_CONSTANTS[name])
            case ast.UnaryOp(op=kind, operand=inner) if type(kind) in _OPERATORS:
                return _number(_OPERATORS[type(kind)](_value(inner, names)))
            case ast.BinOp(left=left, op=kind, right=right) if type(kind) in _OPERATORS:
                return _OPERATORS[type(kind)](_value(left, names), _value(right, names))
            case ast.BoolOp(op=kind, values=parts):
                return _either([_value(part, names) for part in parts], isinstance(kind, ast.And))
            case ast.Compare(left=left, ops=kinds, comparators=others):
                return _compared([_value(one, names) for one in (left, *others)], kinds)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return np.where(np.asarray(_value(test, names)) != 0, _value(body, names), _value(otherwise, names))
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in _FUNCTIONS:
                return _number(_FUNCTIONS[name](*(_value(one, names) for one in given)))
    raise ValueError(f"not a simple expression: {type(node).__name__}")


def _number(value: Any) -> Any:
    return np.asarray(value, np.float64)


def _either(values: list[Any], all_of_them: bool) -> Any:
    """What `and` and `or` give: one of the values."""
    found = values[0]
    for value in values[1:]:
        found = np.where((np.asarray(found) != 0) == all_of_them, value, found)
    return found


def _compared(values: list[Any], kinds: list[ast.cmpop]) -> Any:
    found = np.float64(1.0)
    for left, kind, right in zip(values, kinds, values[1:]):
        if type(kind) not in _OPERATORS:
            raise ValueError("not a comparison of numbers")
        found = found * _number(_OPERATORS[type(kind)](left, right))
    return found
