"""Feeds for readers: which articles they hold, their bytes in each format, their pages."""
