//! Completions for shells and a manual page: made from the table of commands, so that they cannot be old.

use std::fmt::Write;

use pico_args::Arguments;

use super::{COMMANDS, Command, Stop, nothing_left, print};

/// `patmost completions`
pub static COMPLETIONS: Command = Command {
    name: "completions",
    takes: "bash|zsh|fish",
    does: "Print what completes the words of commands and their flags in a shell",
    options: &[],
    examples: [
        "source <(patmost completions bash)",
        "patmost completions zsh > ~/.zfunc/_patmost",
        "patmost completions fish > ~/.config/fish/completions/patmost.fish",
    ],
    run: completions,
};

/// `patmost man`
pub static MAN: Command = Command {
    name: "man",
    takes: "",
    does: "Print a manual page of all commands",
    options: &[],
    examples: [
        "patmost man | man -l -",
        "patmost man > /usr/local/share/man/man1/patmost.1",
        "patmost man | mandoc",
    ],
    run: |arguments| {
        nothing_left(arguments)?;
        print(&man())
    },
};

fn completions(mut arguments: Arguments) -> Result<(), Stop> {
    let shell: String = arguments.free_from_str()?;
    nothing_left(arguments)?;
    print(&match shell.as_str() {
        "bash" => bash(),
        "zsh" => format!(
            "#compdef patmost\nautoload -U +X bashcompinit && bashcompinit\n{}",
            bash()
        ),
        "fish" => fish(),
        _ => {
            return Err(Stop::Usage(format!(
                "{shell:?} is none of {}",
                COMPLETIONS.takes
            )));
        }
    })
}

/// Returns the flags that a shell completes.
fn flags(command: &Command) -> Vec<&'static str> {
    command.flags().filter(|flag| *flag != "--").collect()
}

/// The words that may come first, each once.
fn first_words() -> Vec<&'static str> {
    let mut words = Vec::new();
    for command in COMMANDS {
        let word = command.name.split(' ').next().unwrap_or_default();
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}

/// The words that may come behind the first one.
fn second_words(first: &str) -> Vec<&'static str> {
    let behind = |command: &&'static Command| command.name.strip_prefix(first)?.strip_prefix(' ');
    COMMANDS.iter().filter_map(behind).collect()
}

fn bash() -> String {
    let mut cases = String::new();
    for command in COMMANDS {
        let flags = flags(command).join(" ");
        // Writing to a text does not fail.
        let _ = writeln!(cases, "        \"{}\") words=\"{flags}\" ;;", command.name);
    }
    for first in first_words() {
        let words = second_words(first).join(" ");
        if !words.is_empty() {
            let _ = writeln!(cases, "        \"{first}\") words=\"{words}\" ;;");
        }
    }
    let first = first_words().join(" ");
    format!(
        "_patmost() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command= words= word
    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do
        case $word in -*) continue ;; esac
        case \"$command\" in *' '*) break ;; esac
        command=${{command:+$command }}$word
    done
    case \"$command\" in
        \"\") words=\"{first}\" ;;
{cases}    esac
    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))
}}
complete -o default -F _patmost patmost
"
    )
}

fn fish() -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let mut text = String::new();
    let firsts = first_words();
    for first in &firsts {
        let does = COMMANDS.iter().find(|command| command.name == *first);
        let does = does.map_or_else(|| format!("Commands for: {first}"), |one| one.does.into());
        let _ = writeln!(
            text,
            "complete -c patmost -n __fish_use_subcommand -a {first} -d {}",
            quoted(&does)
        );
    }
    for command in COMMANDS {
        let (first, second) = command.name.split_once(' ').unwrap_or((command.name, ""));
        let mut seen = format!("__fish_seen_subcommand_from {first}");
        if !second.is_empty() {
            let all = second_words(first).join(" ");
            let _ = writeln!(
                text,
                "complete -c patmost -n '{seen}; and not __fish_seen_subcommand_from {all}' -a {second} -d {}",
                quoted(command.does)
            );
            let _ = write!(seen, "; and __fish_seen_subcommand_from {second}");
        }
        for flag in flags(command) {
            let flag = flag.trim_start_matches('-');
            let _ = writeln!(text, "complete -c patmost -n '{seen}' -l {flag}");
        }
    }
    text
}

/// Returns a text as roff prints it: no letter of it means anything.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

fn man() -> String {
    let mut page = format!(
        ".TH PATMOST 1 \"\" \"patmost {}\" \"User Commands\"\n",
        env!("CARGO_PKG_VERSION")
    );
    page += ".SH NAME\npatmost \\- personal access tokens the Mattermost way, in one executable over one SQLite file\n";
    page += ".SH SYNOPSIS\n.B patmost\n.I COMMAND\n.RI [ OPTIONS ]\n.SH COMMANDS\n";
    for command in COMMANDS {
        let usage = roff(&format!("patmost {} {}", command.name, command.takes));
        let _ = writeln!(page, ".SS {}\n{}.", roff(command.name), roff(command.does));
        let _ = writeln!(page, ".PP\n.B {}", usage.trim_end());
        for (option, does) in command.options {
            let _ = writeln!(
                page,
                ".TP\n.B {}\n{}",
                roff(option.trim_start()),
                roff(does)
            );
        }
        page += ".PP\nExamples:\n.PP\n.nf\n";
        for example in command.examples {
            let _ = writeln!(page, "{}", roff(example));
        }
        page += ".fi\n";
    }
    page += ".SH OPTIONS\nEvery command takes these.\n";
    for (option, does) in [
        ("--data FILE", "the data file; patmost.db without it"),
        ("--json", "print data as JSON"),
        (
            "-q, --quiet",
            "print only the secret, the id, or nothing but what a script needs",
        ),
        ("-h, --help", "tell what the command takes"),
        ("-V, --version", "print the version"),
    ] {
        let _ = writeln!(page, ".TP\n.B {}\n{}", roff(option), roff(does));
    }
    page += ".SH EXIT STATUS\n";
    for (code, means) in EXIT_CODES {
        let _ = writeln!(page, ".TP\n.B {code}\n{}", roff(means));
    }
    page += ".SH ENVIRONMENT\n.TP\n.B MM_SECTION_SETTING\na setting, such as MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS\n";
    page
}

/// Exit codes, and their meanings.
const EXIT_CODES: [(&str, &str); 4] = [
    ("0", "done"),
    ("1", "not done; standard error says why"),
    ("2", "not understood; standard error says what"),
    (
        "other",
        "that of the COMMAND behind patmost serve --ephemeral --",
    ),
];
