# SPDX-License-Identifier: GPL-3.0-or-later
"""The zone that knows Blender: settings, characters, sound, keys, takes, jobs, the command line.

Beside its folders:

- a generation: `generate` (the three steps), `generation` (what travels between them), `conditions`, `fitting`, `left_out`, `writing`,
  `new_take`, `transaction`, `meanwhile`, `report`; `variations` (several seeds); `jobs` (in a thread); before the first click
  `torch_import`, `warming`, `byte_code`
- what is stored in the file: `properties`, `take_properties`, `prompt_properties`, `setting_properties`, `preferences`; `remembered`
  (how to add and remove), `stored_paths`, `leftovers`
- the character: `characters` (which, and what belongs to it), `inspection` (what was found on it), `existing_summary`, `stance`, `trial`
- prompts and the like: `prompts`, `prompt_rows`, `prompt_listing`, `prompt_paces`, `unkeyed_pose`; `pins`, `kept_phrases`, `beat_markers`
- Blender itself: `compat` (releases), `handlers`, `later`, `property_paths`, `readiness` (why a button is grey), `saving`; `command`
  and `cli`, the command line
"""
