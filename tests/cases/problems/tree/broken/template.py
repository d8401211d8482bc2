import {{ cookiecutter.client }}
