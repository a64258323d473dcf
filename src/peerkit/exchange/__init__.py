"""Standards and files, in and out: one format per module."""
