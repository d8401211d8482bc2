from acme.metrics import push
