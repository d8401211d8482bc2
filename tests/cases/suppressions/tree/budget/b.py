# policy: allow-file(clock) -- old contracts
import pytz
