//! Boards in words. Their names are Pinterest's: at hand for a minute after somebody asked, never stored.

use countersign_api::app::App;
use countersign_api::connections;
use countersign_api::ids::ConnectionId;

/// `Recipes › Tarts` where the names are at hand, else `board 4821…`; none where no board was chosen. It never asks
/// Pinterest.
pub(crate) fn words(
    app: &App,
    connection: &ConnectionId,
    board: Option<&str>,
    section: Option<&str>,
) -> Option<String> {
    let board = board?;
    let name = connections::known_board(app, connection, board).unwrap_or_else(|| short("board", board));
    Some(match section {
        None => name,
        Some(section) => {
            let section = connections::known_section(app, connection, section)
                .unwrap_or_else(|| short("section", section));
            format!("{name} › {section}")
        }
    })
}

/// `board 4821…`: enough of an id to tell two apart.
fn short(kind: &str, id: &str) -> String {
    let start: String = id.chars().take(4).collect();
    if start == id { format!("{kind} {id}") } else { format!("{kind} {start}…") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_without_its_name_shows_the_start_of_its_id() {
        assert_eq!(short("board", "482100000123"), "board 4821…");
        assert_eq!(short("board", "48"), "board 48");
    }
}
