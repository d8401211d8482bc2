from acme.old import get, put
import acme.legacy
import acme.legacy.deep
