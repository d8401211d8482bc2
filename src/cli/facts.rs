//! `policy facts`: every fact read, one JSON object a line. Knows how to stream in order; needs no policy.

use super::common::{self, fail};
use super::judge::{Batch, each_file, from_disk};
use super::policy_file;
use super::progress::Progress;
use super::target::{self, Target};
use super::{Command, Exit, Shell, output};
use crate::disk::{self, DiskTree, Place, absolute};
use crate::engine::FileReport;
use crate::fact::{Fact, Role};
use crate::formats::escape;
use crate::formats::facts::FactLines;
use crate::formats::paths::Paths;
use crate::parallel;
use crate::problem::Problem;
use crate::project::Tree;
use crate::project::{Importer, Layout, Project, standard_library};
use crate::readers::quoted::Quoted;
use crate::readers::wanted::{Beside, Distributions, Everything};
use crate::readers::{Detail, Sink, Unread, Wanted};
use crate::repo_path::RepoPath;
use crate::source::Source;
use crate::text::Positions;
use clap::{Arg, ArgMatches, value_parser};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;

/// The command.
pub(super) static COMMAND: Command = Command { name: "facts", define, run };

fn define(command: clap::Command) -> clap::Command {
    let file = |name: &'static str, value: &'static str| {
        Arg::new(name).long(name).value_name(value).value_parser(value_parser!(PathBuf))
    };
    command
        .about("Tell every fact that is read, one JSON object a line")
        .arg(common::paths())
        .arg(file("files-from0", "FILE").help("Read the files named in FILE, separated by NUL; `-` is standard input"))
        .arg(file("output", "FILE").short('o').help("Write to FILE, whole or not at all"))
        .arg(file("stdin-filename", "NAME").help("What standard input is called (with `-`)"))
        .arg(
            Arg::new("allow-empty")
                .long("allow-empty")
                .action(clap::ArgAction::SetTrue)
                .help("A folder in which nothing is read is no error"),
        )
        .arg(
            Arg::new("role")
                .long("role")
                .value_name("ROLE")
                .action(clap::ArgAction::Append)
                .value_parser(["import", "use", "call", "string", "dependency", "all"])
                .help("Facts of this role (repeatable); imports and dependencies unless said otherwise"),
        )
        .after_help(
            "\
Examples:
  policy facts apps/                     imports beneath apps/
  policy facts --role dependency         what manifests declare, locks hold and commands install
  policy facts --role all apps/          what code does with imports too
  policy facts | jq -r .name | sort | uniq -c | sort -rn
                                         what is imported, and how often

No policy is needed; with --policy, its roots and packages resolve relative imports.",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let target = match target::read(matches, shell) {
        Ok(target) => target,
        Err(exit) => return exit,
    };
    let (place, layout) = match find_place(matches, &target, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let pool = match parallel::pool(common::threads(matches)) {
        Ok(pool) => pool,
        Err(error) => return fail(shell, &format!("no threads: {error}"), "try `--threads 1`"),
    };
    let selection = match target::select(&target, &place, &[], &pool, false, shell) {
        Ok(selection) => selection,
        Err(exit) => return exit,
    };
    let tree = DiskTree::new(place.root.clone());
    let project = Project::new(layout, &tree);
    let mut problems = selection.problems.clone();
    let visible = shell.err_columns.is_some() && shell.out_columns.is_none();
    let progress = Progress::start(selection.files.len(), visible);
    let nearby = disk::nearby(&place.root, &shell.working);
    let roles = Roles::asked(matches);
    let quoted = Quoted::any();
    let mut stream = |out: &mut (dyn Write + Send)| -> io::Result<()> {
        let mut written = Ok(());
        let consume = |parts: Vec<Told>| {
            for mut part in parts {
                if written.is_ok() {
                    written = out.write_all(&part.lines);
                }
                problems.append(&mut part.problems);
            }
        };
        let work = |file: &disk::Selected, bytes: &[u8]| {
            let importer = project.importer(&file.path);
            let beside = project.beside(&file.path);
            let mut telling = Telling::new(&file.path, &importer, &roles);
            file.reader.read(
                &Source { path: &file.path, bytes },
                file.surface,
                &roles.wanted(&quoted, &beside),
                Detail::Whole,
                &mut telling,
            );
            telling.told.in_order()
        };
        let failed = |report: FileReport| Told { lines: Vec::new(), ends: Vec::new(), problems: report.problems };
        let disk = from_disk(&nearby);
        let load = target.load(&disk);
        let bytes = AtomicU64::new(0);
        let batch = Batch { pool: &pool, files: &selection.files, load: &load, progress: &progress, bytes: &bytes };
        each_file(&batch, work, failed, consume);
        written
    };
    let written = match matches.get_one::<PathBuf>("output") {
        Some(file) => output::to_file(&absolute(&shell.working, file), |out| stream(out)),
        None => stream(&mut *shell.out).and_then(|()| shell.out.flush()),
    };
    drop(progress);
    let exit = tell_problems(&mut problems, &place, shell);
    common::printed(shell, written, exit)
}

/// The root is the git work tree, else the first path; `--root` and `--policy` say otherwise.
fn find_place(matches: &ArgMatches, target: &Target, shell: &mut Shell<'_>) -> Result<(Place, Layout), Exit> {
    let first = target.first(&shell.working);
    if matches.contains_id("policy") {
        let place = common::place(matches, first, shell)?;
        let style = common::style(matches, shell.err_columns, shell.color);
        let policy = policy_file::read_or_tell(&place, style, shell)?;
        let tree = DiskTree::new(place.root.clone());
        let layout = policy.layout(|path| tree.is_folder(path));
        return Ok((place, layout));
    }
    let mut place = if matches.contains_id("root") {
        common::place(matches, first, shell)?
    } else {
        if first.symlink_metadata().is_err() {
            return Err(fail(shell, &format!("`{}` does not exist", first.display()), "correct the path"));
        }
        let start = if first.is_dir() { first.clone() } else { first.parent().unwrap_or(&first).to_path_buf() };
        let work_tree = disk::work_tree(&start);
        Place { root: work_tree.clone().unwrap_or(start), policy: None, work_tree }
    };
    place.policy = None;
    let source = RepoPath::from_bytes(b"src");
    let mut roots = vec![RepoPath::default()];
    roots.extend(place.root.join("src").is_dir().then_some(source));
    Ok((place, Layout { roots, target: (3, standard_library::NEWEST), ..Layout::default() }))
}

/// Which facts are told.
struct Roles(Vec<Role>);

impl Roles {
    fn asked(matches: &ArgMatches) -> Self {
        let asked: Vec<&String> = matches.get_many("role").into_iter().flatten().collect();
        if asked.is_empty() {
            return Self(vec![Role::Import, Role::Dependency]);
        }
        let is_asked = |name: &str| asked.iter().any(|asked| *asked == name || *asked == "all");
        Self(Role::ALL.iter().filter(|(name, _)| is_asked(name)).map(|(_, role)| *role).collect())
    }

    fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Nothing is looked for that is not told: uses take a parser.
    fn wanted<'q>(&self, quoted: &'q Quoted, beside: Beside<'q>) -> Wanted<'q> {
        let uses = self.has(Role::Use) || self.has(Role::Call);
        let more = uses || self.has(Role::String);
        let distributions = self.has(Role::Dependency).then_some(&Everything as &dyn Distributions);
        let strings = more.then_some(quoted);
        Wanted { uses, strings, open: more, distributions, beside: Some(beside), ..Wanted::IMPORTS }
    }
}

/// What one file gave.
struct Told {
    lines: Vec<u8>,
    /// For each line: where its fact starts in the file, and where the line ends.
    ends: Vec<(u32, usize)>,
    problems: Vec<Problem>,
}

impl Told {
    /// In the order of the text: what hangs on an assignment is read after it.
    fn in_order(self) -> Self {
        if self.ends.is_sorted_by_key(|(start, _)| *start) {
            return self;
        }
        let mut from = 0;
        let mut lines: Vec<(u32, &[u8])> = Vec::with_capacity(self.ends.len());
        for (start, end) in &self.ends {
            lines.push((*start, self.lines.get(from..*end).unwrap_or_default()));
            from = *end;
        }
        lines.sort_by_key(|(start, _)| *start);
        let lines = lines.into_iter().flat_map(|(_, line)| line).copied().collect();
        Self { lines, ..self }
    }
}

/// Turns the facts of one file into lines.
struct Telling<'t> {
    path: &'t RepoPath,
    importer: &'t Importer,
    roles: &'t Roles,
    lines: FactLines,
    told: Told,
}

impl<'t> Telling<'t> {
    fn new(path: &'t RepoPath, importer: &'t Importer, roles: &'t Roles) -> Self {
        Self {
            path,
            importer,
            roles,
            lines: FactLines::new(&path.to_string()),
            told: Told { lines: Vec::with_capacity(16 << 10), ends: Vec::new(), problems: Vec::new() },
        }
    }
}

impl Sink for Telling<'_> {
    fn needs_place(&mut self, fact: &Fact<'_>) -> bool {
        self.roles.has(fact.role)
    }

    fn fact(&mut self, positions: &mut Positions<'_>, fact: &Fact<'_>) {
        if !self.roles.has(fact.role) {
            return;
        }
        let resolved = if fact.level == 0 { None } else { self.importer.resolve(fact.level, fact.name) };
        let start = positions.at(fact.span.start);
        let end = positions.at(fact.span.end);
        self.lines.push(fact, resolved.as_deref(), (start, end), &|at| positions.stored(at), &mut self.told.lines);
        self.told.ends.push((start.offset, self.told.lines.len()));
    }

    fn unread(&mut self, positions: &mut Positions<'_>, unread: Unread) {
        self.told.problems.push(unread.into_problem(self.path, positions));
    }
}

fn tell_problems(problems: &mut [Problem], place: &Place, shell: &mut Shell<'_>) -> Exit {
    problems.sort();
    let paths = Paths::new(&place.root, &shell.working, place.work_tree.as_deref());
    for problem in problems.iter() {
        let path = problem.path.as_ref().map(|path| paths.working(path)).unwrap_or_default();
        let at = problem.place.map(|(start, _)| format!(":{}:{}", start.line, start.column)).unwrap_or_default();
        let line = format!("{path}{at}: problem[{}] {}", problem.kind.as_str(), problem.message);
        let _ = writeln!(shell.err, "{}", escape::line(&line));
    }
    if problems.is_empty() { Exit::Clean } else { Exit::Failed }
}
