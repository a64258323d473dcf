"""Who comes and who serves, and what chance decides for each: what both engines read."""
