# SPDX-License-Identifier: GPL-3.0-or-later
"""Viseme sets: Oculus/Meta and VRChat, Ready Player Me, Microsoft, Reallusion's direct set, Rhubarb, Preston Blair, Daz.

Names: Meta's OVR LipSync reference, Ready Player Me documentation, cats-blender-plugin, MPFB2, CC/iC Blender Tools, Rhubarb
Lip Sync and Papagayo documentation, Diffeomorphic's Daz importer. All mixes here are ours: what an animator poses for the
sound, with closures that close (lips pressed and a little rolled in) and the lower lip under the upper teeth for f and v.
"""

from __future__ import annotations

from .table import Mix, ShapeConvention, mix

# The sounds every set is made of.
SILENCE: Mix = {}
CLOSED = mix("mouthPress* 0.45, mouthRollLower 0.35, mouthRollUpper 0.3")  # p b m
LIP_TEETH = mix("jawOpen 0.05, mouthRollLower 0.65, mouthShrugLower 0.2, mouthUpperUp* 0.3, mouthDimple* 0.1")  # f v
DENTAL = mix("jawOpen 0.16, mouthLowerDown* 0.2, mouthUpperUp* 0.12, tongueOut 0.4, tongueTipUp 0.4")  # th
RIDGE = mix("jawOpen 0.12, mouthLowerDown* 0.25, mouthUpperUp* 0.1, mouthStretch* 0.1, tongueTipUp 0.9")  # t d
NASAL = mix("jawOpen 0.14, mouthLowerDown* 0.18, mouthUpperUp* 0.08, tongueTipUp")  # n l
SOFT_PALATE = mix("jawOpen 0.18, mouthLowerDown* 0.18, mouthUpperUp* 0.12, tongueBackUp")  # k g ng
HISS = mix(
    "jawOpen 0.05, mouthLowerDown* 0.35, mouthUpperUp* 0.18, mouthStretch* 0.3, mouthDimple* 0.15, tongueTipUp 0.7"
)
HUSH = mix(
    "jawOpen 0.08, mouthFunnel 0.55, mouthPucker 0.25, mouthLowerDown* 0.1, tongueTipUp 0.5, tongueBodyUp 0.4"
)  # sh
LIQUID = mix("jawOpen 0.12, mouthFunnel 0.3, mouthPucker 0.35, tongueBodyUp 0.5")  # r
OPEN = mix("jawOpen 0.6, mouthLowerDown* 0.2, mouthUpperUp* 0.15, mouthStretch* 0.1")  # ah
FRONT_OPEN = mix("jawOpen 0.5, mouthLowerDown* 0.25, mouthUpperUp* 0.2, mouthStretch* 0.3")  # ae
FRONT_MID = mix(
    "jawOpen 0.32, mouthLowerDown* 0.22, mouthUpperUp* 0.15, mouthStretch* 0.3, mouthDimple* 0.15, tongueBodyUp 0.4"
)
FRONT_CLOSE = mix(
    "jawOpen 0.14, mouthLowerDown* 0.2, mouthUpperUp* 0.14, mouthStretch* 0.4, mouthSmile* 0.25, tongueBodyUp 0.8"
)  # ee
FRONT_LAX = mix(
    "jawOpen 0.2, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.25, mouthSmile* 0.1, tongueBodyUp 0.6"
)
BACK_MID = mix("jawOpen 0.36, mouthFunnel 0.55, mouthPucker 0.3, tongueBackUp 0.2")  # oh
BACK_OPEN = mix("jawOpen 0.5, mouthFunnel 0.45, mouthPucker 0.1")  # aw
BACK_CLOSE = mix("jawOpen 0.14, mouthFunnel 0.3, mouthPucker 0.8, tongueBackUp 0.4")  # oo
CENTRAL = mix("jawOpen 0.25, mouthLowerDown* 0.15, mouthUpperUp* 0.08")  # schwa
GLIDE_ROUND = mix("jawOpen 0.06, mouthFunnel 0.15, mouthPucker 0.95")  # w

_OCULUS = {
    "sil": SILENCE,
    "PP": CLOSED,
    "FF": LIP_TEETH,
    "TH": DENTAL,
    "DD": RIDGE,
    "kk": SOFT_PALATE,
    "CH": HUSH,
    "SS": HISS,
    "nn": NASAL,
    "RR": LIQUID,
    "aa": OPEN,
    "E": FRONT_MID,
    "I": FRONT_CLOSE,
    "O": BACK_MID,
    "U": BACK_CLOSE,
}
_OCULUS_OTHER = {"I": "ih", "O": "oh", "U": "ou", "E": "ee"}
_BLINKS = {"vrc.blink_left": mix("eyeBlinkLeft"), "vrc.blink_right": mix("eyeBlinkRight"), "Blink": mix("eyeBlink*")}
_VRCHAT = {f"vrc.v_{_OCULUS_OTHER.get(name, name).lower()}": shape for name, shape in _OCULUS.items() if name != "E"}
_VRCHAT["vrc.v_e"] = FRONT_MID

TABLES = (
    ShapeConvention(
        "oculus_meta_15",
        "Oculus visemes",
        {f"viseme_{name}": shape for name, shape in _OCULUS.items()},
        "Meta OVR LipSync reference; Ready Player Me documentation",
        kind="visemes",
        minimum=6,
        spellings={
            **{f"v_{name}": f"viseme_{name}" for name in _OCULUS},
            **{f"viseme_{other}": f"viseme_{name}" for name, other in _OCULUS_OTHER.items() if name != "E"},
            **{f"v_{other}": f"viseme_{name}" for name, other in _OCULUS_OTHER.items() if name != "E"},
            **{f"AA_VI_{index:02d}_{name}": f"viseme_{name}" for index, name in enumerate(_OCULUS)},
            **{f"Mouth_{name}": f"viseme_{name}" for name in ("PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR")},
        },
    ),
    # The bare sounds, as pose tools name them; two letters are no proof, hence the case and so many.
    ShapeConvention(
        "viseme_sounds",
        "Visemes",
        dict(_OCULUS),
        "Meta OVR LipSync reference",
        kind="visemes",
        minimum=8,
        exact_case=True,
        prefixes=(
            "vis_",
            "phoneme_",
            "Phoneme_",
            "lip_",
            "Lip_",
            "mouth_",
            "Mouth_",
            "LipSync_",
            "lipsync_",
            "Viseme-",
        ),
        spellings={
            **{name.lower(): name for name in _OCULUS if name.lower() != name},
            **{name.upper(): name for name in _OCULUS if name.upper() != name},
            **{other: name for name, other in _OCULUS_OTHER.items()},
        },
    ),
    ShapeConvention(
        "vrchat_visemes",
        "VRChat",
        {**_VRCHAT, **_BLINKS},
        "cats-blender-plugin",
        kind="visemes",
        minimum=5,
        spellings={"vrc_v_ee": "vrc.v_e"},
    ),
    ShapeConvention(
        "ready_player_me_extras",
        "Ready Player Me",
        {
            "mouthOpen": mix("jawOpen"),
            "mouthSmile": mix("mouthSmile*"),
            "eyesClosed": mix("eyeBlink*"),
            "eyesLookUp": mix("eyeLookUp*"),
            "eyesLookDown": mix("eyeLookDown*"),
        },
        "Ready Player Me avatars",
        minimum=1,
    ),
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
    ShapeConvention(
        "cc_direct_15",
        "Reallusion direct visemes",
        {
            "EE": FRONT_CLOSE,
            "Er": LIQUID,
            "IH": FRONT_LAX,
            "Ah": OPEN,
            "Oh": BACK_MID,
            "W_OO": BACK_CLOSE,
            "S_Z": HISS,
            "Ch_J": HUSH,
            "F_V": LIP_TEETH,
            "TH": DENTAL,
            "T_L_D_N": RIDGE,
            "B_M_P": CLOSED,
            "K_G_H_NG": SOFT_PALATE,
            "AE": FRONT_OPEN,
            "R": mix("jawOpen 0.1, mouthFunnel 0.35, mouthPucker 0.4, tongueBodyUp 0.5"),
        },
        "CC/iC Blender Tools",
        kind="visemes",
        minimum=7,
        exact_case=True,
    ),
    ShapeConvention(
        "rhubarb",
        "Rhubarb",
        {
            "A": CLOSED,
            "B": mix("jawOpen 0.1, mouthLowerDown* 0.3, mouthUpperUp* 0.18, mouthStretch* 0.25, tongueTipUp 0.4"),
            "C": FRONT_MID,
            "D": OPEN,
            "E": mix("jawOpen 0.32, mouthFunnel 0.4, mouthPucker 0.25"),
            "F": mix("jawOpen 0.1, mouthFunnel 0.25, mouthPucker 0.85"),
            "G": LIP_TEETH,
            "H": mix("jawOpen 0.3, mouthLowerDown* 0.2, mouthUpperUp* 0.1, tongueTipUp"),
            "X": SILENCE,
        },
        "Rhubarb Lip Sync README (A to H, X)",
        kind="visemes",
        minimum=6,
        exact_case=True,
        prefixes=("rhubarb_", "mouth_", "viseme_", "MOUTH_", "Mouth_", "phoneme_", "LipSync_"),
    ),
    ShapeConvention(
        "preston_blair_papagayo",
        "Preston Blair",
        {
            "AI": OPEN,
            "E": FRONT_CLOSE,
            "O": BACK_MID,
            "U": BACK_CLOSE,
            "etc": RIDGE,
            "WQ": GLIDE_ROUND,
            "L": NASAL,
            "MBP": CLOSED,
            "FV": LIP_TEETH,
            "rest": SILENCE,
        },
        "Papagayo/Moho .dat files",
        kind="visemes",
        minimum=7,
        exact_case=True,
        prefixes=("phoneme_", "mouth_", "Mouth_", "viseme_", "pb_"),
        spellings={"CDGKNRSThYZ": "etc", "Rest": "rest", "Etc": "etc", "ETC": "etc", "REST": "rest", "MPB": "MBP"},
    ),
    ShapeConvention(
        "daz_genesis8_visemes",
        "Daz Genesis 8",
        {
            "eCTRLvAA": OPEN,
            "eCTRLvEE": FRONT_CLOSE,
            "eCTRLvEH": FRONT_MID,
            "eCTRLvER": LIQUID,
            "eCTRLvF": LIP_TEETH,
            "eCTRLvIH": FRONT_LAX,
            "eCTRLvIY": mix(
                "jawOpen 0.12, mouthLowerDown* 0.2, mouthUpperUp* 0.12, mouthStretch* 0.45, "
                "mouthSmile* 0.2, tongueBodyUp 0.9"
            ),
            "eCTRLvK": SOFT_PALATE,
            "eCTRLvL": NASAL,
            "eCTRLvM": CLOSED,
            "eCTRLvOW": BACK_MID,
            "eCTRLvS": HISS,
            "eCTRLvSH": HUSH,
            "eCTRLvT": RIDGE,
            "eCTRLvTH": DENTAL,
            "eCTRLvUW": BACK_CLOSE,
            "eCTRLvW": GLIDE_ROUND,
        },
        "public Daz Genesis 8 tables; Diffeomorphic DAZ Importer",
        kind="visemes",
        minimum=6,
        spellings={
            f"{prefix}{sound}": f"eCTRLv{sound}"
            for prefix in (
                "VSM",
                "CTRLVSM",
                "head__eCTRLv",
                "Genesis8Female__eCTRLv",
                "Genesis8Male__eCTRLv",
                "vsm",
                "facs_ctrl_v",
            )
            for sound in ("AA", "EE", "EH", "ER", "F", "IH", "IY", "K", "L", "M", "OW", "S", "SH", "T", "TH", "UW", "W")
        },
    ),
)
