"""The processes of Newswire: `ingest` takes articles in, `feed` gives them out, `cli` is the command."""
