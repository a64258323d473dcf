"""What is told to whom, when, over which channel, and in which words."""
