# SPDX-License-Identifier: GPL-3.0-or-later
"""The motion of people who stand and talk, on the canonical skeleton at 30 Hz, with its gestures' phases and its split.

`prepare` reads the data pack once into a cache; `load` gives it to training and benches. Validation clips are chosen by a
hash of the take's name, so that edits of one take stay on one side; training never sees them.
"""

from __future__ import annotations

import json
import logging
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ....errors import UserError
from ....motion.clip import Clip
from ....motion.gesture_plan import USUAL_SIZE_M, GestureUnit
from ....motion.locomotion.contacts import estimate_contacts
from ....motion.recorded.recording import Recording
from ....motion.recorded.standing import facing_forward, grounded
from ....motion.recorded.to_canonical import to_canonical
from ....motion.rotation_tensors import quaternion_to_matrix
from ....motion.skeleton import average_adult
from ....paths import data_pack
from ..recorded_motion import pack_clips
from .lexemes import family

log = logging.getLogger(__name__)

RATE_HZ = 30.0
VALIDATION_SHARE = 0.18
VERSION = 3
_LEAST_EXCURSION_M = 0.03
# Who and in which posture: each is a speaker of EMAGE. The last stands for whoever has too few clips of his own.
PERFORMERS = ("brad_idle01", "brad_idle02", "brad_idle03", "garza", "neuron", "overte", "other", "accad_woman")
_TALKING = re.compile(r"^(talk|idle)", re.I)
_STANDING = re.compile(r"Male1_A[124]_")
_WOMAN = re.compile(r"Female1_(A0[124]|D[23])_")
_TURNED = ("accad_male1", "accad_female1")  # who was recorded facing elsewhere
_HANDS = {"BOTH_HANDS": "both", "LEFT_HAND": "left", "RIGHT_HAND": "right"}
# Long recordings are assigned by hand, so that both sides have some.
_VALIDATION_NAMES = frozenset({"talk04", "idle_RFF_all", "PNGestures__idle2", "Female1_A02_SwayT2"})


@dataclass(frozen=True)
class BodyClip:
    """One recording. clip: at 30 Hz on `average_adult()`, feet as recorded: locking them bends a knee by up to 10 degrees. unit: its
    gesture, times in seconds of the clip.

    performer: of PERFORMERS. split: "train" or "validation". has_fingers: the fingers were recorded.
    """

    name: str
    source: str
    performer: str
    split: str
    clip: Clip
    has_fingers: bool
    unit: GestureUnit | None
    description: str
    glitches: tuple[tuple[int, int], ...] = ()


def _take(name: str) -> str:
    """What two edits of one take have in common."""
    return re.sub(r"^[A-Za-z0-9]+__", "", name)


def split_of(name: str) -> str:
    if name in _VALIDATION_NAMES:
        return "validation"
    if _TALKING.match(_take(name)) or name.startswith("ChrRachel") or _WOMAN.match(name):
        return "train"
    return "validation" if zlib.crc32(_take(name).encode()) % 1000 < 1000 * VALIDATION_SHARE else "train"


def _performer(entry: dict) -> str:
    if entry["source"] == "smartbody":
        posture = str(entry.get("base_posture"))
        if posture.startswith("Idle0"):
            return f"brad_{posture.lower()}"
        return "garza" if posture == "IdleStand01" else "neuron"
    return {"hifi_overte": "overte", "accad_female1": "accad_woman"}.get(entry["source"], "other")


def _unit(entry: dict, clip: Clip) -> GestureUnit | None:
    """Its gesture, from the phases as measured and the emphasis as labelled; None for idling and what has no meaning."""
    lexeme = family(str(entry.get("lexeme") or ""))
    phases = entry.get("measured_phases_s") or _measured(clip)
    if lexeme is None or phases is None:
        return None
    length = (len(clip) - 1) / clip.rate_hz
    labelled = entry.get("phases_s") or {}
    reach, leave = phases["reaches_90pct"], phases["leaves_90pct"]
    start = max(0.0, phases["leaves_rest_10pct"] - 0.15)
    end = min(length, phases["back_10pct"] + 0.2)
    leave = max(leave, reach)
    emphasis = phases["maximum"] if entry.get("phases_suspect") else labelled.get("emphasis", phases["maximum"])
    if not start + 0.1 < reach or not leave + 0.1 < end:
        return None
    size = float(entry.get("wrist_excursion_m", USUAL_SIZE_M)) / USUAL_SIZE_M
    hand = _HANDS.get(entry.get("hand")) or _busier_hand(clip)
    return GestureUnit(lexeme, hand, size, start, reach, float(np.clip(emphasis, start, leave)), leave, end)


def _measured(clip: Clip) -> dict[str, float] | None:
    """Phases of a small gesture, which the pack leaves unmeasured: when the wrists, seen from the pelvis, are how far from
    where they began. None where they hardly move."""
    adult = average_adult()
    places = adult.forward(quaternion_to_matrix(torch.from_numpy(clip.rotations)))[0].numpy()
    wrists = places[:, [adult.index("left_wrist"), adult.index("right_wrist")]]
    away = np.linalg.norm(wrists - wrists[:1], axis=-1).max(axis=1)
    most = away.max()
    if most < _LEAST_EXCURSION_M:
        return None
    up, high = np.flatnonzero(away > 0.1 * most), np.flatnonzero(away > 0.9 * most)
    frames = {
        "leaves_rest_10pct": up[0],
        "reaches_90pct": high[0],
        "maximum": int(away.argmax()),
        "leaves_90pct": high[-1],
        "back_10pct": up[-1],
    }
    return {name: float(frame) / clip.rate_hz for name, frame in frames.items()}


def _busier_hand(clip: Clip) -> str:
    """The hand whose elbow and shoulder turn more; both if they are alike."""
    from ....motion.rotations import angle_between_deg

    turned = {
        side: sum(
            float(angle_between_deg(clip[f"{side}_{joint}"][:1], clip[f"{side}_{joint}"]).max())
            for joint in ("shoulder", "elbow")
        )
        for side in ("left", "right")
    }
    more, less = max(turned, key=turned.get), min(turned, key=turned.get)
    return "both" if turned[less] > 0.5 * turned[more] else more


def _wanted(recording: Recording) -> bool:
    entry = recording.about
    name = Path(entry["path"]).stem
    source = entry["source"]
    if source == "smartbody":
        return not re.search(r"Guitar|ScrewYou|ToWalk|ToIdleFight|ToLocIdle", name)
    if source == "hifi_overte":
        return bool(_TALKING.match(name)) and "walk" not in name
    if source == "accad_male1":
        return bool(_STANDING.search(name))
    if source == "accad_female1":
        return bool(_WOMAN.match(name))
    if source == "mesh2motion":
        return any(word in name.lower() for word in ("listen", "talk", "idle", "nod"))
    return source == "cmu_expmap" and "directing_traffic" in name


def prepare(data_dir: Path | str, cache_dir: Path | str) -> list[BodyClip]:
    """Read the pack's standing and talking people into the cache and return them. About a minute."""
    cache_dir = _folder(cache_dir)
    cache_dir.mkdir(parents=True, exist_ok=True)
    clips = []
    for recording in pack_clips(data_dir):
        if not _wanted(recording):
            continue
        try:
            clips.append(_prepared(recording))
        except ValueError as error:
            log.warning("left out: %s", error)
    for clip in clips:
        _write(clip, cache_dir)
    log.info(
        "%d clips, %.1f min, %d for validation",
        len(clips),
        sum(len(clip.clip) for clip in clips) / RATE_HZ / 60,
        sum(clip.split == "validation" for clip in clips),
    )
    return clips


def _folder(cache_dir: Path | str) -> Path:
    """Where a cache keeps what this version prepares: others may still be in use."""
    return Path(cache_dir) / f"version_{VERSION}"


def _prepared(recording: Recording) -> BodyClip:
    entry = recording.about
    name = Path(entry["path"]).stem
    adult = average_adult()
    smaller = recording.resampled(RATE_HZ)
    clip = to_canonical(smaller)
    clip = grounded(facing_forward(clip) if entry["source"] in _TURNED else clip)
    clip = replace(clip, contacts=estimate_contacts(clip, adult))
    return BodyClip(
        name,
        entry["source"],
        _performer(entry),
        split_of(name),
        clip,
        "left_index1" in clip.driven,
        _unit(entry, clip),
        entry["description"],
        smaller.glitches,
    )


def _write(body: BodyClip, cache_dir: Path) -> None:
    about = {
        "name": body.name,
        "source": body.source,
        "performer": body.performer,
        "split": body.split,
        "has_fingers": body.has_fingers,
        "description": body.description,
        "glitches": body.glitches,
        "driven": sorted(body.clip.driven),
        "version": VERSION,
        "unit": None if body.unit is None else {**body.unit.__dict__},
    }
    np.savez(
        cache_dir / f"{body.source}__{body.name}.npz",
        rotations=body.clip.rotations,
        root=body.clip.root_translation_m,
        contacts=body.clip.contacts,
        about=json.dumps(about),
    )


def _read(path: Path) -> BodyClip:
    with np.load(path, allow_pickle=False) as file:
        about = json.loads(str(file["about"]))
        if about["version"] != VERSION:
            raise UserError(f"{path.name} is of another version.", "Delete the cache and prepare it again.")
        clip = Clip(file["rotations"], file["root"], file["contacts"], RATE_HZ, frozenset(about["driven"]))
    unit = about["unit"]
    if unit is not None:
        unit = GestureUnit(**{**unit, "beats_s": tuple(unit["beats_s"])})
    return BodyClip(
        about["name"],
        about["source"],
        about["performer"],
        about["split"],
        clip,
        about["has_fingers"],
        unit,
        about["description"],
        tuple(tuple(span) for span in about["glitches"]),
    )


def load(cache_dir: Path | str = ".cache/motion", data_dir: Path | str | None = None) -> list[BodyClip]:
    """All clips, from the cache if it is there. Raises UserError if neither it nor the data pack is."""
    paths = sorted(_folder(cache_dir).glob("*.npz"))
    return [_read(path) for path in paths] if paths else prepare(data_dir or data_pack(), cache_dir)
