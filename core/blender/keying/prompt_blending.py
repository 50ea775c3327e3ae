# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated curves, bent to what the animator keeps: prompts are met exactly, a range that is generated anew flows out of and into
what is around it.

Bones of the body turn into a prompt as fast as people do (`core.prompts.blending`), lips and lids within a syllable
(`core.prompts.curve_blending`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...motion.joints import FACE_JOINTS, JOINT_INDEX
from ...motion.kinematics.joint_limits import ROOT_ACCELERATION_M_S2, acceleration_limit
from ...motion.resampling import rotations_at
from ...prompts import blending, curve_blending
from ...rigs.description import RigDescription
from .channels import Channel
from .existing_keys import Border, Fixed, border, plays_beyond
from .lines import ReplacedFrames
from .rotation_modes import completed, from_quaternions, to_quaternions
from .timing import Timing

_USUAL_HEIGHT_M = 1.6  # of a person's highest joint
_MARGIN = 0.8  # of what people do, for what simplifying adds
_CALM_S = 0.7  # around a prompt in which no jerk stays
_STRAINED = 2.0  # times the acceleration of people: said in the report
_MOST_NOTES = 4


@dataclass(frozen=True)
class Bent:
    """Curves of one channel on the grid of frames, in the channel's own terms, ready to be simplified.

    values float32 (F, size). pinned bool (F, size): samples that must become keys. fixed: what the channel has already, or None.
    borders: one a component if a range is generated anew, else (). factors (P,), shifts (P, size): how the prompts have to be
    rewritten to stand for the same rotation beside the generated keys.
    """

    channel: Channel
    group: str
    values: np.ndarray
    pinned: np.ndarray
    fixed: Fixed | None
    borders: tuple[Border, ...]
    factors: np.ndarray
    shifts: np.ndarray

    @property
    def prompted(self) -> bool:
        return bool(self.pinned.any()) and self.fixed is not None and len(self.fixed.frames) > 0

    def rewritten(self, prompts_of: np.ndarray, part: int) -> tuple[np.ndarray, np.ndarray]:
        """Factor and shift (N,) of one component of the chosen prompts."""
        return self.factors[prompts_of].astype(np.float32), self.shifts[prompts_of, part].astype(np.float32)


class Bender:
    """Bends one channel after the other; counts the prompts and remembers those that ask for more than people do.

    rows: which frames of the controls are on the grid (F,) of scene frames. replaced: the frames whose generated keys go.
    """

    def __init__(
        self,
        description: RigDescription,
        roles: Mapping[str, str],
        existing: Mapping[Channel, Fixed],
        rows: np.ndarray,
        grid: np.ndarray,
        replaced: ReplacedFrames,
        timing: Timing,
    ):
        self.description, self.existing, self.rows, self.grid = description, existing, rows, grid
        self.replaced, self.timing = replaced, timing
        self.times_s = np.asarray(timing.time_s(grid), np.float64)
        self.prompts_kept = 0
        self._range = float(grid[0]), float(grid[-1])
        self._beyond = plays_beyond(existing.values(), self._range) if timing.region is not None else (False, False)
        self._joints = {bone: joint for joint, bone in roles.items()}
        self._strained: list[tuple[float, str, float]] = []
        heads = np.array([bone.rest[:3, 3] for bone in description.bones.values()]).reshape(-1, 3)
        self._size = max(float(np.ptp(heads, axis=0).max()), 1e-6) / _USUAL_HEIGHT_M if len(heads) else 1.0

    # ------------------------------------------------------------------------------------------------------- entry points

    def values(self, channel: Channel, group: str, bone: str, values: np.ndarray) -> Bent:
        """values (T, C) of components that mean something each on its own. bone: "" for a shape key."""
        sampled = np.asarray(values, np.float32)[self.rows]
        fixed = self.existing.get(channel)
        bent = self._unbent(channel, group, sampled, fixed)
        if fixed is None:
            return bent
        limit = 0.0 if not bone or self._is_face(bone) else _MARGIN * ROOT_ACCELERATION_M_S2 * self._size
        sampled, clear = sampled.copy(), self._clear(bent.borders)
        usable, frames = self._usable(fixed, clear)
        times_s = np.asarray(self.timing.time_s(frames), np.float64)
        if limit and bent.borders:
            sampled = blending.flow_positions(self.times_s, sampled, self._old(fixed), *self._ends_s(clear), limit)
        for part in range(channel.size):
            mine = usable.keyed[:, part]
            if not mine.any():
                continue
            column = sampled[:, [part]]
            wanted = usable.values[mine, part][:, None]
            if limit:
                sampled[:, [part]] = blending.bend_positions(
                    self.times_s, column, times_s[mine], wanted, limit, self._clear_s(clear)
                )
            else:
                sampled[:, [part]] = curve_blending.honour(self.times_s, column, times_s[mine], wanted)
        if not limit and bent.borders:
            sampled = curve_blending.flow(self.times_s, sampled, self._old(fixed), *self._ends_s(clear), times_s)
        return replace(bent, values=self._as_it_was(bent, sampled.astype(np.float32)), pinned=self._pinned(bent))

    def rotations(self, channel: Channel, group: str, quaternions: np.ndarray, mode: str) -> Bent:
        """quaternions (T, 4) of a bone that writes its rotation in `mode`. group: the bone's name."""
        sampled = np.asarray(quaternions, np.float32)[self.rows]
        fixed = self.existing.get(channel)
        bent = self._unbent(channel, group, sampled, fixed)
        if fixed is None:
            return replace(bent, values=_native(sampled, mode))
        limit = 0.0 if self._is_face(group) else _MARGIN * acceleration_limit(self._joint(group) or "pelvis")
        clear = self._clear(bent.borders)
        old = to_quaternions(self._old(fixed), mode) if bent.borders else None
        if limit and old is not None:
            sampled = blending.flow_rotations(self.times_s, sampled, old, *self._ends_s(clear), limit)
        usable, frames = self._usable(fixed, clear)
        if len(frames):
            frames, wanted = self._targets(usable, frames, sampled, mode)
            times_s = np.asarray(self.timing.time_s(frames), np.float64)
            if limit:
                sampled = blending.bend_rotations(self.times_s, sampled, times_s, wanted, limit, self._clear_s(clear))
                sampled = self._calmed(sampled, frames, wanted, limit, clear)
                self._look_for_strain(group, sampled, frames, limit / _MARGIN)
            else:
                sampled = curve_blending.honour_rotations(self.times_s, sampled, times_s, wanted)
        if not limit and old is not None:
            sampled = curve_blending.flow_rotations(
                self.times_s, sampled, old, *self._ends_s(clear), self.timing.time_s(frames)
            )
        return self._written(replace(bent, pinned=self._pinned(bent)), np.asarray(sampled, np.float32), mode)

    def notes(self) -> tuple[str, ...]:
        """A sentence for each of the worst prompts that ask for more speed than people have, and how many others do."""
        worst = sorted(self._strained, reverse=True)
        said = [
            f"Prompts on “{bone}” around frame {frame:.0f} ask for a turn {ratio:.0f} times as abrupt as people make; they are kept."
            for ratio, bone, frame in worst[:_MOST_NOTES]
        ]
        if len(worst) > _MOST_NOTES:
            said.append(f"So do prompts on {len(worst) - _MOST_NOTES} other bones.")
        return tuple(said)

    # ----------------------------------------------------------------------------------------------------------- what is kept

    def _unbent(self, channel: Channel, group: str, sampled: np.ndarray, fixed: Fixed | None) -> Bent:
        borders: tuple[Border, ...] = ()
        prompts_there = 0
        if fixed is not None:
            prompts_there = len(fixed.frames)
            self.prompts_kept += int(np.count_nonzero(self.replaced.holds(fixed.frames)))
            if self.timing.region is not None:
                borders = tuple(border(keys, self._range, self._beyond) for keys in fixed.keys)
        return Bent(
            channel,
            group,
            sampled,
            np.zeros((len(self.grid), channel.size), bool),
            fixed,
            borders,
            np.ones(prompts_there),
            np.zeros((prompts_there, channel.size)),
        )

    def _clear(self, borders: tuple[Border, ...]) -> tuple[float | None, float | None]:
        """The frames up to which and from which all components are the old ones."""
        firsts = [one.first for one in borders if one.first is not None]
        lasts = [one.last for one in borders if one.last is not None]
        return max(firsts, default=None), min(lasts, default=None)

    def _ends_s(self, clear: tuple[float | None, float | None]) -> tuple[float | None, float | None]:
        return tuple(None if frame is None else float(self.timing.time_s(frame)) for frame in clear)

    def _clear_s(self, clear: tuple[float | None, float | None]) -> tuple[float, float]:
        first, last = self._ends_s(clear)
        return -np.inf if first is None else first, np.inf if last is None else last

    def _old(self, fixed: Fixed) -> np.ndarray:
        """How the channel plays now on the grid, (F, size)."""
        first = int(round(self.grid[0] - np.floor(self.timing.region[0])))
        return fixed.old[first : first + len(self.grid)]

    def _usable(self, fixed: Fixed, clear: tuple[float | None, float | None]) -> tuple[Fixed, np.ndarray]:
        """The prompts that bend what is generated: in a range only those inside, for what is outside has its own already."""
        frames = fixed.frames
        inside = np.ones(len(frames), bool)
        if self.timing.region is not None:
            first, last = clear
            inside = (frames > (self.grid[0] - 0.5 if first is None else first + 1e-3)) & (
                frames < (self.grid[-1] + 0.5 if last is None else last - 1e-3)
            )
        return fixed.chosen(inside), frames[inside]

    def _pinned(self, bent: Bent) -> np.ndarray:
        """A key at every prompt and on the frames beside it, so that the animator's handles reach no other whole frame."""
        pinned = bent.pinned.copy()
        for part in range(bent.channel.size):
            frames = bent.fixed.frames[bent.fixed.keyed[:, part]] - self.grid[0]
            whole = np.abs(frames - np.rint(frames)) < 1e-3
            rows = np.concatenate(
                [
                    *(np.rint(frames[whole]) + step for step in (-1, 0, 1)),
                    np.floor(frames[~whole]),
                    np.ceil(frames[~whole]),
                ]
            )
            rows = rows[(rows >= 0) & (rows < len(self.grid))].astype(np.int64)
            pinned[rows, part] = True
            if bent.borders:
                for frame in (bent.borders[part].first, bent.borders[part].last):
                    if frame is not None:
                        pinned[int(round(frame - self.grid[0])), part] = True
        return pinned

    # -------------------------------------------------------------------------------------------------------------- rotations

    def _calmed(
        self,
        sampled: np.ndarray,
        frames: np.ndarray,
        wanted: np.ndarray,
        limit: float,
        clear: tuple[float | None, float | None],
    ) -> np.ndarray:
        """Without jerks of the motion's own that a prompt nearby brought about, such as a hand that it drives into the hip and that
        is kept out of it."""
        last, rate_hz = len(self.grid) - 1, self.timing.frames_per_second
        places = frames - self.grid[0]
        fixed, near = np.zeros(last + 1, bool), np.zeros(last + 1, bool)
        fixed[np.clip(np.concatenate([np.floor(places + 1e-3), np.ceil(places - 1e-3)]), 0, last).astype(np.int64)] = (
            True
        )
        for index, place in enumerate(places):
            near[max(int(place - _CALM_S * rate_hz), 0) : max(int(place + _CALM_S * rate_hz) + 2, 0)] = True
            if index and abs(wanted[index] @ wanted[index - 1]) > 1.0 - 1e-7:
                fixed[max(int(places[index - 1]), 0) : max(int(place) + 1, 0)] = True
        if self.timing.region is not None:
            low, high = clear
            fixed |= (self.grid <= (-np.inf if low is None else low)) | (
                self.grid >= (np.inf if high is None else high)
            )
        return blending.calm_rotations(sampled, rate_hz, fixed, near, limit)

    def _targets(
        self, usable: Fixed, frames: np.ndarray, sampled: np.ndarray, mode: str
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rotations that prompts ask for, quaternions (P, 4), and their frames. Of a prompt on some components only, the others
        are as generated, at every frame if it holds."""
        values, keyed = usable.values.astype(np.float64), usable.keyed
        partial = ~keyed.all(1)
        if partial.any():
            extra_frames, extra_rows = [], []
            for row in np.flatnonzero(partial[:-1] & partial[1:]):
                mine = keyed[row]
                if (
                    np.array_equal(mine, keyed[row + 1])
                    and np.abs(values[row, mine] - values[row + 1, mine]).max() < blending.SAME
                ):
                    between = self.grid[(self.grid > frames[row] + 1e-3) & (self.grid < frames[row + 1] - 1e-3)]
                    extra_frames += list(between)
                    extra_rows += [row] * len(between)
            frames = np.concatenate([frames, extra_frames])
            order = np.argsort(frames, kind="stable")
            rows = np.concatenate([np.arange(len(values)), extra_rows]).astype(np.int64)[order]
            frames, values, keyed = frames[order], values[rows], keyed[rows]
            generated = rotations_at(
                sampled.astype(np.float64),
                self.timing.frames_per_second,
                float(self.times_s[0]),
                np.asarray(self.timing.time_s(frames), np.float64),
            )
            values = completed(values, keyed, generated, mode)
        return frames, to_quaternions(values, mode)

    def _written(self, bent: Bent, sampled: np.ndarray, mode: str) -> Bent:
        """In the bone's own mode, with the prompts rewritten where they have to be."""
        fixed = bent.fixed
        near = np.clip(np.rint(fixed.frames - self.grid[0]).astype(np.int64), 0, len(self.grid) - 1)
        whole = np.abs(fixed.frames - self.grid[near]) < 1e-3
        given = np.flatnonzero(whole & fixed.keyed.all(1))
        if mode == "QUATERNION":
            anchor = given[:1] if len(given) else np.arange(len(fixed.frames))[:1]
            old = self._old(fixed) if bent.borders else None
            if old is not None:  # the old curve's side is the one that the border keys are on
                row = 0 if bent.borders[0].first is not None else len(self.grid) - 1
                if (sampled[row] * old[row]).sum() < 0:
                    sampled = -sampled
            elif len(anchor) and (sampled[near[anchor[0]]] * fixed.values[anchor[0]]).sum() < 0:
                sampled = -sampled
            factors = np.where((sampled[near] * fixed.values).sum(1) < 0, -1.0, 1.0)
            return replace(bent, values=self._as_it_was(bent, sampled), factors=factors)
        if mode == "AXIS_ANGLE":
            native = self._as_it_was(bent, from_quaternions(sampled, mode, near[given], fixed.values[given]))
            factors = np.where((native[near, 1:] * fixed.values[:, 1:]).sum(1) < 0, -1.0, 1.0)
            return replace(bent, values=native, factors=factors)
        part = np.flatnonzero(whole & fixed.keyed.any(1) & ~fixed.keyed.all(1))  # an angle set alone means itself
        rows, values, exact = near[given], fixed.values[given], np.zeros(len(given), bool)
        if len(part):
            free = completed(fixed.values[part], fixed.keyed[part], np.asarray(sampled[near[part]], np.float64), mode)
            rows, values = np.concatenate([rows, near[part]]), np.concatenate([values, free])
            exact = np.concatenate([exact, np.ones(len(part), bool)])
        if bent.borders:
            old, first, last = self._old(fixed), bent.borders[0].first, bent.borders[0].last
            ends = [row for row, end in ((0, first), (len(self.grid) - 1, last)) if end is not None]
            rows, values = np.concatenate([ends, rows]).astype(np.int64), np.concatenate([old[ends], values])
            exact = np.concatenate([np.zeros(len(ends), bool), exact])
        elif exact.any():  # the others can be written otherwise: from the first of these on
            rest = rows >= rows[exact].min()
            rows, values, exact = rows[rest], values[rest], exact[rest]
        rows, chosen = np.unique(rows, return_index=True)
        native = self._as_it_was(bent, from_quaternions(sampled, mode, rows, values[chosen], exact[chosen]))
        shifts = native[near] - fixed.values
        turns = 2.0 * np.pi * np.round(shifts / (2.0 * np.pi))
        shifts = np.where(~whole[:, None] | (np.abs(shifts - turns) < 1e-4), turns, shifts)
        return replace(bent, values=native, shifts=shifts)

    def _as_it_was(self, bent: Bent, native: np.ndarray) -> np.ndarray:
        """With exactly the old values up to the first border and from the last one on, as the old keys beyond expect them: components
        of a quaternion between two keys have no unit length, and an axis means nothing where nothing is turned."""
        if not bent.borders:
            return native
        first, last = self._clear(bent.borders)
        stays = (self.grid <= (-np.inf if first is None else first)) | (self.grid >= (np.inf if last is None else last))
        return np.where(stays[:, None], self._old(bent.fixed), native).astype(np.float32)

    def _look_for_strain(self, bone: str, sampled: np.ndarray, frames: np.ndarray, limit: float) -> None:
        found = blending.angular_acceleration(sampled, self.timing.frames_per_second)
        rows = np.clip(np.rint(frames - self.grid[0]).astype(np.int64), 0, len(self.grid) - 1)
        step = max(1, round(self.timing.frames_per_second / 30.0))
        around = np.unique(np.clip(rows[:, None] + np.arange(-2 * step, 2 * step + 1), 0, len(self.grid) - 1))
        worst = around[found[around].argmax()]
        if found[worst] > _STRAINED * limit:
            self._strained.append(
                (float(found[worst] / limit), bone, float(self.grid[rows[np.abs(rows - worst).argmin()]]))
            )

    # ------------------------------------------------------------------------------------------------------------------ bones

    def _joint(self, bone: str) -> str:
        """The canonical joint or part of the face that a bone stands for, or the nearest one above; "" if nothing is known."""
        name = bone
        while name:
            if name in self._joints:
                return self._joints[name]
            name = self.description.bones[name].parent if name in self.description.bones else ""
        return ""

    def _is_face(self, bone: str) -> bool:
        joint = self._joint(bone)
        return joint != "" and (
            joint in FACE_JOINTS or joint not in JOINT_INDEX or joint == "head" and bone not in self._joints
        )


def _native(sampled: np.ndarray, mode: str) -> np.ndarray:
    return from_quaternions(sampled, mode)
