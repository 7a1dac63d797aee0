//! Mistyped flags are told, with the nearest one, and never taken for the command; a mistake there is one for good.

use crate::support::secenv;

#[test]
fn a_mistyped_flag_is_not_taken_for_the_command() {
    let typed = secenv().args(["run", "--targt", "prod", "--env", "A=1", "--", "true"]);
    typed.run().exits(125).says("--targt").says("--target");
}

#[test]
fn a_mistake_on_the_command_line_is_for_good() {
    for args in [&["rnu"][..], &["run"], &["run", "--"], &["run", "--deadline", "5", "--env", "A=1", "--", "true"]] {
        let output = secenv().args(args).run().exits(125);
        assert_eq!(output.text(), "");
    }
}

#[test]
fn the_command_keeps_its_own_flags_with_or_without_dashes() {
    for dashes in [&["--"][..], &[]] {
        let args = [&["run", "--env", "A=1"], dashes, &["printf", "%s ", "-v", "--env", "B=2", "--"]].concat();
        assert_eq!(secenv().args(args).run().succeeds().text(), "-v --env B=2 -- ");
    }
}

#[test]
fn help_and_version_succeed_on_stdout() {
    for (args, text) in [(["--version"], env!("CARGO_PKG_VERSION")), (["--help"], "secenv run -- "), (["-h"], "Usage")]
    {
        let output = secenv().args(args).run().succeeds();
        assert!(output.text().contains(text), "{}", output.text());
    }
}
