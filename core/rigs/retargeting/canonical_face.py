# SPDX-License-Identifier: GPL-3.0-or-later
"""From the curves of a character back to the canonical face: what its shape keys, sliders and bones show of each ARKit shape.

A key that is one canonical shape says it exactly. A pose (a viseme) counts for all that it looks like. What bones move of a face
is found as it would be made: the shapes whose bones come nearest to how these stand.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...motion import euler
from ...motion.face_track import FACE_INDEX, FACE_NAMES
from ...motion.joints import HEAD_JOINTS
from ...motion.rotations import from_axis_angle, inverse, multiply, normalised, to_axis_angle
from ..animation import Controls
from ..character import Character
from ..description import RigDescription
from ..prompts import RigPrompts
from ..sliders import Response, Slider
from .canonical_prompts import prompts_in_canonical_space
from .face_bones import FaceBones
from .face_shapes import bounded_least_squares

_MOVES = 1e-4  # of a bone by a shape, radians or shares of the largest way: less is none
_RIDGE = 1e-4
_ALWAYS_ZERO = 1e-9
_OWN_SHARE = 0.5  # of what a shape does to bones must be its own for it to be found there; by eye
_MOST_OF_A_SHAPE = 10.0
_SPARSITY = 2e-3  # one shape rather than two that take each other back
_ROUNDS, _CLOSE = 12, 1e-4  # in shares of the largest way


def canonical_values(controls: Controls, character: Character) -> tuple[np.ndarray, np.ndarray]:
    """What a character's face shows.

    Args:
        controls: curves of its shape keys, sliders and bones, as `Controls` has them.
        character: whose.

    Returns:
        float32 (T, 55) in the order of FACE_NAMES, 0..1, and bool (55,), which of them the character can show.
    """
    shapes = _with_followers(controls, character.description)
    frames = _frames(controls)
    values, known = np.zeros((frames, len(FACE_NAMES))), np.zeros(len(FACE_NAMES), bool)
    mapping = character.mapping
    for mesh, keys in (*mapping.shapes.items(), *mapping.apart.items()):
        shown = np.zeros_like(values)
        for mix, curves in _by_mix(keys, shapes.get(mesh, {})).items():
            for name, weight in mix:
                shown[:, FACE_INDEX[name]] += weight * np.max(curves, axis=0)
                known[FACE_INDEX[name]] = True
        values = np.maximum(values, shown)  # several meshes show the same shapes
    _add_bones(controls, character, values, known)
    return np.clip(values, 0.0, 1.0).astype(np.float32), known


def head_angles_deg(controls: Controls, character: Character) -> np.ndarray | None:
    """How neck and head turn the head together: yaw, pitch, roll in degrees, float32 (T, 3); None if no bone of them has curves."""
    links = character.skeleton.links
    times_s = np.arange(_frames(controls), dtype=np.float64)
    of_head = {
        bone: (times_s, turns)
        for bone, turns in controls.rotations.items()
        if bone in links and links[bone].joint in HEAD_JOINTS
    }
    if not of_head:
        return None
    joints = prompts_in_canonical_space(RigPrompts(of_head), character, HEAD_JOINTS)[0].joints
    together = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(times_s), 4))
    for joint in ("neck", "head"):
        if joint in joints:
            together = multiply(together, joints[joint][1])
    return np.degrees(euler.to_yaw_pitch_roll(normalised(together))).astype(np.float32)


def face_bones_of(character: Character) -> frozenset[str]:
    """The bones that show shapes of the face or turn the head."""
    rotations, locations, _ = _responses(character, _unseen_shapes(character))
    links = character.skeleton.links
    return frozenset({*rotations, *locations, *(bone for bone, link in links.items() if link.joint in HEAD_JOINTS)})


def _frames(controls: Controls) -> int:
    series = [values for keys in controls.shapes.values() for values in keys.values()]
    series += [*controls.sliders.values(), *controls.rotations.values(), *controls.locations.values()]
    return len(series[0]) if series else 0


# --------------------------------------------------------------------------------------------------------------- shapes


def _by_mix(
    keys: Mapping[str, Mapping[str, float]], curves: Mapping[str, np.ndarray]
) -> dict[tuple[tuple[str, float], ...], list[np.ndarray]]:
    """{what keys show: the curves of those that show it}: keys that show the same are driven together."""
    found: dict[tuple[tuple[str, float], ...], list[np.ndarray]] = {}
    for key, mix in keys.items():
        if key in curves and mix:
            found.setdefault(tuple(sorted(mix.items())), []).append(np.asarray(curves[key], np.float64))
    return found


def _with_followers(controls: Controls, description: RigDescription) -> dict[str, dict[str, np.ndarray]]:
    """{mesh: {key: (T,)}} with the shapes that follow sliders where these stand."""
    shapes = {mesh: dict(keys) for mesh, keys in controls.shapes.items()}
    for mesh in description.meshes:
        for key in mesh.keys:
            if key.slider is not None and (settings := _setting(key.slider, controls.sliders)) is not None:
                shapes.setdefault(mesh.name, {})[key.name] = key.slider.shape(settings)
    return shapes


def _setting(found: Response, sliders: Mapping[Slider, np.ndarray]) -> np.ndarray | None:
    """The values (T,) of a slider, or the angle that the components of its turn are; None if it has no curve."""
    slider = found.slider
    parts = [sliders.get(part) for part in slider.written]
    if all(part is None for part in parts):
        return None
    frames = next(len(part) for part in parts if part is not None)
    values = np.stack(
        [np.full(frames, own.rest) if part is None else part for own, part in zip(slider.written, parts)], 1
    ).astype(np.float64)
    if len(slider.written) == 1:
        return values[:, 0]
    turns = normalised(values) if slider.rotation_mode == "QUATERNION" else _from_axis(values)
    return euler.from_quaternions(turns, "XYZ")[:, slider.index]


def _from_axis(values: np.ndarray) -> np.ndarray:
    """Quaternions of an angle with an axis (T, 4)."""
    length = np.maximum(np.linalg.norm(values[:, 1:], axis=1, keepdims=True), 1e-9)
    return from_axis_angle(values[:, :1] * values[:, 1:] / length)


# ---------------------------------------------------------------------------------------------------------------- bones


def _unseen_shapes(character: Character) -> list[str]:
    """The canonical shapes that no key shows."""
    shown = {name for mix in character.mapping.keys.values() for name in mix}
    shown |= {name for keys in character.mapping.apart.values() for mix in keys.values() for name in mix}
    return [name for name in FACE_NAMES if name not in shown]


def _responses(
    character: Character, names: list[str]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], np.ndarray]:
    """How bones stand for each of these shapes alone at 1, against rest: {bone: rotation vectors (n, 3)}, {bone: ways (n, 3)} and bool
    (n,), which shapes move any."""
    if not character.roles or not names:
        return {}, {}, np.zeros(len(names), bool)
    alone = np.zeros((len(names) + 1, len(FACE_NAMES)), np.float32)
    alone[range(len(names)), [FACE_INDEX[name] for name in names]] = 1.0
    rotations, locations = FaceBones(character).curves(alone, frozenset(FACE_NAMES))
    turned = {bone: _against(turns[:-1], turns[-1]) for bone, turns in rotations.items()}
    moved = {bone: np.asarray(places[:-1] - places[-1], np.float64) for bone, places in locations.items()}
    active = np.zeros(len(names), bool)
    for table in (turned, moved):
        for bone in [bone for bone, ways in table.items() if np.abs(ways).max() < _ALWAYS_ZERO]:
            del table[bone]
        for ways in table.values():
            active |= np.linalg.norm(ways, axis=1) > _MOVES * np.abs(ways).max()
    return turned, moved, active


def _against(turns: np.ndarray, rest: np.ndarray) -> np.ndarray:
    return to_axis_angle(multiply(inverse(np.asarray(rest, np.float64)), np.asarray(turns, np.float64)))


def _add_bones(controls: Controls, character: Character, values: np.ndarray, known: np.ndarray) -> None:
    """What bones with curves show of shapes that no key does, into values (T, 55) and known (55,)."""
    names = _unseen_shapes(character)
    turned, moved, active = _responses(character, names)
    tables = [("rotations", bone, ways) for bone, ways in turned.items() if bone in controls.rotations]
    tables += [("locations", bone, ways) for bone, ways in moved.items() if bone in controls.locations]
    if not tables or not active.any():
        return
    scales = [1.0 / np.abs(ways).max() for _, _, ways in tables]
    shows = np.concatenate([ways.T * scale for (_, _, ways), scale in zip(tables, scales)])
    felt = active & _both_sides(_independent(shows), names)
    shows, columns = shows[:, felt], [FACE_INDEX[names[place]] for place in np.flatnonzero(felt)]

    def seen(kind_of: dict[str, dict[str, np.ndarray]]) -> np.ndarray:
        stands = [_as_ways(kind_of[kind][bone], kind) * scale for (kind, bone, _), scale in zip(tables, scales)]
        return np.concatenate(stands)

    target = seen({"rotations": controls.rotations, "locations": controls.locations})
    gram = shows.T @ shows
    gram[np.diag_indices_from(gram)] += _RIDGE
    bones, weights = FaceBones(character), np.zeros((len(columns), len(values)))
    for _ in range(_ROUNDS):  # bones follow shapes almost, but not quite, in proportion
        values[:, columns] = weights.T
        rotations, locations = bones.curves(values.astype(np.float32), frozenset(FACE_NAMES))
        off = target - seen({"rotations": rotations, "locations": locations})
        if np.abs(off).max(initial=0.0) < _CLOSE:
            break
        linear = shows.T @ (off + shows @ weights) - _SPARSITY
        weights = bounded_least_squares(gram, linear, np.zeros(len(columns)), np.ones(len(columns)))
    values[:, columns], known[columns] = weights.T, True


def _independent(shows: np.ndarray) -> np.ndarray:
    """bool (n,): of shapes that move bones by (m, n) those that are not, for the most part, what stronger ones add up to: a jaw that
    turns is open, and no raised lip."""
    sizes = np.linalg.norm(shows, axis=0)
    chosen: list[int] = []
    for place in np.argsort(-sizes, kind="stable"):
        if sizes[place] <= _MOVES:
            break
        left = shows[:, place]
        if chosen:
            own = shows[:, chosen]
            gram = own.T @ own + _RIDGE * np.eye(len(chosen))
            mixed = bounded_least_squares(
                gram, own.T @ left[:, None], np.zeros(len(chosen)), np.full(len(chosen), _MOST_OF_A_SHAPE)
            )
            left = left - own @ mixed[:, 0]
        if np.linalg.norm(left) > _OWN_SHARE * sizes[place]:
            chosen.append(int(place))
    found = np.zeros(shows.shape[1], bool)
    found[chosen] = True
    return found


def _both_sides(chosen: np.ndarray, names: list[str]) -> np.ndarray:
    """The chosen ones of these shapes, bool (n,), and what is the same on the other side."""
    picked = {name for name, is_chosen in zip(names, chosen) if is_chosen}
    mirrored = {name.replace("Left", "\0").replace("Right", "Left").replace("\0", "Right") for name in picked}
    return np.array([name in picked | mirrored for name in names], bool)


def _as_ways(curve: np.ndarray, kind: str) -> np.ndarray:
    """float64 (3, T): rotation vectors of quaternions, or places as they are."""
    curve = np.asarray(curve, np.float64)
    return (to_axis_angle(curve) if kind == "rotations" else curve).T
