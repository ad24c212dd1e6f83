"""The backlog in numbers, for people and for programs. It only reads."""
