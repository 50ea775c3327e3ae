# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mouth does for a known sequence of phones: dominance functions over articulatory targets.

Each phone pulls each articulator towards its target with a strength and a reach in time; where phones overlap the
pull is shared (Cohen & Massaro 1993, "Modeling coarticulation in synthetic visual speech"). A p, b or m holds the lips
whatever stands beside it, a rounded vowel starts early because the consonants before it do not care, a k takes the
lips of its vowel. How far lips open from phone to phone was set against GRID speaker 1's tracked lips. The trained
decoder learns from these curves where no mouth was captured; see the model card.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...audio.phones import INVENTORY, PhoneClass
from ...models.speech.config import CHANNELS
from ...motion.face_track import Phone

RATE_HZ = 100.0


@dataclass(frozen=True)
class _Group:
    """Articulators that move together: channels, reach before and after a phone (s), width of the last smoothing (s)."""

    channels: tuple[str, ...]
    before_s: float
    after_s: float
    smooth_s: float


GROUPS = {
    "jaw": _Group(("jawOpen", "jawForward"), 0.045, 0.050, 0.014),
    "closure": _Group(("mouthClose", "mouthPressLeft", "mouthRollLower", "mouthRollUpper"), 0.012, 0.014, 0.008),
    "rounding": _Group(("mouthFunnel", "mouthPucker"), 0.080, 0.060, 0.016),
    "spread": _Group(("mouthStretchLeft", "mouthSmileLeft", "mouthDimpleLeft"), 0.060, 0.060, 0.016),
    "raise": _Group(
        ("mouthLowerDownLeft", "mouthUpperUpLeft", "mouthShrugLower", "mouthShrugUpper", "noseSneerLeft"),
        0.022,
        0.026,
        0.010,
    ),
    "tongue": _Group(("tongueOut", "tongueTipUp", "tongueBodyUp", "tongueBackUp"), 0.025, 0.030, 0.010),
}


def _vowel_target(phone: PhoneClass) -> dict[str, float]:
    openness, spread = 1 - phone.height, (1 - phone.rounding) * (1 - phone.backness)
    return {
        "jawOpen": (0.14 + 0.39 * openness) * (1 - 0.45 * phone.rounding),
        "mouthPucker": phone.rounding * (0.24 + 0.50 * phone.height),
        "mouthFunnel": phone.rounding * (0.42 - 0.30 * phone.height),
        "mouthStretchLeft": spread * (0.10 + 0.22 * phone.height),
        "mouthSmileLeft": spread * (0.05 + 0.15 * phone.height),
        "mouthLowerDownLeft": (1 - phone.rounding) * (0.10 + 0.14 * openness),
        "mouthUpperUpLeft": (1 - phone.rounding) * (0.08 + 0.10 * openness),
        "tongueBodyUp": max(0.0, phone.height - 0.4) * (1 - phone.backness),
        "tongueBackUp": max(0.0, phone.height - 0.4) * phone.backness,
    }


_BY_PLACE = {
    "bilabial": {
        "jawOpen": 0.09,
        "mouthClose": 1.0,
        "mouthPressLeft": 0.35,
        "mouthRollLower": 0.30,
        "mouthRollUpper": 0.28,
    },
    "labiodental": {"jawOpen": 0.07, "mouthRollLower": 0.62, "mouthUpperUpLeft": 0.22, "mouthShrugUpper": 0.10},
    "dental": {
        "jawOpen": 0.10,
        "tongueOut": 0.30,
        "mouthLowerDownLeft": 0.16,
        "mouthUpperUpLeft": 0.10,
        "mouthStretchLeft": 0.08,
    },
    "alveolar": {
        "jawOpen": 0.12,
        "tongueTipUp": 0.85,
        "mouthLowerDownLeft": 0.27,
        "mouthUpperUpLeft": 0.12,
        "mouthStretchLeft": 0.12,
        "mouthDimpleLeft": 0.05,
    },
    "postalveolar": {
        "jawOpen": 0.08,
        "mouthFunnel": 0.50,
        "mouthPucker": 0.22,
        "mouthLowerDownLeft": 0.14,
        "mouthUpperUpLeft": 0.14,
        "tongueTipUp": 0.6,
        "tongueBodyUp": 0.3,
    },
    "palatal": {
        "jawOpen": 0.11,
        "mouthStretchLeft": 0.26,
        "mouthSmileLeft": 0.15,
        "mouthLowerDownLeft": 0.16,
        "mouthUpperUpLeft": 0.10,
        "tongueBodyUp": 0.85,
    },
    "velar": {"jawOpen": 0.16, "mouthLowerDownLeft": 0.14, "mouthUpperUpLeft": 0.08, "tongueBackUp": 0.85},
    "uvular": {"jawOpen": 0.18, "mouthLowerDownLeft": 0.14, "mouthUpperUpLeft": 0.08, "tongueBackUp": 0.7},
    "glottal": {"jawOpen": 0.18, "mouthLowerDownLeft": 0.12, "mouthUpperUpLeft": 0.08},
}


def _consonant_target(phone: PhoneClass) -> dict[str, float]:
    if phone.manner == "approximant" and phone.rounding >= 0.9:  # w, ɥ
        return {"jawOpen": 0.05, "mouthPucker": 0.78, "mouthFunnel": 0.12, "tongueBackUp": 0.7}
    if phone.rhotic and phone.manner == "approximant":  # English r
        return {
            "jawOpen": 0.08,
            "mouthPucker": 0.42,
            "mouthFunnel": 0.16,
            "tongueTipUp": 0.5,
            "mouthLowerDownLeft": 0.06,
            "mouthUpperUpLeft": 0.06,
        }
    target = dict(_BY_PLACE[phone.place])
    if phone.place == "bilabial" and phone.manner == "fricative":  # β: a narrow gap rather than a seal
        target |= {"mouthClose": 0.7, "mouthPressLeft": 0.2}
    if phone.manner in ("fricative", "affricate") and phone.place in ("alveolar", "palatal"):  # teeth close together
        target["jawOpen"] = 0.07
    if phone.manner == "lateral":
        target["jawOpen"] = 0.15
    return target


def _pull(phone: PhoneClass) -> dict[str, float]:
    """How strongly a phone insists on its target, by group."""
    if phone.kind == "silence":
        return {"jaw": 0.9, "closure": 1.0, "rounding": 0.5, "spread": 0.6, "raise": 1.0, "tongue": 0.6}
    if phone.is_vowel:
        return {
            "jaw": 1.0,
            "closure": 1.0,
            "rounding": 1.6 + 1.6 * phone.rounding,
            "spread": 1.2,
            "raise": 1.0,
            "tongue": 0.6,
        }
    if phone.place == "bilabial" and phone.manner != "approximant":
        return {"jaw": 2.2, "closure": 14.0, "rounding": 0.5, "spread": 0.4, "raise": 8.0, "tongue": 0.1}
    if phone.place == "labiodental":
        return {"jaw": 2.2, "closure": 9.0, "rounding": 0.9, "spread": 0.5, "raise": 4.0, "tongue": 0.1}
    if phone.rounding >= 0.45:  # w, ɥ, ʃ, r
        return {
            "jaw": 1.8,
            "closure": 1.0,
            "rounding": 2.6 + 2.4 * phone.rounding,
            "spread": 1.0,
            "raise": 1.4,
            "tongue": 2.0,
        }
    strict = phone.manner in ("fricative", "affricate")
    return {
        "dental": {"jaw": 1.6, "closure": 1.0, "rounding": 0.4, "spread": 0.5, "raise": 1.6, "tongue": 4.0},
        "alveolar": {
            "jaw": 2.6 if strict else 1.3,
            "closure": 1.0,
            "rounding": 0.6 if strict else 0.25,
            "spread": 0.5,
            "raise": 1.4,
            "tongue": 3.0,
        },
        "palatal": {"jaw": 1.6, "closure": 1.0, "rounding": 0.5, "spread": 0.9, "raise": 1.2, "tongue": 3.0},
        "velar": {"jaw": 0.6, "closure": 1.0, "rounding": 0.15, "spread": 0.2, "raise": 0.7, "tongue": 3.0},
        "uvular": {"jaw": 0.6, "closure": 1.0, "rounding": 0.15, "spread": 0.2, "raise": 0.7, "tongue": 2.0},
    }.get(phone.place, {"jaw": 0.2, "closure": 1.0, "rounding": 0.05, "spread": 0.1, "raise": 0.2, "tongue": 0.1})


def _tables() -> tuple[np.ndarray, np.ndarray]:
    targets = np.zeros((len(INVENTORY), len(CHANNELS)), np.float32)
    pulls = np.zeros((len(INVENTORY), len(GROUPS)), np.float32)
    for row, phone in enumerate(INVENTORY):
        target = {} if phone.kind == "silence" else _vowel_target(phone) if phone.is_vowel else _consonant_target(phone)
        for name, value in target.items():
            targets[row, CHANNELS.index(name)] = value
        pull = _pull(phone)
        pulls[row] = [pull[name] for name in GROUPS]
    return targets, pulls


# (phones, channels) 0..1 and (phones, groups). The target of mouthClose is a share of the opening that the jaw leaves.
TARGETS, PULLS = _tables()
_JAW, _CLOSE = CHANNELS.index("jawOpen"), CHANNELS.index("mouthClose")
_SYMBOL_ROW = {phone.symbol: row for row, phone in enumerate(INVENTORY)}
_CLASS = {phone.symbol: phone for phone in INVENTORY}


def _with_diphthongs_split(phones: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    result = []
    for symbol, start_s, end_s in phones:
        if parts := _CLASS[symbol].parts:
            middle_s = start_s + 0.6 * (end_s - start_s)
            result += [(parts[0], start_s, middle_s), (parts[1], middle_s, end_s)]
        else:
            result.append((symbol, start_s, end_s))
    return result


def _smooth(curve: np.ndarray, width_s: float) -> np.ndarray:
    half = max(1, round(3 * width_s * RATE_HZ))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / (width_s * RATE_HZ)) ** 2)
    padded = np.pad(curve, ((half, half), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, c], kernel / kernel.sum(), "valid") for c in range(curve.shape[1])], 1)


def articulate(
    phones: list[Phone] | list[tuple[str, float, float]], frames: int, loudness: np.ndarray | None = None
) -> np.ndarray:
    """Curves of a phone sequence.

    phones: in order of time, with symbols of the inventory. frames: at 100 Hz. loudness: (frames,) 0..1, against the
    clip's loud parts; quiet vowels open less, stressed ones more. Returns float32 (frames, len(CHANNELS)).
    """
    segments = [(p.symbol, p.start_s, p.end_s) if isinstance(p, Phone) else tuple(p) for p in phones]
    segments = _with_diphthongs_split(segments)
    if not segments:
        return np.zeros((frames, len(CHANNELS)), np.float32)
    rows = np.array([_SYMBOL_ROW[symbol] for symbol, _, _ in segments])
    start, end = (np.array([segment[k] for segment in segments], np.float32) for k in (1, 2))
    targets = TARGETS[rows].copy()
    if loudness is not None:
        effort = np.array(
            [
                loudness[int(a * RATE_HZ) : max(int(b * RATE_HZ), int(a * RATE_HZ) + 1)].mean()
                if int(a * RATE_HZ) < len(loudness)
                else 0.5
                for a, b in zip(start, end)
            ]
        )
        vowel = np.array([_CLASS[symbol].is_vowel for symbol, _, _ in segments])
        gain = np.where(vowel, 0.55 + 0.6 * effort, 1.0)
        for name in ("jawOpen", "mouthLowerDownLeft", "mouthUpperUpLeft"):
            targets[:, CHANNELS.index(name)] *= gain
    time = (np.arange(frames, dtype=np.float32) / RATE_HZ)[:, None]
    early, late = np.maximum(start - time, 0), np.maximum(time - end, 0)
    curves = np.zeros((frames, len(CHANNELS)), np.float32)
    for column, group in enumerate(GROUPS.values()):
        # what is far away has no say; the floor keeps frames beyond the last phone defined
        weight = PULLS[rows, column] * np.exp(-early / group.before_s - late / group.after_s) + 1e-12
        weight /= weight.sum(1, keepdims=True)
        indices = [CHANNELS.index(name) for name in group.channels]
        curves[:, indices] = _smooth(weight @ targets[:, indices], group.smooth_s)
    # ARKit's mouthClose takes back what jawOpen opens: by as much as the jaw is open just then, whatever vowels stand beside
    curves[:, _CLOSE] *= curves[:, _JAW]
    return np.clip(curves, 0, 1)
