# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo character: complete names, shapes that move, lips and lids that meet."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import bpy
import numpy as np
import pytest


@pytest.fixture(scope="module")
def figure(part: Callable[[str], ModuleType]) -> bpy.types.Object:
    bpy.ops.wm.read_homefile(use_empty=True)
    return part("core.blender.demo_character").add(bpy.context)


@pytest.fixture(scope="module")
def parts(figure: bpy.types.Object) -> dict[str, bpy.types.Object]:
    return {child.name.removeprefix("Demo "): child for child in figure.children}


def positions(thing: bpy.types.Object, **weights: float) -> np.ndarray:
    """Vertices (N, 3) of the mesh with these shapes."""

    def of(key: bpy.types.ShapeKey) -> np.ndarray:
        co = np.empty(3 * len(thing.data.vertices), np.float32)
        key.data.foreach_get("co", co)
        return co.reshape(-1, 3).astype(float)

    keys = thing.data.shape_keys.key_blocks
    basis = of(keys[0])
    return basis + sum((weight * (of(keys[name]) - basis) for name, weight in weights.items()), np.zeros_like(basis))


def head_surface(part: Callable[[str], ModuleType]):
    return part("core.blender.demo_character.head").build()


@pytest.fixture(scope="module")
def surface(part: Callable[[str], ModuleType]):
    return head_surface(part)


def lip_gap(part, parts, surface, **weights: float) -> np.ndarray:
    """Upper minus lower height along the meeting loop, metres, from corner to corner."""
    loop = surface.lip_rings[part("core.blender.demo_character.lip_loops").CONTACT_LOOPS[0]]
    half = len(loop) // 2
    points = positions(parts["Head"], **weights)
    columns = np.arange(half + 1)
    return points[loop[columns], 2] - points[loop[-columns % len(loop)], 2]


def test_all_shapes_are_there_and_move(part, parts) -> None:
    face = part("core.motion.face")
    keys = parts["Head"].data.shape_keys.key_blocks
    assert set(face.ARKIT_NAMES) <= set(keys.keys())
    assert set(face.TONGUE_NAMES) <= set(parts["Tongue"].data.shape_keys.key_blocks.keys())
    for name in part("core.motion.face_track").FACE_NAMES:
        moved = max(
            np.abs(positions(thing, **{name: 1.0}) - positions(thing)).max()
            for thing in parts.values()
            if thing.data.shape_keys and name in thing.data.shape_keys.key_blocks
        )
        assert moved > 1e-3, f"{name} moves only {moved * 1e3:.2f} mm"
    for thing in parts.values():
        if thing.data.shape_keys:
            assert all(key.value == 0.0 for key in thing.data.shape_keys.key_blocks[1:])


def test_lips_touch_in_neutral_and_part_with_the_jaw(part, parts, surface) -> None:
    assert np.abs(lip_gap(part, parts, surface)).max() < 1e-4
    assert lip_gap(part, parts, surface, jawOpen=1.0).max() > 0.025


def test_mouth_close_cancels_the_open_jaw(part, parts, surface) -> None:
    for weight in (0.3, 1.0):
        assert np.abs(lip_gap(part, parts, surface, jawOpen=weight, mouthClose=weight)).max() < 3e-4


def test_its_mouth_is_measured_and_a_smaller_one_opens_further(part, figure, parts) -> None:
    describe = part("core.blender.reading.rig_reading").describe
    calibrate = part("core.rigs.retargeting.lip_calibration").calibrate
    map_character = part("core.rigs.detection.mapping").map_character
    described = describe(figure, bpy.context.scene)
    usual = calibrate(described, map_character(described))
    assert usual.factor == 1.0 and 2.8 < usual.opening_cm < 4.0
    shaped = [thing for thing in parts.values() if thing.type == "MESH" and thing.data.shape_keys is not None]
    moving = [mesh for mesh in shaped if "jawOpen" in mesh.data.shape_keys.key_blocks]
    kept = {}
    try:
        for mesh in moving:
            keys = mesh.data.shape_keys
            points = np.empty((2, 3 * len(mesh.data.vertices)), np.float32)
            for row, block in zip(points, (keys.reference_key, keys.key_blocks["jawOpen"])):
                block.data.foreach_get("co", row)
            kept[mesh] = points[1]
            keys.key_blocks["jawOpen"].data.foreach_set("co", points[0] + 0.7 * (points[1] - points[0]))
        small = calibrate(describe(figure, bpy.context.scene), map_character(described))
    finally:
        for mesh, points in kept.items():
            mesh.data.shape_keys.key_blocks["jawOpen"].data.foreach_set("co", points)
    assert small.opening_cm == pytest.approx(0.7 * usual.opening_cm, rel=0.02)
    assert small.factor == pytest.approx(3.35 / small.opening_cm, rel=0.01) and small.factor > 1.2


def test_lips_stay_together_when_pressed_or_rolled(part, parts, surface) -> None:
    """A closure that is shown by press or roll holds while the jaw is a little open."""
    assert lip_gap(part, parts, surface, mouthPressLeft=1.0, mouthPressRight=1.0, jawOpen=0.06).max() < 4e-4
    assert lip_gap(part, parts, surface, mouthRollLower=1.0, mouthRollUpper=1.0, jawOpen=0.06).max() < 4e-4


def test_blink_closes_the_lids_and_clears_the_eyeball(part, parts, surface) -> None:
    p = part("core.blender.demo_character.proportions")
    eye_shapes = part("core.blender.demo_character.eye_shapes")
    rings = surface.lid_rings[1]
    edge = rings[part("core.blender.demo_character.lid_loops").EDGE_LOOP]
    half = len(edge) // 2
    columns = np.arange(1, half)
    for weight in (0.25, 0.5, 0.75, 1.0):
        points = (positions(parts["Head"], eyeBlinkLeft=weight) - p.HEAD) / p.HEAD_SCALE
        upper = points[edge[columns]]
        eye = p.EYE + [0.0, weight * eye_shapes.BLINK_RETREAT, 0.0]
        assert np.linalg.norm(upper - eye, axis=1).min() > p.EYE_RADIUS * 0.999, f"the lid cuts the eyeball at {weight}"
        if weight == 1.0:
            gap = upper[:, 2] - points[edge[-columns % len(edge)], 2]
            assert np.abs(gap).max() < 5e-4


def test_left_and_right_are_mirror_images(part, parts) -> None:
    from scipy.spatial import cKDTree  # only here: to find each vertex' twin

    points = positions(parts["Head"])
    distance, twin = cKDTree(points).query(points * [-1, 1, 1])
    assert distance.max() < 2e-5
    for name in ("mouthSmile", "eyeBlink", "browDown", "mouthPress", "noseSneer", "eyeLookOut"):
        left = positions(parts["Head"], **{f"{name}Left": 1.0})
        right = positions(parts["Head"], **{f"{name}Right": 1.0})
        inside = np.abs(points[:, 0]) > 1e-3  # twins on the middle line and inside the lips lie on one another
        moved = np.linalg.norm(left[twin] * [-1, 1, 1] - right, axis=1)
        assert np.quantile(moved[inside], 0.98) < 2e-4, name
    for name in ("jawOpen", "mouthFunnel", "mouthPucker", "cheekPuff", "browInnerUp"):
        moved = positions(parts["Head"], **{name: 1.0})
        assert np.quantile(np.linalg.norm(moved[twin] * [-1, 1, 1] - moved, axis=1), 0.98) < 2e-4, name


@pytest.mark.parametrize(
    ("thing", "shape", "direction", "least_m"),
    [
        ("Brows", "browDownLeft", (0, 0, -1), 0.012),
        ("Brows", "browInnerUp", (0, 0, 1), 0.010),
        ("Brows", "browOuterUpLeft", (0, 0, 1), 0.010),
        ("Head", "mouthFrownLeft", (0, 0, -1), 0.011),
        ("Head", "mouthSmileLeft", (0, 0, 1), 0.009),
        ("Head", "noseSneerLeft", (0, 0, 1), 0.006),
        ("Head", "cheekSquintLeft", (0, 0, 1), 0.006),
    ],
)
def test_shapes_that_carry_emotions_move_far_enough_to_read(parts, thing, shape, direction, least_m) -> None:
    moved = positions(parts[thing], **{shape: 1.0}) - positions(parts[thing])
    assert (moved @ np.array(direction, float)).max() > least_m


def test_a_lowered_brow_stays_clear_of_the_eye(part, parts) -> None:
    p = part("core.blender.demo_character.proportions")
    brow = positions(parts["Brows"], browDownLeft=1.0, browDownRight=1.0, noseSneerLeft=1.0, noseSneerRight=1.0)
    for side in (1, -1):
        eye = p.place(p.EYE * [side, 1, 1])
        assert np.linalg.norm(brow - eye, axis=1).min() > 1.1 * p.EYE_RADIUS


def test_left_is_plus_x(parts) -> None:
    points = positions(parts["Head"])
    moved = np.linalg.norm(positions(parts["Head"], eyeBlinkLeft=1.0) - points, axis=1) > 1e-3
    assert points[moved, 0].min() > 0.0
    assert positions(parts["Head"], mouthLeft=1.0)[:, 0].mean() > points[:, 0].mean()


def test_the_armature_has_standard_names(part, figure) -> None:
    bones = set(figure.data.bones.keys())
    expected = {"Hips", "Spine", "Spine1", "Spine2", "Neck", "Head", "Jaw"}
    for side in ("Left", "Right"):
        expected |= {
            side + name for name in ("Eye", "Shoulder", "Arm", "ForeArm", "Hand", "UpLeg", "Leg", "Foot", "ToeBase")
        }
        expected |= {
            f"{side}Hand{finger}{i}" for finger in ("Thumb", "Index", "Middle", "Ring", "Pinky") for i in (1, 2, 3)
        }
    assert {f"mixamorig:{name}" for name in expected} <= bones
    assert figure.data.bones["mixamorig:LeftArm"].head_local.x > 0.05


def test_every_vertex_is_bound(parts, figure) -> None:
    for thing in parts.values():
        names = {group.index: group.name for group in thing.vertex_groups}
        assert set(names.values()) <= set(figure.data.bones.keys())
        totals = np.array([sum(group.weight for group in vertex.groups) for vertex in thing.data.vertices])
        assert np.abs(totals - 1.0).max() < 0.02, thing.name


def test_measures(parts, figure) -> None:
    top = max(max(corner[2] for corner in thing.bound_box) for thing in parts.values())
    bottom = min(min(corner[2] for corner in thing.bound_box) for thing in parts.values())
    assert 1.55 < top < 1.65 and abs(bottom) < 0.01


def test_a_second_one_stands_at_the_cursor(part, figure) -> None:
    bpy.context.scene.cursor.location = (2.0, 1.0, 0.0)
    other = part("core.blender.demo_character").add(bpy.context)
    assert other.name != figure.name and tuple(other.location) == (2.0, 1.0, 0.0)
    assert bpy.context.view_layer.objects.active == other and len(other.children) == len(figure.children)


def test_the_mapping_finds_everything(part, figure) -> None:
    described = part("core.blender.reading.rig_reading").describe(figure, bpy.context.scene)
    mapped = part("core.rigs.detection.mapping").map_character(described, None)
    assert not mapped.missing, mapped.missing


def test_surfaces_face_outward(parts) -> None:
    for name, thing in parts.items():
        points = np.array([vertex.co for vertex in thing.data.vertices])
        thing.data.calc_loop_triangles()
        corners = np.array([triangle.vertices for triangle in thing.data.loop_triangles])
        slots = np.array([triangle.material_index for triangle in thing.data.loop_triangles])
        for slot in np.unique(slots) if name in ("Body", "Teeth") else (None,):
            a, b, c = (
                points[corners[slots == slot] if slot is not None else corners][:, i] - points.mean(0) for i in range(3)
            )
            assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() > 0.0, f"{name}, material {slot}"


def test_it_stands_at_ease(figure) -> None:
    """Hands hang lower than in the rest pose, and fingers bend towards the palm."""
    for word, side in (("Left", 1), ("Right", -1)):
        hand = figure.pose.bones[f"mixamorig:{word}Hand"]
        assert hand.head.z < hand.bone.head_local.z - 0.03
        along = [figure.pose.bones[f"mixamorig:{word}HandMiddle{i}"].vector.normalized() for i in (1, 3)]
        palm = -side * hand.vector.cross((0.0, 1.0, 0.0))  # the thumb is in front, the palm towards the body
        assert palm.x * side < 0.0
        assert (along[1] - along[0]).dot(palm) > 0.0


def test_it_can_raise_a_hand(part, figure) -> None:
    """Of the demo's one prompt: hand beside the head, palm to the front."""
    kept = {bone.name: bone.rotation_quaternion.copy() for bone in figure.pose.bones}
    named = part("core.blender.demo_character.armature").raise_hand(figure)
    bpy.context.view_layer.update()
    hand, shoulder = figure.pose.bones["mixamorig:RightHand"], figure.pose.bones["mixamorig:RightArm"]
    assert hand.head.z > shoulder.head.z and hand.tail.z > hand.head.z + 0.05 and hand.head.x < shoulder.head.x - 0.05
    thumb = figure.pose.bones["mixamorig:RightHandThumb1"].head - figure.pose.bones["mixamorig:RightHandPinky1"].head
    assert hand.vector.cross(thumb).normalized().y > 0.5  # the back of the right hand is away from the viewer
    assert set(named) == {"mixamorig:RightArm", "mixamorig:RightForeArm", "mixamorig:RightHand"}
    for name, rotation in kept.items():
        figure.pose.bones[name].rotation_quaternion = rotation
    bpy.context.view_layer.update()


def stands_at(part, cursor=(0.0, 0.0, 0.0)) -> tuple[float, float, float]:
    bpy.context.scene.cursor.location = cursor
    return tuple(round(number, 3) for number in part("core.blender.demo_character.placement").free_place(bpy.context))


def add_box(name: str, lowest, highest) -> bpy.types.Object:
    corners = [
        (x, y, z) for x in (lowest[0], highest[0]) for y in (lowest[1], highest[1]) for z in (lowest[2], highest[2])
    ]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners, [], [(0, 1, 3, 2), (4, 5, 7, 6)])
    box = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(box)
    return box


def test_it_stands_beside_what_is_there(scene, part) -> None:
    assert stands_at(part, (2.0, -1.0, 0.5)) == (2.0, -1.0, 0.5)
    add_box("Cube", (-1, -1, -1), (1, 1, 1))
    assert stands_at(part) == (1.6, 0.0, 0.0)
    other = add_box("Other", (1.2, -0.2, 0.0), (1.9, 0.2, 1.0))
    assert stands_at(part) == (2.5, 0.0, 0.0)
    other.hide_set(True)
    assert stands_at(part) == (1.6, 0.0, 0.0)
    assert stands_at(part, (0.0, -4.0, 0.0)) == (0.0, -4.0, 0.0)


def test_floors_rooms_and_landscapes_are_not_in_the_way(scene, part) -> None:
    add_box("Floor", (-20, -20, -0.1), (20, 20, 0.02))
    add_box("Room", (-2, -2, -0.1), (2, 2, 2.6))
    add_box("Hills", (-50, -50, -1), (50, 50, 1))
    add_box("Ceiling lamp", (-0.3, -0.3, 2.2), (0.3, 0.3, 2.5))
    assert stands_at(part) == (0.0, 0.0, 0.0)


def test_what_an_empty_shows_of_a_collection_is_in_the_way_too(scene, part) -> None:
    away = bpy.data.collections.new("Away")
    box = add_box("Cube", (-1, -1, 0), (1, 1, 1))
    scene.collection.objects.unlink(box)
    away.objects.link(box)
    empty = bpy.data.objects.new("Empty", None)
    empty.instance_type, empty.instance_collection = "COLLECTION", away
    empty.location.x = 0.5
    scene.collection.objects.link(empty)
    assert stands_at(part) == (2.1, 0.0, 0.0)


def test_the_operator_selects_it_and_keeps_to_itself(scene, part) -> None:
    add_box("Cube", (-1, -1, -1), (1, 1, 1))
    assert bpy.ops.audio2rig.add_demo_character() == {"FINISHED"}
    armature = bpy.context.view_layer.objects.active
    assert armature.name == "Demo Character" and bpy.context.selected_objects == [armature]
    thin = {bone.name.removeprefix("mixamorig:") for bone in armature.data.bones if bone.bbone_x < 0.005}
    assert {"LeftEye", "RightHandIndex1", "HeadTop_End"} <= thin and not thin & {"Head", "LeftHand", "Spine"}
    assert armature.data.display_type == "BBONE" and armature.location.x == pytest.approx(1.6)
    outside = [part.name for part in bpy.data.objects if part.name not in bpy.context.view_layer.objects]
    assert not outside, "nothing that one cannot select"
    assert bpy.ops.audio2rig.add_demo_character() == {"FINISHED"}
    second = bpy.context.view_layer.objects.active
    assert second != armature and second.location.x > armature.location.x + 0.8


def test_one_undo_takes_it_away_again(scene, part) -> None:
    add_box("Cube", (-1, -1, -1), (1, 1, 1))
    bpy.ops.ed.undo_push(message="ready")
    assert bpy.ops.audio2rig.add_demo_character("EXEC_DEFAULT", True) == {"FINISHED"}
    assert len(bpy.context.scene.objects) > 5
    bpy.ops.ed.undo()
    assert [thing.name for thing in bpy.context.scene.objects] == ["Cube"]
    assert bpy.context.scene.audio2rig.character is None
