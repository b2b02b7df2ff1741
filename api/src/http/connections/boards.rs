//! An account's boards: live from Pinterest, never stored.

use poem::{Result, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};

use super::connection_id;
use crate::{
    app::App,
    connections::{self, NewBoard},
    http::{answers::answers, auth::Access, idempotency::once, input::Input},
    operators::TokenScope,
    pinterest::boards::{Board, Section},
};

/// Boards.
pub struct BoardsApi;

/// A board.
#[derive(Object)]
struct BoardBody {
    /// Pinterest's id.
    id: String,
    /// Its name.
    name: String,
    /// `PUBLIC`, `PROTECTED` or `SECRET`.
    privacy: String,
}

/// A page of boards.
#[derive(Object)]
struct Boards {
    /// The boards.
    items: Vec<BoardBody>,
    /// Where the next page starts; null on the last one.
    bookmark: Option<String>,
}

/// A board to be made.
#[derive(Object)]
struct NewBoardInput {
    /// 1 to 180 characters.
    name: String,
    /// `PUBLIC` or `PROTECTED`.
    privacy: String,
}

/// A section of a board.
#[derive(Object)]
struct SectionBody {
    /// Pinterest's id.
    id: String,
    /// Its name.
    name: String,
}

/// A board's sections.
#[derive(Object)]
struct Sections {
    /// The sections.
    items: Vec<SectionBody>,
    /// Null: the list is whole.
    next: Option<String>,
}

answers! {
    /// Looking at boards.
    ListBoards {
        /// A page of boards, up to 250.
        #[oai(status = 200)]
        Listed(Json<Boards>),
    }
    refuses [Unauthenticated Forbidden NotFound Conflict Invalid Internal Upstream Unavailable]
}

answers! {
    /// Making a board.
    CreateBoard {
        /// The board.
        #[oai(status = 201)]
        Created(Json<BoardBody>),
    }
    refuses [
        Malformed Unauthenticated Forbidden NotFound Conflict TooLarge UnsupportedType Invalid Internal Upstream
        Unavailable
    ]
}

answers! {
    /// Looking at a board's sections.
    ListSections {
        /// The sections.
        #[oai(status = 200)]
        Listed(Json<Sections>),
    }
    refuses [Unauthenticated Forbidden NotFound Conflict Internal Upstream Unavailable]
}

#[OpenApi]
impl BoardsApi {
    /// An account's boards
    #[oai(path = "/connections/:id/boards", method = "get", operation_id = "list_boards")]
    async fn list(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        /// Where to go on: the `bookmark` of the page before.
        bookmark: Query<Option<String>>,
    ) -> Result<ListBoards> {
        access
            .answer(&app, "board.list", async {
                let reader = access.reader(TokenScope::DraftsRead)?;
                let page = connections::list_boards(&app, &reader, &connection_id(&id)?, bookmark.as_deref())
                    .await?;
                let items = page.items.into_iter().map(BoardBody::from).collect();
                Ok(ListBoards::Listed(Json(Boards { items, bookmark: page.bookmark })))
            })
            .await
    }

    /// Make a board, in rehearsal or the sandbox
    #[oai(path = "/connections/:id/boards", method = "post", operation_id = "create_board")]
    async fn create(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        #[oai(name = "Idempotency-Key")] key: Header<Option<String>>,
        input: Input<NewBoardInput>,
    ) -> Result<CreateBoard> {
        let work = async {
            // By an explicit click of a person, never of a program.
            access.in_person()?;
            let author = access.author()?;
            let made = once(&app, &access, "create_board", &key, input.sha256() + &id, async {
                let (id, new) = (connection_id(&id)?, NewBoard::from(input.read()?));
                Ok(connections::create_board(&app, &author, &id, new).await?.into())
            });
            Ok(CreateBoard::Created(Json(made.await?)))
        };
        access.answer(&app, "board.create", work).await
    }

    /// A board's sections
    #[oai(
        path = "/connections/:id/boards/:board_id/sections",
        method = "get",
        operation_id = "list_sections"
    )]
    async fn sections(
        &self,
        access: Access,
        app: Data<&App>,
        id: Path<String>,
        board_id: Path<String>,
    ) -> Result<ListSections> {
        access
            .answer(&app, "section.list", async {
                let reader = access.reader(TokenScope::DraftsRead)?;
                let sections = connections::sections(&app, &reader, &connection_id(&id)?, &board_id).await?;
                let items = sections.into_iter().map(SectionBody::from).collect();
                Ok(ListSections::Listed(Json(Sections { items, next: None })))
            })
            .await
    }
}

impl From<NewBoardInput> for NewBoard {
    fn from(input: NewBoardInput) -> Self {
        Self { name: input.name, privacy: input.privacy }
    }
}

impl From<Board> for BoardBody {
    fn from(board: Board) -> Self {
        Self { id: board.id, name: board.name, privacy: board.privacy }
    }
}

impl From<Section> for SectionBody {
    fn from(section: Section) -> Self {
        Self { id: section.id, name: section.name }
    }
}
