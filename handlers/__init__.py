"""What a message means and what to do about it: pure decisions."""
