import yaml, numpy
