//! Flags and `SECENV_MODE`: whether and how the command is supervised. Pure.

use crate::{
    child::{Asked, Orphans, Recipient, Supervision},
    cli,
    error::Error,
    inherited::Environ,
    manifest::parse_duration,
};

/// What the user asked for. A flag beats the variable; one that is of use to a supervisor only asks for one.
pub(super) fn asked(args: &cli::Supervising, environ: &Environ) -> Result<Asked, Error> {
    let needing = [
        ("--signal-group", args.signal_group),
        ("--kill-after", args.kill_after.is_some()),
        ("--subreaper", args.subreaper),
    ];
    let needs = needing.into_iter().find_map(|(flag, given)| given.then_some(flag));
    if args.supervise {
        return Ok(Asked::Supervise);
    }
    if args.exec {
        return Ok(Asked::Exec);
    }
    match (environ.get(b"SECENV_MODE").unwrap_or_default(), needs) {
        (b"exec", Some(flag)) => Err(Error::usage(
            format!("{flag} is of no use with SECENV_MODE=exec"),
            format!("leave {flag} out, or add --supervise"),
        )),
        (b"exec", None) => Ok(Asked::Exec),
        (b"supervise", _) | (b"" | b"auto", Some(_)) => Ok(Asked::Supervise),
        (b"" | b"auto", None) => Ok(Asked::Auto),
        _ => Err(Error::usage("SECENV_MODE is none of exec, supervise and auto", "set one of them, or unset it")),
    }
}

/// How it is supervised.
pub(super) fn supervision(args: &cli::Supervising) -> Result<Supervision, Error> {
    let kill_after = args.kill_after.as_deref().map(parse_duration).transpose();
    let kill_after =
        kill_after.map_err(|message| Error::usage(format!("--kill-after: {message}"), "write 10s or 1m30s"))?;
    Ok(Supervision {
        recipient: if args.signal_group { Recipient::Group } else { Recipient::Command },
        kill_after,
        orphans: if args.subreaper { Orphans::Reaped } else { Orphans::AsUsual },
    })
}
