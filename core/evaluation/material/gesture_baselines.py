# SPDX-License-Identifier: GPL-3.0-or-later
"""Motions to compare a generator with: the mean pose, recordings retrieved by rhythm, recordings spoilt on purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...audio.contours import FRAME_RATE_HZ, smooth
from ...audio.prosody import analyse
from ...motion import rotations as rot
from ...motion.clip import Clip
from ...motion.easing import smooth_step
from ...motion.smoothing import gaussian_smooth
from ...training.data.body import BodyClip
from ..metrics.correlation import correlation
from ..metrics.strokes import hands_of
from .gesture_sounds import BenchSound

RATE_HZ = 30.0
BLEND_FRAMES = 12
MATCH_S = 0.12  # standard deviation of the reward for a stroke near an accent
LONGEST_S = 6.0


def mean_pose(bodies: list[BodyClip], frames: int) -> Clip:
    """The mean of all frames (rotations as quaternions, those that were recorded), held."""
    turned = np.concatenate([_as_one_sign(body.clip.rotations) for body in bodies if body.has_fingers])
    root = np.concatenate(
        [body.clip.root_translation_m - body.clip.root_translation_m.mean(0) * [1.0, 0.0, 1.0] for body in bodies]
    )
    still = rot.normalised(turned.mean(0))[None].repeat(frames, 0).astype(np.float32)
    return replace(
        Clip.still(frames, RATE_HZ),
        rotations=still,
        contacts=np.ones((frames, 4), np.float32),
        driven=bodies[0].clip.driven,
        root_translation_m=root.mean(0)[None].repeat(frames, 0).astype(np.float32),
    )


def _as_one_sign(quaternions: np.ndarray) -> np.ndarray:
    return quaternions * np.where(quaternions[..., :1] < 0, -1.0, 1.0)


def noisy(clip: Clip, degrees: float, seed: int = 0) -> Clip:
    """Every joint shaken by white noise of this standard deviation about each axis."""
    shaken = np.random.default_rng(seed).normal(0.0, np.radians(degrees), (*clip.rotations.shape[:2], 3))
    return replace(clip, rotations=rot.multiply(clip.rotations, rot.from_axis_angle(shaken)).astype(np.float32))


def shuffled_frames(clip: Clip, seed: int = 0, reach_s: float = 0.5) -> Clip:
    """The same poses in a wrong order: frames change places within about half a second."""
    key = np.arange(len(clip)) + np.random.default_rng(seed).uniform(0.0, reach_s * clip.rate_hz, len(clip))
    order = np.argsort(key)
    return replace(
        clip,
        rotations=clip.rotations[order],
        root_translation_m=clip.root_translation_m[order],
        contacts=clip.contacts[order],
    )


@dataclass(frozen=True)
class _Entry:
    """A recording to retrieve. energy (T,): how fast its wrists move; strokes (n,): its emphases in seconds."""

    body: BodyClip
    energy: np.ndarray
    strokes: np.ndarray


class Retrieval:
    """Nearest rhythm: at every moment the training recording whose strokes fall on the accents heard in the sound and whose
    energy follows the loudness best, one after another with blends of 0.4 s, from one performer."""

    def __init__(self, bodies: list[BodyClip]):
        self._by_performer: dict[str, list[_Entry]] = {}
        for body in bodies:
            if (
                body.split == "train"
                and body.has_fingers
                and len(body.clip) > 2 * BLEND_FRAMES + 6
                and not body.glitches
            ):
                hands = hands_of(body.clip)
                energy = gaussian_smooth(hands.speed_mps.max(1), 3.0)
                self._by_performer.setdefault(body.performer, []).append(_Entry(body, energy, hands.strokes_s))
        self._performers = sorted(
            (
                name
                for name, entries in self._by_performer.items()
                if sum(entry.body.unit is not None for entry in entries) >= 5
            ),
            key=lambda name: -len(self._by_performer[name]),
        )

    def performer(self, index: int) -> str:
        """Whose recordings a sound gets: performers take turns."""
        return self._performers[index % len(self._performers)]

    def motion(self, sound: BenchSound, index: int) -> Clip:
        """index: which sound this is."""
        entries = self._by_performer[self.performer(index)]
        prosody = analyse(sound.clip)
        loudness_db = prosody.contours.loudness_db
        frames = int(sound.clip.duration_s * RATE_HZ) + 1
        loud = np.interp(
            np.arange(frames) / RATE_HZ,
            np.arange(len(loudness_db)) / FRAME_RATE_HZ,
            smooth(np.clip((loudness_db - np.percentile(loudness_db, 95) + 30.0) / 30.0, 0.0, 1.2), 0.1),
        )
        accents = np.array([accent.peak_s for accent in prosody.accents])
        pieces: list[Clip] = []
        recent: list[str] = []
        at = 0
        while at < frames:
            best = max(
                (entry for entry in entries if entry.body.name not in recent),
                key=lambda entry: self._fit(entry, at, loud, accents),
            )
            recent = [*recent, best.body.name][-3:]
            length = min(len(best.body.clip), int(LONGEST_S * RATE_HZ))
            pieces.append(cut(best.body.clip, 0, length))
            at += length - BLEND_FRAMES
        return cut(stitched(pieces), 0, frames)

    def _fit(self, entry: _Entry, at: int, loud: np.ndarray, accents: np.ndarray) -> float:
        length = min(len(entry.body.clip), int(LONGEST_S * RATE_HZ), len(loud) - at)
        if length < 10:
            return 0.0
        own, voice = entry.energy[:length], loud[at : at + length]
        together = correlation(own, voice, still=0.0)
        level = -abs(min(float(own.mean()) / 0.35, 1.2) - float(voice.mean()))  # still recordings for pauses
        strokes = entry.strokes[entry.strokes < length / RATE_HZ] + at / RATE_HZ
        met = 0.0
        if len(strokes) and len(accents):
            near = np.abs(strokes[:, None] - accents[None]).min(1)
            met = float(np.exp(-0.5 * (near / MATCH_S) ** 2).mean())
        return together + level + met


def cut(clip: Clip, start: int, end: int) -> Clip:
    """Frames start to end - 1."""
    return replace(
        clip,
        rotations=clip.rotations[start:end],
        root_translation_m=clip.root_translation_m[start:end],
        contacts=clip.contacts[start:end],
    )


def stitched(pieces: list[Clip], overlap: int = BLEND_FRAMES) -> Clip:
    """Pieces one after another; over `overlap` frames each goes over into the next."""
    whole = pieces[0]
    for piece in pieces[1:]:
        count = min(overlap, len(whole), len(piece))
        share = smooth_step((np.arange(count) + 0.5) / count)
        mixed = rot.slerp(whole.rotations[len(whole) - count :], piece.rotations[:count], share[:, None]).astype(
            np.float32
        )
        ease = share[:, None].astype(np.float32)
        # The floor plan goes on where the feet are: heights are blended, places are joined.
        shift = (whole.root_translation_m[-count] - piece.root_translation_m[0]) * np.array([1.0, 0.0, 1.0], np.float32)
        root = piece.root_translation_m + shift
        mixed_root = whole.root_translation_m[len(whole) - count :] * (1 - ease) + root[:count] * ease
        contacts = np.concatenate([whole.contacts[: len(whole) - count], piece.contacts])
        whole = replace(
            whole,
            rotations=np.concatenate([whole.rotations[: len(whole) - count], mixed, piece.rotations[count:]]),
            root_translation_m=np.concatenate(
                [whole.root_translation_m[: len(whole) - count], mixed_root, root[count:]]
            ),
            contacts=contacts,
            driven=whole.driven & piece.driven,
        )
    return whole
