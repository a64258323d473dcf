"""Experiments: scenarios lived through many times, and what is found of them."""
