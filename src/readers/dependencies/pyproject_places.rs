//! Where dependencies stand in `pyproject.toml` and in the files that hold one tool's part of it. One static table; a new
//! place is a new row.

use super::tables::Dialect;
use crate::dependency::Standing;

/// What stands in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A list of requirements, or of tables with one.
    Requirements,
    /// A table of name and version.
    Table(Dialect),
    /// Files of requirements.
    Files,
    /// A list of a tool's arguments, or such in one text.
    Arguments,
    /// A script, or a list of them.
    Script,
    /// Lines of a requirement file, or a list of them.
    Lines,
    /// The text of a `tox.ini`.
    ToxIni,
}

/// Which group it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// This one.
    Is(&'static str),
    /// `extra:` and the first key that a `*` stands for.
    Extra,
    /// `group:` and the first key that a `*` stands for.
    Named,
}

/// A place.
pub(super) struct Place {
    /// Keys from the top; `*` is any, and `+` any number of any, none too.
    pub(super) path: &'static [&'static str],
    pub(super) shape: Shape,
    pub(super) group: Group,
    pub(super) standing: Standing,
}

const fn place(path: &'static [&'static str], shape: Shape, group: Group) -> Place {
    Place { path, shape, group, standing: Standing::Declared }
}

const fn standing(path: &'static [&'static str], shape: Shape, group: Group, standing: Standing) -> Place {
    Place { path, shape, group, standing }
}

use Group::{Extra, Is, Named};
use Shape::{Arguments, Files, Lines, Requirements, Script, Table, ToxIni};

const RUNTIME: Group = Is("runtime");
const BUILD: Group = Is("build");
const DEV: Group = Is("group:dev");

/// Every place.
pub(super) static PLACES: &[Place] = &[
    // PEP 621, PEP 518, PEP 735.
    place(&["project", "dependencies"], Requirements, RUNTIME),
    place(&["project", "optional-dependencies", "*"], Requirements, Extra),
    place(&["build-system", "requires"], Requirements, BUILD),
    place(&["dependency-groups", "*"], Requirements, Named),
    // poetry
    place(&["tool", "poetry", "dependencies"], Table(Dialect::Poetry), RUNTIME),
    place(&["tool", "poetry", "dev-dependencies"], Table(Dialect::Poetry), DEV),
    place(&["tool", "poetry", "group", "*", "dependencies"], Table(Dialect::Poetry), Named),
    place(&["tool", "poetry", "requires-plugins"], Table(Dialect::Poetry), BUILD),
    standing(&["tool", "poetry", "build-constraints", "*"], Table(Dialect::Poetry), BUILD, Standing::Constraint),
    // pdm
    place(&["tool", "pdm", "dev-dependencies", "*"], Lines, Named),
    place(&["tool", "pdm", "plugins"], Requirements, BUILD),
    standing(&["tool", "pdm", "resolution", "overrides"], Table(Dialect::Exact), RUNTIME, Standing::Override),
    // hatch
    place(&["tool", "hatch", "envs", "*", "dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "extra-dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "overrides", "*", "*", "dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "overrides", "*", "*", "extra-dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "overrides", "*", "*", "set-dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "overrides", "*", "*", "set-extra-dependencies"], Requirements, Named),
    place(&["tool", "hatch", "envs", "*", "pre-install-commands"], Script, Named),
    place(&["tool", "hatch", "envs", "*", "post-install-commands"], Script, Named),
    place(&["tool", "hatch", "envs", "*", "scripts", "*"], Script, Named),
    place(&["tool", "hatch", "env", "requires"], Requirements, BUILD),
    place(&["tool", "hatch", "build", "dependencies"], Requirements, BUILD),
    place(&["tool", "hatch", "build", "hooks", "*", "dependencies"], Requirements, BUILD),
    place(&["tool", "hatch", "build", "targets", "*", "dependencies"], Requirements, BUILD),
    place(&["tool", "hatch", "build", "targets", "*", "hooks", "*", "dependencies"], Requirements, BUILD),
    // uv
    place(&["tool", "uv", "dev-dependencies"], Requirements, DEV),
    place(&["tool", "uv", "extra-build-dependencies", "*"], Requirements, BUILD),
    standing(&["tool", "uv", "constraint-dependencies"], Requirements, RUNTIME, Standing::Constraint),
    standing(&["tool", "uv", "build-constraint-dependencies"], Requirements, BUILD, Standing::Constraint),
    standing(&["tool", "uv", "override-dependencies"], Requirements, RUNTIME, Standing::Override),
    standing(&["tool", "uv", "dependency-metadata", "requires-dist"], Requirements, RUNTIME, Standing::Override),
    // pixi
    place(&["tool", "pixi", "+", "dependencies"], Table(Dialect::Conda), RUNTIME),
    place(&["tool", "pixi", "+", "host-dependencies"], Table(Dialect::Conda), BUILD),
    place(&["tool", "pixi", "+", "build-dependencies"], Table(Dialect::Conda), BUILD),
    place(&["tool", "pixi", "+", "run-dependencies"], Table(Dialect::Conda), RUNTIME),
    standing(&["tool", "pixi", "+", "constraints"], Table(Dialect::Conda), RUNTIME, Standing::Constraint),
    standing(&["tool", "pixi", "+", "run-constraints"], Table(Dialect::Conda), RUNTIME, Standing::Constraint),
    place(&["tool", "pixi", "+", "pypi-dependencies"], Table(Dialect::Pep440), RUNTIME),
    standing(
        &["tool", "pixi", "+", "pypi-options", "dependency-overrides"],
        Table(Dialect::Pep440),
        RUNTIME,
        Standing::Override,
    ),
    place(&["tool", "pixi", "+", "tasks", "*"], Script, RUNTIME),
    // rye, flit, briefcase
    place(&["tool", "rye", "dev-dependencies"], Requirements, DEV),
    place(&["tool", "flit", "metadata", "requires"], Requirements, RUNTIME),
    place(&["tool", "flit", "metadata", "dev-requires"], Requirements, DEV),
    place(&["tool", "flit", "metadata", "requires-extra", "*"], Requirements, Extra),
    place(&["tool", "briefcase", "requires"], Lines, RUNTIME),
    place(&["tool", "briefcase", "test_requires"], Lines, Is("group:test")),
    place(&["tool", "briefcase", "app", "+", "requires"], Lines, RUNTIME),
    place(&["tool", "briefcase", "app", "+", "test_requires"], Lines, Is("group:test")),
    // cibuildwheel
    place(&["tool", "cibuildwheel", "+", "test-requires"], Arguments, Is("group:test")),
    place(&["tool", "cibuildwheel", "+", "audit-requires"], Arguments, Is("group:test")),
    place(&["tool", "cibuildwheel", "+", "before-all"], Script, BUILD),
    place(&["tool", "cibuildwheel", "+", "before-build"], Script, BUILD),
    place(&["tool", "cibuildwheel", "+", "before-test"], Script, Is("group:test")),
    place(&["tool", "cibuildwheel", "+", "test-command"], Script, Is("group:test")),
    // tox
    place(&["tool", "tox", "requires"], Requirements, BUILD),
    place(&["tool", "tox", "env_run_base", "deps"], Lines, Is("group:tox")),
    place(&["tool", "tox", "env_pkg_base", "deps"], Lines, BUILD),
    place(&["tool", "tox", "env", "*", "deps"], Lines, Named),
    place(&["tool", "tox", "env_base", "*", "deps"], Lines, Named),
    place(&["tool", "tox", "env_run_base", "commands"], Script, Is("group:tox")),
    place(&["tool", "tox", "env_run_base", "commands_pre"], Script, Is("group:tox")),
    place(&["tool", "tox", "env", "*", "commands"], Script, Named),
    place(&["tool", "tox", "env", "*", "commands_pre"], Script, Named),
    place(&["tool", "tox", "legacy_tox_ini"], ToxIni, Is("group:tox")),
    // setuptools
    place(&["tool", "setuptools", "dynamic", "dependencies", "file"], Files, RUNTIME),
    place(&["tool", "setuptools", "dynamic", "optional-dependencies", "*", "file"], Files, Extra),
];
