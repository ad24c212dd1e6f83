"""Articles accepted as a CMS does: Django REST framework into SQLite; as a module it makes the table.

`gunicorn benchmarks.peers.django_articles:application`. A model serializer and a generic view as
https://www.django-rest-framework.org/tutorial/3-class-based-views/ has them. SQLite as
https://docs.djangoproject.com/en/5.2/ref/databases/#sqlite-notes has it for several writers (IMMEDIATE), and
with a write-ahead log, so that a commit waits for the disk once; `synchronous` stays FULL: what was answered
survives a power cut.
"""

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

# Only now that Django knows its settings: these read them when they are imported.
from rest_framework import generics, serializers  # noqa: E402


class Article(models.Model):
    """What is stored."""

    url = models.URLField(max_length=500, unique=True)
    title = models.CharField(max_length=500)
    published_at = models.DateTimeField()
    content_html = models.TextField()
    summary = models.TextField(blank=True)
    authors = models.JSONField(default=list)
    topics = models.JSONField(default=list)

    class Meta:
        """This one file is the whole application."""

        app_label = "articles"

    def __str__(self) -> str:
        """Return its title."""
        return str(self.title)


class ArticleSerializer(serializers.ModelSerializer):
    """All fields as JSON."""

    class Meta:
        """The serializer is made of the model."""

        model = Article
        fields = "__all__"


class Articles(generics.CreateAPIView):
    """POST of one article."""

    queryset = Article.objects.all()
    serializer_class = ArticleSerializer


urlpatterns = [path("articles", Articles.as_view())]
application = get_wsgi_application()


def main() -> None:
    """Make the table."""
    with connection.schema_editor() as editor:
        editor.create_model(Article)


if __name__ == "__main__":
    main()
