//! Answers that are larger than anybody should read: an endless body, and a small one that becomes large.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, write::GzEncoder};
use futures_util::stream;
use http::HeaderValue;
use http::header::CONTENT_ENCODING;
use poem::{Body, Response};

use crate::decision::Decision;
use crate::delivery::{head, sized, text, with_body};
use crate::faults::Fault;
use crate::simulator::Simulator;

const MEBIBYTE: usize = 1024 * 1024;
/// How large a body is where the fault does not say.
const USUAL_SIZE: u32 = 100;
/// What is sent at a time.
const PIECE: usize = 64 * 1024;
/// The head of a gzip file without name and time.
const GZIP_HEAD: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

fn size(fault: &Fault) -> usize {
    usize::try_from(fault.mebibytes.unwrap_or(USUAL_SIZE)).unwrap_or(0)
}

/// So many mebibytes of blanks, which JSON allows, and then the answer. The ledger counts what was taken of it.
pub(crate) fn oversized(simulator: Simulator, decision: &Decision, fault: &Fault) -> Response {
    let (end, blanks) = (text(decision.body.as_ref()), Bytes::from(vec![b' '; PIECE]));
    let pieces = size(fault) * (MEBIBYTE / PIECE);
    let (length, number) = (pieces * PIECE + end.len(), decision.number);
    let body = stream::iter((0..=pieces).map(move |piece| {
        let piece = if piece == pieces { end.clone() } else { blanks.clone() };
        simulator.lock().state.ledger.taken(number, piece.len());
        Ok(piece)
    }));
    sized(head(decision, decision.status), length, body)
}

/// The answer as it is, packed.
pub(crate) fn gzip(decision: &Decision) -> Response {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    let packed = packer.write_all(&text(decision.body.as_ref())).and_then(|()| packer.finish());
    packed_response(decision, Body::from(packed.unwrap_or_default()))
}

/// So many mebibytes of blanks, packed a thousand times smaller. It ends without an end.
pub(crate) fn gzip_bomb(decision: &Decision, fault: &Fault) -> Response {
    let grain = Bytes::from(grain());
    let head = stream::once(async { Ok::<_, io::Error>(Bytes::from_static(GZIP_HEAD)) });
    let grains = stream::iter((0..size(fault)).map(move |_| Ok(grain.clone())));
    packed_response(decision, Body::from_bytes_stream(stream::StreamExt::chain(head, grains)))
}

/// A mebibyte of blanks, packed so that it can stand after another one.
fn grain() -> Vec<u8> {
    let (mut packer, mut packed) = (Compress::new(Compression::best(), false), Vec::with_capacity(PIECE));
    // It fits into what was reserved, so that one call does it all.
    drop(packer.compress_vec(&vec![b' '; MEBIBYTE], &mut packed, FlushCompress::Full));
    packed
}

fn packed_response(decision: &Decision, body: Body) -> Response {
    let mut response = with_body(head(decision, decision.status), "application/json", body);
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response
}
