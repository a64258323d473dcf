"""Whether a store keeps what ``peerkit.stores.Store`` promises: inherit these tests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from peerkit.testing.batches import Batches
from peerkit.testing.copying import Copying
from peerkit.testing.finding import Finding
from peerkit.testing.hosting import Hosting
from peerkit.testing.keeping import Keeping
from peerkit.testing.mending import Mending
from peerkit.testing.outbox import Outbox
from peerkit.testing.reading import Reading
from peerkit.testing.restoring import Restoring
from peerkit.testing.sealing import Sealing
from peerkit.testing.sharing import Sharing

__all__ = ["StoreConformance"]


class StoreConformance(
    Reading,
    Finding,
    Keeping,
    Batches,
    Outbox,
    Sharing,
    Sealing,
    Copying,
    Restoring,
    Mending,
    Hosting,
    kit=True,
):
    """Every promise of :class:`~peerkit.stores.Store`. Give a fixture ``store``: new and empty.

    What every store promises needs no claim; that several threads may share it, and that what
    is forgotten is read nowhere again, is part of it. ``claims`` may name what a store can do
    besides, and then the hooks must be defined:

    - ``"persistent"``: what was kept is there when the place is opened again (:meth:`reopen`);
    - ``"processes"``: several may have it open at once (:meth:`address`);
    - ``"server"``: connections may be cut, and programs in one database do not wait for each
      other (:meth:`cut`, :meth:`neighbour`);
    - ``"host-transaction"``: it keeps in a transaction of the host's (:meth:`hosting`,
      :meth:`hosted`);
    - ``"read-only"``: it can be opened to be read only (:meth:`reader`);
    - ``"backs-up"``: :class:`~peerkit.stores.BacksUp` (:meth:`copy`);
    - ``"reseals"``: :class:`~peerkit.stores.Reseals`. That no page and no log holds what was
      there before depends on the engine: test it where you know its files;
    - ``"restores"``: :class:`~peerkit.stores.Restores`;
    - ``"mends-guards"``: its place refuses what goes round the door, and it can put back what
      refuses it (``peerkit.stores.inspected.Mends``; :meth:`unguard`);
    - ``"encryption"``: it is a store around yours that seals what people say (:meth:`inside`).

    ::

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
        {
            "persistent": "reopen",
            "processes": "address",
            "server": "cut neighbour",
            "host-transaction": "hosting hosted",
            "read-only": "reader",
            "backs-up": "copy",
            "reseals": "",
            "restores": "",
            "mends-guards": "unguard",
            "encryption": "inside",
        }
    )
