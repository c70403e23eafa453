//! Gathering what was told, and checking all of it before anything is refused.

use crate::Refused;
use crate::config::Cli;
use broker::identity_pool::scope_down;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, CommandFactory, Parser};
use domain::iam::session_policy::SessionPolicy;
use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The commands whose options may stand in the environment and in a file.
const SERVING: [&str; 2] = ["serve", "dev"];

/// How all variables of the environment begin that are meant for the server.
const PREFIX: &str = "CENOTE_";

/// The option that names the file, and so cannot stand in it.
pub(super) const CONFIG: &str = "config";

/// How alike two names must be for one to be meant by the other.
const ALIKE: f64 = 0.8;

/// Variables of the environment, by their names.
pub(crate) type Environment = BTreeMap<String, OsString>;

/// What was read, and what is odd about it.
pub(crate) struct Read {
    pub(crate) cli: Cli,
    /// Variables that may have been meant. Others put variables into an environment too, so they refuse nothing.
    pub(crate) odd: Vec<String>,
}

impl From<Cli> for Read {
    fn from(cli: Cli) -> Self {
        Self { cli, odd: Vec::new() }
    }
}

/// Reads the command line, the environment and the file.
///
/// # Errors
/// Everything that is wrong with them, at once. Help, and a command line that is none, end the process.
pub(crate) fn read(arguments: &[OsString], environment: &Environment) -> Result<Read, Refused> {
    let command = Cli::command();
    let parsed = lenient(command.clone()).try_get_matches_from(arguments);
    let (name, matches) = match parsed.as_ref().map(ArgMatches::subcommand) {
        Ok(Some((name, matches))) if SERVING.contains(&name) => (name, matches),
        // Everything else is as clap says.
        Ok(_) | Err(_) => return Ok(Cli::parse_from(arguments).into()),
    };
    let Some(options) = command.find_subcommand(name) else {
        return Ok(Cli::parse_from(arguments).into());
    };
    let mut gathered = Gathered {
        command: name,
        options: options_of(options),
        told: BTreeMap::new(),
        faults: Vec::new(),
        odd: Vec::new(),
    };
    gathered.command_line(matches);
    gathered.environment(environment);
    gathered.file();
    gathered.check_each();
    gathered.check_together();
    if !gathered.faults.is_empty() {
        return Err(Refused(format!("the settings are not right:\n  {}", gathered.faults.join("\n  "))));
    }
    let all = gathered.told.iter().filter_map(|(id, told)| Some(spelled(gathered.option(id)?, &told.values)));
    let whole = ["cenote", name].map(OsString::from).into_iter().chain(all.flatten());
    let cli = Cli::try_parse_from(whole).map_err(Refused::because)?;
    Ok(Read { cli, odd: gathered.odd })
}

/// The options of a command, but for those that clap adds.
pub(super) fn options_of(command: &Command) -> Vec<&Arg> {
    command
        .get_arguments()
        .filter(|option| option.get_id() != "help" && option.get_id() != "version")
        .collect()
}

/// The same command, with any value taken and none required.
fn lenient(command: Command) -> Command {
    let anything = |option: Arg| {
        let option = option.required(false).default_values(None::<&str>);
        option.value_parser(clap::builder::ValueParser::os_string())
    };
    SERVING
        .into_iter()
        .fold(command, |command, name| command.mut_subcommand(name, |sub| sub.mut_args(anything)))
}

/// What an option was told to be.
struct Told {
    values: Vec<OsString>,
    whence: Whence,
}

/// Where it was told.
enum Whence {
    CommandLine,
    Environment,
    File(PathBuf),
}

struct Gathered<'a> {
    command: &'a str,
    options: Vec<&'a Arg>,
    told: BTreeMap<String, Told>,
    faults: Vec<String>,
    odd: Vec<String>,
}

impl<'a> Gathered<'a> {
    fn option(&self, id: &str) -> Option<&'a Arg> {
        self.options.iter().copied().find(|option| option.get_id() == id)
    }

    /// Notes what an option was told, unless somebody of more weight has said so already.
    fn tell(&mut self, id: &str, values: Vec<OsString>, whence: Whence) {
        self.told.entry(id.to_owned()).or_insert(Told { values, whence });
    }

    fn command_line(&mut self, matches: &ArgMatches) {
        for option in self.options.clone() {
            let id = option.get_id().as_str();
            if matches.value_source(id) == Some(ValueSource::CommandLine) {
                let values = matches.get_many::<OsString>(id).into_iter().flatten().cloned().collect();
                self.tell(id, values, Whence::CommandLine);
            }
        }
    }

    fn environment(&mut self, environment: &Environment) {
        for (name, value) in environment {
            let is_named = |option: &&&Arg| variable(option) == *name;
            if let Some(option) = self.options.iter().find(is_named) {
                self.tell(option.get_id().as_str(), vec![value.clone()], Whence::Environment);
            } else if name.starts_with(PREFIX)
                && let Some(meant) = nearest(name, self.options.iter().map(|option| variable(option)))
            {
                self.odd.push(format!("{name} in the environment is no option; {meant} may be meant"));
            }
        }
    }

    fn file(&mut self) {
        let Some(path) = self.told.get(CONFIG).map(|told| PathBuf::from(told.whole())) else { return };
        match read_file(&path) {
            Ok(entries) => {
                for (id, value) in entries {
                    self.entry(&path, &id, value);
                }
            }
            Err(why) => self.faults.push(format!("{}: {why}", path.display())),
        }
    }

    fn entry(&mut self, path: &Path, id: &str, value: Result<Vec<OsString>, &'static str>) {
        let shown = path.display();
        match (self.option(id).filter(|_| id != CONFIG), value) {
            (Some(_), Ok(values)) => self.tell(id, values, Whence::File(path.to_owned())),
            (Some(_), Err(why)) => self.faults.push(format!("`{id}` in {shown}: {why}")),
            (None, _) => {
                let known = self.options.iter().map(|option| option.get_id().to_string());
                let meant = nearest(id, known.filter(|known| known != CONFIG));
                let meant = meant.map(|meant| format!("; `{meant}` may be meant")).unwrap_or_default();
                self.faults
                    .push(format!("`{id}` in {shown} is no option of `cenote {}`{meant}", self.command));
            }
        }
    }

    fn check_each(&mut self) {
        for option in self.options.clone() {
            let id = option.get_id().as_str();
            let help = help(option);
            let fault = match self.told.get(id) {
                Some(told) => refusal(option, &told.values)
                    .map(|why| format!("{}: {why}. It is: {help}", told.name(option))),
                None if option.is_required_set() => {
                    let (flag, name) = (flag(option), variable(option));
                    Some(format!(
                        "`{id}` is missing; say it with {flag}, {name} or in the file of --config. It is: {help}"
                    ))
                }
                None => None,
            };
            self.faults.extend(fault);
        }
    }

    /// What an option was told to be, if that is what it can be.
    fn parsed<T: Clone + Send + Sync + 'static>(&self, id: &str) -> Option<T> {
        let matches = alone(self.option(id)?, &self.told.get(id)?.values).ok()?;
        matches.get_one::<T>(id).cloned()
    }

    fn check_together(&mut self) {
        self.check_scope_down();
        let is_told = |id: &str| self.told.contains_key(id);
        let (certificate, key) = (is_told("tls.certificate"), is_told("tls.key"));
        if certificate != key {
            let (given, missing) =
                if certificate { ("tls.certificate", "tls.key") } else { ("tls.key", "tls.certificate") };
            self.faults
                .push(format!("`{missing}` is missing: `{given}` alone is no use; give both, or neither"));
        }
        let listen = self.parsed::<SocketAddr>("listen").filter(|address| !address.ip().is_loopback());
        if let Some(address) = listen
            && !certificate
            && !key
            && self.parsed("plaintext") != Some(true)
        {
            self.faults.push(format!(
                "`listen`: other machines reach {address}, and without TLS everybody on the way reads passwords and \
                 credentials; give `tls.certificate` and `tls.key`, listen on a loopback address, or say \
                 `plaintext = true` where the network is encrypted by other means"
            ));
        }
    }
}

impl Gathered<'_> {
    /// Whether policies that are each right can be used together.
    fn check_scope_down(&mut self) {
        const ID: &str = "guests.scope_down";
        let (Some(option), Some(told)) = (self.option(ID), self.told.get(ID)) else { return };
        // What is wrong with each was said already.
        let Ok(matches) = alone(option, &told.values) else { return };
        let policies: Vec<SessionPolicy> = matches.get_many(ID).into_iter().flatten().cloned().collect();
        if !policies.is_empty()
            && let Err(bad) = scope_down::check(&policies)
        {
            self.faults.push(format!("`{ID}`: {bad}. It is: {}", help(option)));
        }
    }
}

impl Told {
    fn whole(&self) -> OsString {
        self.values.join(OsStr::new(","))
    }

    /// The option's name, as it was written where it was told.
    fn name(&self, option: &Arg) -> String {
        let value = self.whole();
        let value = value.to_string_lossy();
        match &self.whence {
            Whence::CommandLine => format!("{} `{value}`", flag(option)),
            Whence::Environment => format!("{} `{value}`", variable(option)),
            Whence::File(path) => format!("`{}` in {}, `{value}`", option.get_id(), path.display()),
        }
    }
}

/// Why an option cannot have these values.
fn refusal(option: &Arg, values: &[OsString]) -> Option<String> {
    let error = alone(option, values).err()?;
    if error.kind() == ErrorKind::ValueValidation
        && let Some(source) = error.source()
    {
        return Some(source.to_string());
    }
    let text = error.to_string();
    let said = text.strip_prefix("error: ").unwrap_or(&text).lines().map(str::trim);
    Some(said.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}

/// Reads one option as if it were the only one.
fn alone(option: &Arg, values: &[OsString]) -> Result<ArgMatches, clap::Error> {
    let command = Command::new("cenote").no_binary_name(true).disable_help_flag(true);
    command.arg(option.clone().required(false)).try_get_matches_from(spelled(option, values))
}

/// An option on the command line.
fn spelled(option: &Arg, values: &[OsString]) -> Vec<OsString> {
    let one = |value: &OsString| {
        let mut word = OsString::from(flag(option));
        word.push("=");
        word.push(value);
        word
    };
    values.iter().map(one).collect()
}

fn flag(option: &Arg) -> String {
    format!("--{}", option.get_long().unwrap_or_default())
}

/// The variable of the environment for an option.
fn variable(option: &Arg) -> String {
    format!("{PREFIX}{}", option.get_long().unwrap_or_default().to_uppercase().replace('-', "_"))
}

pub(super) fn help(option: &Arg) -> String {
    option.get_long_help().or_else(|| option.get_help()).map(ToString::to_string).unwrap_or_default()
}

/// The name that may be meant by one that is not known.
fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    // All variables begin alike, which says nothing.
    let tail = |name: &str| name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
    let alike = |known: &String| strsim::jaro_winkler(&tail(name), &tail(known));
    known.filter(|known| alike(known) >= ALIKE).max_by(|one, other| alike(one).total_cmp(&alike(other)))
}

/// An entry of the file: its full name, and its values or why it can have none.
type Entry = (String, Result<Vec<OsString>, &'static str>);

fn read_file(path: &Path) -> Result<Vec<Entry>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))?;
    let table = toml::from_str::<toml::Table>(&text).map_err(|error| error.to_string())?;
    let mut entries = Vec::new();
    flatten("", table, &mut entries);
    Ok(entries)
}

fn flatten(prefix: &str, table: toml::Table, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let id = format!("{prefix}{name}");
        match value {
            toml::Value::Table(table) => flatten(&format!("{id}."), table, entries),
            value @ (toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_)
            | toml::Value::Array(_)) => entries.push((id, values(value))),
        }
    }
}

fn values(value: toml::Value) -> Result<Vec<OsString>, &'static str> {
    match value {
        toml::Value::String(text) => Ok(vec![text.into()]),
        toml::Value::Integer(number) => Ok(vec![number.to_string().into()]),
        toml::Value::Boolean(is_so) => Ok(vec![is_so.to_string().into()]),
        toml::Value::Array(list) => {
            let each: Result<Vec<_>, _> = list.into_iter().map(values).collect();
            Ok(each?.concat())
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            Err("neither a text, a whole number, true or false, nor a list of these")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;

    fn told(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Read, Refused> {
        let arguments: Vec<OsString> =
            ["cenote", "serve"].iter().chain(arguments).map(OsString::from).collect();
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
        read(&arguments, &environment)
    }

    const ENOUGH: [&str; 2] = ["--data=d", "--listen=127.0.0.1:0"];

    fn file(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cenote.toml");
        std::fs::write(&path, text).unwrap();
        (folder, format!("--config={}", path.display()))
    }

    #[test]
    fn the_command_line_beats_the_environment_and_that_beats_the_file() {
        let (_folder, config) = file(
            "data = 'd'\nlisten = '127.0.0.1:1'\nregion = 'file'\naccount = '000000000001'\n\
             trusted_proxies = ['10.0.0.0/8', '::1']\n[log]\nformat = 'json'\n[audit]\nsync = true\n",
        );
        let environment = [("CENOTE_REGION", "environment"), ("CENOTE_ACCOUNT", "000000000002")];
        let read = told(&[&config, "--account=000000000003", "--listen=127.0.0.1:3"], &environment).unwrap();
        let settings = read.cli.command.settings().unwrap();
        assert_eq!(settings.account.as_str(), "000000000003");
        assert_eq!((settings.region.as_str(), settings.listen.port()), ("environment", 3));
        assert!(matches!(settings.log.format, LogFormat::Json) && settings.audit.sync);
        assert_eq!(settings.trusted_proxies.len(), 2);
    }

    #[test]
    fn every_fault_is_named_at_once_with_what_to_do() {
        let (_folder, config) =
            file("regoin = 'a'\n[tls]\ncertificate = 'c'\nkye = 'k'\n[limits]\nconnections = 0.5\n");
        let environment = [("CENOTE_ACCOUNT", "12"), ("CENOTE_OTHER", "")];
        let arguments = [&*config, "--log-format=xml", "--limits-uncapped=::1,10.0.0.1/8"];
        let refused = told(&arguments, &environment).err().unwrap().to_string();
        for fault in [
            "`regoin` in ",
            "`region` may be meant",
            "`tls.kye` in ",
            "`tls.key` may be meant",
            "`tls.key` is missing",
            "`limits.connections` in ",
            "CENOTE_ACCOUNT `12`",
            "--log-format `xml`",
            "[possible values: text, json]",
            "write `10.0.0.0/8`",
            "`data` is missing; say it with --data, CENOTE_DATA",
            "`listen` is missing",
        ] {
            assert!(refused.contains(fault), "{fault}: {refused}");
        }
        assert!(!refused.contains("CENOTE_OTHER"), "{refused}");
    }

    #[test]
    fn what_guests_may_do_at_most_is_read_from_files_and_refused_beside_other_faults() {
        const GOOD: &str =
            r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        let folder = tempfile::tempdir().unwrap();
        let written = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let (one, other) = (written("one.json", GOOD), written("other.json", GOOD));
        let long = written("long.json", &format!("{GOOD}{}", " ".repeat(3000)));
        let config = written("good.toml", &format!("[guests]\nscope_down = ['{one}', '{other}']\n"));
        let read = told(&[&format!("--config={config}"), ENOUGH[0], ENOUGH[1]], &[]).unwrap();
        let names = |settings: &crate::config::Settings| {
            settings.guests.scope_down.iter().map(|policy| policy.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(read.cli.command.settings().unwrap()), [one.as_str(), &other]);
        for (files, fault) in [
            (written("broken.json", "{"), "broken.json`: policy `"),
            (folder.path().join("absent.json").display().to_string(), "the file cannot be read: "),
            (
                format!("{long},{long}"),
                "`guests.scope_down`: the policies have more than 4096 characters together",
            ),
        ] {
            let refused =
                told(&[&format!("--guests-scope-down={files}"), "--account=12"], &[]).err().unwrap();
            for fault in [fault, "--account `12`", "`data` is missing"] {
                assert!(refused.to_string().contains(fault), "{fault}: {refused}");
            }
        }
        let none = written("none.toml", "[guests]\nscope_down = []\n");
        let read = told(&[&format!("--config={none}"), ENOUGH[0], ENOUGH[1]], &[]).unwrap();
        assert_eq!(names(read.cli.command.settings().unwrap()), [""; 0]);
    }

    #[test]
    fn a_variable_that_is_nearly_an_option_is_odd_and_others_are_somebody_elses() {
        let environment = [("CENOTE_TLS_CERTIFICAT", "c"), ("CENOTE_SERVICE_HOST", "10.0.0.1")];
        let odd = told(&ENOUGH, &environment).unwrap().odd;
        assert_eq!(
            odd,
            ["CENOTE_TLS_CERTIFICAT in the environment is no option; CENOTE_TLS_CERTIFICATE may be meant"]
        );
    }

    #[test]
    fn a_file_that_is_missing_or_no_toml_is_refused_with_its_name() {
        let (_folder, config) = file("data = \n");
        for config in [config.as_str(), "--config=/nowhere/cenote.toml"] {
            let refused = told(&[config, ENOUGH[0], ENOUGH[1]], &[]).err().unwrap().to_string();
            assert!(refused.contains("cenote.toml: "), "{refused}");
        }
    }

    #[test]
    fn plaintext_where_other_machines_reach_is_for_those_who_say_so() {
        let at = |address: &str, more: &[&str]| {
            let listen = format!("--listen={address}");
            told(&[&["--data=d", &listen], more].concat(), &[]).err().map(|refused| refused.to_string())
        };
        for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
            assert!(at(address, &[]).unwrap().contains("plaintext = true"));
            assert!(at(address, &["--plaintext=false"]).unwrap().contains("plaintext = true"));
            assert_eq!(at(address, &["--plaintext"]), None);
            assert_eq!(at(address, &["--tls-certificate=c", "--tls-key=k"]), None);
        }
        assert_eq!(at("127.0.0.2:0", &[]), None);
        assert_eq!(at("[::1]:0", &[]), None);
    }

    #[test]
    fn every_option_has_one_name_in_three_spellings_and_says_what_it_is() {
        let command = Cli::command();
        for name in SERVING {
            for option in options_of(command.find_subcommand(name).unwrap()) {
                let id = option.get_id().as_str();
                assert_eq!(option.get_long().unwrap(), id.replace(['.', '_'], "-"));
                assert!(help(option).ends_with('.') || help(option).len() > 20, "{id} says nothing");
            }
        }
    }
}
