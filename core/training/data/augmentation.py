# SPDX-License-Identifier: GPL-3.0-or-later
"""Making sound features harder: voices, rooms, noise, music, telephones, in the log-mel domain.

Everything works on batches of natural-log mel power, float32 (B, T, bands), because that costs a thousandth of what
the same does on samples; powers of independent sounds add, a room smears power in time, a telephone is a filter.
"""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from ...audio.log_mel import BANDS, HIGHEST_HZ, LOWEST_HZ, hz_to_mel, mel_to_hz

_CENTRES_HZ = torch.from_numpy(
    mel_to_hz(torch.linspace(float(hz_to_mel(LOWEST_HZ)), float(hz_to_mel(HIGHEST_HZ)), BANDS + 2).numpy()[1:-1])
).float()
_LOG_FLOOR = math.log(1e-5)


def _uniform(count: int, low: float, high: float, generator: torch.Generator) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, generator=generator)


def warp_vocal_tract(x: torch.Tensor, factor: torch.Tensor) -> torch.Tensor:
    """Scale the frequency axis: factor (B,) > 1 moves formants up, as a shorter vocal tract does."""
    source_hz = _CENTRES_HZ[None] / factor[:, None]
    position = torch.from_numpy(hz_to_mel(source_hz.numpy())).float()
    low, high = float(hz_to_mel(LOWEST_HZ)), float(hz_to_mel(HIGHEST_HZ))
    position = ((position - low) / (high - low) * (BANDS + 1) - 1).clamp(0, BANDS - 1.001)
    index = position.long()[:, None].expand(-1, x.shape[1], -1)
    weight = (position - position.floor())[:, None]
    return x.gather(2, index) * (1 - weight) + x.gather(2, index + 1) * weight


def random_equaliser(x: torch.Tensor, strength: float, generator: torch.Generator) -> torch.Tensor:
    """A smooth random frequency response, standard deviation `strength` nepers: microphones, distance, broadcasting."""
    waves = torch.stack([torch.cos(math.pi * k * torch.linspace(0, 1, BANDS)) for k in range(1, 6)])
    gains = torch.randn(len(x), 5, generator=generator) * strength / torch.sqrt(torch.arange(1, 6).float())
    return x + (gains @ waves)[:, None]


def add_reverberation(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """An exponentially decaying room, RT60 of 0.15 to 0.9 s, later energy -3 to -20 dB against the direct sound."""
    rt60_s = _uniform(len(x), 0.15, 0.9, generator)
    late = 10 ** (_uniform(len(x), -2.0, -0.3, generator))
    time_s = torch.arange(60) / 100.0
    kernel = torch.exp(-13.8 * time_s[None] / rt60_s[:, None])
    kernel = late[:, None] * kernel / kernel.sum(1, keepdim=True)
    kernel[:, 0] += 1.0
    power = x.exp().transpose(1, 2)
    batch, bands, frames = power.shape
    smeared = functional.conv1d(
        functional.pad(power, (59, 0)).reshape(1, batch * bands, -1),
        kernel.flip(1)[:, None].repeat_interleave(bands, 0),
        groups=batch * bands,
    )
    return smeared.view(batch, bands, frames).transpose(1, 2).clamp(min=1e-9).log()


def mix(x: torch.Tensor, noise: torch.Tensor, snr_db: torch.Tensor) -> torch.Tensor:
    """Add noise (B, T, bands, log power) at so many dB under the speech, both measured by their mean power."""
    gain = x.exp().mean((1, 2)).log() - noise.exp().mean((1, 2)).clamp(min=1e-9).log() - snr_db * (math.log(10) / 10)
    return torch.logaddexp(x, noise + gain[:, None, None])


def coloured_noise(like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Stationary noise with a random smooth spectrum, slow changes of level and the grain of a power spectrum."""
    batch, frames, _ = like.shape
    spectrum = random_equaliser(torch.zeros(batch, 1, BANDS), 2.0, generator)
    slow = functional.interpolate(torch.randn(batch, 1, 8, generator=generator), frames, mode="linear")[:, 0, :, None]
    grain = torch.empty(batch, frames, BANDS).exponential_(1.0, generator=generator).clamp(min=1e-3).log()
    return spectrum + 0.7 * slow + 0.7 * grain


def music_bed(like: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Something like music: held chords of decaying partials that change with a beat, and drum hits."""
    batch, frames, _ = like.shape
    power = torch.full((batch, frames, BANDS), 1e-6)
    time = torch.arange(frames)
    for index in range(batch):
        beat = int(_uniform(1, 25, 70, generator))
        offset = int(_uniform(1, 0, beat, generator))
        phase = (time + offset) % beat
        decay = torch.exp(-phase / _uniform(1, 15, 120, generator))
        chord_of_frame = (time + offset) // beat
        chords = int(chord_of_frame.max()) + 1
        notes_hz = 80 * 2 ** _uniform(chords * 3, 0, 3.5, generator).view(chords, 3)
        partials_hz = (notes_hz[:, :, None] * torch.arange(1, 13)).view(chords, -1)
        strength = (1.0 / torch.arange(1, 13).float() ** 1.5).repeat(3)
        distance = (_CENTRES_HZ[None, None] - partials_hz[..., None]) / (0.03 * _CENTRES_HZ + 25)
        spectra = (torch.exp(-(distance**2)) * strength[None, :, None]).sum(1)
        power[index] += spectra[chord_of_frame] * decay[:, None]
        hit = torch.exp(-phase / 4.0) * float(_uniform(1, 0, 1.5, generator))
        power[index] += hit[:, None] * torch.linspace(1, float(_uniform(1, 0.1, 2, generator)), BANDS)
    return power.log()


def band_limit(x: torch.Tensor, low_hz: torch.Tensor, high_hz: torch.Tensor) -> torch.Tensor:
    """Telephones and codecs: little is left below low_hz (B,) and above high_hz (B,)."""
    octaves_low = torch.log2(low_hz[:, None] / _CENTRES_HZ).clamp(min=0)
    octaves_high = torch.log2(_CENTRES_HZ / high_hz[:, None]).clamp(min=0)
    return x - (8.0 * octaves_low + 40.0 * octaves_high)[:, None]


def augment_lightly(
    x: torch.Tensor,
    generator: torch.Generator,
    tract: float = 0.08,
    noisy: float = 0.3,
    least_snr_db: float = 10.0,
    level: float = 0.3,
) -> torch.Tensor:
    """Another voice, microphone and level, and now and then noise: what motion that goes with a sound may not depend on.

    Args:
        x: log-mel (B, T, bands).
        generator: of the draws.
        tract: deviation of the vocal tract's length, as a share.
        noisy: share of the batch that gets noise.
        least_snr_db: of that noise; the most is 25 dB more.
        level: deviation of the level in nepers.

    Returns:
        The same shape.
    """
    count = len(x)
    x = warp_vocal_tract(x, torch.exp(tract * torch.randn(count, generator=generator).clamp(-2, 2)))
    x = random_equaliser(x, 0.4, generator)
    which = torch.rand(count, generator=generator) < noisy
    if which.any():
        snr_db = least_snr_db + 25.0 * torch.rand(int(which.sum()), generator=generator)
        x[which] = mix(x[which], coloured_noise(x[which], generator), snr_db)
    return x + level * torch.randn(count, 1, 1, generator=generator)


def augment(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A random mixture of the above on a batch of log-mel (B, T, bands). Returns the same shape."""

    def chosen(probability: float) -> torch.Tensor:
        return (torch.rand(len(x), generator=generator) < probability).nonzero()[:, 0]

    x = warp_vocal_tract(x, torch.exp(torch.randn(len(x), generator=generator).clamp(-2, 2) * 0.09))
    x = random_equaliser(x, 0.5, generator)
    if len(which := chosen(0.3)):
        x[which] = add_reverberation(x[which], generator)
    if len(which := chosen(0.35)):
        x[which] = mix(x[which], coloured_noise(x[which], generator), _uniform(len(which), 3, 30, generator))
    if len(which := chosen(0.12)):
        x[which] = mix(x[which], music_bed(x[which], generator), _uniform(len(which), 3, 25, generator))
    if len(which := chosen(0.1)):
        others = x[torch.randint(len(x), (len(which),), generator=generator)].roll(37, 1)
        x[which] = mix(x[which], others, _uniform(len(which), 10, 25, generator))
    if len(which := chosen(0.12)):
        x[which] = band_limit(
            x[which], _uniform(len(which), 60, 400, generator), _uniform(len(which), 3000, 4000, generator)
        )
    if len(which := chosen(0.1)):
        x[which] = band_limit(
            x[which], _uniform(len(which), 20, 100, generator), _uniform(len(which), 4000, 7000, generator)
        )
    x = x.clamp(min=_LOG_FLOOR)
    for index in chosen(0.3).tolist():  # SpecAugment (Park et al. 2019), small: the phone must stay audible
        width = int(torch.randint(2, 10, (1,), generator=generator))
        start = int(torch.randint(0, BANDS - width, (1,), generator=generator))
        x[index, :, start : start + width] = x[index].mean()
    return x
