"""How fast peerkit is beside the same work done without it. Run it with ``make bench``."""
