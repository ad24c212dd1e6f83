"""The pages in a real Chromium: how they look, whether everybody can use them, and what they load."""
