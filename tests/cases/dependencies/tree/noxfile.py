import nox


@nox.session
def tests(session):
    session.install("requests", "-r", "requirements.txt")
