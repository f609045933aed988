//! The log in tiles of 256 hashes (C2SP tlog-tiles): all that a proof reads, and all that strangers are served. Hashes
//! only: they tell neither what was done nor to whom.

use std::{cell::RefCell, collections::HashMap};

use recital_entities::evidence::{audit_leaves, audit_subtrees};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use tlog_tiles::{Tile, TileHashReader, TileReader};

use super::{
    sequence::newest_checkpoint,
    tree::{Hash, TILE_HEIGHT},
};
use crate::{
    access,
    app::App,
    db::TenantTx,
    error::{Error, Result},
    viewer::{Actor, Viewer},
};

/// The newest checkpoint of the tenant's log, a signed note. None for an unknown tenant and before the first entry.
pub async fn published_checkpoint(app: &App, slug: &str) -> Result<Option<String>> {
    let Some(stranger) = stranger(app, slug).await? else { return Ok(None) };
    let newest = app.look(&stranger, async |tx| newest_checkpoint(tx).await).await?;
    Ok(newest.map(|checkpoint| checkpoint.note))
}

/// The tile at a path of C2SP tlog-tiles, what follows `tile/`: `<level>/<number>[.p/<width>]`. None where the log has no
/// such tile.
pub async fn published_tile(app: &App, slug: &str, path: &str) -> Result<Option<Vec<u8>>> {
    let Some(tile) = parse(path) else { return Ok(None) };
    let Some(stranger) = stranger(app, slug).await? else { return Ok(None) };
    app.look(&stranger, async |tx| read(tx, tile).await).await
}

async fn stranger(app: &App, slug: &str) -> Result<Option<Viewer>> {
    let tenant = access::find_tenant_by_slug(app, slug).await?;
    Ok(tenant.map(|tenant| Viewer::new(tenant.id, Actor::Job("log.publish"), app.core().ids.next(app.now()))))
}

/// Hash tiles alone: what was hashed is the tenant's. The parser of `tlog_tiles` panics at a level or a width that no
/// tile has, so these are looked at first.
fn parse(path: &str) -> Option<Tile> {
    let (level, _) = path.split_once('/')?;
    let level: u8 = level.parse().ok().filter(|level| *level < 8)?;
    if path.ends_with(".p/0") {
        return None;
    }
    Tile::from_path(&format!("tile/{TILE_HEIGHT}/{path}")).ok().filter(|tile| tile.level() == level)
}

/// None where the log has not come that far.
async fn read(tx: &TenantTx, tile: Tile) -> Result<Option<Vec<u8>>> {
    let first = tile.level_index() << TILE_HEIGHT;
    let (Ok(first), Ok(end)) = (i32::try_from(first), i32::try_from(first + u64::from(tile.width()))) else {
        return Ok(None);
    };
    let hashes: Vec<Vec<u8>> = if tile.level() == 0 {
        let leaves = audit_leaves::Entity::find()
            .select_only()
            .column(audit_leaves::Column::LeafHash)
            .filter(audit_leaves::Column::LogIndex.between(first, end - 1))
            .order_by_asc(audit_leaves::Column::LogIndex);
        tx.tuples(leaves).await?
    } else {
        let subtrees = audit_subtrees::Entity::find()
            .select_only()
            .column(audit_subtrees::Column::RootHash)
            .filter(audit_subtrees::Column::Level.eq(i32::from(tile.level())))
            .filter(audit_subtrees::Column::Position.between(first, end - 1))
            .order_by_asc(audit_subtrees::Column::Position);
        tx.tuples(subtrees).await?
    };
    Ok((hashes.len() == tile.width() as usize).then(|| hashes.concat()))
}

/// Makes a proof from the tiles of the tree of `size` leaves with that `root`. Every tile is held against the root.
///
/// # Errors
/// Internal when the tiles do not give the root.
pub(super) async fn prove<T>(
    tx: &TenantTx,
    (size, root): (u64, Hash),
    proof: impl Fn(&TileHashReader) -> Result<T, tlog_tiles::Error>,
) -> Result<T> {
    let mut tiles = Tiles::default();
    loop {
        let made = proof(&TileHashReader::new(size, tlog_tiles::Hash(root), &tiles));
        let wanted = tiles.wanted.take();
        match made {
            Ok(proof) => return Ok(proof),
            Err(error) if wanted.is_empty() => return Err(Error::internal(format!("the log's tiles: {error}"))),
            Err(_) => tiles.load(tx, wanted).await?,
        }
    }
}

/// The tiles that a proof reads. It says which ones it needs by asking for them in vain.
#[derive(Default)]
struct Tiles {
    read: HashMap<Tile, Vec<u8>>,
    wanted: RefCell<Vec<Tile>>,
}

impl Tiles {
    async fn load(&mut self, tx: &TenantTx, wanted: Vec<Tile>) -> Result<()> {
        for tile in wanted {
            let hashes = read(tx, tile).await?;
            self.read.insert(tile, hashes.ok_or_else(|| Error::internal("the log lacks a tile"))?);
        }
        Ok(())
    }
}

impl TileReader for Tiles {
    fn height(&self) -> u8 {
        TILE_HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let missing = tiles.iter().filter(|tile| !self.read.contains_key(tile)).copied();
        self.wanted.borrow_mut().extend(missing);
        tiles.iter().map(|tile| self.read.get(tile).cloned().ok_or(tlog_tiles::Error::InvalidTile)).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_tlog_tiles_and_nothing_panics() {
        let parts = |path| parse(path).map(|tile| (tile.level(), tile.level_index(), tile.width()));
        for (path, expected) in [
            ("0/000", Some((0, 0, 256))),
            ("0/x001/x234/067", Some((0, 1_234_067, 256))),
            ("1/002.p/17", Some((1, 2, 17))),
            ("0/000.p/0", None),
            ("0/000.p/256", None),
            ("0/1", None),
            ("8/000", None),
            ("64/000", None),
            ("255/000", None),
            ("data/000", None),
            ("entries/000", None),
            ("0/000/../000", None),
            ("0/", None),
            ("", None),
        ] {
            assert_eq!(parts(path), expected, "{path}");
        }
    }
}
