//! Metadata of SAML providers: whatever the bytes, it is read or refused, the same each time, in time and memory that follow
//! its length; what was read has a name, which is no longer than all of it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use login::saml_metadata::read;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let found = read(text);
    assert_eq!(found, read(text));
    if let Ok(metadata) = found {
        assert!(!metadata.entity.is_empty() && metadata.entity.len() <= text.len());
    }
});
