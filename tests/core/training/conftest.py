# SPDX-License-Identifier: GPL-3.0-or-later
"""What pre-training and what is fine-tuned from it learn on in tests: a handful of made recordings, seen by made cameras. Other
recipes' tests have a `store` of their own."""

import pytest

from core.training.data.pretraining.store import PretrainingStore
from core.training.data.pretraining.views import ViewStore, _made
from tests.core.training.pretraining.made_recordings import cameras, made_store


@pytest.fixture(scope="session")
def store() -> PretrainingStore:
    return made_store()


@pytest.fixture(scope="session")
def views(store: PretrainingStore) -> ViewStore:
    return _made(store, cameras())
