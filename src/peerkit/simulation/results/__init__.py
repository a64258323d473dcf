"""What a run or a study came to, as rows, frames and pictures."""
