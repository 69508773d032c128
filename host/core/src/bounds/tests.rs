use super::*;

fn findings(warnings: usize, errors: usize) -> Vec<Diagnostic> {
    let of = |make: fn(String, String) -> Diagnostic, count: usize, word: &str| {
        let one = |index| make(format!("{word}[{index}]"), "is wrong".to_owned());
        (0..count).map(one).collect::<Vec<_>>()
    };
    let mut all = of(Diagnostic::warning, warnings, "warnings");
    all.extend(of(Diagnostic::error, errors, "errors"));
    all
}

#[test]
fn few_findings_stay_as_they_are() {
    for (warnings, errors) in [(0, 0), (3, 2), (60, 40), (100, 0)] {
        assert_eq!(
            curb(findings(warnings, errors)),
            findings(warnings, errors),
            "{warnings} {errors}"
        );
    }
}

#[test]
fn of_many_findings_the_errors_stay_and_the_rest_is_counted() {
    let curbed = curb(findings(200, 3));
    assert_eq!(curbed.len(), FINDINGS);
    assert_eq!(curbed[0].path, "errors[0]");
    assert_eq!(curbed[3].path, "warnings[0]");
    let last = &curbed[FINDINGS - 1];
    assert_eq!(last.message, "and 104 more findings");
    assert_eq!(last.severity, Severity::Warning);
    assert_eq!(curb(curbed.clone()), curbed, "once is enough");
}

#[test]
fn errors_that_are_only_counted_are_errors() {
    let curbed = curb(findings(0, 101));
    assert_eq!(curbed.len(), FINDINGS);
    assert_eq!(curbed[FINDINGS - 1].message, "and 2 more findings");
    assert!(curbed[FINDINGS - 1].is_error());
}

#[test]
fn texts_are_cut_where_a_letter_ends() {
    assert_eq!(shorten("redis", 5), "redis");
    assert_eq!(shorten("redis-7", 6), "red…");
    assert_eq!(shorten("äää", 5), "ä…");
    assert_eq!(quoted("a\u{1b}"), "a\\u{1b}");
    assert_eq!(
        quoted(&"ä".repeat(1 << 20)),
        format!("{}…", "ä".repeat(126))
    );
    let long = "ä".repeat(5000);
    let mut finding = Diagnostic::error(long.clone(), long.clone()).hint(long);
    curb_texts(&mut finding);
    for text in [
        &finding.path,
        &finding.message,
        finding.hint.as_ref().unwrap(),
    ] {
        assert!(text.len() <= FINDING_TEXT && text.ends_with("ä…"), "{text}");
    }
}

#[test]
fn lists_name_the_first_and_count_the_rest() {
    assert_eq!(list([0; 0]), "none");
    assert_eq!(list(["a", "b"]), "`a`, `b`");
    assert_eq!(
        list(0..NAMES),
        "`0`, `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`"
    );
    assert_eq!(
        list(0..13),
        "`0`, `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9` and 3 more"
    );
    assert!(list(["a".repeat(9000)]).len() < NAME + 3);
}
