"""`newswire ingest`: documents to the ingest API, one line for each."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from typer import echo

from services.cli.client import Service
from services.cli.command_error import CommandError
from services.cli.documents import Document, find_documents
from services.cli.printing import one_line
from services.cli.publish import Report, publish, rejection
from services.cli.remote import with_ingest_service

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH…", help="Files or folders; `-` is standard input.", show_default=False),
]


@with_ingest_service
def ingest(service: Service, paths: Paths) -> None:
    """Publish documents: `.json` files hold an article or an array of them, others are pages saved as text.

    Prints one line for each document. Exit code 1 if any was rejected; the others still go in.
    """
    documents = find_documents(paths)
    if not documents:
        raise CommandError(f"There is no document in {', '.join(paths)}.")
    # Each document is tried for a while; a service that is not there at all is better said at once.
    service.call("GET", "/healthz")
    rejected = done = 0
    console = Console(stderr=True)
    with Progress(
        console=console,
        transient=True,
        disable=not console.is_terminal,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task("Publishing", total=len(documents))
        for document in documents:
            try:
                report = _published(service, document)
            except CommandError as error:
                raise _left_over(error, len(documents) - done) from error
            echo(f"{one_line(document.name)}: {one_line(str(report))}")
            rejected += report.rejected
            done += 1
            progress.advance(task)
    if rejected:
        raise typer.Exit(1)


def _published(service: Service, document: Document) -> Report:
    try:
        content = document.read()
    except OSError as error:
        return rejection(f"it cannot be read: {error.strerror}")
    return publish(service, content, is_json=document.is_json(content))


def _left_over(error: CommandError, count: int) -> CommandError:
    some = "1 document was" if count == 1 else f"{count} documents were"
    return CommandError(f"{error} {some} not published.")
