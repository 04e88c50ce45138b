# One file for the four services: they differ in the build argument SERVICE alone (docs/decisions/0005-one-dockerfile.md).
FROM node:24-bookworm-slim AS base
RUN npm install --global --no-fund --no-update-notifier pnpm@12.21.0
ENV CI=true PNPM_CONFIG_STORE_DIR=/pnpm/store PNPM_CONFIG_VERIFY_DEPS_BEFORE_RUN=false
WORKDIR /app

# What leaves this stage is the manifests. A later COPY from it is cached by content, so that installed packages depend on
# the manifests alone: a change of source leaves both installs below as they are.
FROM base AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name pnpm-lock.yaml ! -name pnpm-workspace.yaml -delete \
 && find . -type d -empty -delete

# Everything, with compilers and generators; the same layer for all four services.
FROM base AS dependencies
COPY --from=manifests /app .
RUN --mount=type=cache,id=agora-pnpm,target=/pnpm/store \
    pnpm install --frozen-lockfile --filter "!@agora/cli" --filter "!@agora/tests"

FROM base AS production-dependencies
ARG SERVICE
COPY --from=manifests /app .
RUN --mount=type=cache,id=agora-pnpm,target=/pnpm/store \
    pnpm install --frozen-lockfile --prod --filter-prod "$SERVICE..."
# Prisma brings a query compiler for each database in two builds; the schemas name this one. Types and maps are for editors.
RUN find node_modules/.pnpm -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \
      -o -path '*/@prisma/client/runtime/query_compiler_*' ! -name '*_small_bg.postgresql.*' \) -delete

FROM dependencies AS build
ARG SERVICE
COPY . .
RUN pnpm --filter-prod "$SERVICE..." run generate && pnpm --filter-prod "$SERVICE..." run build
# Of every workspace package that the service uses: what it runs, not what it was made from.
RUN pnpm --filter-prod "$SERVICE..." exec sh -c 'to="/out/${PWD#/app/}" && mkdir -p "$to" && for part in dist prisma product; do \
      if [ -e "$part" ]; then cp -r "$part" "$to"; fi; done'

FROM node:24-bookworm-slim
ARG SERVICE
# A running service installs nothing.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
ENV NODE_ENV=production
WORKDIR /app/services/$SERVICE
COPY --from=production-dependencies /app /app
COPY --from=build /out /app
USER 10001:10001
# A small nursery keeps idle services small; a header limit above the gateway's makes the gateway the one that refuses.
CMD ["node", "--max-semi-space-size=1", "--max-http-header-size=32768", "--import=@agora/telemetry/preload", "dist/main.js"]
