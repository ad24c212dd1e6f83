# One image for every process of Newswire; the command says which (see docker-compose.yml).

FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements-build.lock requirements.lock ./
# As in the Makefile: every file by its hash; feedgen alone comes as source and is built with the locked setuptools.
RUN pip install --require-hashes --no-build-isolation --only-binary :all: --no-binary feedgen -r requirements-build.lock \
 && pip install --require-hashes --no-build-isolation --only-binary :all: --no-binary feedgen -r requirements.lock
COPY pyproject.toml README.md ./
COPY shared shared
COPY services services
RUN pip install --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin newswire \
 && install --directory --owner newswire --mode 0700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    NEWSWIRE_DATA_DIR=/data \
    NEWSWIRE_FEED_HOST=0.0.0.0 \
    NEWSWIRE_INGEST_HOST=0.0.0.0
WORKDIR /data
USER newswire
EXPOSE 8000 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["python", "-m", "services.feed"]
