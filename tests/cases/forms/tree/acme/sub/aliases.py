import numpy
import numpy as np, numpy as n
import numpy.linalg
from numpy import array
import matplotlib.pyplot
from matplotlib import pyplot
from matplotlib import pyplot as plt
import pandas._testing as tm
from pandas._testing import assert_frame_equal
from xml.etree import ElementTree
import xml.etree.ElementTree as ET
import xml.etree.ElementTree as tree
import acme.models
from acme.models import User
from ..models import User
