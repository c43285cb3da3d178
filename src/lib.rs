//! aihio
