import pytz
