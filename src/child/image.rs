//! The program that secenv becomes when the command has been forked: the stage, without std and without a C library.
//!
//! `build.rs` compiles it, and `supervise` executes it from memory. Its arguments are secenv's, for those who look at process
//! lists; its environment is the task alone.

#![no_std]
#![no_main]
#![no_builtins]

mod stage;

use core::{
    arch::global_asm,
    ffi::{CStr, c_char},
    panic::PanicInfo,
    slice,
};

use stage::{Task, VARIABLE, end, kernel, supervise};

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl _start",
    "_start:",
    "xor %ebp, %ebp",
    "mov %rsp, %rdi",
    "and $-16, %rsp",
    "call start",
    options(att_syntax)
);
#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "mov x29, #0", "mov x0, sp", "bl start");

/// Gets what execve(2) leaves on the stack: argc, argv and a null pointer, the environment and a null pointer.
#[unsafe(no_mangle)]
unsafe extern "C" fn start(stack: *const usize) -> ! {
    // SAFETY: argc is there.
    let argc = unsafe { *stack };
    // SAFETY: the first entry of the environment, or a null pointer, is behind argc, argv and its end.
    let entry = unsafe { *stack.add(argc + 2) } as *const c_char;
    if entry.is_null() {
        kernel::exit(125);
    }
    // SAFETY: each entry is a string that ends with NUL.
    let entry = unsafe { CStr::from_ptr(entry) }.to_bytes();
    let Some(task) = entry.strip_prefix(VARIABLE).and_then(Task::parse) else { kernel::exit(125) };
    kernel::set_name(c"secenv");
    end(supervise(&task))
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    kernel::exit(125)
}

// What the compiler calls for copies and comparisons, as there is no C library.

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, length: usize) -> *mut u8 {
    for at in 0..length {
        // SAFETY: the caller has `length` bytes in both places (memcpy(3)).
        unsafe { *to.add(at) = *from.add(at) };
    }
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: i32, length: usize) -> *mut u8 {
    for at in 0..length {
        // SAFETY: the caller has `length` bytes there (memset(3)).
        unsafe { *to.add(at) = byte as u8 };
    }
    to
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, length: usize) -> i32 {
    // SAFETY: the caller has `length` bytes in both places (memcmp(3)).
    let (one, other) = unsafe { (slice::from_raw_parts(one, length), slice::from_raw_parts(other, length)) };
    let mut at = 0;
    while at < length {
        if one[at] != other[at] {
            return i32::from(one[at]) - i32::from(other[at]);
        }
        at += 1;
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn strlen(text: *const u8) -> usize {
    let mut length = 0;
    // SAFETY: the caller has a NUL at the end (strlen(3)).
    while unsafe { *text.add(length) } != 0 {
        length += 1;
    }
    length
}
