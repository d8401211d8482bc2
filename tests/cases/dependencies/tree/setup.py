from setuptools import setup

WEB = ["requests>=2"]
setup(
    name="old",
    install_requires=WEB + ["redis" ">=6"],
    extras_require={"images": ["pillow"], "all": [*WEB, name_of("x")]},
)
