#!/bin/sh
pip install 'requests>=2' 2>&1 | tee log   # pip install aiohttp
cat <<EOT
pip install aiohttp
EOT
$(command -v pip3) install aiohttp || true
pipenv install requests; pip install requests>=2
pip uninstall requests
docker run -it image sh -c "pip install aiohttp && true"
podman exec name python3 -m pip install requests
sudo -Hu app pip install requests
function more { pip install requests; }
P=(aiohttp tox); P+=(requests)
pip install "${P[@]}"
if here; then Q=requests; else Q=tox; fi
retry 3 pip install "$Q"
mask=$((1<<3)); let mask=mask<<1
pip install $'requests'
