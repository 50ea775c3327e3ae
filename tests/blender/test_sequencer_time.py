# SPDX-License-Identifier: GPL-3.0-or-later
"""What is heard is what is used: strips against Blender's own mixing of the same sequencer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.sequencing import (
    APART_S,
    add_strip,
    meta_of,
    played,
    rate,
    sequencer,
    set_speed,
    spoken,
    trim,
    write_clicks,
)

TOLERANCE = 0.15  # frames; Blender's mixing of a strip in a meta strip is compared with itself


BLENDERS_OWN = 1.4  # frames: without pitch correction it plays a changed speed up to a frame late, now so, now so


@pytest.fixture
def strip(scene, part, tmp_path):
    scene.render.fps, scene.render.fps_base = 24, 1.001
    return add_strip(part, write_clicks(tmp_path / "clicks.wav"), 31)


def late(strip, tolerance: float = TOLERANCE) -> float:
    """The tolerance, in frames, where the speed was changed."""
    return tolerance if "pitch_correction" in strip.bl_rna.properties else BLENDERS_OWN


def source_of(part, name="line"):
    return part("core.blender.sounds.strips").from_strip(bpy.context, name)


def assert_as_played(part, folder, scene, tolerance=TOLERANCE):
    source = source_of(part)
    wanted, found = played(part, folder, scene), spoken(part, source, scene)
    assert len(wanted) > 1
    np.testing.assert_allclose(found, wanted, atol=tolerance)
    return source


def test_a_strip_as_it_is(scene, part, strip, tmp_path):
    assert not assert_as_played(part, tmp_path, scene).notes


@pytest.mark.parametrize("handles", [(57, None), (None, 90), (50, 101), (10, 200)])
def test_a_trimmed_strip(scene, part, strip, tmp_path, handles):
    trim(strip, *handles)
    assert_as_played(part, tmp_path, scene)


@pytest.mark.parametrize("is_in_meta", [False, True])
def test_a_strip_that_was_cut_off_for_good(scene, part, strip, is_in_meta):
    """Not against Blender's mixing, which differs from one time to the next here (5.0)."""
    name = "content_trim_start" if "content_trim_start" in strip.bl_rna.properties else "animation_offset_start"
    setattr(strip, name, 14)
    part("core.blender.compat").move_strip(strip, 31 - int(part("core.blender.compat").strip_frames(strip)[0]))
    if is_in_meta:
        meta_of(part, strip)
    clicks = 31 - 14 + (np.arange(10) + 1 / 3) * APART_S * rate(scene)
    for first in (31, 60):
        trim(strip, first)
        found = spoken(part, source_of(part), scene)
        np.testing.assert_allclose(found, clicks[clicks >= first], atol=TOLERANCE)


@pytest.mark.parametrize("offset_s", [0.3, -0.3])
def test_a_strip_with_an_importers_offset(scene, part, strip, tmp_path, offset_s):
    if "sound_offset" not in strip.bl_rna.properties:
        pytest.skip("this Blender keeps no such offset")
    strip.sound_offset = offset_s
    assert_as_played(part, tmp_path, scene)
    trim(strip, 45)
    assert_as_played(part, tmp_path, scene)


@pytest.mark.parametrize(("percent", "corrected"), [(150.0, True), (150.0, False), (60.0, True)])
def test_a_strip_whose_speed_was_changed(scene, part, strip, tmp_path, percent, corrected):
    if "pitch_correction" in strip.bl_rna.properties:
        strip.pitch_correction = corrected
    tolerance = late(strip, TOLERANCE if corrected else BLENDERS_OWN)
    set_speed(part, strip, percent)
    source = assert_as_played(part, tmp_path, scene, tolerance)
    assert "retimed" in " ".join(source.notes)
    trim(strip, 50)
    assert_as_played(part, tmp_path, scene, tolerance)


def test_a_strip_with_several_speeds(scene, part, strip, tmp_path):
    set_speed(part, strip, 150.0)
    trim(strip, 50)
    set_speed(part, strip, 70.0)  # from the handle on
    assert len(strip.retiming_keys) > 2
    assert_as_played(part, tmp_path, scene)
    assert bpy.data.scenes[:] == [scene], "nothing is left of how it was mixed"


@pytest.mark.parametrize(("percent", "handles"), [(150.0, (None, None)), (60.0, (50, 120))])
def test_one_speed_where_blender_cannot_mix(scene, part, strip, tmp_path, monkeypatch, percent, handles):
    strips = part("core.blender.sounds.strips")

    def fails(*_):
        raise part("core.blender.sounds.mixdown").NotMixed("no such codec")

    monkeypatch.setattr(strips, "mixed_down", fails)
    set_speed(part, strip, percent)
    trim(strip, *handles)
    wanted = [frame for frame in played(part, tmp_path, scene)]
    source = source_of(part)
    np.testing.assert_allclose(spoken(part, source, scene), wanted, atol=late(strip, 0.7))
    assert "worked out from its trim and length" in source.notes[0] and "no such codec" in source.notes[0]


def test_several_speeds_where_blender_cannot_mix(scene, part, strip, monkeypatch):
    def fails(*_):
        raise part("core.blender.sounds.mixdown").NotMixed("no such codec")

    monkeypatch.setattr(part("core.blender.sounds.strips"), "mixed_down", fails)
    set_speed(part, strip, 150.0)
    trim(strip, 50)
    set_speed(part, strip, 70.0)
    with pytest.raises(part("core.errors").UserError, match="retimed, and Blender could not play it"):
        source_of(part)


@pytest.mark.parametrize("wrong", ["nothing", "half"])
def test_a_mix_that_failed_without_a_word_is_noticed(scene, part, strip, monkeypatch, wrong):
    """As Debian's build of 5.2 does."""
    mixdown = part("core.blender.sounds.mixdown")

    class Sound:
        class mixdown:
            get_rna_type = bpy.ops.sound.mixdown.get_rna_type

            def __new__(cls, filepath, **_):
                if wrong == "half":
                    write_clicks(Path(filepath), 4)

    monkeypatch.setattr(
        mixdown,
        "bpy",
        SimpleNamespace(ops=SimpleNamespace(sound=Sound), context=bpy.context, data=bpy.data, types=bpy.types),
    )
    with pytest.raises(mixdown.NotMixed):
        mixdown.mixed_down(scene, strip, 31, 126)
    assert bpy.data.scenes[:] == [scene]


def test_strips_beside_it_are_not_heard(scene, part, strip, tmp_path):
    alone = played(part, tmp_path, scene)
    other = add_strip(part, write_clicks(tmp_path / "other.wav", 3), 37, "other", channel=2)
    inner = meta_of(part, strip, other)
    assert strip.name == "line" and strip.parent_meta() == inner
    assert np.allclose(spoken(part, source_of(part), scene), alone, atol=TOLERANCE)
    assert not other.mute and scene.frame_start == 0


def test_a_strip_in_a_trimmed_meta_strip(scene, part, strip, tmp_path):
    meta = meta_of(part, strip)
    assert_as_played(part, tmp_path, scene)
    trim(meta, 55, 100)
    assert_as_played(part, tmp_path, scene)
    part("core.blender.compat").move_strip(meta, 33)
    assert_as_played(part, tmp_path, scene)


def test_a_strip_in_nested_meta_strips(scene, part, strip, tmp_path):
    inner = meta_of(part, strip)
    trim(inner, 40)
    outer = meta_of(part, inner)
    trim(outer, 52, 99)
    part("core.blender.compat").move_strip(outer, -20)
    source = assert_as_played(part, tmp_path, scene)
    assert source.frame_start == 32


def test_a_strip_in_a_slipped_and_a_retimed_meta_strip(scene, part, strip, tmp_path):
    meta = meta_of(part, strip)
    trim(meta, 45, 100)
    with sequencer(part, meta):
        bpy.ops.sequencer.slip(offset=6)
    assert_as_played(part, tmp_path, scene)
    set_speed(part, meta, 200.0)
    first, last = part("core.blender.sounds.strips").bounds(strip)
    inside = [frame for frame in played(part, tmp_path, scene) if first <= frame < last]
    assert np.allclose(spoken(part, source_of(part), scene), inside, atol=late(strip))


def test_a_meta_strip_trimmed_away_from_it(scene, part, strip, tmp_path):
    late = add_strip(part, write_clicks(tmp_path / "late.wav", 3), 200, "late")
    meta = meta_of(part, strip, late)
    trim(meta, 190)
    with pytest.raises(part("core.errors").UserError, match="outside of the meta strip"):
        source_of(part)
    assert source_of(part, "late").frame_start == 200


def test_a_strip_before_the_first_frame(scene, part, tmp_path):
    strip = add_strip(part, write_clicks(tmp_path / "clicks.wav"), -40)
    scene.render.fps = 25
    meta_of(part, strip)
    source = source_of(part)
    assert source.frame_start == -40
    assert spoken(part, source, scene)[0] == pytest.approx(-40 + 25 * 0.4 / 3, abs=TOLERANCE)


def test_a_fade_that_is_keyed(scene, part, strip, tmp_path):
    strip.volume = 0.0
    strip.keyframe_insert("volume", frame=70)
    strip.volume = 1.0
    strip.keyframe_insert("volume", frame=71)
    found = spoken(part, source_of(part), scene)
    assert found and min(found) >= 70


# ------------------------------------------------------------------------------------------------------ what is not heard


def silence(scene, strip, meta, what: str) -> str:
    """Mute something; returns what the message has to name."""
    if what == "strip":
        strip.mute = True
        return "is muted"
    if what == "volume":
        strip.volume = 0.0
        return "volume"
    if what == "meta":
        meta.mute = True
        return meta.name
    holder = meta if what == "channel in the meta strip" else scene.sequence_editor
    channel = holder.channels[(strip if holder == meta else meta).channel]
    channel.name, channel.mute = "Voices", True
    return "Voices"


@pytest.mark.parametrize("what", ["strip", "volume", "meta", "channel", "channel in the meta strip"])
def test_what_is_not_heard_is_not_used(scene, part, strip, tmp_path, what):
    meta = meta_of(part, strip)
    named = silence(scene, strip, meta, what)
    assert played(part, tmp_path, scene) == []
    with pytest.raises(part("core.errors").UserError, match=named):
        source_of(part)


def test_without_a_name_the_one_that_is_heard(scene, part, strip, tmp_path):
    add_strip(part, write_clicks(tmp_path / "music.wav", 3), 200, "music", channel=4)
    scene.sequence_editor.active_strip = None
    scene.sequence_editor.channels[4].mute = True
    assert source_of(part, "").name == "line"


def test_without_a_name_the_one_in_the_active_meta_strip(scene, part, strip, tmp_path):
    other = add_strip(part, write_clicks(tmp_path / "other.wav", 3), 200, "other", channel=4)
    meta = meta_of(part, other)
    scene.sequence_editor.active_strip = meta
    assert source_of(part, "").name == "other"


def test_a_movie_without_its_sound(scene, part, strip, tmp_path):
    top = part("core.blender.compat").top_strips(scene)
    top.remove(strip)
    top.new_movie("film", str(tmp_path / "clicks.wav"), 1, 1)
    with pytest.raises(part("core.errors").UserError, match="without its sound"):
        source_of(part, "")
