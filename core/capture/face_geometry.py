# SPDX-License-Identifier: GPL-3.0-or-later
"""From keypoints of one person to shapes of the face and angles of the head, all against what is neutral in the same clip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import UserError
from ..motion import euler
from ..motion import rotations as rot
from ..motion.face_track import LOOK_RAD
from ..motion.smoothing import gaussian_smooth
from ..wording import count
from .captured_face import CHANNEL_INDEX, CHANNELS, HEAD_NAMES, Rows, rate_of, require_rate
from .keypoints import Frames, Person, one_person
from .landmarks import LANDMARKS, SHARP_S, STEADY_S, brow_shapes, face_axes, head_angles_deg, lid_openings
from .lids import shut

NOT_SEEN = "The face is not seen well enough in"
USUAL_HZ = 30.0  # of video, where nothing says so
_NEEDED = 0.5  # of the landmarks: a frame that shows fewer shows no face
_CALM_GAP = 15.0  # percentile of the lips' distance below which they are closed: the neutral mouth; by eye
# Of the distance between the eyes. How far lips are apart where jawOpen is 1, and how much lower their corners are then: measured on the
# recorded talker of GRID (correlation 0.95). The others by eye.
_FULL_GAP, _DROPS_WITH_JAW = 0.67, 0.25
_FULL_CORNER_UP, _FULL_CORNER_DOWN, _FULL_UPPER = 0.17, 0.13, 0.2
_FULL_NARROW, _FULL_WIDE, _FULL_ASIDE = 0.35, 0.25, 0.16  # of the mouth's width, and again of the eyes' distance
# How mouth and nose move apart in the picture while the head turns, of the way of the nose's tip, and what is left of that while people
# speak: measured on public speeches; so much of a shape is none.
_ASIDE_WITH_TURN, _DOWN_WITH_NOD = -0.52, -0.5
_STILL_ASIDE, _STILL_UP, _STILL_DOWN = 0.15, 0.1, 0.25
_ROUND_OPEN = 0.12  # lips that are so far apart and narrow are a funnel, else a pucker
_FULL_ROLL = 0.7  # of a lip's thickness
_EYEBALL = 0.4  # its radius, of the width of the open eye
_WIDE = 0.35  # of the resting opening of the lids, above it
_BELOW_EYES = (57, 33, 8)  # lower lip, below the nose, chin
_LIPS = ("jaw", "mouth", "cheekPuff", "tongueOut")


def rows_of_keypoints(frames: Frames, rate_hz: float = 0.0) -> tuple[Rows, list[str]]:
    """Shapes and head of the person in keypoints, and sentences about them.

    Args:
        frames: of a file.
        rate_hz: frames a second, where the file does not say; 0: as is usual.

    Raises:
        UserError: if nobody is seen.
    """
    notes: list[str] = []
    people, said = one_person(frames)
    notes += [said] if said else []
    people, taken_hz = at_even_times(people, frames, rate_hz, notes)
    values = np.full((len(people), len(CHANNELS)), np.nan)
    lost = np.array([person is None or not _shows_a_face(person) for person in people])
    if lost.all():
        raise UserError(
            "Too few points of the face are seen in every frame.", "Record with the face in view, and with more light."
        )
    if lost.any():
        notes.append(f"{NOT_SEEN} {count(int(lost.sum()), 'frame')}.")
    if any(person is not None and person.shapes for person in people):
        _said_shapes(people, values)
    else:
        _measured_shapes(people, lost, taken_hz, values, notes)
    _head(people, lost, taken_hz, values)
    values[lost] = np.nan
    return Rows(np.arange(len(people)) / taken_hz, values, taken_hz), notes


def at_even_times(
    people: list[Person | None], frames: Frames, rate_hz: float, notes: list[str]
) -> tuple[list[Person | None], float]:
    """The frames at even times, None where there is none, and how many a second has. Raises UserError for times that no video has."""
    if given_hz := frames.rate_hz or rate_hz:
        require_rate(given_hz)
        return people, given_hz
    if frames.times_s is None or len(people) < 2 or np.ptp(frames.times_s) <= 0.0:
        notes.append(f"The file does not say how many frames a second has; {USUAL_HZ:g} were taken.")
        return people, USUAL_HZ
    order = np.argsort(frames.times_s, kind="stable")
    if (np.diff(order) < 0).any():
        notes.append("The frames were not in the order of time; they were sorted.")
    times_s = frames.times_s[order]
    found_hz = rate_of(times_s, exact_s=1e-3)
    require_rate(found_hz)
    if not (times_s[-1] - times_s[0]) * found_hz <= 20 * len(people) + 1000:
        raise UserError("The times of the frames are far apart.", "Look whether they are in milliseconds.")
    places = np.rint((times_s - times_s[0]) * found_hz).astype(int)
    even: list[Person | None] = [None] * (places[-1] + 1)
    for place, index in zip(places, order):
        even[place] = people[index]
    return even, found_hz


def _shows_a_face(person: Person) -> bool:
    return bool(person.shapes) or float(person.seen.mean()) >= _NEEDED


def _said_shapes(people: Sequence[Person | None], values: np.ndarray) -> None:
    """The shapes that a model says itself."""
    for row, person in enumerate(people):
        for name, score in person.shapes.items() if person is not None else ():
            values[row, CHANNEL_INDEX[name]] = score


# ------------------------------------------------------------------------------------------------------------- measured


def _measured_shapes(
    people: Sequence[Person | None], lost: np.ndarray, rate_hz: float, values: np.ndarray, notes: list[str]
) -> None:
    """Shapes from the landmarks, into values (T, 58)."""
    points = _filled(people, lost)
    never = np.isnan(points).any((0, 2))
    if never[36:48].any():
        raise UserError("The eyes are not seen in any frame.", "Choose keypoints with the whole face.")
    steady = gaussian_smooth(points, STEADY_S * rate_hz)
    sharp = face_axes(gaussian_smooth(points, SHARP_S * rate_hz), steady, rate_hz)
    shapes: dict[str, np.ndarray] = {}
    if never[17:31].any():
        notes.append("The brows or the nose are never seen; brows are left as they are.")
    else:
        shapes |= brow_shapes(face_axes(steady, steady, rate_hz), rate_hz)
    shapes |= _lids(sharp, rate_hz)
    shapes |= _gaze(people, lost, steady, sharp, rate_hz)
    if never[31:36].any() or never[48:68].any():
        notes.append("The mouth or the nose is never seen; lips are left as they are.")
    else:
        for name, index in CHANNEL_INDEX.items():  # what landmarks do not show of the mouth is at rest
            if name.startswith(_LIPS):
                values[:, index] = 0.0
        shapes |= _mouth(sharp)
    for name, curve in shapes.items():
        values[:, CHANNEL_INDEX[name]] = np.clip(curve, 0.0, 1.0)


def _filled(people: Sequence[Person | None], lost: np.ndarray) -> np.ndarray:
    """float64 (T, 68, 2): the landmarks, y down, with what is not seen put between its neighbours in time; NaN what is never seen."""
    points = np.full((len(people), LANDMARKS, 2), np.nan)
    for row, person in enumerate(people):
        if person is not None and not lost[row]:
            points[row, person.seen] = person.points[person.seen, :2]
    rows = np.arange(len(people))
    for column in points.reshape(len(people), -1).T:
        there = np.isfinite(column)
        if there.any():
            column[:] = np.interp(rows, rows[there], column[there])
    across = points[:, 42:48].mean(1) - points[:, 36:42].mean(1)
    below = next((points[:, low] for low in _BELOW_EYES if np.isfinite(points[0, low]).all()), points[:, 0])
    down = below - points[:, 36:48].mean(1)
    turned = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    if np.median(turned) < 0.0:  # a mirrored picture
        points[:, :, 0] *= -1.0
    return points


def _lids(place: np.ndarray, rate_hz: float) -> dict[str, np.ndarray]:
    found = {}
    for side, opening in lid_openings(place).items():
        rest = np.median(opening)
        found[f"eyeBlink{side}"] = shut(opening, rate_hz)
        found[f"eyeWide{side}"] = (opening - rest) / np.maximum(rest * _WIDE, 1e-6) - 0.2
    return found


def _gaze(
    people: Sequence[Person | None], lost: np.ndarray, steady: np.ndarray, place: np.ndarray, rate_hz: float
) -> dict[str, np.ndarray]:
    """Look shapes from the pupils, against their median; {} where none is seen."""
    pupils = np.full((len(people), 2, 2), np.nan)
    for row, person in enumerate(people):
        if person is not None and not lost[row]:
            pupils[row] = person.pupils
    there = np.isfinite(pupils).all((1, 2))
    if not there.any():
        return {}
    rows = np.arange(len(people))
    for column in pupils.reshape(len(people), -1).T:
        column[:] = np.interp(rows, rows[there], column[there])
    if np.sign(np.median(pupils[:, 1, 0] - pupils[:, 0, 0])) != np.sign(np.median(steady[:, 42, 0] - steady[:, 39, 0])):
        pupils[:, :, 0] *= -1.0  # mirrored like the landmarks
    seen = face_axes(gaussian_smooth(pupils, SHARP_S * rate_hz), steady, rate_hz)
    angles = []
    for eye, (outer, inner) in enumerate(((36, 39), (45, 42))):
        middle = (place[:, outer] + place[:, inner]) / 2
        width = np.median(np.abs(place[:, outer, 0] - place[:, inner, 0]))
        offset = (seen[:, eye] - middle) / max(float(width), 1e-6) / _EYEBALL
        angles.append(np.arcsin(np.clip(offset - np.median(offset, axis=0), -0.9, 0.9)))
    left, down = np.mean(angles, axis=0).T
    ways = {"OutLeft": left, "InRight": left, "InLeft": -left, "OutRight": -left}
    ways |= {f"{way}{side}": sign * down for way, sign in (("Down", 1.0), ("Up", -1.0)) for side in ("Left", "Right")}
    return {
        f"eyeLook{way}": angle / LOOK_RAD[way.removesuffix("Left").removesuffix("Right")] for way, angle in ways.items()
    }


def _mouth(place: np.ndarray) -> dict[str, np.ndarray]:
    """Lips and jaw from places (T, 68, 2) of `face_axes`."""
    gap = (place[:, 65:68, 1] - place[:, (63, 62, 61), 1]).mean(1)
    closed = gap <= np.percentile(gap, _CALM_GAP)

    def moved(curve: np.ndarray) -> np.ndarray:
        return curve - np.median(curve[closed])

    gap = moved(gap)
    nose = place[:, 33]
    turn, nod = (moved(place[:, 30, axis]) for axis in (0, 1))
    width = place[:, 54, 0] - place[:, 48, 0]
    rest = max(float(np.median(width[closed])), 1e-6)
    narrow = (rest - width) / (rest * _FULL_NARROW)
    rounded = np.clip(gap / _ROUND_OPEN, 0.0, 1.0)
    aside = moved((place[:, 48, 0] + place[:, 54, 0]) / 2 - nose[:, 0]) - _ASIDE_WITH_TURN * turn
    found = {
        "jawOpen": gap / _FULL_GAP,
        "mouthFunnel": narrow * rounded,
        "mouthPucker": narrow * (1.0 - rounded),
        "mouthLeft": aside / _FULL_ASIDE - _STILL_ASIDE,
        "mouthRight": -aside / _FULL_ASIDE - _STILL_ASIDE,
    }
    for side, corner in (("Right", 48), ("Left", 54)):
        down = moved(place[:, corner, 1] - nose[:, 1]) - _DOWN_WITH_NOD * nod - _DROPS_WITH_JAW * np.maximum(gap, 0.0)
        found[f"mouthSmile{side}"] = -down / _FULL_CORNER_UP - _STILL_UP
        found[f"mouthFrown{side}"] = down / _FULL_CORNER_DOWN - _STILL_DOWN
        wide = (width - rest) / (rest * _FULL_WIDE)
        found[f"mouthStretch{side}"] = wide - np.clip(found[f"mouthSmile{side}"], 0.0, 1.0)
        upper = place[:, 61 if side == "Right" else 63, 1] - nose[:, 1]
        found[f"mouthUpperUp{side}"] = -moved(upper) / _FULL_UPPER
    for name, (top, bottom) in (("Upper", (51, 62)), ("Lower", (66, 57))):
        thick = place[:, bottom, 1] - place[:, top, 1]
        usual = max(float(np.median(thick[closed])), 1e-6)
        found[f"mouthRoll{name}"] = (1.0 - thick / usual - 0.15) / _FULL_ROLL * (1.0 - rounded)
    return found


# ----------------------------------------------------------------------------------------------------------------- head


def _head(people: Sequence[Person | None], lost: np.ndarray, rate_hz: float, values: np.ndarray) -> None:
    """Yaw, pitch and roll in degrees against their medians, into values (T, 58)."""
    turned = [row for row, person in enumerate(people) if person is not None and person.turn is not None]
    columns = [CHANNEL_INDEX[name] for name in HEAD_NAMES]
    if turned:
        matrices = np.stack([turn for row in turned if (turn := getattr(people[row], "turn", None)) is not None])
        values[np.ix_(turned, columns)] = _against_median(
            np.degrees(euler.to_yaw_pitch_roll(rot.from_matrix(matrices)))
        )
        return
    points = _filled(people, lost)
    if np.isnan(points[:, 30:48]).any():
        return
    angles = head_angles_deg(gaussian_smooth(points, STEADY_S * rate_hz))
    values[:, columns] = _against_median(np.stack([angles[axis] for axis in ("yaw", "pitch", "roll")], 1))


def _against_median(angles: np.ndarray) -> np.ndarray:
    """A camera stands anywhere: how a person holds the head most of the time is straight."""
    return angles - np.median(angles, axis=0)
