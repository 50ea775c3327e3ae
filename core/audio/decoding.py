# SPDX-License-Identifier: GPL-3.0-or-later
"""From a sound file to an `AudioClip`: 16 kHz, mono, finite.

The content decides how a file is read, never its name. What libsndfile knows (wav, flac, ogg, opus, mp3, aiff …) goes
through soundfile; the rest (m4a, mp4, webm …) through the host's decoder, if one is given: of several sound tracks the
first that is not silent. Files are read in blocks, so memory holds the finished clip (230 MB an hour) and little more,
whatever the source's rate.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..errors import UserError
from ..private_paths import without_home
from ..progress import Progress
from .checks import SoundReport, check_file, check_header, check_length
from .clip import RATE_HZ, AudioClip
from .containers import count_tracks, kind_of
from .resampling import Resampler
from .unfinished import place_of_missing_length, readable

log = logging.getLogger(__name__)

BLOCK_FRAMES = 1 << 18
COMPRESSED_FRAMES = 1 << 14  # smaller, since of a damaged file the block with the damage is lost
_FIRST_ROOM_S, _MOST_FRAMES_A_BYTE = 60, 64  # a header may promise anything; speech is never packed into fewer bytes
_OPEN_ENDED = {0, 0x7FFFFFFF, 0x7FFFF000, 0x80000000, 0xFFFFFFFF}  # lengths in headers that programs write to a pipe
FORMATS_HINT = "Convert it to WAV, FLAC, Ogg or MP3 and choose that."

# Gets the file and which of its sound tracks, from 0; gives float samples (N,) or (N, C) and their rate in Hz. Blender's is `aud.Sound`.
HostDecoder = Callable[[Path, int], "tuple[np.ndarray, float]"]


class NeedsHostDecoder(UserError):
    """The file is a sound (or may be one) that only the host program can decode."""


class _Unreadable(Exception):
    """soundfile does not know this content; the host's decoder may."""


class _NoSoundfile(_Unreadable):
    """soundfile is missing, or its library does not fit this system."""


class _Source:
    """Blocks of float32 (n, channels) and what is known before they are read. frames: 0 where unknown."""

    def __init__(
        self, rate_hz: int, frames: int, channels: int, blocks: Callable[[], Iterator[np.ndarray]], promised: int = 0
    ):
        self.rate_hz, self.frames, self.channels, self.blocks = rate_hz, frames, channels, blocks
        self.promised = promised or frames
        self.room = frames  # for how many memory may be taken before they are read


def load(
    path: str | Path, progress: Progress | None = None, host_decoder: HostDecoder | None = None, as_played: bool = False
) -> AudioClip:
    """Read a sound file.

    Args:
        path: any kind of file; its content decides how it is read.
        progress: told how far it is.
        host_decoder: asked for what soundfile does not read.
        as_played: of several sound tracks the first counts, silent or not, for Blender's sequencer plays no other.

    Returns:
        The clip at 16 kHz; what is doubtful but usable is in its warnings.

    Raises:
        UserError: where the file gives no usable sound.
        NeedsHostDecoder: where a host decoder might have read it.
        Cancelled: when progress says so.
    """
    path = Path(path).expanduser()
    check_file(path)
    kind = kind_of(path)
    try:
        clip = _to_clip(_file_source(path, kind), path.name, path.stem, progress)
        return replace(clip, warnings=(*_unfinished(path), *clip.warnings))
    except _Unreadable as error:
        log.debug("%s: %s", path.name, without_home(str(error)))
        problem = error
    tracks = count_tracks(path, kind)
    if tracks is not None and tracks.sound == 0:
        raise UserError(
            f"{path.name} is a video without sound.",
            "Choose the sound file that belongs to it, or export the video with its sound.",
        )
    if host_decoder is None:
        raise _without_host(path, kind, problem) from problem
    return _from_host(host_decoder, path, kind, progress, tracks.sound if tracks is not None else 1, as_played)


def _unfinished(path: Path) -> tuple[str, ...]:
    """A sentence about a header that speaks of no sound where there is some."""
    if place_of_missing_length(path) is None:
        return ()
    return (
        f"{path.name} was not finished when it was recorded or written: all that it holds is used. Is its end there?",
    )


def _from_host(
    decoder: HostDecoder, path: Path, kind: str, progress: Progress | None, tracks: int, as_played: bool
) -> AudioClip:
    """The first of so many sound tracks, or the first that is not silent. Raises UserError."""
    refusal: UserError | None = None
    for track in range(1 if as_played else tracks):
        try:
            clip = _to_clip(_host_source(decoder, path, kind, track), path.name, path.stem, progress)
        except UserError as error:
            refusal = refusal or error
            continue
        return clip if tracks == 1 else replace(clip, warnings=(*clip.warnings, _which_of(path, track, tracks)))
    assert refusal is not None
    if as_played and tracks > 1:
        raise UserError(
            f"{refusal.message} It is the first of {tracks} sound tracks, and the sequencer plays no other.",
            "Choose the file itself under Sound: there the first track that is not silent is used.",
        ) from refusal
    raise refusal


def _which_of(path: Path, track: int, tracks: int) -> str:
    if track:
        return f"{path.name} has {tracks} sound tracks; track {track + 1} is used, for those before it cannot be used."
    return f"{path.name} has {tracks} sound tracks; the first is used. Export another one to a file of its own to use that."


def _host_source(decoder: HostDecoder, path: Path, kind: str, track: int) -> _Source:
    try:
        samples, rate_hz = decoder(path, track)
    except UserError:
        raise
    except Exception as error:  # whatever a foreign decoder raises means the same to the person
        log.info("%s: host decoder: %s", path.name, without_home(str(error)))
        raise _refusal(path, kind, error) from error
    if len(samples) == 0:  # Blender's decoder answers so to what it does not know
        raise _refusal(path, kind, None)
    check_header(path.name, rate_hz, samples.shape[1] if samples.ndim == 2 else 1)
    return _array_source(samples, rate_hz, path.name)


def from_samples(samples: np.ndarray, rate_hz: float, name: str = "", progress: Progress | None = None) -> AudioClip:
    """A clip from decoded samples.

    Args:
        samples: (N,) or (N, C), floats with full scale 1 or integers; not changed.
        rate_hz: samples a second.
        name: what a take made from it is called.
        progress: told how far it is.

    Returns:
        The clip at 16 kHz; what is doubtful but usable is in its warnings.

    Raises:
        UserError: where the samples give no usable sound.
        Cancelled: when progress says so.
    """
    label = name or "The sound"
    return _to_clip(_array_source(samples, rate_hz, label), label, name, progress)


def _without_host(path: Path, kind: str, problem: _Unreadable) -> UserError:
    """Why a file cannot be read where there is no host decoder."""
    if isinstance(problem, _NoSoundfile):
        return UserError(f"{path.name} cannot be read: the package soundfile is missing.", "Install soundfile.")
    if kind in ("", "wav", "flac", "ogg"):
        return _refusal(path, kind, problem)
    return NeedsHostDecoder(f"{path.name} ({kind}) needs a decoder that is not here.", FORMATS_HINT)


def _refusal(path: Path, kind: str, problem: Exception | None) -> UserError:
    if kind:
        return UserError(
            f"{path.name} is damaged or cut off: it begins like {kind} but holds no readable sound.",
            "Copy or export the file again.",
        )
    log.debug("%s refused: %s", path.name, without_home(str(problem)))
    return UserError(f"{path.name} is not a sound file, or of a kind that cannot be read.", FORMATS_HINT)


def _file_source(path: Path, kind: str) -> _Source:
    try:
        import soundfile
    except (ImportError, OSError) as error:  # OSError: the library inside the package does not fit this system
        raise _NoSoundfile(str(error)) from error
    try:
        with readable(path) as given:
            information = soundfile.info(given, verbose=True)
    except (soundfile.SoundFileError, RuntimeError, TypeError) as error:
        raise _Unreadable(str(error)) from error
    check_header(path.name, information.samplerate, information.channels)
    frames = information.frames if 0 < information.frames < 1 << 40 else 0
    promised = _promised_frames(information.extra_info, frames) if kind == "wav" else 0
    if frames == 0 and promised > 0:
        raise UserError(
            f"{path.name} is cut off: its header is there but the sound is missing.", "Copy or export it again."
        )
    size = max((BLOCK_FRAMES if kind == "wav" else COMPRESSED_FRAMES) // information.channels, 1024)

    def blocks() -> Iterator[np.ndarray]:
        with readable(path) as given, soundfile.SoundFile(given) as file:
            while True:
                try:
                    block = file.read(size, dtype="float32", always_2d=True)
                except (soundfile.SoundFileError, RuntimeError) as error:  # damaged: what came before is good
                    log.info("%s: stopped reading: %s", path.name, without_home(str(error)))
                    return
                if len(block) == 0:
                    return
                yield block

    source = _Source(information.samplerate, frames, information.channels, blocks, promised)
    source.room = min(frames, max(_FIRST_ROOM_S * information.samplerate, _MOST_FRAMES_A_BYTE * path.stat().st_size))
    return source


def _promised_frames(log_of_header: str, frames: int) -> int:
    """How many frames the header of a WAV file speaks of, by what libsndfile notes when the file holds fewer; else
    0."""
    noted = re.search(r"^data : (\d+) \(should be (-?\d+)\)", log_of_header, re.MULTILINE)
    if noted is None or int(noted[1]) in _OPEN_ENDED:
        return 0
    promised_bytes, there_bytes = int(noted[1]), int(noted[2])
    return round(frames * promised_bytes / there_bytes) if there_bytes > 0 and frames > 0 else 1


def _array_source(samples: np.ndarray, rate_hz: float, label: str) -> _Source:
    samples = np.asarray(samples)
    if samples.ndim not in (1, 2) or samples.shape[1:] == (0,) or not np.isfinite(rate_hz) or round(rate_hz) < 1:
        raise UserError(
            f"{label} could not be decoded: shape {samples.shape}, {rate_hz} samples a second.", FORMATS_HINT
        )
    samples = samples[:, None] if samples.ndim == 1 else samples
    scale = 1.0
    offset = 0.0
    if samples.dtype.kind == "u":
        offset = float(1 << (8 * samples.dtype.itemsize - 1))
        scale = 1.0 / offset
    elif samples.dtype.kind == "i":
        scale = 1.0 / float(1 << (8 * samples.dtype.itemsize - 1))

    def blocks() -> Iterator[np.ndarray]:
        for begin in range(0, len(samples), BLOCK_FRAMES):
            block = samples[begin : begin + BLOCK_FRAMES].astype(np.float32)
            yield (block - np.float32(offset)) * np.float32(scale) if scale != 1.0 else block

    return _Source(round(rate_hz), len(samples), samples.shape[1], blocks)


def _to_clip(source: _Source, label: str, name: str, progress: Progress | None) -> AudioClip:
    report = SoundReport(label)
    samples, read, channel_energy = _mono(source, None, report, progress)
    best = int(np.argmax(channel_energy))
    # voice on one of many channels, or channels of opposite sign: the mean is more than 10 dB below the loudest channel
    if source.channels > 1 and _energy(samples) * source.rate_hz / RATE_HZ < 0.1 * channel_energy[best]:
        quiet_report = SoundReport(label)
        samples, read, _ = _mono(source, best, quiet_report, progress)
        report.warnings.append(
            f"{label}: only channel {best + 1} of {source.channels} is used, the others are silent or cancel it."
        )
    if read < 0.98 * source.promised and source.promised - read > source.rate_hz // 10:
        if read < source.rate_hz * 0.05:
            raise UserError(
                f"{label} is cut off: of {source.promised / source.rate_hz:.1f} s hardly any is there.",
                "Copy or export it again.",
            )
        report.warnings.append(
            f"{label} is cut off: it promises {source.promised / source.rate_hz:.1f} s and holds "
            f"{read / source.rate_hz:.1f} s."
        )
    samples = report.finish(samples, RATE_HZ, source.rate_hz)
    return AudioClip(samples, RATE_HZ, name, tuple(report.warnings))


def _mono(
    source: _Source, channel: int | None, report: SoundReport, progress: Progress | None
) -> tuple[np.ndarray, int, np.ndarray]:
    """The mean of all channels, or one of them, at RATE_HZ; source frames read; energy of each channel."""
    stream = Resampler(source.rate_hz)
    result = np.empty(source.room * RATE_HZ // source.rate_hz + 1, np.float32)
    energy = np.zeros(max(source.channels, 1))
    filled = read = 0

    def append(part: np.ndarray) -> None:
        nonlocal filled, result
        if filled + len(part) > len(result):  # length unknown, or more than promised
            result = np.concatenate([result[:filled], np.empty(max(len(part), filled // 2, RATE_HZ), np.float32)])
        result[filled : filled + len(part)] = part
        filled += len(part)
        check_length(report.name, filled / RATE_HZ)

    for block in source.blocks():
        block = report.clean(block)
        read += len(block)
        energy += np.einsum("nc,nc->c", block, block, dtype=np.float64)
        mono = block.mean(1, dtype=np.float32) if channel is None else np.ascontiguousarray(block[:, channel])
        append(stream.feed(mono))
        if progress is not None:
            progress.report(read / max(source.frames, read), "Reading the sound")
    append(stream.finish())
    return result[:filled], read, energy


def _energy(samples: np.ndarray) -> float:
    """Sum of squares in blocks (no copy of the whole sound in double)."""
    return float(
        sum(
            np.dot(samples[i : i + BLOCK_FRAMES], samples[i : i + BLOCK_FRAMES])
            for i in range(0, len(samples), BLOCK_FRAMES)
        )
    )


def cut(clip: AudioClip, start_s: float, end_s: float) -> AudioClip:
    """The part of a clip between two times in seconds (a sound strip's trim). Raises UserError where nothing of it is
    left."""
    first = min(max(round(start_s * clip.rate_hz), 0), len(clip.samples))
    last = min(max(round(end_s * clip.rate_hz), first), len(clip.samples))
    if last == first:
        raise UserError(
            f"{clip.name or 'The sound'} has nothing left between {start_s:.2f} s and {end_s:.2f} s.",
            "Check the strip's trim.",
        )
    return replace(clip, samples=np.ascontiguousarray(clip.samples[first:last]))
