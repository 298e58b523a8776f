"""JupyterHub's settings for a hub on this machine, to rehearse with, as root. In an empty folder:

    npm install configurable-http-proxy
    python3 -m venv env && env/bin/pip install jupyterhub
    env/bin/pip install --no-deps --require-hashes -r PATH-TO-YOUR-COPY/requirements.lock
    env/bin/pip install --no-deps --no-build-isolation PATH-TO-YOUR-COPY
    for n in $(seq -w 1 10); do useradd -m learner$n; done          # userdel -r afterwards
    env/bin/jupyterhub -f PATH-TO-YOUR-COPY/workshop/hub/here.py
    env/bin/python PATH-TO-YOUR-COPY/workshop/hub/rehearsal.py http://127.0.0.1:18765 for-this-machine-only \\
        PATH-TO-YOUR-COPY/notebooks/01_why_cache.ipynb --learners 10

Everybody on this machine can log in to it: end it when you have seen enough.
"""

import sys
from pathlib import Path

c = get_config()  # noqa: F821  (JupyterHub's own)
c.JupyterHub.bind_url = "http://127.0.0.1:18765"
c.JupyterHub.hub_port = 18766
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:18767"
c.ConfigurableHTTPProxy.command = [str(Path("node_modules/.bin/configurable-http-proxy").absolute())]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.services = [{"name": "rehearsal", "api_token": "for-this-machine-only"}]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [{"name": "rehearsal", "scopes": scopes, "services": ["rehearsal"]}]
