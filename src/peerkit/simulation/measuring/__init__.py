"""What a run comes to, measure by measure."""
