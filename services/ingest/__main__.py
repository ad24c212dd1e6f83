"""Start the ingest service: `python -m services.ingest`."""

import uvloop

from services.ingest.settings import IngestSettings
from services.ingest.start import run
from shared import logs
from shared.process import StartError, give_up
from shared.settings import SettingsError, read_settings
from shared.tracing import tracing


def main() -> None:
    """Read the settings and run until stopped. Exit code 1 and one sentence when it cannot go on."""
    try:
        settings = read_settings(IngestSettings)
        logs.configure(settings.log_format, settings.log_level, process="ingest")
        tracing.start(settings.otlp_endpoint, "ingest")
        uvloop.run(run(settings))
    except (SettingsError, StartError) as error:
        give_up(error)
    finally:
        tracing.stop()


if __name__ == "__main__":
    main()
