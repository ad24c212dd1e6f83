"""What runs in containers, checked without an engine."""
