"""How chance is used in every test: never against the clock."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("peerkit", deadline=None)
settings.load_profile("peerkit")
