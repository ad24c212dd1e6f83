"""Start the ingest service: `python -m services.ingest [--wait-for-redis]`."""

import argparse

from shared.process import StartError, end_by_signal, give_up, loading

with loading():
    import uvloop

    from services.ingest.settings import IngestSettings
    from services.ingest.start import run
    from shared import logs
    from shared.settings import SettingsError, read_settings
    from shared.tracing import tracing


def main() -> None:
    """Read the settings and run until stopped. Exit code 1 and one sentence when it cannot go on."""
    parser = argparse.ArgumentParser(prog="python -m services.ingest", description=__doc__)
    parser.add_argument("--wait-for-redis", action="store_true", help="wait until Redis answers")
    given = parser.parse_args()
    end_by_signal()
    try:
        settings = read_settings(IngestSettings)
        logs.configure(settings.log_format, settings.log_level, process="ingest")
        tracing.start(settings.otlp_endpoint, "ingest")
        uvloop.run(run(settings, wait_for_redis=given.wait_for_redis))
    except (SettingsError, StartError) as error:
        give_up(error)
    finally:
        tracing.stop()


if __name__ == "__main__":
    main()
