from setuptools import setup

WEB = ["requests>=2"]
setup(
    name="old",
    install_requires=WEB + ["redis" ">=6"],
    tests_require=[f"requests=={VERSION}", "pillow==%s" % VERSION, "aioredis{}".format(VERSION)],
    requires=f"""
        aioredis
        requests=={VERSION}
    """,
    setup_requires="wheel requests".split(),
    extras_require={"images": ["pillow"], "all": [*WEB, name_of("x")]},
)
