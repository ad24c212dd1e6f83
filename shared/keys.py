"""Every key name in Redis, in one place.

What one transaction touches shares one hash tag (`{…}`), so that the same code runs on a Redis Cluster, where
no transaction may cross slots: an article's keys bear its partition's tag, a feed's keys the feed's, an
endpoint's keys the endpoint's. Keys without a tag are only ever touched alone.
"""

import hashlib
from functools import lru_cache
from zlib import crc32

PREFIX = "newswire:"


@lru_cache(4096)
def digest(text: str) -> str:
    """Return 32 hexadecimal digits that stand for a text of any length or alphabet inside a key."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# --- partitions: the stream and what is stored with it ---------------------------------------------------


def partition_of(article_id: str, partitions: int) -> int:
    """Return the partition, 0 to `partitions` - 1, in which all keys of this article live, for ever."""
    return crc32(article_id.encode()) % partitions


def partitions_registry() -> str:
    """Return where the number of partitions is kept: it cannot change under stored data."""
    return f"{PREFIX}partitions"


def move_mark() -> str:
    """Return what says that everything here was moved to another Redis, or is just being moved in."""
    return f"{PREFIX}move"


def examination() -> str:
    """Return what is written to find out how long a write takes (expires within a minute)."""
    return f"{PREFIX}examination"


def events(partition: int) -> str:
    """Return the physical stream of one partition."""
    return f"{PREFIX}{{p{partition}}}:events"


def dead_letters(partition: int, group: str) -> str:
    """Return the stream of the events that one consumer group gave up."""
    return f"{PREFIX}{{p{partition}}}:dead-letters:{group}"


def dead_letter_payloads(partition: int, group: str) -> str:
    """Return what those events were (hash): id of the entry → its payload, so that letters stay light."""
    return f"{PREFIX}{{p{partition}}}:dead-letters:{group}:payloads"


def article(partition: int, article_id: str) -> str:
    """Return ingest's own record of an article (JSON). The feed service never reads it."""
    return f"{PREFIX}{{p{partition}}}:article:{article_id}"


def entry(partition: int, article_id: str) -> str:
    """Return the feed service's read model of an article (hash)."""
    return f"{PREFIX}{{p{partition}}}:entry:{article_id}"


def entries(partition: int) -> str:
    """Return the set of the ids of all articles that the feed service knows in a partition."""
    return f"{PREFIX}{{p{partition}}}:entries"


def payload(partition: int, event_id: str, sort: str = "full") -> str:
    """Return the webhook body of an event (bytes), stored once a sort however many endpoints it goes to."""
    name = f"{PREFIX}{{p{partition}}}:payload:{event_id}"
    return name if sort == "full" else f"{name}:{sort}"


# --- identity: how an article without an id is found again -----------------------------------------------


def identity_url(normalised_url: str) -> str:
    """Return the claim of an address: the id of the article that has it."""
    return f"{PREFIX}identity:url:{digest(normalised_url)}"


def identity_title(normalised_title: str) -> str:
    """Return the hash of all articles that ever bore this title: id → what tells them apart (JSON)."""
    return f"{PREFIX}{{title:{digest(normalised_title)}}}:articles"


def identity_title_dates(normalised_title: str) -> str:
    """Return the claims of a title on days (hash): day → the id of the article."""
    return f"{PREFIX}{{title:{digest(normalised_title)}}}:dates"


def identity_title_days(normalised_title: str) -> str:
    """Return the same articles by day (sorted set, scores 0): `day|id|` and whether they have an address."""
    return f"{PREFIX}{{title:{digest(normalised_title)}}}:days"


# --- feeds ----------------------------------------------------------------------------------------------


def feeds() -> str:
    """Return the hash of all known feeds: selection → title for people."""
    return f"{PREFIX}feeds"


def feed_changes() -> str:
    """Return which feeds changed when (sorted set): feed → the count until then; and the count itself."""
    return f"{PREFIX}feeds:changes"


def feed_index(selection: str) -> str:
    """Return a feed's articles (sorted set): member article id, score milliseconds since 1970."""
    return f"{PREFIX}{{feed:{selection}}}:index"


def feed_versions(selection: str) -> str:
    """Return which version of each article a feed has taken account of (hash), withdrawn ones included."""
    return f"{PREFIX}{{feed:{selection}}}:versions"


def feed_withdrawn(selection: str) -> str:
    """Return what was withdrawn from a feed lately (sorted set): article id → when (ms since 1970)."""
    return f"{PREFIX}{{feed:{selection}}}:withdrawn"


def feed_state(selection: str) -> str:
    """Return a feed's own state (hash): `version`, `updated` (ms since 1970), `modified` (µs since 1970)."""
    return f"{PREFIX}{{feed:{selection}}}:state"


def feed_rendition(selection: str, form: str) -> str:
    """Return a feed's finished bytes in one form (hash), compressed, and what they were made of."""
    return f"{PREFIX}{{feed:{selection}}}:rendition:{form}"


def feed_boundaries(selection: str) -> str:
    """Return where a feed's archive documents begin (sorted set): member position, score its time (ms)."""
    return f"{PREFIX}{{feed:{selection}}}:boundaries"


def feed_renditions(selection: str) -> list[str]:
    """Return all keys that hold something made of a feed's articles and state."""
    renditions = [feed_rendition(selection, form) for form in ("rss", "atom", "json")]
    return [*renditions, feed_boundaries(selection)]


# --- feeds that operators define: only what describes them; the feeds themselves are kept like all others ---


def own_feeds() -> str:
    """Return the hash of the operators' feeds: name → JSON."""
    return f"{PREFIX}{{own-feeds}}:definitions"


def own_feeds_version() -> str:
    """Return the counter that moves with every change of a definition."""
    return f"{PREFIX}{{own-feeds}}:version"


def own_feeds_settled() -> str:
    """Return the version of the definitions that all stored articles have been held against."""
    return f"{PREFIX}{{own-feeds}}:settled"


def own_feeds_removed() -> str:
    """Return the hash of removed feeds that are to be cleared away: selection → version of their end."""
    return f"{PREFIX}{{own-feeds}}:removed"


def own_feeds_tokens() -> str:
    """Return the hash of what private feeds are reached with: name → SHA-256 of the path token."""
    return f"{PREFIX}{{own-feeds}}:tokens"


def own_feeds_required(partition: int) -> str:
    """Return the version of the definitions by which new states of a partition's articles must be decided."""
    return f"{PREFIX}{{p{partition}}}:own-feeds"


# --- numbers for operators ------------------------------------------------------------------------------


def tally() -> str:
    """Return what all processes counted and timed so far (hash): name → count. It only grows."""
    return f"{PREFIX}tally"


def curves(step_seconds: int) -> str:
    """Return the stream of what was seen of the backlog in steps of so many seconds; ids are the steps'."""
    return f"{PREFIX}curves:{step_seconds}s"


# --- partners and deliveries ----------------------------------------------------------------------------


def partners() -> str:
    """Return the hash of partners: id → JSON."""
    return f"{PREFIX}partners"


def partner_tokens() -> str:
    """Return the hash of what partners are known by: partner id → SHA-256 of its token."""
    return f"{PREFIX}partners:tokens"


def partner_events(partner_id: str) -> str:
    """Return what a partner may poll (sorted set): `partition:event id` → position (µs since 1970)."""
    return f"{PREFIX}{{{partner_id}}}:events"


def partner_events_state(partner_id: str) -> str:
    """Return the ends of that (hash): `last` position given, `dropped` the last one that is not kept."""
    return f"{PREFIX}{{{partner_id}}}:events:state"


def article_events(article_id: str) -> str:
    """Return the events of an article that were given to anybody (sorted set): event id → its time (ms)."""
    return f"{PREFIX}article-events:{digest(article_id)}"


def endpoints() -> str:
    """Return the hash of endpoints: id → JSON."""
    return f"{PREFIX}endpoints"


def endpoints_version() -> str:
    """Return the counter that moves with every change of an endpoint or partner; workers then reread."""
    return f"{PREFIX}endpoints:version"


def endpoints_removed() -> str:
    """Return the endpoints whose keys are to be cleared away (sorted set): id → removed at (ms)."""
    return f"{PREFIX}endpoints:removed"


def queues() -> str:
    """Return the sorted set of endpoints that have work: score = when the earliest is due (ms)."""
    return f"{PREFIX}queues"


def endpoint_due(endpoint_id: str) -> str:
    """Return an endpoint's queue (sorted set): delivery id → due at (ms)."""
    return f"{PREFIX}{{{endpoint_id}}}:due"


def endpoint_leased(endpoint_id: str) -> str:
    """Return an endpoint's deliveries in hand (sorted set): delivery id → lease ends at (ms)."""
    return f"{PREFIX}{{{endpoint_id}}}:leased"


def endpoint_deliveries(endpoint_id: str) -> str:
    """Return all of an endpoint's deliveries (sorted set): delivery id → created at (ms)."""
    return f"{PREFIX}{{{endpoint_id}}}:deliveries"


def endpoint_status(endpoint_id: str, status: str) -> str:
    """Return an endpoint's deliveries of one status (sorted set): delivery id → created at (ms)."""
    return f"{PREFIX}{{{endpoint_id}}}:status:{status}"


def endpoint_statistics(endpoint_id: str) -> str:
    """Return an endpoint's counters and latest times (hash)."""
    return f"{PREFIX}{{{endpoint_id}}}:statistics"


def endpoint_latencies(endpoint_id: str) -> str:
    """Return an endpoint's latest attempts (list, newest first): `1:37` succeeded in 37 ms, `0:…` failed."""
    return f"{PREFIX}{{{endpoint_id}}}:latencies"


def delivery(endpoint_id: str, delivery_id: str) -> str:
    """Return one delivery (hash)."""
    return f"{PREFIX}{{{endpoint_id}}}:delivery:{delivery_id}"


def attempts(endpoint_id: str, delivery_id: str) -> str:
    """Return the attempts of one delivery (list of JSON, oldest first)."""
    return f"{PREFIX}{{{endpoint_id}}}:attempts:{delivery_id}"


# --- the operators' desk --------------------------------------------------------------------------------


def ended_session(session_id: str) -> str:
    """Return the mark of a session that was ended before its time (expires with it)."""
    return f"{PREFIX}desk:ended:{session_id}"


def audit_log() -> str:
    """Return the stream of what operators did."""
    return f"{PREFIX}desk:audit"


def errands() -> str:
    """Return the hash of what the desk does in many steps: id → JSON."""
    return f"{PREFIX}desk:errands"
