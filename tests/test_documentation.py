"""The README tells the truth: each setting stands there, and nothing stands there that does not exist."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic_settings import BaseSettings

from services.cli.commands import every_command
from services.cli.settings import CommandSettings
from services.feed.settings import FeedSettings
from services.ingest.settings import IngestSettings
from shared.settings import ENV_PREFIX, KNOWN_NAMES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
CLASSES: tuple[type[BaseSettings], ...] = (IngestSettings, FeedSettings, CommandSettings)


def test_the_known_settings_are_those_of_the_settings_classes() -> None:
    fields = {ENV_PREFIX + name.upper() for settings in CLASSES for name in settings.model_fields}
    assert fields == KNOWN_NAMES


def test_every_setting_stands_in_the_readme_and_no_other() -> None:
    rows = set(re.findall(r"^\| `(NEWSWIRE_\w+)`", README, re.MULTILINE))
    assert rows == KNOWN_NAMES
    assert set(re.findall(r"NEWSWIRE_[A-Z_]+\b", README)) <= KNOWN_NAMES


def test_every_command_stands_in_the_readme_and_no_other() -> None:
    table = README.partition("## The command line")[2].partition("\n## ")[0]
    told: set[str] = set()
    for first_cell in re.findall(r"^\| (`newswire [^|]*)\|", table, re.MULTILINE):
        first, *others = re.findall(r"`(?:newswire )?([\w -]*[\w-])[^`]*`", first_cell)
        group = first.rpartition(" ")[0]
        told |= {first, *(f"{group} {other}".strip() for other in others)}
    assert told == set(commands())


def commands() -> Iterator[str]:
    """Yield every command as one types it, without the program's name."""
    app = every_command()
    for info in app.registered_commands:
        yield str(info.name)
    for group in app.registered_groups:
        assert group.typer_instance
        for info in group.typer_instance.registered_commands:
            yield f"{group.name} {info.name}"


def test_every_folder_that_the_readme_names_exists() -> None:
    for name in re.findall(r"`((?:services|shared|docs|deploy|seeds|tests|benchmarks)/[\w/.-]*)`", README):
        assert (ROOT / name).exists(), name
