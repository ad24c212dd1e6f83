"""The same feed out of a cached Django view: `gunicorn benchmarks.peers.django_cached:application`.

`cache_page` over the process's own memory (https://docs.djangoproject.com/en/5.2/topics/cache/), and
`ConditionalGetMiddleware` for the 304 (https://docs.djangoproject.com/en/5.2/topics/conditional-view-processing/).
"""

import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import cache_page

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware"],
    ROOT_URLCONF=__name__,
)


@cache_page(300)
def feed(_request: HttpRequest) -> HttpResponse:
    """Return the feed; the cache answers all requests but the first."""
    return HttpResponse(Path(os.environ["PEER_FEED"]).read_bytes(), content_type="application/rss+xml")


urlpatterns = [path("feed.xml", feed)]
application = get_wsgi_application()
