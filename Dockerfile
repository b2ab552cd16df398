# The image of segursim: one static binary FROM scratch, nothing else.
#
#   docker build -t segursim .                  compiles in a golang image (BuildKit)
#   docker build -t segursim --target prebuilt --build-arg TARGETARCH=amd64 .
#                                               pulls nothing: takes the binary made by
#   CGO_ENABLED=0 GOARCH=amd64 go build -trimpath -ldflags='-s -w' \
#     -o dist/linux/amd64/segursim ./cmd/segursim
#
# BuildKit sets TARGETARCH itself: docker buildx build --platform
# linux/amd64,linux/arm64. The classic builder wants it said, and builds every
# stage up to the target in order, needed or not: `prebuilt` stands before the
# one that pulls.

FROM scratch AS base
LABEL org.opencontainers.image.title="segursim" \
      org.opencontainers.image.description="SIMULATEUR: offline TEST doubles of French national digital-health services (Pro Santé Connect, …)" \
      org.opencontainers.image.url="https://github.com/segursim/segursim" \
      org.opencontainers.image.source="https://github.com/segursim/segursim" \
      org.opencontainers.image.licenses="Apache-2.0"
# Scratch has no folder at all. This one belongs to the user below, as every
# folder that COPY makes on the way; a named volume mounted on it takes over the
# owner. It serves for temporary files too, as there is no /tmp.
COPY --chown=65532:65532 LICENSE /data/LICENSE

# The ports are the real ones of the services, so that a neighbour on the same
# network changes nothing but the CA that it trusts. Docker lets any user bind
# them since 20.10 (net.ipv4.ip_unprivileged_port_start=0 in the container);
# under an engine that does not, set the sysctl or move these to high ports.
#
# The test PKI lives in the volume: it goes with the container unless a named
# volume is mounted there.
ENV SEGURSIM_HTTPS=0.0.0.0:443 \
    SEGURSIM_HTTP=0.0.0.0:80 \
    SEGURSIM_CONTROL=0.0.0.0:8090 \
    SEGURSIM_SMTP=0.0.0.0:587 \
    SEGURSIM_SMTPS=0.0.0.0:465 \
    SEGURSIM_IMAP=0.0.0.0:143 \
    SEGURSIM_IMAPS=0.0.0.0:993 \
    SEGURSIM_PKI_DIR=/data/pki \
    HOME=/data \
    TMPDIR=/data
EXPOSE 443 80 8090 587 465 143 993
VOLUME /data
WORKDIR /data
USER 65532:65532
HEALTHCHECK --interval=2s --timeout=2s --start-period=10s --retries=5 CMD ["/segursim", "readyz"]
ENTRYPOINT ["/segursim"]

FROM base AS prebuilt
ARG TARGETARCH
COPY dist/linux/${TARGETARCH}/segursim /segursim

FROM --platform=${BUILDPLATFORM:-linux/amd64} golang:1.26 AS source
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS=linux
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS="$TARGETOS" GOARCH="$TARGETARCH" \
    go build -trimpath -ldflags='-s -w' -o /segursim ./cmd/segursim

FROM base
COPY --from=source /segursim /segursim
