//! Why an image is not taken. Each reason comes with what to do.

use super::{MAX_BYTES, MAX_PIXELS, MAX_PROFILE, MIN_SIDE};

/// Why an image is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// Nothing was uploaded.
    #[error("The file is empty. Choose an image and upload it again.")]
    Empty,
    /// Larger than [`MAX_BYTES`].
    #[error("The file has more than {} MiB. Save it as a JPEG, or with fewer pixels.", MAX_BYTES / 1024 / 1024)]
    TooManyBytes {
        /// Length of what was read of the file.
        bytes: usize,
    },
    /// Not a format that is taken, whatever its name says.
    #[error("{} JPEG, PNG and WebP are taken: save the picture in one of these.", looks(.looks_like))]
    Unknown {
        /// What it seems to be.
        looks_like: Option<String>,
    },
    /// A side is shorter than [`MIN_SIDE`].
    #[error(
        "The image has {width} x {height} pixels; each side needs at least {MIN_SIDE}. Use a larger one."
    )]
    TooSmall {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// More than [`MAX_PIXELS`].
    #[error(
        "The image has {width} x {height} pixels; at most {} million are taken. Make it smaller: 1000 x 1500 fit best.",
        MAX_PIXELS / 1_000_000
    )]
    TooManyPixels {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// It moves.
    #[error("This is an animation; a Pin here is one still picture. Save one frame of it as a JPEG or PNG.")]
    Animated,
    /// It cannot be decoded to its end.
    #[error(
        "The image is damaged, cut off or of a rare kind. Open it in an image program, save it as a JPEG or PNG, and upload that."
    )]
    Damaged,
    /// Its colour profile is larger than [`MAX_PROFILE`].
    #[error(
        "The image's colour profile has more than {} MiB. Save it with a common profile such as sRGB, or without one.",
        MAX_PROFILE / 1024 / 1024
    )]
    ProfileTooLarge,
    /// Its colour profile cannot be unpacked.
    #[error(
        "The image's colour profile is damaged. Save it with a common profile such as sRGB, or without one."
    )]
    ProfileDamaged,
    /// Encoded anew it is larger than [`MAX_BYTES`].
    #[error("Made ready for Pinterest, the image has more than {} MiB. Save it as a JPEG with fewer pixels.", MAX_BYTES / 1024 / 1024)]
    TooLargeWhenPrepared,
}

impl MediaError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            MediaError::Empty => "image_empty",
            MediaError::TooManyBytes { .. } => "image_too_large",
            MediaError::Unknown { .. } => "image_format",
            MediaError::TooSmall { .. } => "image_too_small",
            MediaError::TooManyPixels { .. } => "image_too_many_pixels",
            MediaError::Animated => "image_animated",
            MediaError::Damaged => "image_damaged",
            MediaError::ProfileTooLarge => "image_profile_too_large",
            MediaError::ProfileDamaged => "image_profile_damaged",
            MediaError::TooLargeWhenPrepared => "image_too_large_prepared",
        }
    }

    pub(super) fn unknown(file: &[u8]) -> Self {
        if file.is_empty() { MediaError::Empty } else { MediaError::Unknown { looks_like: guess(file) } }
    }
}

fn looks(guess: &Option<String>) -> String {
    match guess {
        Some(kind) => format!("This is not a JPEG, PNG or WebP but seems to be {kind}. Only"),
        None => "This is not an image that Pinterest takes. Only".to_owned(),
    }
}

/// Names what it seems to be; a wrong guess does no harm, as it is refused anyway.
fn guess(file: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&file[..file.len().min(1024)]).to_lowercase();
    if start.contains("<svg") {
        return Some("SVG".to_owned());
    }
    if ["<!doctype html", "<html", "<script", "<body"].iter().any(|mark| start.contains(mark)) {
        return Some("a web page".to_owned());
    }
    infer::get(file).map(|kind| kind.extension().to_uppercase())
}
