# The bot for Slack. Its agents come from a file of yours:
#   docker build -t assent .
#   docker run --env-file .env -v "$PWD/my_agents.py:/agents/my_agents.py:ro" assent my_agents.py:agent
FROM python:3.12-slim AS build
WORKDIR /opt/assent
ENV PIP_NO_CACHE_DIR=1
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot ./bot
RUN python3 -m venv .venv && .venv/bin/pip install -q .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /agents assent
COPY --from=build /opt/assent/.venv /opt/assent/.venv
ENV PATH=/opt/assent/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ASSENT_HTTP_HOST=0.0.0.0 \
    ASSENT_HTTP_PORT=8080
USER assent
WORKDIR /agents
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
    CMD python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$ASSENT_HTTP_PORT/healthz', timeout=2)"
ENTRYPOINT ["assent", "serve"]
