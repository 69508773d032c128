use super::*;

#[test]
fn an_account_is_used_by_one_at_a_time() {
    let folder = std::env::temp_dir().join(format!("simulator-lock-{}", std::process::id()));
    let path = folder.join("account.json");
    let first = StateFile::lock(&path).unwrap();
    let refused = StateFile::lock_within(&path, Duration::ZERO).unwrap_err();
    assert!(matches!(refused, StateError::Busy { .. }), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        format!(
            "the simulated account `{}` is used by another process\n\
             hint: wait until that one has ended, or use another file",
            path.display()
        )
    );
    drop(first);
    StateFile::lock_within(&path, Duration::ZERO).unwrap();
    fs::remove_dir_all(&folder).unwrap();
}
