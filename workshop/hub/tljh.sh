#!/bin/bash
# The Littlest JupyterHub, one machine for the whole class. Run as root on the hub's machine, after its installer.
# Figures behind the limits: ../README.md. Each learner's first query builds the shop in their own home (140 MB).
set -euo pipefail
apt-get update -qq && apt-get install -y -qq memcached git
systemctl disable --now memcached || true    # each learner starts one of their own; nobody needs port 11211

git clone "${1:?usage: tljh.sh ADDRESS-OF-YOUR-COPY}" /srv/cachelab
/opt/tljh/user/bin/pip install --no-deps --require-hashes -r /srv/cachelab/requirements.lock
/opt/tljh/user/bin/pip install --no-deps --no-build-isolation /srv/cachelab
/opt/tljh/user/bin/pip install nbgitpuller

tljh-config set limits.memory 1G
tljh-config set limits.cpu 2
tljh-config set user_environment.default_app jupyterlab
tljh-config set services.cull.timeout 5400
tljh-config reload
