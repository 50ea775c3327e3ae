# SPDX-License-Identifier: GPL-3.0-or-later
"""Small grey pictures of moving faces, drawn by Workbench: what the crop encoder of pre-training learns from.

`python -m core.development.crops PLAN OUT` draws the windows of a plan (`training/data/pretraining/crops.py` writes it and reads what
comes back).

- heads: our demo character, ICT-FaceKit's face, MakeHuman people and Rocketbox's
- crop_head, NumPy only: a head as arrays, with no more of it than a small picture shows (`painting`: what is lip, eye, mouth)
- filming, NumPy only: shapes, the head's turning, somebody else's proportions, a camera → where every vertex lies in the picture
- sheet: all frames of a window as one mesh, side by side in one picture, in a random light; a picture of each frame would take five times
  as long
"""
