//! The integration tests: one binary, a file for each promise, and in `support` the rig they stand on.
//!
//! The servers are real sockets on loopback and the program under test is the built binary; nothing is mocked inside it.
#![expect(clippy::unwrap_used, reason = "what tests share unwraps as tests do")]

mod agent_is_asked_as_configured;
#[cfg(feature = "agent-tests")]
mod agent_is_the_real_one;
mod aws_is_asked_as_configured;
mod bad_days;
mod calls_are_few;
mod check_tells_all;
mod documents_are_true;
mod errors_are_for_machines_too;
mod exec_is_transparent;
mod exit_codes;
mod exports_round_trip;
mod files_are_not_waited_for;
mod files_are_private;
mod get_is_exact;
mod init_begins_a_manifest;
mod inputs_have_an_order;
mod it_fails_closed;
mod it_installs_itself;
mod logins_are_told_apart;
mod man_pages_are_clean;
mod many_keys_become_variables;
mod odd_settings_are_told;
mod pid_one;
mod plan_is_true;
mod policy_is_the_least;
mod random_manifests;
mod real_programs_read_them;
mod regions_fail_over;
mod rig;
mod rooms_keep_to_themselves;
mod secrets_stay_secret;
mod shells_complete_it;
mod signals_while_fetching;
mod starts_are_lean;
mod supervise;
mod support;
mod templates_are_rendered;
mod the_command_line_is_forgiving;
mod the_schema_is_true;
mod values_are_cached;
mod values_are_exact;
mod waits_are_shown;
