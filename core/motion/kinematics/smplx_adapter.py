# SPDX-License-Identifier: GPL-3.0-or-later
"""SMPL-X bodies from a model file that the user has (Pavlakos et al., "Expressive Body Capture", CVPR 2019).

The file and the `smplx` package are no part of this project (their licence forbids it). `skeleton` needs the file only;
`body_model`, for meshes, needs the package too, which is looked for when it is called.
"""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import numpy as np
import torch

from ...errors import UserError
from ..joints import JOINT_NAMES, JOINT_PARENTS
from ..skeleton import Skeleton

_SHAPES = 300  # of the file's shape directions the first belong to the body, the rest to the expression
_HINT = "Give the SMPLX_NEUTRAL.npz (or _FEMALE, _MALE) from its authors' site."


def _arrays(path: Path | str, names: tuple[str, ...] | None = None) -> dict[str, np.ndarray]:
    """The file's plain arrays; those that hold Python objects are left out, since reading them would run code."""
    path = Path(path)
    if not path.is_file():
        raise UserError(f"There is no file {path}.", _HINT)
    found = {}
    try:
        with np.load(path, allow_pickle=False) as file:
            for name in file.files if names is None else [name for name in names if name in file.files]:
                try:
                    found[name] = file[name]
                except ValueError:  # an array of objects
                    continue
    except (ValueError, OSError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise UserError(f"{path.name} cannot be read: {error}.", _HINT) from error
    return found


def skeleton(path: Path | str, betas: np.ndarray | None = None) -> Skeleton:
    """The 55 joints of a body in its rest pose (T-pose).

    Args:
        path: of the model file.
        betas: (n,) shape coefficients; None: zeros.

    Raises:
        UserError: the file is missing, unreadable or no SMPL-X model.
    """
    arrays = _arrays(path, ("v_template", "shapedirs", "J_regressor"))
    if len(arrays) < 3 or arrays["J_regressor"].shape[0] < len(JOINT_NAMES):
        raise UserError(f"{Path(path).name} is no SMPL-X model.", _HINT)
    vertices = arrays["v_template"]
    if betas is not None:
        shapes = np.asarray(betas, np.float64).ravel()[: min(_SHAPES, arrays["shapedirs"].shape[-1])]
        vertices = vertices + arrays["shapedirs"][..., : len(shapes)] @ shapes
    joints = arrays["J_regressor"] @ vertices
    return Skeleton.from_rest_positions(JOINT_NAMES, JOINT_PARENTS, joints[: len(JOINT_NAMES)])


def body_model(path: Path | str, betas: int = 10, expressions: int = 10) -> torch.nn.Module:
    """The `smplx` package's model, with vertices. Hands as full rotations, flat at rest. Raises UserError."""
    try:
        import smplx
    except ImportError as error:
        raise UserError(
            "The package smplx is not installed.", "Install it (pip install smplx) to make SMPL-X meshes."
        ) from error
    arrays = _arrays(path)
    if "J_regressor" not in arrays or "lmk_faces_idx" not in arrays:
        raise UserError(f"{Path(path).name} is no SMPL-X model.", _HINT)
    with tempfile.TemporaryDirectory() as folder:
        # The package opens files in a way that runs code in them: it gets a copy of the plain arrays.
        copy = Path(folder) / "SMPLX_NEUTRAL.npz"
        np.savez(copy, **arrays)
        try:
            return smplx.SMPLX(
                str(copy),
                ext="npz",
                use_pca=False,
                flat_hand_mean=True,
                num_betas=betas,
                num_expression_coeffs=expressions,
            )
        except (KeyError, ValueError, AttributeError) as error:
            raise UserError(f"{Path(path).name} is no SMPL-X model: {error}.", _HINT) from error
