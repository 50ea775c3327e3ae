# SPDX-License-Identifier: GPL-3.0-or-later
"""One measurement of `speed` in a process of its own: prints its figures as one line of JSON.

perform SECONDS THREADS: import, first result, memory. What is measured in Blender lies in `first_click_worker`.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path


def peak_mb() -> float:
    """The most memory this process ever held, in MB (0 where the system does not tell)."""
    try:
        import resource
    except ImportError:
        return 0.0
    scale = 1 / 1024**2 if sys.platform == "darwin" else 1 / 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale, 1)


def perform(seconds: float, threads: int) -> dict:
    began = time.perf_counter()
    from ..audio.decoding import load
    from ..performance.speech import perform as perform_speech
    from ..settings import GenerateSettings

    import_s = time.perf_counter() - began
    from ..evaluation.material.babble import babble, write_sound

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "babble.wav"
        # one minute over and over, so that making the sound takes no memory that would be counted
        minute = babble(min(seconds, 60.0))
        write_sound(path, minute, 16000, 1)
        if seconds > 60:
            import wave

            with wave.open(str(path), "rb") as file:
                raw = file.readframes(file.getnframes())
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(16000)
                for _ in range(int(seconds // 60)):
                    file.writeframes(raw)
        began = time.perf_counter()
        perform_speech(load(path), GenerateSettings(threads=threads))
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        perform_speech(load(path), GenerateSettings(threads=threads))
        warm_s = time.perf_counter() - began
    return {
        "seconds": seconds,
        "import_s": round(import_s, 2),
        "first_s": round(first_s, 2),
        "warm_s": round(warm_s, 3),
        "peak_mb": peak_mb(),
    }


def main() -> None:
    task, *rest = sys.argv[1:]
    print(json.dumps({"perform": lambda: perform(float(rest[0]), int(rest[1]))}[task]()), flush=True)


if __name__ == "__main__":
    main()
