import pytz  # policy: allow(clock) -- old contracts
import pytz.exceptions  # policy: allow(clock) -- old contracts
