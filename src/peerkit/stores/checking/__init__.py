"""Whether what is kept is what was decided: heads kept elsewhere, and the journal followed anew."""
