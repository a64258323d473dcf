"""How things are written down and read back, in the form of today and of every day before."""
