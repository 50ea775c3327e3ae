# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of windows from all recordings, each with the modalities that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...errors import UserError
from ...models.pretraining.encoders import COLUMNS
from ...models.pretraining.keypoint_channels import VISUAL_CHANNELS
from ...models.pretraining.motion_channels import BODY_CHANNELS, CONTACTS, FACE_CHANNELS, RATE_HZ
from ...models.pretraining.network import Pretraining
from ...models.speech.frontend import loudness
from ...motion.face_track import FACE_INDEX
from ..data.pretraining.store import ATTRIBUTES, PretrainingStore
from ..data.pretraining.views import OWN, ViewStore
from ..data.speech.splits import label_share

FRAMES = 64  # of a window, 2.56 s
BEATS_A_BAR = 4
SILENT = -12.0  # nepers, of mel where there is no sound
# How many windows of a batch come from where.
TALK, DANCE, GESTURES, FACES, SPEECH = "talk", "dance", "gestures", "faces", "speech"
SHARES = {TALK: 0.36, DANCE: 0.26, GESTURES: 0.12, FACES: 0.1, SPEECH: 0.16}
_LIDS = [FACE_INDEX["eyeBlinkLeft"], FACE_INDEX["eyeBlinkRight"]]
_SHUT = 0.5


@dataclass(frozen=True, eq=False)
class Windows:
    """B windows of T frames. mel (B, 4 T, 80); face (B, T, 58), face_known (B, 58); body (B, T, 206), body_known (B, 206); visual
    (B, T, 427). has: bool (B,) by modality. phones (B, 4 T). classes: (B,) by attribute. clips: (B,) of the store."""

    mel: Tensor
    face: Tensor
    face_known: Tensor
    body: Tensor
    body_known: Tensor
    visual: Tensor
    has: Mapping[str, Tensor]
    phones: Tensor
    classes: Mapping[str, Tensor]
    clips: np.ndarray

    def __len__(self) -> int:
        return len(self.clips)

    def to(self, device: torch.device) -> Windows:
        moved = {name: value.to(device) if isinstance(value, Tensor) else value for name, value in vars(self).items()}
        for name in ("has", "classes"):
            moved[name] = {key: value.to(device) for key, value in moved[name].items()}
        return Windows(**moved)

    def scaled(self, model: Pretraining) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """What the model's motion encoder takes, (B, T, C) each: the face scaled, which of it is known, the body likewise."""
        face, body = model.scaled(self.face, self.body)
        return face, self.face_known[:, None].expand_as(face), body, self.body_known[:, None].expand_as(body)

    def told(self) -> dict[str, Tensor]:
        """Attributes of clips and frames that are known: classes, whether lids are shut, which feet stand, how loud it is."""
        lids_known = self.face_known[:, _LIDS].bool().all(1)
        shut = (self.face[..., _LIDS].mean(-1) > _SHUT).long()
        stands = self.body[..., CONTACTS].reshape(*self.body.shape[:2], 2, 2).amax(-2) > 0.5  # left and right foot
        feet = stands[..., 0].long() + 2 * stands[..., 1].long()
        frames = {
            "blink": torch.where(lids_known[:, None], shut, -1),
            "contact": torch.where(self.has["motion"][:, None] & self.body_known[:, -1:].bool(), feet, -1),
        }
        loud = loudness(self.mel).reshape(len(self), -1, COLUMNS).mean(-1)
        return {**self.classes, **frames, "loudness": torch.where(self.has["audio"][:, None], loud, torch.nan)}


class WindowDrawer:
    """Draws windows of one split.

    Args:
        store, views: the recordings.
        split: "train" or "validation".
        seed: of the draws.
        phone_share: share of the utterances whose phones are told; the rest are as if unlabelled.
        frames: of a window.
    """

    def __init__(
        self,
        store: PretrainingStore,
        views: ViewStore,
        split: str,
        seed: int,
        phone_share: float = 1.0,
        frames: int = FRAMES,
    ):
        self.store, self.views, self.split, self.frames = store, views, split, frames
        self.random = np.random.default_rng(seed)
        self.views_of = views.of_clip()
        long = (store.frames >= frames) & (store.splits == split)
        sound, face, body, _ = (store.begins >= 0).T
        music = sound & ~face & ~body & (store.bpm > 0)
        self.music = {float(bpm): np.flatnonzero(music & long & (store.bpm == bpm)) for bpm in set(store.bpm[music])}
        in_time = body & ~sound & np.isin(store.bpm, [bpm for bpm, rows in self.music.items() if len(rows)])
        kinds = {
            TALK: sound & (face | body),
            DANCE: in_time,
            GESTURES: body & ~sound & ~in_time,
            FACES: face & ~sound & ~body,
            SPEECH: sound & ~face & ~body & ~music,
        }
        self.pools = {name: self._weighted(np.flatnonzero(long & mine)) for name, mine in kinds.items()}
        self.told = np.array([label_share(str(name)) < phone_share for name in store.names])

    def _weighted(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A recording counts as long as it is, times its share; cumulative shares."""
        weights = self.store.shares[rows] * self.store.frames[rows]
        return rows, np.cumsum(weights) / max(float(weights.sum()), 1e-9)

    def draw(self, batch: int, shares: Mapping[str, float] = SHARES) -> Windows:
        """A batch of those kinds that this split has, in these shares. Raises UserError if it has none."""
        shares = {name: share for name, share in shares.items() if len(self.pools[name][0])}
        if not shares:
            raise UserError(
                f"No recording for {self.split} lasts as long as a window ({self.frames / RATE_HZ:.0f} s), so there is nothing to draw.",
                "Add longer recordings to the mixture.",
            )
        counts = {name: max(int(round(batch * share / sum(shares.values()))), 1) for name, share in shares.items()}
        return self.of([row for name, count in counts.items() for row in self.rows(name, count)])

    def rows(self, name: str, count: int) -> np.ndarray:
        """Recordings of a kind, no two alike as far as there are enough."""
        rows, cumulative = self.pools[name]
        chosen = rows[np.minimum(np.searchsorted(cumulative, self.random.random(4 * count)), len(rows) - 1)]
        _, first = np.unique(chosen, return_index=True)
        different = chosen[np.sort(first)][:count]
        return np.concatenate([different, chosen[: count - len(different)]])

    def of(self, rows: list[int], firsts: list[int] | None = None) -> Windows:
        """Windows of recordings, from given frames on or from random ones."""
        store, frames, count = self.store, self.frames, len(rows)
        mel = np.full((count, COLUMNS * frames, store.mel.shape[1]), SILENT, np.float32)
        phones = np.full((count, COLUMNS * frames), -1, np.int64)
        face = np.zeros((count, frames, FACE_CHANNELS), np.float32)
        body = np.zeros((count, frames, BODY_CHANNELS), np.float32)
        visual = np.zeros((count, frames, VISUAL_CHANNELS), np.float32)
        has = {name: np.zeros(count, bool) for name in ("audio", "motion", "visual")}
        classes = store.classes[rows].astype(np.int64)
        for place, row in enumerate(rows):
            room = int(store.frames[row]) - frames
            first = int(self.random.integers(room + 1)) if firsts is None else firsts[place]
            begins = store.begins[row]
            for begin, values, stream in ((begins[1], face, store.face), (begins[2], body, store.body)):
                if begin >= 0:
                    values[place] = stream[begin + first : begin + first + frames]
                    has["motion"][place] = True
            if row in self.views_of:
                visual[place] = self.views.frames(self._view(row), first, frames)
                has["visual"][place] = True
            sound, column = self._sound(row, first)
            if sound >= 0:
                columns = slice(store.begins[sound, 0] + column, store.begins[sound, 0] + column + COLUMNS * frames)
                mel[place], has["audio"][place] = store.mel[columns], True
                if self.told[sound]:
                    phones[place] = store.phones[columns]
                heard = store.classes[sound]
                classes[place] = np.where(classes[place] < 0, heard, classes[place])
        return Windows(
            *(torch.from_numpy(values) for values in (mel, face)),
            torch.from_numpy(store.face_known[rows].astype(np.float32)),
            torch.from_numpy(body),
            torch.from_numpy(store.body_known[rows].astype(np.float32)),
            torch.from_numpy(visual),
            {name: torch.from_numpy(there) for name, there in has.items()},
            torch.from_numpy(phones),
            {name: torch.from_numpy(classes[:, column]) for column, name in enumerate(ATTRIBUTES)},
            np.array(rows),
        )

    def _view(self, row: int) -> int:
        """One of a recording's views; what was really detected as often as all others."""
        views = self.views_of[row]
        own = views[self.views.kinds[views] == OWN]
        return int(self.random.choice(own if len(own) and self.random.random() < 0.5 else views))

    def _sound(self, row: int, first: int) -> tuple[int, int]:
        """Which recording's sound goes with a window, and from which of its columns on; -1: none.

        A dance goes with any piece at its tempo, some bars into it.
        """
        if self.store.begins[row, 0] >= 0:
            return row, COLUMNS * first
        bpm = float(self.store.bpm[row])
        if self.store.begins[row, 2] < 0 or bpm not in self.music or not len(self.music[bpm]):
            return -1, 0
        piece = int(self.random.choice(self.music[bpm]))
        columns = COLUMNS * RATE_HZ * 60.0 / bpm * BEATS_A_BAR
        last = COLUMNS * (int(self.store.frames[piece]) - self.frames)
        place = COLUMNS * first % columns
        bars = int(self.random.integers(max(int((last - place) // columns), 0) + 1))
        return piece, min(round(place + bars * columns), last)
