"""The form of a server's tables, step by step, for hosts that change their databases with Alembic.

Name the folder ``versions`` beside your own, and upgrade the branch ``peerkit``:
see ``docs/how-to/keep-it-on-a-server.md``.
"""

from __future__ import annotations

__all__: list[str] = []
