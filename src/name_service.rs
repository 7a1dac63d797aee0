//! Names of hosts, users and groups in the static binary: by files and DNS, without a module of the root that it runs in.
//! Edge, and a leaf.
//!
//! glibc loads what `/etc/nsswitch.conf` names beyond that with dlopen(3), against a second C library; there the process
//! dies by SIGSEGV, with Debian's `passwd: files systemd` as soon as a user is looked up that `/etc/passwd` has not.

/// Has to be called before a name is looked up.
#[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
pub(crate) fn without_modules() {
    use std::{
        ffi::{CStr, c_char, c_int},
        sync::Once,
    };

    unsafe extern "C" {
        /// nss.h: the services of a database, in place of what nsswitch.conf(5) says.
        fn __nss_configure_lookup(database: *const c_char, services: *const c_char) -> c_int;
    }

    const SERVICES: [(&CStr, &CStr); 3] = [(c"hosts", c"files dns"), (c"passwd", c"files"), (c"group", c"files")];
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        for (database, services) in SERVICES {
            // SAFETY: both are texts with an end, which it copies; it has a lock of its own.
            unsafe { __nss_configure_lookup(database.as_ptr(), services.as_ptr()) };
        }
    });
}

/// As the system has it.
#[cfg(not(all(target_env = "gnu", target_feature = "crt-static")))]
pub(crate) fn without_modules() {}
