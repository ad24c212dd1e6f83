"""Real readers and parsers, in five languages, read what a running Newswire serves; `roster` lists them."""
