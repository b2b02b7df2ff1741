//! Writes every sample page as a file, with the assets beside it, to look at:
//! `cargo run -p countersign --example render_samples -- FOLDER [light|dark]`.

use std::path::Path;
use std::{env, fs, io};

use countersign::assets;
use countersign::views::sample::{self, Tongue};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/samples".into());
    let theme = arguments.next();
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&here.join("src/assets/files"), folder)?;
    copy(&here.join("examples/pictures"), folder)?;
    for page in sample::all(Tongue::Kind) {
        let html = local(page.html.into_string(), theme.as_deref());
        fs::write(folder.join(format!("{}.html", page.name)), html)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}

/// The page with addresses that a browser finds beside the file.
fn local(html: String, theme: Option<&str>) -> String {
    let html = ["countersign.css", "countersign.js", "mark.svg"]
        .iter()
        .fold(html, |html, name| html.replace(&assets::url(name), name));
    let html = html.replace("\"/assets/", "\"").replace("/content\"", ".svg\"");
    match theme {
        Some(theme) => {
            html.replacen("<html lang=\"en\"", &format!("<html lang=\"en\" data-theme=\"{theme}\""), 1)
        }
        None => html,
    }
}
