# SPDX-License-Identifier: GPL-3.0-or-later
"""Real motions on all rigs: where limbs, hands, fingers and feet are in Blender, against the canonical body's.

Each motion is retargeted, keyed as the button keys it, evaluated by Blender and read back, for each rig twice: plain, as the motion
says, and adjusted, with the feet on the character's floor and the hands out of its body. Median and maximum over all frames of

plain, in degrees: upper arm, forearm, thigh, shin: between the limb's direction and the source's. hand: the same from the wrist to
the middle knuckle; palm: turn of the knuckles about it. finger bones: direction of the first two bones of each; curl, thumb: how much
more or less a finger's end is bent against the hand. chest, head: their turn; sole: tilt of the foot, each from its own rest.
adjusted: arms, legs: how far limbs now are from the source. floor: height of the ankles and balls that stand against their rest, in cm
for a person 1.7 m tall; slip: how far what stands is from the middle of where it stood, in cm.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from ...errors import UserError
from ...motion.adult_skeleton import ADULT_REST_M
from ...motion.clip import Clip
from ...motion.joints import FACE_JOINTS, FINGERS, JOINT_NAMES, JOINT_PARENTS, SIDES
from ...motion.kinematics.forward import forward
from ...motion.locomotion.foot_planting import spans
from ...motion.rotations import to_matrix
from ...paths import ROOT, data_pack

logger = logging.getLogger(__name__)
BLENDER_WORKER = "core.development.retargeting_worker"
LIMBS = {
    "upper arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
    "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"),
}
SECONDS = 4.0
LIMB_DEG, FLOOR_CM = 2.0, 1.0  # what is asked for
_OFFSETS = np.array(
    [ADULT_REST_M[joint] - (ADULT_REST_M[parent] if parent >= 0 else 0.0) for joint, parent in enumerate(JOINT_PARENTS)]
)
_UP = np.array([0.0, 1.0, 0.0])


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rigs", nargs="*", default=[], help="only these rigs (default: all that can be loaded)")
    parser.add_argument("--motions", type=int, default=6, help="how many motions (default 6)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"of each motion (default {SECONDS:g})")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache" / "motion", help="motions prepared for training")
    parser.add_argument("--made-up", action="store_true", help="take made-up motions even if recorded ones are there")
    parser.add_argument("--keep", type=Path, help="keep the motions and what was read back in this folder")


def run(arguments: argparse.Namespace) -> dict:
    data = Path(arguments.data or data_pack())
    motions = motions_for(arguments)
    with tempfile.TemporaryDirectory(prefix="audio2rig-retargeting-") as temporary:
        folder = Path(arguments.keep or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.npz"):
            stale.unlink()
        for name, clip in motions.items():
            write_clip(folder / f"motion_{name}.npz", clip)
        environment = dict(os.environ, OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1"))
        done = subprocess.run(
            [sys.executable, "-m", BLENDER_WORKER, str(folder), str(data), *arguments.rigs],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise UserError("Blender could not retarget the motions.", (done.stderr or done.stdout).strip()[-800:])
        rigs = {}
        for path in sorted(folder.glob("*__motion_*.npz")):
            rig, _, rest = path.stem.partition("__motion_")
            motion, _, kind = rest.rpartition("__")
            with np.load(path, allow_pickle=False) as found:
                rigs.setdefault(rig, []).append(compare(motions[motion], dict(found), kind == "adjusted"))
    table = {rig: joined(parts) for rig, parts in rigs.items()}
    print(text(table))
    worst = {rig: max(row.get(f"{limb}_max_deg", 180.0) for limb in LIMBS) for rig, row in table.items()}
    floor = {rig: row.get("floor_cm_max", 0.0) for rig, row in table.items()}
    return {
        "motions": {name: len(clip) / clip.rate_hz for name, clip in motions.items()},
        "rigs": table,
        "worst_limb_deg": worst,
        "worst_floor_cm": floor,
        "passed": bool(table) and max(worst.values()) <= LIMB_DEG and max(floor.values()) <= FLOOR_CM,
    }


# --------------------------------------------------------------------------------------------------------------- motions


def motions_for(arguments: argparse.Namespace) -> dict[str, Clip]:
    if not arguments.made_up and arguments.cache.is_dir():
        if found := recorded(arguments.cache, arguments.motions, arguments.seconds):
            return found
    return {f"made_up_{number}": made_up(number, arguments.seconds) for number in range(min(arguments.motions, 3))}


def recorded(cache: Path, count: int, seconds: float) -> dict[str, Clip]:
    """Motions of the corpus: gestures with fingers by turns with others, the liveliest second onwards, those with most movement."""
    from ...training.data.body import load

    clips = [body for body in load(cache) if len(body.clip) > 30 and not body.glitches]
    lively = sorted(clips, key=lambda body: -float(np.abs(np.diff(body.clip.rotations, axis=0)).sum(-1).mean()))
    fingers = [body for body in lively if body.has_fingers]
    others = [body for body in lively if not body.has_fingers]
    chosen = [
        body
        for pair in zip(fingers[:: max(1, len(fingers) // count)], others[:: max(1, len(others) // count)])
        for body in pair
    ][:count] or lively[:count]
    return {f"{number}_{body.name}".replace("__", "_"): _part(body.clip, seconds) for number, body in enumerate(chosen)}


def _part(clip: Clip, seconds: float) -> Clip:
    frames = min(len(clip), round(seconds * clip.rate_hz))
    return Clip(
        clip.rotations[:frames], clip.root_translation_m[:frames], clip.contacts[:frames], clip.rate_hz, clip.driven
    )


def made_up(seed: int, seconds: float) -> Clip:
    """A standing body that waves all its joints, smoothly, within what a body can do; feet stay on the floor."""
    from ...motion.rotations import from_axis_angle

    rng = np.random.default_rng(seed)
    frames, rate_hz = round(seconds * 30), 30.0
    clip = Clip.still(frames, rate_hz, frozenset(JOINT_NAMES).difference(FACE_JOINTS))
    times_s = np.arange(frames) / rate_hz
    size = {
        "pelvis": 0.0,
        "hip": 0.0,
        "knee": 0.0,
        "ankle": 0.0,
        "foot": 0.0,
        "shoulder": 0.6,
        "elbow": 0.3,
        "wrist": 0.3,
    }
    for index, joint in enumerate(JOINT_NAMES):
        stem = joint.split("_", 1)[-1]
        wave = size.get(stem, 0.12) * np.sin(times_s[:, None] * rng.uniform(1.0, 3.0, 3) + rng.uniform(0, 6, 3))
        sign = 1.0 if joint.startswith("left") else -1.0
        if stem == "shoulder":
            wave[:, 2] -= 0.9 * sign
        if stem == "elbow":
            wave[:, 1] -= (1.0 + 0.5 * np.sin(times_s + seed)) * sign
        if stem[:-1] in ("index", "middle", "ring", "pinky"):
            wave[:, 2] -= sign * (0.5 + 0.4 * np.sin(times_s * 2 + seed))
        clip.rotations[:, index] = from_axis_angle(wave)
    clip.root_translation_m[:] = 0.0
    clip.contacts[:] = 1.0
    return clip


def write_clip(path: Path, clip: Clip) -> None:
    np.savez(
        path,
        rotations=clip.rotations,
        root=clip.root_translation_m,
        contacts=clip.contacts,
        rate_hz=clip.rate_hz,
        driven=np.array(sorted(clip.driven)),
    )


# --------------------------------------------------------------------------------------------------------------- figures


def compare(clip: Clip, found: dict[str, np.ndarray], adjusted: bool) -> dict[str, np.ndarray]:
    """Errors in all frames, by name: see the module's head."""
    joints = [str(joint) for joint in found["joints"]]
    frames = found["frames"]
    axes = found["axes"] / np.linalg.norm(found["axes"], axis=0)
    local = found["local_axes"]
    own = {joint: found["heads"][:, index] @ axes for index, joint in enumerate(joints)}
    rest = {joint: found["rest"][index] @ axes for index, joint in enumerate(joints)}
    turns = {
        joint: np.einsum("ji,tjk,kl->til", local, found["turns"][:, index], local) for index, joint in enumerate(joints)
    }
    places, turned = forward(clip.rotations[frames], clip.root_translation_m[frames], _OFFSETS, JOINT_PARENTS)
    source = {joint: places[:, index] for index, joint in enumerate(JOINT_NAMES)}
    stand = {joint: to_matrix(turned[:, index]) for index, joint in enumerate(JOINT_NAMES)}
    errors: dict[str, np.ndarray] = {}
    for side in SIDES:
        for name, (joint, further) in LIMBS.items():
            first, second = f"{side}_{joint}", f"{side}_{further}"
            if first in own and second in own and first in clip.driven:
                kind = name if not adjusted else "arms" if "arm" in name else "legs"
                _add(errors, kind, angle(own[second] - own[first], source[second] - source[first]))
        if adjusted:
            _feet(errors, side, own, rest, clip.contacts[frames])
            continue
        _hands(errors, side, own, source, clip)
        ankle = f"{side}_ankle"
        if ankle in own and ankle in clip.driven:
            _add(errors, "sole", angle(turns[ankle] @ _UP, stand[ankle] @ _UP))
    if not adjusted:
        chest = next((joint for joint in ("spine3", "spine2", "spine1") if joint in turns), "")
        for name, shown, meant in (("chest", chest, "spine3"), ("head", "head", "head")):
            if shown in turns and meant in clip.driven:
                _add(errors, name, turned_by(turns[shown], stand[meant]))
    return errors


def turned_by(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between two turns (T, 3, 3)."""
    cosine = (np.einsum("tij,tij->t", first, second) - 1.0) / 2.0
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))


def _add(errors: dict[str, np.ndarray], name: str, values: np.ndarray) -> None:
    errors[name] = np.concatenate([errors[name], values]) if name in errors else values


def angle(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Degrees between (T, 3) and (T, 3)."""
    first, second = (
        vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12) for vector in (first, second)
    )
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(first, second), axis=-1), (first * second).sum(-1)))


def _hands(errors, side: str, own, source, clip: Clip) -> None:
    wrist, middle, index, pinky = (f"{side}_{joint}" for joint in ("wrist", "middle1", "index1", "pinky1"))
    if not {wrist, middle} <= own.keys() or wrist not in clip.driven:
        return
    along, goal = own[middle] - own[wrist], source[middle] - source[wrist]
    _add(errors, "hand", angle(along, goal))
    if {index, pinky} <= own.keys():
        across, wanted = own[index] - own[pinky], source[index] - source[pinky]
        _add(errors, "palm", angle(_beside(across, along), _beside(wanted, goal)))
    for finger in FINGERS:
        names = [f"{side}_{finger}{number}" for number in (1, 2, 3)]
        if not set(names) <= own.keys() or names[0] not in clip.driven:
            continue
        bent = [angle(own[names[2]] - own[names[1]], along), angle(source[names[2]] - source[names[1]], goal)]
        _add(errors, "thumb" if finger == "thumb" else "curl", np.abs(bent[0] - bent[1]))
        for number in (0, 1):
            first, second = names[number], names[number + 1]
            _add(errors, "finger bones", angle(own[second] - own[first], source[second] - source[first]))


def _beside(vector: np.ndarray, along: np.ndarray) -> np.ndarray:
    along = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-12)
    return vector - along * (vector * along).sum(-1, keepdims=True)


def _feet(errors, side: str, own, rest, contacts: np.ndarray) -> None:
    size = _legs(rest, side) / _legs(dict(zip(JOINT_NAMES, ADULT_REST_M)), side)
    for joint, column in ((f"{side}_ankle", SIDES.index(side)), (f"{side}_foot", 2 + SIDES.index(side))):
        if joint not in own:
            continue
        stands = contacts[:, column] > 0.5
        if stands.any():
            _add(errors, "floor_cm", np.abs(100.0 * (own[joint][:, 1] - rest[joint][1]) / size)[stands])
        for start, end in spans(stands):
            place = own[joint][start:end, [0, 2]]
            _add(errors, "slip_cm", 100.0 / size * np.linalg.norm(place - np.median(place, 0), axis=-1))


def _legs(places, side: str) -> float:
    points = [places.get(f"{side}_{joint}") for joint in ("hip", "knee", "ankle")]
    if any(point is None for point in points):
        return float(np.linalg.norm(places["head"] - places[f"{side}_ankle"]))
    return float(np.linalg.norm(points[1] - points[0]) + np.linalg.norm(points[2] - points[1]))


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, float]:
    row: dict[str, float] = {}
    for name in dict.fromkeys(name for part in parts for name in part):
        values = np.concatenate([part[name] for part in parts if name in part])
        unit = "" if name.endswith("_cm") else "_deg"
        row[f"{name}_median{unit}"] = float(np.median(values))
        row[f"{name}_max{unit}"] = float(values.max())
    return row


def text(table: dict[str, dict[str, float]]) -> str:
    """The table for people: median and maximum of each figure."""
    columns = [
        *LIMBS,
        "hand",
        "palm",
        "finger bones",
        "curl",
        "thumb",
        "chest",
        "head",
        "sole",
        "arms",
        "legs",
        "floor_cm",
        "slip_cm",
    ]
    lines = [f"{'median / max':24}" + "".join(f"{name.replace('_', ' '):>15}" for name in columns)]
    for rig, row in table.items():
        cells = []
        for name in columns:
            unit = "" if name.endswith("_cm") else "_deg"
            middle, worst = row.get(f"{name}_median{unit}"), row.get(f"{name}_max{unit}")
            cells.append(f"{'–':>15}" if middle is None else f"{middle:7.2f} /{worst:6.2f}")
        lines.append(f"{rig:24}" + "".join(cells))
    return "\n".join(lines)
