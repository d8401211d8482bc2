#!/bin/sh
pip install 'requests>=2' 2>&1 | tee log   # pip install aiohttp
cat <<EOT
pip install aiohttp
EOT
$(command -v pip3) install aiohttp || true
pipenv install requests; pip install requests>=2
pip uninstall requests
