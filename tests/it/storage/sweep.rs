//! Parts whose uploaders went away are forgotten after a while, and nothing else is.

use aihio::blobs::s3::{Addressing, S3Access, abort_uploads_begun_before};
use reqwest::Method;

use crate::support::object_store::{BUCKET, KEY_ID, ObjectStore, REGION, SECRET};

fn access(store: &ObjectStore) -> S3Access {
    S3Access {
        endpoint: Some(store.url().parse().unwrap()),
        public_endpoint: None,
        bucket: BUCKET.into(),
        region: REGION.into(),
        access_key_id: KEY_ID.into(),
        secret_access_key: SECRET.into(),
        addressing: Addressing::Path,
    }
}

#[tokio::test]
async fn only_our_uploads_that_were_given_up_are_forgotten() {
    let Some(store) = ObjectStore::start().await else { return };
    for key in ["/uploads/1/a?uploads", "/uploads/1/b?uploads", "/exports/c?uploads"] {
        assert_eq!(store.asks(Method::POST, key, "").await.0, 200);
    }
    let begun = async || store.listed_parts().await.matches("<UploadId>").count();
    assert_eq!(begun().await, 3);
    let access = access(&store);
    // Whenever they begin, this store dates them in November 2010.
    let [before, after] = ["2010-11-01T00:00:00Z", "2010-12-01T00:00:00Z"].map(|at| at.parse().unwrap());
    assert_eq!(abort_uploads_begun_before(&access, before).await.unwrap(), 0, "they may still come");
    assert_eq!(begun().await, 3);
    assert_eq!(abort_uploads_begun_before(&access, after).await.unwrap(), 2);
    assert_eq!(begun().await, 1, "what is not ours stays");
    assert_eq!(abort_uploads_begun_before(&access, after).await.unwrap(), 0);
}
