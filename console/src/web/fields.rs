//! The fields of a form, as they came: urlencoded, or multipart where a file may be among them.
//!
//! What is read is counted; a file is kept up to one byte more than an image may have, so that whoever checks it says
//! that it is too large.

use countersign_api::secret::Secret;
use poem::http::header::CONTENT_TYPE;
use poem::web::Multipart;
use poem::{FromRequest as _, Request, RequestBody};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::refused::Refused;

/// All texts of a form together: many times what a form of ours has.
const TEXT_BYTES: u64 = 256 << 10;
/// An image, and one byte more.
const FILE_BYTES: u64 = (10 << 20) + 1;

/// A file.
pub struct Upload {
    /// Its name on the person's machine; empty if the browser did not say.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The fields of a form. It has no `Debug`: passwords are among them.
#[derive(Default)]
pub struct Fields {
    texts: Vec<(String, String)>,
    files: Vec<(String, Upload)>,
}

impl Fields {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// [`Refused::Page`]: too large, or not a form.
    pub async fn read(request: &Request, body: &mut RequestBody) -> Result<Self, Refused> {
        let given =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("multipart/form-data") {
            return multipart(request, body).await;
        }
        let body = body.take().map_err(|_| Refused::status(400))?;
        let bytes = bounded(body.into_async_read(), TEXT_BYTES).await?;
        if bytes.len() as u64 > TEXT_BYTES {
            return Err(Refused::status(413));
        }
        let texts = url::form_urlencoded::parse(&bytes).into_owned().collect();
        Ok(Self { texts, files: Vec::new() })
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
        self.files.iter().find(|(found, _)| found == name).map(|(_, file)| file)
    }

    /// Whether any file was chosen.
    pub fn has_file(&self) -> bool {
        !self.files.is_empty()
    }

    /// Every name with its text, in the order of the form.
    pub fn texts(&self) -> &[(String, String)] {
        &self.texts
    }

    /// Fields from pairs, such as those of a query.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { texts: pairs.into_iter().collect(), files: Vec::new() }
    }
}

async fn multipart(request: &Request, body: &mut RequestBody) -> Result<Fields, Refused> {
    let unreadable = |_| Refused::status(400);
    let mut parts = Multipart::from_request(request, body).await.map_err(unreadable)?;
    let (mut fields, mut left) = (Fields::default(), TEXT_BYTES);
    while let Some(part) = parts.next_field().await.map_err(|_| Refused::status(400))? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(file) => {
                let bytes = bounded(part.into_async_read(), FILE_BYTES - 1).await?;
                if !bytes.is_empty() {
                    fields.files.push((name, Upload { name: file, bytes }));
                }
            }
            None => {
                let bytes = bounded(part.into_async_read(), left).await?;
                left = left.checked_sub(bytes.len() as u64).ok_or_else(|| Refused::status(413))?;
                let text = String::from_utf8(bytes).map_err(|_| Refused::status(400))?;
                fields.texts.push((name, text));
            }
        }
    }
    Ok(fields)
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
        Fields::read(&request, &mut body).await
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
        let refused = read("application/x-www-form-urlencoded", long.clone()).await.err().unwrap();
        assert_eq!(poem::error::ResponseError::status(&refused), StatusCode::PAYLOAD_TOO_LARGE);
        let body = format!("{}--b--\r\n", part("a", "", &long));
        assert!(read("multipart/form-data; boundary=b", body).await.is_err());
        let body = format!("{}--b--\r\n", part("image", "a.png", &"x".repeat(11 << 20)));
        let fields = read("multipart/form-data; boundary=b", body).await.unwrap();
        assert_eq!(fields.file("image").unwrap().bytes.len(), (10 << 20) + 1);
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for body in ["--b\r\nContent-Disposition: form-data; name=\"a\"", "", "--b\r\n\r\n"] {
            assert!(read("multipart/form-data; boundary=b", body).await.is_err(), "{body}");
        }
        assert!(read("multipart/form-data", "x").await.is_err());
    }
}
