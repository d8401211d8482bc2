import requests  # policy: allow(http)
import requests.a  # policy: allow() -- which rule?
import requests.b  # policy: allow(htp) -- misspelt
import requests.c  # policy: allow[http] -- other brackets
import requests.d  # policy: ignore(http) -- a word of another tool
import requests.e  # policy: allow(http) 2026-12-31 -- a day without `until=`
import requests.f  # policy: allow(http) until=2026-02-30 -- no day of the calendar
import requests.g  # policy: allow(http) until=2026-05-31 -- over
import requests.h  # policy: allow(*) -- every rule
import stripe  # policy: allow(payments) -- may not be
import requests.i; text = "# policy: allow(http) -- in a string"
# policy: allow-file(http) -- too late
import os  # policy: allow(http) -- nothing is wrong here
import re  # policy: allow(policy/unused-suppression) -- a finding of the tool
import json  # policy: we allow nobody to use this without a reason
