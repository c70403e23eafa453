//! Bodies framed as `aws-chunked`, whole, cut, split and hostile.

use sigv4::{
    checksum::{Algorithm, Checksum},
    chunk::{Broken, Decoder, Framing, encode},
};

const NAME: &str = "x-amz-checksum-crc32";
type Decoded = Result<(Vec<u8>, Vec<(String, String)>), Broken>;

fn decode(pieces: &[&[u8]], length: u64, announced: &str) -> Decoded {
    let mut decoder = Decoder::new(Framing::Unsigned, length, announced)?;
    let mut body = Vec::new();
    for piece in pieces {
        let mut rest = *piece;
        while let Some(data) = decoder.decode(&mut rest)? {
            body.extend_from_slice(data);
        }
        assert!(rest.is_empty());
    }
    Ok((body, decoder.finish()?))
}

#[test]
fn a_body_of_an_sdk_is_decoded_and_its_checksum_agrees() {
    let framed = b"b\r\nHello world\r\n0\r\nx-amz-checksum-crc32:i9aeUg==\r\n\r\n";
    let (body, trailers) = decode(&[framed], 11, NAME).unwrap();
    assert_eq!(body, b"Hello world");
    assert_eq!(trailers, [(NAME.to_owned(), "i9aeUg==".to_owned())]);
    let mut checksum = Checksum::new(Algorithm::Crc32);
    checksum.update(&body);
    assert_eq!(Algorithm::from_header(NAME).unwrap().parse(&trailers[0].1), Some(checksum.finish()));
}

#[test]
fn a_piece_of_the_body_is_a_part_of_the_input_and_no_copy() {
    let framed = encode(b"Hello world", 4, &[]);
    let mut decoder = Decoder::new(Framing::Unsigned, 11, "").unwrap();
    let mut rest = framed.as_slice();
    while let Some(piece) = decoder.decode(&mut rest).unwrap() {
        assert!(framed.as_ptr_range().contains(&piece.as_ptr()));
    }
}

#[test]
fn a_body_split_anywhere_is_decoded_alike() {
    let body: Vec<u8> = (0..60).collect();
    for chunk_size in [1, 7, 16, 60, 100] {
        let framed = encode(&body, chunk_size, &[(NAME, "i9aeUg==")]);
        let whole = decode(&[&framed], 60, NAME).unwrap();
        assert_eq!(whole.0, body);
        for at in 0..=framed.len() {
            let (one, two) = framed.split_at(at);
            assert_eq!(decode(&[one, two], 60, NAME).unwrap(), whole);
        }
        let bytes: Vec<&[u8]> = framed.chunks(1).collect();
        assert_eq!(decode(&bytes, 60, NAME).unwrap(), whole);
    }
}

#[test]
fn a_body_cut_anywhere_is_refused() {
    let framed = encode(b"Hello world", 4, &[(NAME, "i9aeUg==")]);
    for at in 0..framed.len() {
        assert_eq!(decode(&[&framed[..at]], 11, NAME), Err(Broken::Truncated), "at {at}");
    }
}

#[test]
fn an_empty_body_is_only_the_last_chunk() {
    assert_eq!(decode(&[b"0\r\n\r\n"], 0, "").unwrap(), (vec![], vec![]));
    assert_eq!(encode(b"", 8, &[]), b"0\r\n\r\n");
}

#[test]
fn a_body_that_is_not_framed_to_the_letter_is_refused() {
    let strange = |name: &str| Broken::StrangeTrailer(name.to_owned());
    let long_trailer = format!("3\r\nabc\r\n0\r\n{NAME}:{}\r\n\r\n", "a".repeat(3000));
    let cases: Vec<(&[u8], Broken)> = vec![
        (b"\r\n", Broken::Size),
        (b"-3\r\nabc\r\n", Broken::Size),
        (b"0x3\r\nabc\r\n", Broken::Size),
        (b" 3\r\nabc\r\n", Broken::Size),
        (b"3 \r\nabc\r\n", Broken::Size),
        (b"3\nabc\r\n", Broken::Size),
        (b"00000000000000003\r\nabc\r\n", Broken::Size),
        (b"fffffffffffffffff\r\n", Broken::Size),
        (b"ffffffffffffffff\r\n", Broken::TooLong),
        (b"4\r\nabcd\r\n", Broken::TooLong),
        (b"3\r\nabc\r\n1\r\n", Broken::TooLong),
        (b"2\r\nab\r\n0\r\n\r\n", Broken::TooShort),
        (b"3;chunk-signature=00\r\nabc\r\n", Broken::Extension),
        (b"3\rabc\r\n", Broken::LineEnd),
        (b"3\r\nabcd\r\n", Broken::LineEnd),
        (b"3\r\nabc0\r\n", Broken::LineEnd),
        (b"3\r\nabc\n0\r\n", Broken::LineEnd),
        (b"3\r\nabc\r0\r\n", Broken::LineEnd),
        (b"3\r\nabc\r\n0\r\n\n", Broken::LineEnd),
        (b"3\r\nabc\r\n0\r\n\r\n", Broken::MissingTrailer(NAME.to_owned())),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-sha1:a\r\n\r\n", strange("x-amz-checksum-sha1")),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\nx-amz-checksum-crc32:a\r\n\r\n", strange(NAME)),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\nx-amz-acl:public-read\r\n\r\n", strange("x-amz-acl")),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", Broken::Trailer),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32 :a\r\n\r\n", Broken::Trailer),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:\x00\r\n\r\n", Broken::Trailer),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:\xff\r\n\r\n", Broken::Trailer),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\n\r\n", Broken::AfterEnd),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\nGET /", Broken::AfterEnd),
        (long_trailer.as_bytes(), Broken::Trailer),
    ];
    for (framed, broken) in cases {
        let whole = decode(&[framed], 3, NAME);
        assert_eq!(whole, Err(broken.clone()), "{}", framed.escape_ascii());
        let bytes: Vec<&[u8]> = framed.chunks(1).collect();
        assert_eq!(decode(&bytes, 3, NAME), Err(broken), "{}", framed.escape_ascii());
    }
}

#[test]
fn what_was_wrong_once_stays_wrong() {
    let mut decoder = Decoder::new(Framing::Unsigned, 3, "").unwrap();
    assert_eq!(decoder.decode(&mut b"zz".as_slice()), Err(Broken::Size));
    assert_eq!(decoder.decode(&mut b"3\r\nabc\r\n0\r\n\r\n".as_slice()), Err(Broken::Size));
    assert_eq!(decoder.decode(&mut b"".as_slice()), Err(Broken::Size));
    assert_eq!(decoder.finish(), Err(Broken::Size));
}

#[test]
fn trailers_are_found_in_any_case_and_with_space_around_the_value() {
    let framed = b"3\r\nabc\r\n0\r\nX-Amz-Checksum-CRC32: a \r\n\r\n";
    let (_, trailers) = decode(&[framed], 3, " X-Amz-Checksum-Crc32 ").unwrap();
    assert_eq!(trailers, [(NAME.to_owned(), "a".to_owned())]);
}

#[test]
fn an_announcement_that_is_no_list_of_names_is_refused() {
    let many = (0..9).map(|name| format!("t{name}")).collect::<Vec<_>>().join(",");
    for announced in ["a,,b", "a,a", "a b", "a:b", ",", many.as_str()] {
        assert_eq!(
            Decoder::new(Framing::Unsigned, 0, announced).err(),
            Some(Broken::Announced),
            "{announced}"
        );
    }
}
