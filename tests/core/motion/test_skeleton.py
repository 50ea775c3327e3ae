# SPDX-License-Identifier: GPL-3.0-or-later
"""Forward kinematics, contacts, and the adapter to SMPL-X (on a model file that the test makes)."""

import numpy as np
import pytest
import torch

from core.errors import UserError
from core.motion import rotation_tensors
from core.motion.joints import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from core.motion.kinematics import smplx_adapter
from core.motion.skeleton import Skeleton, average_adult


def test_an_arm_swings_about_its_shoulder():
    skeleton = Skeleton(("root", "elbow", "hand"), (-1, 0, 1), torch.tensor([[0.0, 1, 0], [0.3, 0, 0], [0.2, 0, 0]]))
    turn = rotation_tensors.axis_angle_to_matrix(
        torch.tensor([[0.0, 0, torch.pi / 2], [0.0, 0, torch.pi / 2], [0.0, 0, 0]])
    )
    positions, rotations = skeleton.forward(turn, torch.tensor([0.0, 0, 5.0]))
    expected = torch.tensor([[0.0, 1, 5], [0.0, 1.3, 5], [-0.2, 1.3, 5]])
    assert torch.allclose(positions, expected, atol=1e-6)
    assert torch.allclose(rotations[2], turn[0] @ turn[1], atol=1e-6)
    assert torch.allclose(skeleton.rest_positions_m[2], torch.tensor([0.5, 1.0, 0.0]))


def test_kinematics_are_differentiable_and_batched():
    skeleton = average_adult()
    angles = (0.1 * torch.randn(2, 3, 55, 3)).requires_grad_()
    positions, _ = skeleton.forward(rotation_tensors.axis_angle_to_matrix(angles), torch.zeros(2, 3, 3))
    assert positions.shape == (2, 3, 55, 3)
    positions[..., JOINT_INDEX["left_index3"], :].sum().backward()
    assert angles.grad[..., JOINT_INDEX["left_shoulder"], :].abs().sum() > 0
    assert not angles.grad[..., JOINT_INDEX["right_knee"], :].any()


def test_the_average_adult_is_symmetric_and_human():
    places = dict(zip(JOINT_NAMES, average_adult().rest_positions_m, strict=True))
    for name, place in places.items():
        if name.startswith("left_"):
            mirrored = places["right_" + name.removeprefix("left_")] * torch.tensor([-1.0, 1.0, 1.0])
            assert torch.allclose(place, mirrored, atol=1e-6), name
    assert places["left_wrist"][0] > 0.5, "the character's left is +X"
    assert 1.3 < places["neck"][1] < 1.5 and places["left_foot"][2] > places["left_ankle"][2]


def test_wrong_skeletons_are_refused():
    with pytest.raises(ValueError, match="before its parent"):
        Skeleton(("a", "b"), (1, -1), torch.zeros(2, 3))
    with pytest.raises(ValueError, match="offsets"):
        Skeleton(("a",), (-1,), torch.zeros(2, 3))


def synthetic_smplx(path):
    """A file with SMPL-X's fields: a cloud of points around each joint, as many as the package's vertex lists reach."""
    rng = np.random.default_rng(0)
    joints, per_joint = 55, 191
    rest = average_adult().rest_positions_m.numpy()
    vertices = (np.repeat(rest, per_joint, 0) + rng.normal(0, 0.02, (joints * per_joint, 3))).astype(np.float32)
    count = len(vertices)
    regressor = np.kron(np.eye(joints, dtype=np.float32), np.full((1, per_joint), 1 / per_joint, np.float32))
    parents = np.array(JOINT_PARENTS, np.int64)
    parents[0] = 2**32 - 1
    np.savez(
        path,
        v_template=vertices,
        f=np.stack([np.arange(count - 2), np.arange(1, count - 1), np.arange(2, count)], 1),
        shapedirs=rng.normal(0, 0.01, (count, 3, 20)).astype(np.float32),
        posedirs=np.zeros((count, 3, 54 * 9), np.float32),
        J_regressor=regressor,
        weights=regressor.T * per_joint,
        kintree_table=np.stack([parents, np.arange(joints)]),
        hands_componentsl=np.eye(45),
        hands_componentsr=np.eye(45),
        hands_meanl=np.zeros(45),
        hands_meanr=np.zeros(45),
        lmk_faces_idx=np.zeros(51, np.int64),
        lmk_bary_coords=np.full((51, 3), 1 / 3),
        dynamic_lmk_faces_idx=np.zeros((79, 17), np.int64),
        dynamic_lmk_bary_coords=np.full((79, 17, 3), 1 / 3),
        joint2num=np.array({"pelvis": 0}, dtype=object),
    )


@pytest.mark.slow
def test_our_kinematics_equal_those_of_the_smplx_package(tmp_path):
    pytest.importorskip("smplx")
    path = tmp_path / "SMPLX_NEUTRAL.npz"
    synthetic_smplx(path)
    model = smplx_adapter.body_model(path)
    torch.manual_seed(0)
    betas, angles, translation = torch.randn(1, 10), 0.4 * torch.randn(1, 55, 3), torch.randn(1, 3)
    body = smplx_adapter.skeleton(path, betas.numpy())
    ours, _ = body.forward(rotation_tensors.axis_angle_to_matrix(angles), translation)
    flat = angles.flatten(1)
    theirs = model(
        betas=betas,
        global_orient=flat[:, :3],
        body_pose=flat[:, 3:66],
        jaw_pose=flat[:, 66:69],
        leye_pose=flat[:, 69:72],
        reye_pose=flat[:, 72:75],
        left_hand_pose=flat[:, 75:120],
        right_hand_pose=flat[:, 120:165],
        transl=translation,
    )
    assert torch.allclose(ours, theirs.joints[:, :55], atol=1e-5)


def test_a_file_that_is_no_body_model_is_refused_and_no_code_runs(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    with pytest.raises(UserError, match="no file"):
        smplx_adapter.skeleton(tmp_path / "nothing.npz")
    path = tmp_path / "SMPLX_NEUTRAL.npz"
    np.savez(path, v_template=np.array(Bomb(), dtype=object))
    for opened in (smplx_adapter.skeleton, smplx_adapter.body_model):
        with pytest.raises(UserError):
            opened(path)
    path.write_bytes(b"cut off")
    with pytest.raises(UserError, match="cannot be read"):
        smplx_adapter.skeleton(path)
    assert not (tmp_path / "ran").exists()
