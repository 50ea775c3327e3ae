# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile tries against the enabled extension, for the bench `attack`: random settings, rigs, sounds, texts, jobs, failures half way.

A try is a function of `KINDS` (`tries.py`) that gets an `Arena`: it builds its own small file, does what an animator, a broken file
or a failing machine could do, and raises `Broken` where the extension did not hold. All that is random in it follows from a seed and the
try's number.
"""
