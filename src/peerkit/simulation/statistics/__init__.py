"""Intervals, precision, warm-up and designs. Nothing here knows a scenario."""
