"""A store around any store: what lies apart is encrypted, with a key for each person."""
