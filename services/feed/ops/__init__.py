"""The backlog in numbers, for people and for programs: it reads, and writes nothing but its curves.

Start with `sampler.py`, which looks once a second; `numbers.py` says what is shown and
`states.py` how it is judged.
"""
