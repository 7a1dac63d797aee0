//! `[fetch] regions`: the next region when one is out of order, and on no other failure.

use crate::support::{
    fault::{Action, BATCH, Fault, GET, Secret},
    running::Output,
    secenv,
};

const TWO: &str = "[fetch]\nregions = [\"us-east-1\", \"us-west-2\"]\n[env]\nS = \"s\"\nT = \"t\"\n";

/// Two secrets in both regions, with values that tell the regions apart.
fn replicated() -> Fault {
    let in_both =
        |name: &str| [Secret::text(name, "east"), Secret::text(name, "west").region("us-west-2")].map(|secret| secret);
    Fault::serve(&[in_both("s"), in_both("t")].concat())
}

fn run(server: &Fault, manifest: &str, flags: &[&str]) -> Output {
    let args = [&["run", "-v"], flags, &["--", "sh", "-c", "echo $S $T"]].concat();
    secenv().aws(server).manifest(manifest).args(args).run()
}

fn calls_in(server: &Fault, region: &str) -> usize {
    server.seen().iter().filter(|seen| seen.region == region).count()
}

#[test]
fn the_first_region_is_asked_alone_while_it_is_in_order() {
    let server = replicated();
    assert_eq!(run(&server, TWO, &[]).exits(0).text(), "east east\n");
    assert_eq!((calls_in(&server, "us-east-1"), calls_in(&server, "us-west-2")), (2, 0));
}

#[test]
fn a_region_that_is_out_of_order_is_left_for_the_next_said_once() {
    for action in [Action::Internal, Action::Html503, Action::Reset, Action::Silence] {
        let server = replicated();
        let named = format!("{action:?}");
        server.play(action.forever().region("us-east-1"));
        let output = run(&server, TWO, &["--deadline", "8s"]).exits(0);
        assert_eq!(output.text(), "west west\n", "{named}");
        assert_eq!(output.stderr.matches("; asking us-west-2 now").count(), 1, "{named}: {output}");
        assert!(calls_in(&server, "us-east-1") <= 4, "{named}: at most two attempts for each secret");
    }
}

#[test]
fn a_region_that_denies_or_has_no_such_secret_or_throttles_is_not_left() {
    let server = replicated();
    server.play(Action::AccessDenied("User: x is not authorized".into()).forever().region("us-east-1"));
    run(&server, TWO, &[]).exits(125).says("denied");
    assert_eq!(calls_in(&server, "us-west-2"), 0);

    let server = Fault::serve(&[Secret::text("s", "west").region("us-west-2")]);
    run(&server, TWO, &[]).exits(125).says("does not exist in us-east-1");
    assert_eq!(calls_in(&server, "us-west-2"), 0);

    let server = replicated();
    server.play(Action::Throttle.times(5).region("us-east-1"));
    assert_eq!(run(&server, TWO, &[]).exits(0).text(), "east east\n");
    assert_eq!(calls_in(&server, "us-west-2"), 0);
}

/// An optional secret that the replica lacks may be there in the region that is down.
#[test]
fn what_a_replica_lacks_is_a_failure_for_now_and_not_an_absence() {
    let server = Fault::serve(&[Secret::text("s", "east"), Secret::text("s", "west").region("us-west-2")]);
    server.play(Action::Internal.forever().region("us-east-1"));
    let manifest = TWO.replace("T = \"t\"", "T = { secret = \"t\", optional = true }");
    let output = run(&server, &manifest, &[]).exits(124);
    let output = output.says("t does not exist in us-west-2, and us-east-1 is out of order");
    output.says("replicate-secret-to-regions --region us-east-1 --secret-id t");
}

#[test]
fn all_regions_out_of_order_are_a_failure_for_now_that_names_both() {
    let server = replicated();
    server.play(Action::Internal.forever());
    let output = run(&server, TWO, &["--deadline", "1s"]).exits(124);
    output.says("s in us-west-2 was still answered with HTTP 500").says("us-east-1 was asked first");
}

#[test]
fn an_entry_and_an_arn_keep_their_region() {
    let server = replicated();
    server.play(Action::Internal.forever().region("us-east-1"));
    let arn = Secret::text("t", "east").arn();
    for pinned in ["s?region=us-east-1", &arn] {
        let manifest = format!("[fetch]\nregions = [\"us-east-1\", \"us-west-2\"]\n[env]\nS = \"{pinned}\"");
        run(&server, &manifest, &["--deadline", "400ms"]).exits(124).says("us-east-1");
    }
    assert_eq!(calls_in(&server, "us-west-2"), 0);
}

#[test]
fn a_batch_goes_on_by_single_calls_in_the_next_region() {
    let server = replicated();
    server.play(Action::Internal.forever().region("us-east-1"));
    assert_eq!(run(&server, TWO, &["--batch"]).exits(0).text(), "west west\n");
    assert_eq!((server.calls(BATCH), calls_in(&server, "us-west-2")), (1, 2));
    assert!(server.calls(GET) > 2);
}

#[test]
fn the_flag_beats_the_variable_which_beats_the_manifest_and_one_region_beats_them_all() {
    let env = "[env]\nS = \"s\"\n";
    let server = replicated();
    let west = "us-west-2,us-east-1";
    assert_eq!(run(&server, TWO, &["--regions", west]).exits(0).text(), "west west\n");
    assert_eq!(run(&server, TWO, &["--region", "us-west-2"]).exits(0).text(), "west west\n");
    let args = ["run", "--", "sh", "-c", "echo $S"];
    let variable = secenv().aws(&server).env("SECENV_REGIONS", west).manifest(env).args(args).run();
    assert_eq!(variable.succeeds().text(), "west\n");
    for flags in [&["--regions", "us-east-1,"][..], &["--regions", "a,a"], &["--region", "a", "--regions", "b"]] {
        run(&server, env, flags).exits(125).says("--regions");
    }
    let empty = "[fetch]\nregions = []\n[env]\nS = \"s\"\n";
    run(&server, empty, &[]).exits(125).says("secenv.toml:2:11").says("a region is missing");
}
