//! A picture for every account: a symmetric pattern in a colour, both made from the id, as a PNG (RFC 2083).

use sha2::{Digest, Sha256};

/// Squares in a row of the pattern.
const SQUARES: usize = 5;

/// Pixels of a square.
const PIXELS: usize = 24;

/// Pixels of a side.
const SIDE: usize = (SQUARES + 1) * PIXELS;

/// The picture of the account with the id.
pub fn png(user_id: &str) -> Vec<u8> {
    let hash = Sha256::digest(user_id.as_bytes());
    // Colours of middling brightness, on nearly white.
    let colour = [hash[0] / 2 + 48, hash[1] / 2 + 48, hash[2] / 2 + 48];
    let filled = |x: usize, y: usize| hash[3 + y * 3 + x.min(SQUARES - 1 - x)] & 1 == 1;
    let mut rows = Vec::with_capacity(SIDE * (SIDE / 8 + 1));
    for y in 0..SIDE {
        // No filter; then one bit a pixel.
        rows.push(0);
        for byte in 0..SIDE / 8 {
            let bits =
                (0..8).map(|bit| in_square(byte * 8 + bit, y).is_some_and(|(x, y)| filled(x, y)));
            rows.push(bits.fold(0u8, |byte, bit| byte << 1 | u8::from(bit)));
        }
    }
    let side = u32::try_from(SIDE).unwrap_or(0).to_be_bytes();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    // One bit a pixel, an index into the palette.
    chunk(
        &mut out,
        b"IHDR",
        &[&side[..], &side[..], &[1, 3, 0, 0, 0]].concat(),
    );
    chunk(
        &mut out,
        b"PLTE",
        &[&[0xf4, 0xf4, 0xf6][..], &colour[..]].concat(),
    );
    chunk(&mut out, b"IDAT", &stored(&rows));
    chunk(&mut out, b"IEND", &[]);
    out
}

/// The square of the pattern that a pixel lies in; half a square around it is margin.
fn in_square(x: usize, y: usize) -> Option<(usize, usize)> {
    let square = |at: usize| {
        at.checked_sub(PIXELS / 2)
            .map(|at| at / PIXELS)
            .filter(|square| *square < SQUARES)
    };
    square(x).zip(square(y))
}

fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(0).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let crc = crc32(&out[start..]);
    out.extend(crc.to_be_bytes());
}

/// zlib's form (RFC 1950) around blocks that are not compressed (RFC 1951): three kilobytes need no more.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let blocks = data.chunks(usize::from(u16::MAX));
    let last = blocks.len() - 1;
    for (number, block) in blocks.enumerate() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(number == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler32(data).to_be_bytes());
    out
}

fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1u32, 0u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32| {
        if crc & 1 == 1 {
            crc >> 1 ^ 0xedb8_8320
        } else {
            crc >> 1
        }
    };
    !data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sums_are_the_published_ones() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_picture_is_an_accounts_own_and_always_the_same() {
        assert_eq!(png("a"), png("a"));
        assert_ne!(png("a"), png("b"));
        assert!(png("a").len() < 4096);
    }
}
