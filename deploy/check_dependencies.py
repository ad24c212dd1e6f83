"""Hold the locked dependencies against the known vulnerabilities, where these can be asked for.

`pip-audit` answers alike whether a package has no vulnerability or nobody could say so; here the two are told
apart: a known one ends with exit code 1, and an audit that could not be made says so loudly.
"""

import json
import subprocess
import sys
from pathlib import Path

LOCK = "requirements.lock"
COMMAND = ["pip-audit", "--requirement", LOCK, "--disable-pip", "--require-hashes", "--format", "json"]
PATIENCE_SECONDS = 120


def main() -> None:
    """Audit the lock and say what came of it."""
    program = Path(sys.executable).parent / COMMAND[0]
    try:
        ended = subprocess.run(  # noqa: S603 - our own tool, no input
            [program, *COMMAND[1:], "--timeout", "5"],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        dependencies = json.loads(ended.stdout)["dependencies"]
    except (json.JSONDecodeError, subprocess.TimeoutExpired) as error:
        print(_not_made(repr(error)))
        return
    vulnerable = [one for one in dependencies if one.get("vulns")]
    unknown = [one["name"] for one in dependencies if "skip_reason" in one]
    for one in vulnerable:
        ids = ", ".join(vulnerability["id"] for vulnerability in one["vulns"])
        print(f"{one['name']} {one['version']}: {ids}")
    if vulnerable:
        sys.exit(f"{LOCK}: {len(vulnerable)} dependencies have known vulnerabilities.")
    if unknown:
        print(_not_made(f"no answer for {len(unknown)} of {len(dependencies)} dependencies"))
        return
    print(f"{LOCK}: {len(dependencies)} dependencies, no known vulnerability.")


def _not_made(why: str) -> str:
    return f"NOT AUDITED: the list of vulnerabilities cannot be reached ({why})."


if __name__ == "__main__":
    main()
