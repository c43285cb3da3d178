# syntax=docker/dockerfile:1

# Compiles with the C compiler of Debian and the toolchain that the workspace asks for.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --release --bin aihio \
    && install -D target/release/aihio /out/aihio

# One program, the certificates it needs to reach models and pages, and a user without rights.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin aihio \
    && install --directory --owner aihio --group aihio /data
COPY --from=build /out/aihio /usr/local/bin/aihio
USER 10001
ENV AIHIO__DATA_DIR=/data \
    AIHIO__HTTP__BIND=0.0.0.0:8080 \
    AIHIO__LOG__FORMAT=json
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["aihio"]
CMD ["serve"]
