# A gateway in front of any OpenAI-compatible speech server: docs/gateways.md. It needs nothing but its port: run it with a read-only file
# system, no capabilities and the user that it has.
#
#   docker build -t express-speech .
#   docker run -p 8080:8080 -e API_KEYS=… -e TTS_URL=http://host.docker.internal:8880/v1 --read-only --cap-drop ALL express-speech

FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --no-audit --no-fund && npm pack --pack-destination /tmp

FROM node:22-bookworm-slim AS install
COPY --from=build /tmp/express-speech-*.tgz /tmp/
WORKDIR /app
RUN npm init --yes >/dev/null && npm install --omit=dev --no-audit --no-fund /tmp/express-speech-*.tgz

FROM node:22-bookworm-slim
# Passes signals on to the process, and takes in what it leaves behind.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
COPY --from=install /app /app
WORKDIR /app
ENV NODE_ENV=production PORT=8080
# The user "node" of the image.
USER 1000
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "node", "/app/node_modules/express-speech/dist/cli.js"]
CMD ["serve"]
