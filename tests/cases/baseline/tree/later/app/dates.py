import pytz
import pytz.exceptions
