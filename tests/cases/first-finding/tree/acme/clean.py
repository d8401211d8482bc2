from acme.http import get
