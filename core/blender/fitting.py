# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance becomes keys of a character: lips that fit it, the scene's frames, its own shapes and bones, few keys."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import UserError
from ..performance.frames import at_frames
from ..performance.performance import Performance
from ..progress import Progress
from ..rigs.animation import Controls, RigSwitch
from ..rigs.character import Character
from ..rigs.retargeting import lip_calibration, locks, retarget
from ..rigs.retargeting.kept_pose import KeptPose
from ..rigs.retargeting.slider_curves import through_sliders
from .conditions import Conditions
from .generation import Gathered
from .keying.channel_acting import ChannelActing
from .keying.held_limbs import HeldLimbs
from .keying.keyframe_plan import leave_locked, make_plan
from .keying.plan import Plan


@dataclass(frozen=True)
class Fitted:
    """plan: the keys. switches: what of the rig must be switched for them. notes: for the report."""

    plan: Plan
    switches: tuple[RigSwitch, ...]
    notes: tuple[str, ...]


def fit(
    performance: Performance, gathered: Gathered, conditions: Conditions, duration_s: float, progress: Progress
) -> Fitted:
    """duration_s: of the sound. Raises UserError if nothing of the performance can be driven, Cancelled."""
    character, settings, timing = conditions.character, conditions.settings, gathered.timing
    face, lip_note = lip_calibration.fitted(
        performance.face, character.description, character.mapping, settings.calibrate_lips, settings.lip_opening
    )
    grid, step = timing.grid(duration_s), timing.step_frames
    poses = -(-len(grid) // step)
    performance = replace(performance, face=face)
    performance = at_frames(performance, timing.frames_per_second / step, float(timing.time_s(grid[0])), poses)
    kept = KeptPose.of(gathered.posed, character, settings)
    controls = conditions.motion.without_kept(_controls(performance, character, settings.parts, kept))
    controls = controls.held(step, len(grid)) if step > 1 else controls
    acting = ChannelActing.of(gathered.description, character.roles, character.mapping.keys, gathered.paces)
    acting = replace(
        acting.around_closures(performance.phones, timing), limbs=HeldLimbs(character, kept, gathered.pins)
    )
    plan = make_plan(
        controls,
        gathered.description,
        timing,
        conditions.existing,
        settings.shape_tolerance,
        settings.rotation_tolerance,
        progress,
        acting,
    )
    plan = leave_locked(plan, gathered.description)
    lips = (lip_note,) if lip_note and "LIPS" in settings.parts else ()
    return Fitted(plan, controls.switches, (*lips, *controls.notes, *plan.notes))


def _controls(performance: Performance, character: Character, parts: frozenset[str], kept: KeptPose) -> Controls:
    """The performance on this character. Raises UserError if nothing of it can be driven."""
    controls = retarget.retarget(performance, character, parts, kept=kept)
    controls = locks.respect_locks(controls, character)
    if not controls.shapes and not controls.rotations and not controls.locations:
        raise UserError(
            f'Nothing of "{character.description.name}" was recognised, so nothing can be driven. '
            + " ".join(controls.notes),
            "Tell under Mapping which shape or bone is which.",
        )
    controls = replace(controls, resting=retarget.face_at_rest(performance, character, parts))
    return through_sliders(controls, character.description)
