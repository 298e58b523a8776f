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

# As `make lab` does: kernels talk over Unix sockets, where no port is lost to another learner, and widgets are saved.
mkdir -p /opt/tljh/user/share/jupyter/lab/settings /opt/tljh/user/etc/jupyter
cp /srv/cachelab/binder/overrides.json /opt/tljh/user/share/jupyter/lab/settings/
cp /srv/cachelab/binder/jupyter_*.json /opt/tljh/user/etc/jupyter/

# A class that arrives at once: the hub's own limits, 60 and 30 s, are for one learner on a machine at rest.
# The second line is for `cachelab class --line …`, which then prints it: any password of 8 letters or more.
cat > /opt/tljh/config/jupyterhub_config.d/cachelab.py <<'CONFIG'
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
# c.Spawner.environment = {"CACHELAB_CLASS": "valkey://learner:A-PASSWORD-OF-YOURS@127.0.0.1:21999"}
CONFIG

tljh-config set limits.memory 1G
tljh-config set limits.cpu 2
tljh-config set user_environment.default_app jupyterlab
tljh-config set services.cull.timeout 5400
tljh-config reload
