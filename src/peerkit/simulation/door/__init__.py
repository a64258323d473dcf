"""The engine that lives a year by acts, through the door of a real program."""
