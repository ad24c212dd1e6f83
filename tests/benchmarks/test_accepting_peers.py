"""The peers that accept articles: which of them we are held against."""

from benchmarks.accepting_peers import CELERY, DJANGO, rows


def test_the_best_peer_sets_the_target() -> None:
    fastest_of_all = {"batch": 5000.0, "one": 900.0}
    by_peer = {row.beside: row for row in rows("accepted", fastest_of_all | {CELERY: 500.0, DJANGO: 200.0})}
    assert by_peer[CELERY].is_missed
    assert by_peer[DJANGO].target == ""
    by_peer = {row.beside: row for row in rows("accepted", fastest_of_all | {CELERY: 100.0, DJANGO: 200.0})}
    assert by_peer[CELERY].target == ""
    assert not by_peer[DJANGO].is_missed
