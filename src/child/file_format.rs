//! What a file that would not start is, from its first bytes: a script and its interpreter, an ELF file and its loader, text.
//! Pure: bytes in, an answer out.
//! Apart from `exec`, which needs it only to say why, and whether `/bin/sh` may have a try.

/// How much of a file is enough: the kernel itself looks at 256 bytes for `#!` (execve(2)), and linkers put the program headers
/// and the loader's name on the first page.
pub(super) const HEAD: usize = 4096;

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileFormat {
    /// `#!`, and the interpreter after it as the kernel reads it, a carriage return included.
    Script(Vec<u8>),
    /// An ELF file, and the loader it asks for if it is a dynamic one for this machine's word size and byte order.
    Elf(Option<Vec<u8>>),
    /// Something that is neither and has a NUL before its first line ends: no shell should read it.
    Binary,
    /// Text, or nothing: a script without `#!`.
    Text,
}

/// Reads a file's first bytes, at most [`HEAD`] of them.
pub(super) fn file_format(head: &[u8]) -> FileFormat {
    if let Some(line) = head.strip_prefix(b"#!") {
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut words = line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty());
        return FileFormat::Script(words.next().unwrap_or_default().to_vec());
    }
    if head.starts_with(b"\x7fELF") {
        return FileFormat::Elf(loader(head));
    }
    // POSIX, "Shell & Utilities" 2.9.1.4: a shell may decline what can't be a script, and this is how it may tell.
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if line.contains(&0) { FileFormat::Binary } else { FileFormat::Text }
}

/// The `PT_INTERP` string of a 64-bit ELF file in this machine's byte order (elf(5)).
fn loader(head: &[u8]) -> Option<Vec<u8>> {
    const CLASS_64: u8 = 2;
    const PT_INTERP: u32 = 3;
    if *head.get(4)? != CLASS_64 || usize::BITS != 64 {
        return None;
    }
    let table = usize::try_from(word(head, 32)?).ok()?;
    let size = usize::from(half(head, 54)?);
    let count = usize::from(half(head, 56)?);
    let entry = (0..count)
        .map_while(|index| head.get(table.checked_add(index.checked_mul(size)?)?..))
        .find(|entry| entry.first_chunk().map(|kind| u32::from_ne_bytes(*kind)) == Some(PT_INTERP))?;
    let start = usize::try_from(word(entry, 8)?).ok()?;
    let name = head.get(start..)?;
    let end = name.iter().position(|byte| *byte == 0)?;
    Some(name[..end].to_vec())
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|half| u16::from_ne_bytes(*half))
}

fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|word| u64::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_its_interpreter() {
        for head in ["#!/bin/x -a b\nrest", "#! \t/bin/x", "#!/bin/x\t\n"] {
            assert_eq!(file_format(head.as_bytes()), FileFormat::Script(b"/bin/x".to_vec()), "{head:?}");
        }
        assert_eq!(file_format(b"#!/bin/sh\r\n"), FileFormat::Script(b"/bin/sh\r".to_vec()));
        assert_eq!(file_format(b"#!\n"), FileFormat::Script(Vec::new()));
    }

    #[test]
    fn text_is_what_has_no_nul_in_its_first_line() {
        assert_eq!(file_format(b"echo hi\n\0"), FileFormat::Text);
        assert_eq!(file_format(b""), FileFormat::Text);
        assert_eq!(file_format(b"echo\0hi\n"), FileFormat::Binary);
    }

    #[test]
    fn this_very_program_names_its_loader() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let FileFormat::Elf(loader) = file_format(&program[..HEAD]) else { panic!("no ELF") };
        if cfg!(target_feature = "crt-static") {
            return;
        }
        let loader = loader.expect("a loader");
        assert!(std::path::Path::new(std::str::from_utf8(&loader).unwrap()).exists());
    }

    #[test]
    fn a_cut_elf_file_has_no_loader_and_does_no_harm() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for length in 4..700 {
            let FileFormat::Elf(_) = file_format(&program[..length]) else { panic!("no ELF at {length}") };
        }
        let mut wild = program[..HEAD].to_vec();
        wild[32..40].fill(0xff);
        assert_eq!(file_format(&wild), FileFormat::Elf(None));
    }
}
