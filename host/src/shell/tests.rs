use super::*;

/// A place to print to that can be looked at, or that has no reader.
#[derive(Clone, Default)]
struct Sink {
    bytes: Arc<Mutex<Vec<u8>>>,
    gone: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        lock(&self.bytes).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn text(&self) -> String {
        String::from_utf8(lock(&self.bytes).clone()).unwrap()
    }
}

fn shell(verbosity: i8, color: bool) -> (Shell, Sink, Sink) {
    let (out, err) = (Sink::default(), Sink::default());
    let colors = Colors {
        out: color,
        err: color,
    };
    let terminal = Terminal::default();
    let shell = Shell::with(
        OutputFormat::Text,
        verbosity,
        colors,
        terminal,
        Box::new(out.clone()),
        Box::new(err.clone()),
    );
    (shell, out, err)
}

#[test]
fn data_and_words_for_people_never_mix() {
    let (shell, out, err) = shell(0, false);
    shell.data(&Line::plain("redis  elb:80").into()).unwrap();
    shell.note("done");
    shell.warn("slow", Some("wait"));
    shell.verbose("not shown");
    assert_eq!(out.text(), "redis  elb:80\n");
    assert_eq!(err.text(), "done\nwarning: slow\n  hint: wait\n");
}

#[test]
fn what_is_hidden_is_shown_nowhere() {
    let (shell, out, err) = shell(0, false);
    let arn = "arn:aws:ssm:us-east-1:123456789012:parameter/root";
    shell.hide(&Known::from([(
        "{{secret:root}}".to_owned(),
        arn.to_owned(),
    )]));
    shell.note(&format!("unable to retrieve secret from {arn}"));
    shell.json(&serde_json::json!({ "cause": arn })).unwrap();
    assert_eq!(
        err.text(),
        "unable to retrieve secret from {{secret:root}}\n"
    );
    assert!(out.text().contains("{{secret:root}}") && !out.text().contains("arn:"));
}

#[test]
fn arns_of_secrets_that_somebody_typed_are_masked_but_in_grants() {
    let (shell, out, err) = shell(0, false);
    let arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:root-a1b2c3";
    shell.hide_arns(&format!("url={arn}"));
    shell.hide_arns(&format!("{arn}:key::"));
    shell.note(&format!("{arn} and {arn}:key:: need `secrets:{arn}`"));
    let masked = "arn:aws:secretsmanager:(masked)";
    assert_eq!(
        err.text(),
        format!("{masked} and {masked} need `secrets:{arn}`\n")
    );
    // What is known to be a secret is seen nowhere, and that is not forgotten.
    shell.hide(&Known::from([("{{secret:p}}".to_owned(), arn.to_owned())]));
    shell.hide_arns(arn);
    shell.raw(&format!("{arn} secrets:{arn}")).unwrap();
    assert_eq!(out.text(), "{{secret:p}} secrets:{{secret:p}}");
    shell.reveal();
    shell.raw(arn).unwrap();
    assert!(out.text().ends_with(arn));
}

#[test]
fn quiet_keeps_errors_and_verbose_says_more() {
    let (shell, _, err) = self::shell(-1, false);
    shell.note("done");
    shell.warn("slow", None);
    shell.error("broken", Some("mend it"));
    assert_eq!(err.text(), "error: broken\n  hint: mend it\n");
    let (shell, _, err) = self::shell(1, false);
    shell.verbose("more");
    assert_eq!(err.text(), "more\n");
}

/// Whatever tells it, and whatever it is told of.
#[test]
fn a_next_step_is_told_once() {
    let (shell, _, err) = self::shell(0, false);
    shell.warn("slow", Some("wait"));
    shell.warn("slower", Some("wait"));
    shell.say(
        &Line::new(Tone::Hint, "    hint: ")
            .and(Tone::Plain, "mend it")
            .into(),
    );
    shell.error("broken\nhint: mend it\nhint: wait\nhint: go home", None);
    assert_eq!(
        err.text(),
        "warning: slow\n  hint: wait\nwarning: slower\n    hint: mend it\nerror: broken\n  hint: go home\n"
    );
    // What was not shown was not told.
    let (shell, _, err) = self::shell(-1, false);
    shell.warn("slow", Some("wait"));
    shell.error("broken", Some("wait"));
    assert_eq!(err.text(), "error: broken\n  hint: wait\n");
}

#[test]
fn color_is_an_option_and_text_from_outside_has_none() {
    let (shell, out, _) = self::shell(0, true);
    shell
        .data(&Line::new(Tone::Create, "+ \u{1b}[2Jredis").into())
        .unwrap();
    assert_eq!(out.text(), "\u{1b}[32m+ \\u{1b}[2Jredis\u{1b}[0m\n");
    let (shell, out, _) = self::shell(0, false);
    shell
        .data(&Line::new(Tone::Create, "+ redis").into())
        .unwrap();
    assert_eq!(out.text(), "+ redis\n");
}

#[test]
fn a_reader_that_has_gone_is_no_error_and_a_full_disk_is() {
    let gone = Sink {
        gone: true,
        ..Sink::default()
    };
    let print = |out: Box<dyn Write + Send>| {
        let shell = Shell::with(
            OutputFormat::Json,
            0,
            Colors::default(),
            Terminal::default(),
            out,
            Box::new(io::sink()),
        );
        shell.json(&serde_json::json!({"schema_version": 1}))
    };
    assert!(print(Box::new(gone)).is_ok());
    let full: &mut [u8] = &mut [];
    assert!(print(Box::new(io::Cursor::new(full.to_vec().into_boxed_slice()))).is_err());
}

#[test]
fn messages_of_several_lines_are_indented_and_hints_come_last() {
    let (shell, _, err) = self::shell(0, false);
    shell.error(
        "could not create it\nAWS: No.\nhint: ask\nhint: or write:\n\n    [target]",
        None,
    );
    assert_eq!(
        err.text(),
        "error: could not create it\n  AWS: No.\n  hint: ask\n  hint: or write:\n\n        [target]\n"
    );
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    assert_eq!(self::shell(0, false).0.confirm("really?"), None);
}
