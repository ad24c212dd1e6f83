"""What a process would load."""

import json
import subprocess
import sys


def loaded_with(*modules: str) -> set[str]:
    """Return the names of all modules that a new process has once it has imported these."""
    script = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))
