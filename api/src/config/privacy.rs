//! What the privacy policy states about this installation.

use std::path::PathBuf;

use super::key::Key;
use super::parse::some_text;
use super::reader::Reader;

const CONTROLLER: Key = Key::optional("privacy_controller", "Who answers for the data: name and address");
const CONTACT: Key = Key::optional("privacy_contact", "Where people write about their data");
const HOSTING: Key = Key::optional("privacy_hosting", "Who hosts this installation, and where");
const FILE: Key = Key::optional("privacy_file", "A Markdown file that is shown as the privacy policy");

pub(super) const KEYS: &[Key] = &[CONTROLLER, CONTACT, HOSTING, FILE];

/// What the privacy policy states about this installation.
#[derive(Clone)]
pub struct Privacy {
    /// Who answers for the data.
    pub controller: Option<String>,
    /// Where people write.
    pub contact: Option<String>,
    /// Who hosts, and where.
    pub hosting: Option<String>,
    /// Markdown that takes the place of the built-in policy; a file that can be read.
    pub file: Option<PathBuf>,
}

impl Privacy {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let controller = reader.optional(&CONTROLLER, some_text);
        let contact = reader.optional(&CONTACT, some_text);
        let hosting = reader.optional(&HOSTING, some_text);
        let folder = reader.path("");
        let file = reader.optional(&FILE, |text| {
            let path = folder.join(text);
            let unreadable =
                |error| format!("cannot be read: {error}. Name a Markdown file that this user may read");
            std::fs::read_to_string(&path).map(|_| path.clone()).map_err(unreadable)
        });
        Some(Self { controller: controller?, contact: contact?, hosting: hosting?, file: file? })
    }
}
