//! The commands that install distributions: how each is called, what its words mean, and which of its options take a value.
//! One static table; a new command is a new row. Facts are those of the tools' own help and documentation.

/// What the words behind a command are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Requirements, addresses and paths.
    Requirements,
    /// The first one is a tool by its requirement, and the rest its own arguments.
    Tool,
    /// The first one names an environment; requirements follow.
    Behind,
    /// `name@^1`, as poetry writes it.
    Poetry,
    /// Conda's match specifications.
    Conda,
    /// Packages of a system: `python3-requests`.
    System,
    /// Files of requirements.
    Files,
    /// A command of its own.
    Command,
    /// Nothing that is installed.
    Nothing,
}

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// A file of requirements.
    File,
    /// A file of constraints.
    Constraints,
    /// A requirement, an address or a path.
    Requirement,
    /// An address or a folder, installed as it lies there.
    Editable,
    /// Several, separated by commas.
    Requirements,
    /// Files of requirements, separated by commas.
    Files,
    /// The same as the words behind the command; that one is no requirement any more.
    Tool,
    /// Something else.
    Other,
}

/// A command that installs.
pub(super) struct Installer {
    /// How it is called; a leading word may carry a version (`pip3.11`).
    pub(super) words: &'static [&'static str],
    pub(super) takes: Takes,
    /// Options whose value matters.
    pub(super) options: &'static [&'static [(&'static str, Means)]],
    /// Other options that take a value, separated by white space.
    pub(super) values: &'static [&'static str],
    /// Options without a value, where long options may be cut short: by their whole names nothing else is meant.
    pub(super) flags: Option<&'static str>,
}

const EDITABLE: &[(&str, Means)] = &[("-e", Means::Editable), ("--editable", Means::Editable)];

const FILES: &[(&str, Means)] = &[
    ("-r", Means::File),
    ("--requirement", Means::File),
    ("-c", Means::Constraints),
    ("--constraint", Means::Constraints),
];

const PIP: &str = "\
    --build-constraint --requirements-from-script --src --source --source-dir --source-directory \
    --progress-bar --group --all-releases --only-final --no-binary --only-binary -i --index-url --pypi-url \
    --extra-index-url --refresh-package -f --find-links --uploaded-prior-to --python --log --log-file \
    --local-log --keyring-provider --proxy --retries --timeout --default-timeout --exists-action \
    --trusted-host --cert --client-cert --cache-dir --use-feature --use-deprecated --resume-retries -t \
    --target --platform --python-version --implementation --abi --root --prefix --upgrade-strategy -C \
    --config-settings --root-user-action --report -d --dest --destination-dir --destination-directory -w \
    --wheel-dir --global-option --install-option --build-option -b --build";

const PIP_FLAGS: &str = "\
    --no-deps --no-dependencies --only-deps --only-dependencies --dry-run --user --no-user --upgrade \
    --force-reinstall --ignore-installed --ignore-requires-python --no-build-isolation --use-pep517 --no-use-pep517 \
    --check-build-dependencies --break-system-packages --compile --no-compile --no-warn-script-location \
    --no-warn-conflicts --require-hashes --no-require-hashes --no-clean --pre --prefer-binary --no-index --help \
    --debug --isolated --require-virtualenv --require-venv --verbose --quiet --version --no-input --no-proxy-env \
    --no-cache-dir --disable-pip-version-check --no-color --no-python-version-warning --no-verify";

const UV_SHARED: &str = "\
    --cache-dir --color --allow-insecure-host --trusted-host --directory --project --config-file -p --python \
    --index --default-index -i --index-url --extra-index-url -f --find-links --index-strategy \
    --keyring-provider -P --upgrade-package --upgrade-group --resolution --prerelease --prerelease-package \
    --fork-strategy --exclude-newer --exclude-newer-package --no-sources-package --reinstall-package \
    --link-mode -C --config-setting --config-settings --config-settings-package --no-build-isolation-package \
    --refresh-package --extra --no-extra --group --no-group --only-group --package --python-platform \
    --torch-backend --no-build-package --no-binary-package --no-editable-package --env-file";

const UV_PIP: &str = "\
    --cert -t --target --prefix --no-binary --only-binary --python-version --output-format --excludes \
    --exclude -o --output-file --format --annotation-style --custom-compile-command --no-emit-package \
    --unsafe-package";

const UV_ADD: &str = "\
    -m --marker --optional --bounds --rev --tag --branch --script --no-install-package";

const UV_OPTIONS: &[(&str, Means)] = &[
    ("-r", Means::File),
    ("--requirements", Means::File),
    ("--requirement", Means::File),
    ("-c", Means::Constraints),
    ("--constraints", Means::Constraints),
    ("--constraint", Means::Constraints),
    ("-b", Means::Constraints),
    ("--build-constraints", Means::Constraints),
    ("--build-constraint", Means::Constraints),
    ("--overrides", Means::File),
    ("--override", Means::File),
];

const WITH: &[(&str, Means)] = &[
    ("-w", Means::Requirements),
    ("--with", Means::Requirements),
    ("--with-editable", Means::Requirements),
    ("--with-requirements", Means::Files),
    ("--with-executables-from", Means::Requirements),
    ("--from", Means::Tool),
    ("-c", Means::Constraints),
    ("--constraints", Means::Constraints),
    ("-b", Means::Constraints),
    ("--overrides", Means::File),
];

const CONDA: &str = "\
    -n --name -p --prefix -f --file -c --channel --repodata-fn --revision --clone --solver --shortcuts-only \
    --exclude-newer --subdir --platform --console --format --environment-specifier --env-spec";

const MAMBA: &str = "\
    -n --name -p --prefix -r --root-prefix -f --file -c --channel --channel-alias --rc-file --log-level \
    --relocate-prefix --cacert-path --repodata-ttl --lock-timeout --safety-checks --trusted-channels \
    --platform --category --revision --clone";

const PIPX: &str = "\
    --include-resources-from --upgrade-strategy --suffix --python --app --lock -i --index-url --pip-args \
    --cooldown --backend --output --python-args";

const PIPX_OPTIONS: &[(&str, Means)] = &[
    ("--preinstall", Means::Requirement),
    ("--with", Means::Requirement),
    ("--spec", Means::Tool),
    ("-r", Means::File),
    ("--requirement", Means::File),
];

const POETRY: &str = "\
    -G --group -E --extras --python --platform --markers --source -P --project -C --directory";

const PDM: &str = "\
    -p --project -L --lockfile -C --config-setting -k --skip -G --group --venv";

const PIPENV: &str = "\
    --pypi-mirror --python --extra-pip-args --resolver --categories --extras --config-settings -i --index";

const SYSTEM: &str = "\
    -t --target-release -o --option -c --config-file -a --repository -X";

const NONE: &[&[(&str, Means)]] = &[];

const fn row(
    words: &'static [&'static str],
    takes: Takes,
    options: &'static [&'static [(&'static str, Means)]],
    values: &'static [&'static str],
) -> Installer {
    Installer { words, takes, options, values, flags: None }
}

const fn pip(words: &'static [&'static str]) -> Installer {
    Installer { flags: Some(PIP_FLAGS), ..row(words, Takes::Requirements, &[FILES, EDITABLE], &[PIP]) }
}

/// Every command that installs; of several that fit, the longest does.
pub(super) static INSTALLERS: &[Installer] = &[
    pip(&["pip", "install"]),
    pip(&["pip", "download"]),
    pip(&["pip", "wheel"]),
    row(&["uv", "pip", "install"], Takes::Requirements, &[UV_OPTIONS, EDITABLE], &[UV_SHARED, UV_PIP]),
    row(&["uv", "pip", "sync"], Takes::Files, &[UV_OPTIONS], &[UV_SHARED, UV_PIP]),
    row(&["uv", "pip", "compile"], Takes::Files, &[UV_OPTIONS], &[UV_SHARED, UV_PIP]),
    row(&["uv", "add"], Takes::Requirements, &[UV_OPTIONS], &[UV_SHARED, UV_ADD]),
    row(&["uv", "tool", "install"], Takes::Tool, &[WITH], &[UV_SHARED]),
    row(&["uv", "tool", "run"], Takes::Tool, &[WITH], &[UV_SHARED]),
    row(&["uvx"], Takes::Tool, &[WITH], &[UV_SHARED]),
    row(&["uv", "run"], Takes::Command, &[WITH], &[UV_SHARED]),
    row(&["pipx", "install"], Takes::Requirements, &[PIPX_OPTIONS], &[PIPX]),
    row(&["pipx", "inject"], Takes::Behind, &[PIPX_OPTIONS], &[PIPX]),
    row(&["pipx", "run"], Takes::Tool, &[PIPX_OPTIONS], &[PIPX]),
    row(&["poetry", "add"], Takes::Poetry, NONE, &[POETRY]),
    row(&["poetry", "self", "add"], Takes::Poetry, NONE, &[POETRY]),
    row(&["poetry", "run"], Takes::Command, NONE, &[POETRY]),
    row(&["pdm", "add"], Takes::Requirements, &[EDITABLE, &[("--override", Means::File)]], &[PDM]),
    row(&["pdm", "run"], Takes::Command, NONE, &[PDM]),
    row(
        &["pipenv", "install"],
        Takes::Requirements,
        &[EDITABLE, &[("-r", Means::File), ("--requirements", Means::File)]],
        &[PIPENV],
    ),
    row(&["pipenv", "run"], Takes::Command, NONE, &[PIPENV]),
    row(
        &["rye", "add"],
        Takes::Requirements,
        NONE,
        &["--git --url --path --tag --rev --branch --features --optional --pin"],
    ),
    row(&["pip-sync"], Takes::Files, NONE, &[PIP]),
    row(
        &["easy_install"],
        Takes::Requirements,
        NONE,
        &["-d --install-dir -i --index-url -f --find-links -s --script-dir -b --build-directory"],
    ),
    row(&["conda", "install"], Takes::Conda, NONE, &[CONDA]),
    row(&["conda", "create"], Takes::Conda, NONE, &[CONDA]),
    row(&["conda", "update"], Takes::Conda, NONE, &[CONDA]),
    row(&["conda", "env"], Takes::Nothing, NONE, &[CONDA]),
    row(&["conda", "run"], Takes::Command, NONE, &[CONDA]),
    row(&["mamba", "install"], Takes::Conda, NONE, &[MAMBA]),
    row(&["mamba", "create"], Takes::Conda, NONE, &[MAMBA]),
    row(&["mamba", "update"], Takes::Conda, NONE, &[MAMBA]),
    row(&["micromamba", "install"], Takes::Conda, NONE, &[MAMBA]),
    row(&["micromamba", "create"], Takes::Conda, NONE, &[MAMBA]),
    row(&["micromamba", "run"], Takes::Command, NONE, &[MAMBA]),
    row(&["apt-get", "install"], Takes::System, NONE, &[SYSTEM]),
    row(&["apt", "install"], Takes::System, NONE, &[SYSTEM]),
    row(&["aptitude", "install"], Takes::System, NONE, &[SYSTEM]),
    row(&["apk", "add"], Takes::System, NONE, &[SYSTEM]),
    row(&["dnf", "install"], Takes::System, NONE, &[SYSTEM]),
    row(&["microdnf", "install"], Takes::System, NONE, &[SYSTEM]),
    row(&["yum", "install"], Takes::System, NONE, &[SYSTEM]),
];

/// Words in front of a command that run what follows them, with those of their options that take a value.
pub(super) const WRAPPERS: &[(&str, &[&str])] = &[
    ("sudo", &["-u", "-g", "-h", "-p", "-C", "-U", "-r", "-t", "--user", "--group"]),
    ("env", &["-u", "--unset", "-C", "--chdir", "-S"]),
    ("exec", &["-a"]),
    ("command", &[]),
    ("nohup", &[]),
    ("time", &["-f", "-o"]),
    ("nice", &["-n"]),
    ("ionice", &["-c", "-n"]),
    ("xargs", &["-n", "-I", "-P", "-d", "-L", "-a", "-E", "-s"]),
    ("timeout", &["-s", "-k"]),
    ("retry", &[]),
    ("travis_retry", &[]),
    ("if", &[]),
    ("then", &[]),
    ("else", &[]),
    ("elif", &[]),
    ("while", &[]),
    ("until", &[]),
    ("do", &[]),
    ("!", &[]),
    ("{", &[]),
    ("RUN", &[]),
    ("gosu", &[]),
    ("su-exec", &[]),
    ("chroot", &[]),
    ("yes", &[]),
    ("eval", &[]),
];
