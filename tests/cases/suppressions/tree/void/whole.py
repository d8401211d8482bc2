# policy: allow(future) -- a finding about the whole file wants `allow-file`
import os
