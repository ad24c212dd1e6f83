"""The operators' desk: the pages at `/ops`, who may open them, and what is done from there.

It sees through `ops` and acts through `deliveries` and `consume`; none of them knows of it. Start with
`routes.py`.
"""
