"""The `newswire` command: which of its commands are loaded, and how it ends.

Errors are one plain line on stderr, never a traceback: exit code 1, or 2 for wrong usage.
"""

import os
import sys
from typing import NoReturn

from services.cli.quiet_interrupt import quiet_interrupt

with quiet_interrupt():
    import typer
    from typer import echo
    from typer.exceptions import TyperException

    from services.cli.command_error import CommandError
    from services.cli.root import command_up
    from shared.settings import SettingsError

_INTERRUPTED = 130


def _commands() -> typer.Typer:
    """Return all commands, or `up` alone when it is called: the others load what would hold a start up."""
    if sys.argv[1:2] == ["up"]:
        return command_up()
    from services.cli.commands import every_command  # noqa: PLC0415

    return every_command()


def main() -> None:
    """Run the command and end the process."""
    try:
        # The exit code of a command that ends early comes back as the result.
        code = _commands()(prog_name="newswire", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not fail at flushing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except TyperException as error:
        command = getattr(getattr(error, "ctx", None), "command_path", "newswire")
        _end(f"{error.format_message()} See `{command} --help`.", error.exit_code)
    except (CommandError, SettingsError) as error:
        _end(str(error), 1)
    except OSError as error:
        _end(f"{error.filename or 'The system'}: {error.strerror or error}", 1)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _end(message: str, code: int) -> NoReturn:
    echo(f"newswire: {' '.join(message.split())}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
