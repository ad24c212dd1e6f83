"""Stop `make install` with one plain sentence when the interpreter is too old; runs on any Python 3."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Newswire needs Python 3.11 or newer: run make PYTHON=/path/to/python3.11")
