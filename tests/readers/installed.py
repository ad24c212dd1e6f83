"""Which of the readers are there to be run."""

from tests.installed import Missing, command, node_module, perl_module


def _nothing() -> str:
    return ""


_node = command("node", "nodejs")


def _node_reader(name: str) -> Missing:
    module = node_module(name, "readers")
    return lambda: _node() or module()


with_the_tests: Missing = _nothing
"""For readers in Python, which come with the other packages for tests."""

newsboat = command("newsboat", "newsboat")
sfeed = command("sfeed", "sfeed")
rss2email = command("r2e", "rss2email")
xml_feed = perl_module("XML::Feed", "libxml-feed-perl")
feedsmith = _node_reader("feedsmith")
rss_parser = _node_reader("rss-parser")
