"""Whether a store keeps what ``peerkit.stores.Store`` promises: inherit these tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from peerkit.testing.finding import Finding
from peerkit.testing.keeping import Keeping
from peerkit.testing.reading import Reading
from peerkit.testing.sealing import Sealing
from peerkit.testing.sharing import Sharing

__all__ = ["StoreConformance"]


class StoreConformance(Reading, Finding, Keeping, Sharing, Sealing, kit=True):
    """Every promise of :class:`~peerkit.stores.Store`. Give a fixture ``store``: new and empty.

    ``claims`` may name ``"persistent"`` (what was kept is there when the place is
    opened again; define :meth:`reopen`), ``"processes"`` (several may have it
    open at once; define :meth:`address`) and ``"encryption"`` (it is a store
    around yours that seals what people say; define :meth:`inside`)::

        class TestOurStore(StoreConformance):
            claims = frozenset({"persistent"})

            @pytest.fixture
            def store(self, tmp_path):
                with closing(OurStore(tmp_path / "ours")) as store:
                    yield store

            def reopen(self, store):
                return OurStore(store.path)
    """

    claimable: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"persistent": "reopen", "processes": "address", "encryption": "inside"}
    )
