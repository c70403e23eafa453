//! `cenote.example.toml`, written from what the options say of themselves.

use crate::config::Cli;
use crate::config::gather::{CONFIG, help, options_of};
use clap::{Arg, CommandFactory};
use std::path::Path;

const HEAD: &str = "\
# Every option of `cenote serve`, with its default where it has one. Use it with `--config FILE` or CENOTE_CONFIG.
# The environment beats this file, and the command line beats both: `key` in `[tls]` is CENOTE_TLS_KEY and --tls-key.
# `data` and `listen` have no default and must be given. `cenote dev` also takes `seed`.
# Paths are seen from where the server is started.
";

/// The longest line of a comment, in characters.
const WIDE: usize = 118;

fn example() -> String {
    let command = Cli::command();
    let mut text = HEAD.to_owned();
    let mut table = String::new();
    for option in options_of(command.find_subcommand("serve").unwrap()) {
        let id = option.get_id().as_str();
        let (inside, key) = id.rsplit_once('.').unwrap_or(("", id));
        if id == CONFIG {
            continue;
        }
        if inside != table {
            table = inside.to_owned();
            text.push_str(&format!("\n[{table}]\n"));
        }
        text.push_str(&format!("\n{}# {key} = {}\n", comment(&format!("{}.", help(option))), value(option)));
    }
    text
}

fn comment(words: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in words.split_whitespace() {
        if lines.last().unwrap().chars().count() + word.chars().count() >= WIDE {
            lines.push("#".to_owned());
        }
        let line = lines.last_mut().unwrap();
        line.push(' ');
        line.push_str(word);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The default, or the placeholder for a value.
fn value(option: &Arg) -> String {
    let defaults: Vec<&str> =
        option.get_default_values().iter().map(|value| value.to_str().unwrap()).collect();
    let quoted = |text: &&str| format!("\"{text}\"");
    let names = option.get_value_names().unwrap();
    if option.get_value_delimiter().is_some() {
        return format!("[{}]", defaults.iter().map(quoted).collect::<Vec<_>>().join(", "));
    }
    match defaults[..] {
        [] => quoted(&names[0].as_str()),
        [default] if ["true", "false"].contains(&default) => default.to_owned(),
        [default] if default.parse::<u32>().is_ok() => default.to_owned(),
        [default] => quoted(&default),
        [..] => panic!("{} has several defaults and no delimiter", option.get_id()),
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "whoever runs this test says whether to write the file")]
fn the_example_says_what_the_options_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cenote.example.toml");
    if std::env::var_os("CENOTE_WRITE_EXAMPLE").is_some() {
        std::fs::write(&path, example()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == example(),
        "cenote.example.toml is stale; write it anew with \
         `CENOTE_WRITE_EXAMPLE=1 cargo test -p cenote the_example_says_what_the_options_say`"
    );
}

#[test]
fn the_example_is_a_file_that_can_be_read_once_its_options_are_taken() {
    let taken = example()
        .replace("\n# ", "\n")
        .lines()
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .fold(String::new(), |text, line| text + line + "\n");
    let table: toml::Table = toml::from_str(&taken).unwrap();
    assert_eq!(table["region"].as_str(), Some("us-east-1"));
    assert_eq!(table["limits"]["connections"].as_integer(), Some(400));
}
