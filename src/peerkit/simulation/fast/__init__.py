"""The fast engine: a loop over matches, and arrays for all else."""
