//! Images for reviewers and rehearsals. They are drawings of our own, made from the SVGs of the same names
//! in the product's design, so anyone may publish them anywhere.

/// An image with the texts that a first draft may have.
#[derive(Clone, Copy, Debug)]
pub struct SampleImage {
    /// File name.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
    /// `image/jpeg` or `image/png`.
    pub content_type: &'static str,
    /// A title of at most 100 characters.
    pub title: &'static str,
    /// What the image shows, in at most 500 characters.
    pub alt_text: &'static str,
}

static IMAGES: [SampleImage; 5] = [
    SampleImage {
        name: "tart.jpg",
        bytes: include_bytes!("../data/images/tart.jpg"),
        content_type: "image/jpeg",
        title: "Lemon tart with thyme",
        alt_text: "Lemon tart on a white plate seen from above, three lemon slices and a sprig of thyme on top",
    },
    SampleImage {
        name: "soup.jpg",
        bytes: include_bytes!("../data/images/soup.jpg"),
        content_type: "image/jpeg",
        title: "Tomato soup for a cold evening",
        alt_text: "Tomato soup with basil in a white bowl",
    },
    SampleImage {
        name: "chair.jpg",
        bytes: include_bytes!("../data/images/chair.jpg"),
        content_type: "image/jpeg",
        title: "A corner to read in",
        alt_text: "An armchair beside a floor lamp",
    },
    SampleImage {
        name: "cups.jpg",
        bytes: include_bytes!("../data/images/cups.jpg"),
        content_type: "image/jpeg",
        title: "Coffee for four",
        alt_text: "Four cups of coffee from above",
    },
    SampleImage {
        name: "tiles.png",
        bytes: include_bytes!("../data/images/tiles.png"),
        content_type: "image/png",
        title: "Tiles in blue and ochre",
        alt_text: "Blue and ochre encaustic tiles",
    },
];

/// The sample images: four of 2:3 and one square, each 1000 pixels wide and below 150 kB.
pub fn sample_images() -> &'static [SampleImage] {
    &IMAGES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_what_it_says() {
        for sample in sample_images() {
            let format = image::guess_format(sample.bytes).unwrap();
            assert_eq!(format.to_mime_type(), sample.content_type, "{}", sample.name);
            let image = image::load_from_memory(sample.bytes).unwrap();
            assert_eq!(image.width(), 1000, "{}", sample.name);
            assert!(sample.bytes.len() < 150_000 && sample.title.len() <= 100);
            assert!(!sample.alt_text.is_empty() && sample.alt_text.chars().count() <= 500);
        }
    }
}
