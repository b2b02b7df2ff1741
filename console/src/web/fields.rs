//! The fields of a form, as they came: urlencoded, or multipart where a file may be among them.
//!
//! What is read is counted, and so is what it costs to keep. A file is kept up to one byte more than an image may have, so
//! that whoever checks it says that it is too large; of a file of somebody who is not signed in it is kept that there was
//! one.

use countersign_api::secret::Secret;
use poem::http::header::CONTENT_TYPE;
use poem::web::Multipart;
use poem::{Body, FromRequest as _, Request, RequestBody};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::metered::metered;
use super::refused::Refused;

/// All names and texts of a form together, with [`FIELD_COST`]: many times what a form of ours has.
const TEXT_BYTES: u64 = 256 << 10;
/// What a field costs beside its name and text, so that there cannot be any number of empty ones.
const FIELD_COST: u64 = 64;
/// An image, and one byte more.
const FILE_BYTES: u64 = (10 << 20) + 1;

/// A file.
pub struct Upload {
    /// Its name on the person's machine; empty if the browser did not say.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What becomes of a file in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// It is kept.
    Kept,
    /// Only that there was one: strangers shall not fill the memory.
    Noted,
}

/// The fields of a form. It has no `Debug`: passwords are among them.
#[derive(Default)]
pub struct Fields {
    texts: Vec<(String, String)>,
    file: Option<(String, Upload)>,
    had_file: bool,
}

impl Fields {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Refused::Page`]: too large, or not a form.
    pub async fn read(request: &Request, body: &mut RequestBody, files: Files) -> Result<Self, Refused> {
        let given =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            return multipart(request, body, files).await;
        }
        let body = body.take().map_err(|_| Refused::status(400))?;
        let bytes = bounded(body.into_async_read(), TEXT_BYTES).await?;
        let count = bytes.iter().filter(|byte| **byte == b'&').count() as u64;
        charge(TEXT_BYTES, bytes.len() as u64 + count * FIELD_COST)?;
        Ok(Self::of(url::form_urlencoded::parse(&bytes).into_owned()))
    }

    /// The text of a field, as typed but for line ends, which browsers send as CR LF; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.texts.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str())
    }

    /// The text of a field; none if it was left empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// All values of a field that repeats.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// A password.
    pub fn secret(&self, name: &str) -> Secret {
        Secret::from(self.text(name))
    }

    /// A file; none if nothing was chosen.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.file.as_ref().filter(|(found, _)| found == name).map(|(_, file)| file)
    }

    /// Whether any file was chosen.
    pub fn has_file(&self) -> bool {
        self.had_file
    }

    /// Every name with its text, in the order of the form.
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// Takes a file, if one was chosen. No form of ours has two.
    async fn take_file(
        &mut self,
        field: String,
        name: String,
        source: impl AsyncRead + Unpin,
        files: Files,
    ) -> Result<(), Refused> {
        let is_kept = files == Files::Kept && !self.had_file;
        let bytes = bounded(source, if is_kept { FILE_BYTES - 1 } else { 0 }).await?;
        match bytes.is_empty() {
            true => return Ok(()),
            false if self.had_file => return Err(Refused::status(400)),
            false => self.had_file = true,
        }
        self.file = is_kept.then_some((field, Upload { name, bytes }));
        Ok(())
    }

    /// Fields from pairs, such as those of a query.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { texts: pairs.into_iter().collect(), ..Self::default() }
    }
}

async fn multipart(request: &Request, body: &mut RequestBody, files: Files) -> Result<Fields, Refused> {
    let body = body.take().map_err(|_| Refused::status(400))?;
    let (body, meter) = metered(body.into_async_read());
    let mut body = RequestBody::new(Body::from_async_read(body));
    let mut parts = Multipart::from_request(request, &mut body).await.map_err(|_| Refused::status(400))?;
    let (mut fields, mut left) = (Fields::default(), TEXT_BYTES);
    while let Some(part) = parts.next_field().await.map_err(|_| Refused::status(400))? {
        meter.expect_content();
        let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(str::to_owned));
        left = charge(left, FIELD_COST + name.len() as u64)?;
        match file {
            Some(file) => {
                left = charge(left, file.len() as u64)?;
                fields.take_file(name, file, part.into_async_read(), files).await?;
            }
            None => {
                let bytes = bounded(part.into_async_read(), left).await?;
                left = charge(left, bytes.len() as u64)?;
                let text = String::from_utf8(bytes).map_err(|_| Refused::status(400))?;
                fields.texts.push((name, text));
            }
        }
        meter.expect_header();
    }
    Ok(fields)
}

/// What is left of a form's size.
fn charge(left: u64, cost: u64) -> Result<u64, Refused> {
    left.checked_sub(cost).ok_or_else(|| Refused::status(413))
}

/// Reads to the end, and keeps one byte more than `limit` at most. A body that the server cut off as too large is that.
async fn bounded(mut source: impl AsyncRead + Unpin, limit: u64) -> Result<Vec<u8>, Refused> {
    let mut kept = Vec::new();
    let read = (&mut source).take(limit + 1).read_to_end(&mut kept).await;
    let rest = tokio::io::copy(&mut source, &mut tokio::io::sink()).await;
    read.and(rest).map_err(|_| Refused::status(413))?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use poem::Body;
    use poem::http::StatusCode;

    use super::*;

    async fn read(content_type: &str, body: impl Into<Body>) -> Result<Fields, Refused> {
        let request = Request::builder().header(CONTENT_TYPE, content_type).body(body.into());
        let (request, mut body) = request.split();
        Fields::read(&request, &mut body, Files::Kept).await
    }

    fn status(read: Result<Fields, Refused>) -> Option<StatusCode> {
        read.err().map(|refused| poem::error::ResponseError::status(&refused))
    }

    fn part(name: &str, file: &str, content: &str) -> String {
        let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n")
    }

    #[tokio::test]
    async fn both_kinds_of_form_read_alike() {
        let plain = read("application/x-www-form-urlencoded; charset=utf-8", "a=1&a=2&b=x%C3%A9+y&c=").await;
        let body =
            [part("a", "", "1"), part("a", "", "2"), part("b", "", "xé y"), part("c", "", "")].concat();
        let multi = read("multipart/form-data; boundary=b", format!("{body}--b--\r\n")).await;
        for fields in [plain.unwrap(), multi.unwrap()] {
            assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
            assert_eq!((fields.text("b"), fields.given("c"), fields.text("d")), ("xé y", None, ""));
        }
    }

    #[tokio::test]
    async fn a_file_is_kept_and_one_that_was_not_chosen_is_none() {
        let body = [part("image", "a.png", "bytes"), part("other", "\"", "")].concat();
        let fields = read("multipart/form-data; boundary=b", format!("{body}--b--\r\n")).await.unwrap();
        assert_eq!(
            fields.file("image").map(|file| (file.name.as_str(), &file.bytes[..])),
            Some(("a.png", &b"bytes"[..]))
        );
        assert!(fields.file("other").is_none());
    }

    #[tokio::test]
    async fn too_much_text_is_refused_and_a_file_keeps_a_byte_too_many() {
        let long = format!("a={}", "x".repeat(256 << 10));
        let refused = read("application/x-www-form-urlencoded", long.clone()).await;
        assert_eq!(status(refused), Some(StatusCode::PAYLOAD_TOO_LARGE));
        let body = format!("{}--b--\r\n", part("a", "", &long));
        assert!(read("multipart/form-data; boundary=b", body).await.is_err());
        let body = format!("{}--b--\r\n", part("image", "a.png", &"x".repeat(11 << 20)));
        let fields = read("multipart/form-data; boundary=b", body).await.unwrap();
        assert_eq!(fields.file("image").unwrap().bytes.len(), (10 << 20) + 1);
    }

    #[tokio::test]
    async fn there_is_one_file_and_a_strangers_is_not_kept() {
        let image = part("image", "a.png", &"x".repeat(1 << 20));
        let request = Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=b");
        let words = part("title", "", "Bread");
        let (request, mut body) = request.body(format!("{words}{image}--b--\r\n")).split();
        let fields = Fields::read(&request, &mut body, Files::Noted).await.unwrap();
        assert!(fields.has_file() && fields.file.is_none());
        assert_eq!(fields.text("title"), "Bread");
        let many = read("multipart/form-data; boundary=b", format!("{}--b--\r\n", image.repeat(12))).await;
        assert_eq!(status(many), Some(StatusCode::BAD_REQUEST));
    }

    #[tokio::test]
    async fn every_field_costs_something() {
        let plain = read("application/x-www-form-urlencoded", "a&".repeat(4096)).await;
        assert_eq!(status(plain), Some(StatusCode::PAYLOAD_TOO_LARGE));
        for one in [part("a", "", ""), part("a", "b", ""), part(&"a".repeat(100), "", "")] {
            let body = format!("{}--b--\r\n", one.repeat(4096));
            let multi = read("multipart/form-data; boundary=b", body).await;
            assert_eq!(status(multi), Some(StatusCode::PAYLOAD_TOO_LARGE), "{one}");
        }
        let body = format!("{}--b--\r\n", part("a", "", "b").repeat(1000));
        let fields = read("multipart/form-data; boundary=b", body).await.unwrap();
        assert_eq!(fields.texts().len(), 1000);
    }

    #[tokio::test]
    async fn a_header_of_a_part_has_an_end() {
        let head = |long: usize| {
            let words = "x".repeat(long);
            format!("--b\r\nContent-Disposition: form-data; name=\"a\"\r\nX-Long: {words}\r\n\r\n1\r\n")
        };
        for (long, is_read) in [(10_000, true), (100_000, false)] {
            for before in [0, 3, 50_000, 200_000] {
                let body = format!("{}{}--b--\r\n", part("b", "", &"y".repeat(before)), head(long));
                let fields = read("multipart/form-data; boundary=b", body).await;
                assert_eq!(fields.is_ok_and(|fields| fields.text("a") == "1"), is_read, "{before} {long}");
            }
        }
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for body in ["--b\r\nContent-Disposition: form-data; name=\"a\"", "", "--b\r\n\r\n"] {
            assert!(read("multipart/form-data; boundary=b", body).await.is_err(), "{body}");
        }
        assert!(read("multipart/form-data", "x").await.is_err());
    }
}
