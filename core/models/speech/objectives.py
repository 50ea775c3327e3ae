# SPDX-License-Identifier: GPL-3.0-or-later
"""What the speech model learns from: phones to be named, curves to be followed, lips to be read.

Shapes: B examples, T frames of 10 ms. Labels are indices into the phone inventory, -1 where nothing is known; lip
classes are indices into `LIP_CLASSES`, likewise.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from ...audio.lip_classes import LIP_CLASS, LIP_CLASSES
from ...audio.phones import INVENTORY

LIP_CLASS_OF_PHONE = torch.tensor([LIP_CLASS[phone.symbol] for phone in INVENTORY])
_CLOSED, _LIP_TEETH = LIP_CLASSES.index("closed"), LIP_CLASSES.index("lip-teeth")
CLOSED_GAP_CM = 0.02  # between the inner lips: a closure is no wider, by eye
PARTED_GAP_CM = 0.32  # and what is none no narrower
_SHIFTS = (-6, -3, 0, 3, 6)  # frames that a lip reader sees: the present one, 30 and 60 ms on both sides
_MARGIN = max(_SHIFTS)


def lip_classes_of(labels: Tensor) -> Tensor:
    """Phone labels (B, T) → lip classes (B, T)."""
    return torch.where(labels >= 0, LIP_CLASS_OF_PHONE[labels.clamp(min=0)], -1)


def phone_loss(logits: Tensor, labels: Tensor, label_smoothing: float = 0.05, weight: Tensor | None = None) -> Tensor:
    """Cross-entropy in nats of logits (B, T, phones) over the frames that are known. weight: of each phone,
    (phones,)."""
    return functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), weight, ignore_index=-1, label_smoothing=label_smoothing
    )


def curve_losses(error: Tensor, weight: Tensor, velocity: float) -> dict[str, Tensor]:
    """Squared error of curves, and of their change from frame to frame.

    Args:
        error: (B, T, channels), each channel in units of its own scale.
        weight: (B, T, channels), 0 where nothing is known.
        velocity: weight of the second term; a change is counted over ten frames.

    Returns:
        "curves" and "velocity".
    """
    change = torch.diff(error, dim=1) * 10
    return {
        "curves": (weight * error.square()).sum() / (weight > 0).sum(),
        "velocity": velocity * (weight[:, 1:] * change.square()).sum() / (weight > 0).sum(),
    }


def gap_error(gap_cm: Tensor, lip_class: Tensor, closed: float) -> Tensor:
    """The middle of a closure is closed, the middle of what is none is open; edges are left to the curves.

    Args:
        gap_cm: (B, T), between the inner lips.
        lip_class: (B, T).
        closed: weight of missed closures against needless ones (2).
    """
    alike = (lip_class[:, 2:] == lip_class[:, 1:-1]) & (lip_class[:, :-2] == lip_class[:, 1:-1])
    steady = functional.pad(alike, (1, 1))
    closures, parted = steady & (lip_class == _CLOSED), steady & (lip_class > _LIP_TEETH)
    missed = functional.relu(gap_cm - CLOSED_GAP_CM)[closures].mean().nan_to_num()
    needless = functional.relu(PARTED_GAP_CM - gap_cm)[parted].mean().nan_to_num()
    return closed * missed + 2 * needless


def lip_reading_error(distances: Tensor, lip_class: Tensor, ridge: float = 1e-3) -> tuple[Tensor, float]:
    """How much of the six lip classes the best linear lip reader cannot tell from distances now and at ±30 and ±60 ms.

    The reader is the least-squares discriminant of this very batch, classes weighted alike; as it is the minimum, the
    gradient needs no derivative of it (envelope theorem).

    Args:
        distances: (B, T, 10) in cm, around the mouth of a head.
        lip_class: (B, T).
        ridge: of the least squares.

    Returns:
        The share of unexplained variance (0..1, differentiable) and the reader's balanced accuracy.
    """
    seen = torch.cat([distances.roll(shift, 1) for shift in _SHIFTS], -1)[:, _MARGIN:-_MARGIN].flatten(0, 1)
    meant = lip_class[:, _MARGIN:-_MARGIN].flatten()
    seen, meant = seen[meant >= 0], meant[meant >= 0]
    truth = functional.one_hot(meant, len(LIP_CLASSES)).float()
    counts = truth.sum(0)
    weight = (1 / counts.clamp(min=1))[meant][:, None]
    with torch.no_grad():
        centre, scale = seen.mean(0), seen.std(0) + 1e-4
    x = torch.cat([(seen - centre) / scale, torch.ones(len(seen), 1)], 1)
    with torch.no_grad():
        weighted = (x * weight).T
        beta = torch.linalg.solve(weighted @ x + ridge * torch.eye(x.shape[1]), weighted @ truth)
    said = x @ beta
    present = int((counts > 0).sum())
    error = (weight * (said - truth).square()).sum() / max(present - 1, 1)
    right = (said.detach().argmax(1) == meant).float()
    recall = (truth * right[:, None]).sum(0) / counts.clamp(min=1)
    return error, float(recall[counts > 0].mean())
