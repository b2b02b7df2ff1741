//! Boards in words. Their names are Pinterest's: at hand for a minute after somebody asked, never stored.

use countersign_api::app::App;
use countersign_api::connections;
use countersign_api::ids::ConnectionId;

/// `Recipes › Tarts` where the names are at hand, else `board …0123`; none where no board was chosen. It never asks
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

/// `board …0123`: ids made in a row differ at their end.
fn short(kind: &str, id: &str) -> String {
    let cut = id.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let (start, end) = id.split_at(cut);
    if start.is_empty() { format!("{kind} {id}") } else { format!("{kind} …{end}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_board_without_its_name_shows_the_end_of_its_id() {
        assert_eq!(short("board", "482100000123"), "board …0123");
        assert_eq!(short("board", "48"), "board 48");
    }
}
