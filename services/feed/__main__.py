"""Start the feed service: `python -m services.feed [--role web|worker] [--wait-for-redis]`."""

import argparse

from shared.process import StartError, end_by_signal, give_up, loading

with loading():
    import uvloop

    from services.feed.app import Role, run
    from services.feed.consume.consumer_died import ConsumerDiedError
    from services.feed.settings import FeedSettings
    from shared import logs
    from shared.settings import SettingsError, read_settings
    from shared.tracing import tracing


def main() -> None:
    """Read the command line and the settings, then run until stopped. Exit code 1 when it cannot go on.

    Without a role the process is both.
    """
    parser = argparse.ArgumentParser(prog="python -m services.feed", description=__doc__)
    parser.add_argument("--role", choices=[role.value for role in Role], default=Role.BOTH.value)
    parser.add_argument("--wait-for-redis", action="store_true", help="wait until Redis answers")
    given = parser.parse_args()
    role = Role(given.role)
    end_by_signal()
    try:
        settings = read_settings(FeedSettings)
        logs.configure(settings.log_format, settings.log_level, process=f"feed-{role}")
        tracing.start(settings.otlp_endpoint, f"feed-{role}")
        uvloop.run(run(settings, role, wait_for_redis=given.wait_for_redis))
    except (SettingsError, StartError, ConsumerDiedError) as error:
        give_up(error)
    finally:
        tracing.stop()


if __name__ == "__main__":
    main()
