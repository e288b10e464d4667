# One image for the API, the worker and the migrations; the command says which.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
# Temporal's core comes for every platform; the image keeps its own
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +
COPY . .
RUN node scripts/build-workflow-bundle.ts

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    WORKFLOW_BUNDLE=/app/dist/workflow-bundle.js
WORKDIR /app
COPY --from=build /app ./
# the files belong to root: a program that runs as node cannot change its own code
USER node
EXPOSE 3000
CMD ["node", "api/server.ts"]
