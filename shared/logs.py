"""Structured logs on stderr: one wide line per unit of work, as text for people or as JSON for machines.

The units: an article accepted (`article.accepted`), a batch applied (`events.applied`, with the ids of its
events), an attempt (`delivery.attempted`), a request that was refused, failed or changed something
(`request.answered`). `request_id` leads through all of them.

Libraries that use the standard `logging` come out in the same form. Tokens and secrets are never passed in.
"""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from shared import log_lines
from shared.trail import current_request_id


def configure(log_format: Literal["console", "json"], level: str, *, process: str) -> None:
    """Set up this process's logs; every line bears `process`. `level` is a name such as `info`."""
    shared: list[Processor] = [
        _of(process),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else log_lines.renderer(colours=sys.stderr.isatty()),
    ]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        # Straight to stderr: the way through the standard `logging` made a line twice as dear.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream"):
        logging.getLogger(chatty).handlers = []
        logging.getLogger(chatty).propagate = True
    # Its lines on starting and stopping say what ours say.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    # httpx logs every request with its whole URL at INFO; our own line says what was attempted.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return a logger; its events have stable names such as `article.accepted`."""
    logger: FilteringBoundLogger = structlog.get_logger(name)
    return logger


def _of(process: str) -> Processor:
    """Return what lets a line bear the process and the request, unless the line names its request itself.

    structlog's own way is a context variable for each: more to do for every request, and for every line.
    """

    def add(_logger: object, _method: str, line: EventDict) -> EventDict:
        line["process"] = process
        if request_id := current_request_id():
            line.setdefault("request_id", request_id)
        return line

    return add
