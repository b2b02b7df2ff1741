//! The people over there: two simulated accounts, and `GET /user_account`.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::answer::{Answer, ApiError};
use crate::call::Call;
use crate::world::World;

/// A simulated Pinterest account; the same one in both environments.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Account {
    /// 19 decimal digits.
    pub id: String,
    /// What people type, without the `@`.
    pub username: String,
    /// The name shown on the profile.
    pub business_name: String,
    /// One sentence.
    pub about: String,
}

/// `GET /user_account`.
pub(crate) fn get(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let account = world.state.account(call.account_id())?.clone();
    let boards = world.state.boards.iter();
    let boards =
        boards.filter(|board| board.environment == call.environment && board.owner == account.id).count();
    let pins = world.state.pins.iter();
    let pins = pins.filter(|pin| pin.environment == call.environment && pin.owner == account.id).count();
    Ok(Answer::ok(json!({
        "id": account.id,
        "username": account.username,
        "account_type": "BUSINESS",
        "about": account.about,
        "business_name": account.business_name,
        "profile_image": format!("{}/_simulator/profile.svg", call.base_url),
        "website_url": "",
        "board_count": boards,
        "pin_count": pins,
        "follower_count": 0,
        "following_count": 0,
        "monthly_views": 0,
    })))
}
