# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft's 22 visemes. Names: its speech service's identifiers; MPFB2's face service. Mixes are ours, by eye."""

from __future__ import annotations

from .table import ShapeConvention, mix
from .visemes import (
    BACK_CLOSE,
    BACK_MID,
    BACK_OPEN,
    CENTRAL,
    CLOSED,
    DENTAL,
    FRONT_CLOSE,
    FRONT_MID,
    FRONT_OPEN,
    HISS,
    HUSH,
    LIP_TEETH,
    LIQUID,
    NASAL,
    OPEN,
    RIDGE,
    SILENCE,
    SOFT_PALATE,
)

SHAPES = (
    ShapeConvention(
        "microsoft_22",
        "Microsoft visemes",
        {
            "sil_00": SILENCE,
            "aa_ah_ax_01": CENTRAL,
            "aa_02": OPEN,
            "ao_03": BACK_OPEN,
            "ey_eh_uh_04": FRONT_MID,
            "er_05": LIQUID,
            "y_iy_ih_ix_06": FRONT_CLOSE,
            "w_uw_07": BACK_CLOSE,
            "ow_08": BACK_MID,
            "aw_09": mix("jawOpen 0.5, mouthFunnel 0.3, mouthPucker 0.1"),
            "oy_10": mix("jawOpen 0.3, mouthFunnel 0.5, mouthPucker 0.15"),
            "ay_11": FRONT_OPEN,
            "h_12": mix("jawOpen 0.22, mouthLowerDown* 0.15, mouthUpperUp* 0.1"),
            "r_13": mix("jawOpen 0.1, mouthFunnel 0.35, mouthPucker 0.35, tongueBodyUp 0.5"),
            "l_14": NASAL,
            "s_z_15": HISS,
            "sh_ch_jh_zh_16": HUSH,
            "th_dh_17": DENTAL,
            "f_v_18": LIP_TEETH,
            "d_t_n_19": RIDGE,
            "k_g_ng_20": SOFT_PALATE,
            "p_b_m_21": CLOSED,
        },
        "MPFB2 face service; Microsoft speech service viseme identifiers",
        kind="visemes",
        minimum=6,
    ),
)
