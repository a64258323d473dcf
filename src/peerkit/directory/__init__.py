"""What there is near by: services that somebody may want to reach, and how they are found.

A directory is a value that the host loads, from a file or from tables of its own. It is
no part of the journal, and no decision reads it: whether somebody may use a service is for
that service to say, and whether they want to is for them.
"""

from __future__ import annotations

from peerkit.directory.directory import Directory
from peerkit.directory.search import Found, Reason, Results, Search, Why
from peerkit.directory.services import Need, OpeningHours, Service, Site

__all__ = [
    "Directory",
    "Found",
    "Need",
    "OpeningHours",
    "Reason",
    "Results",
    "Search",
    "Service",
    "Site",
    "Why",
]
