def f(:
    import os,, re
  import requests
