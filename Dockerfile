# One image for the coordinator and the services of the shop; the command says which. The coordinator is the default.
FROM node:22-bookworm-slim AS build
WORKDIR /assent
# No compiler is needed: on this Node the driver better-sqlite3 brings its own binary.
COPY package.json package-lock.json ./
COPY scripts scripts
RUN node scripts/install.mjs
COPY .swcrc nest-cli.json tsconfig.json ./
COPY apps apps
COPY libs libs
RUN node --input-type=module -e "import { build } from './scripts/build.mjs'; build('image')" \
 && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /assent
COPY --from=build /assent/package.json ./
COPY --from=build /assent/node_modules node_modules
COPY --from=build /assent/dist dist
# State of the embedded database and the file of keys, where they are used: mount a volume here.
RUN mkdir .assent && chown node:node .assent
USER node
EXPOSE 4100
STOPSIGNAL SIGTERM
CMD ["node", "--enable-source-maps", "dist/apps/coordinator/src/main.js"]
