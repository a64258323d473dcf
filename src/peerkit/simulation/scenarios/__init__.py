"""What a scenario says, and where each number is from."""
