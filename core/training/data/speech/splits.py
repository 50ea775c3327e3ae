# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept out of training, as fixed rules.

Corpora of many speakers: a tenth of the speakers. Kathleen: the last 160 prompts, by id order; another reading of a
prompt text that is in there is in there too. Kerstin, Nathalie: the last tenth of the prompts. GRID: the last 100 clips.
FACEGOOD: clip 05.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

KATHLEEN_PROMPTS = 160
SEED = "audio2rig-validation"


def normalized(text: str) -> str:
    """A prompt's text for comparison: lower case, letters, digits and single spaces."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _hash(name: str) -> str:
    return hashlib.sha256(f"{SEED}:{name}".encode()).hexdigest()


def validation_speakers(speakers: dict[str, tuple[str, bool]], share: float = 0.1) -> set[str]:
    """A tenth of the speakers (rounded up), in turn from each group (sex, adult) by the hash of their names.

    speakers: name -> (sex, adult).
    """
    wanted = -(-len(speakers) * share // 1)
    groups: dict[tuple[str, bool], list[str]] = {}
    for name, group in speakers.items():
        groups.setdefault(group, []).append(name)
    for members in groups.values():
        members.sort(key=_hash)
    chosen: set[str] = set()
    order = sorted(groups)
    while len(chosen) < wanted:
        # The group from which the smallest share has been taken gives the next speaker.
        group = min(order, key=lambda g: (sum(s in chosen for s in groups[g]) / len(groups[g]), g))
        chosen.add(next(s for s in groups[group] if s not in chosen))
    return chosen


def last_prompts(rows: Sequence[dict], count: int | None = None, share: float = 0.1) -> set[str]:
    """Ids of the utterances whose prompt text is among the last `count` (or `share`) of the distinct prompt texts, by id order.

    The order is that of each text's last reading, numbers in ids compared as numbers.
    """
    order: list[str] = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: natural_key(row["id"]), reverse=True):
        text = normalized(row["text"])
        if text not in seen:
            seen.add(text)
            order.append(text)
    size = count if count is not None else round(len(order) * share)
    kept = set(order[:size])
    return {row["id"] for row in rows if normalized(row["text"]) in kept}


def label_share(name: str) -> float:
    """0..1, always the same for an utterance: with a tenth of the labels, those below 0.1 are told, and they are among any larger share."""
    return int(_hash(f"labels {name}")[:8], 16) / 16**8


def natural_key(name: str) -> list:
    """Sort key under which "nl_9" comes before "nl_10"."""
    parts: list[tuple[int, int | str]] = []
    digits = ""
    for character in name + "\0":
        if character.isdigit():
            digits += character
            continue
        if digits:
            parts.append((0, int(digits)))
            digits = ""
        parts.append((1, character))
    return parts
